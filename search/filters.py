"""Filters: which passages a search may return. Applied before the search, never after."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from index.errors import QueryError
from index.library import Catalogue
from index.records import COUNTRIES, LANGUAGES, OTHER_LANGUAGE, Kind

KINDS = tuple(kind.value for kind in Kind)
_SUFFIX = re.compile(r"\s+(kommune|kommun|stad|municipality)$", re.IGNORECASE)
_YEARS = re.compile(r"^\s*(\d{4})?\s*[-–]\s*(\d{4})?\s*$|^\s*(\d{4})\s*$")


@dataclass(frozen=True, slots=True)
class Filters:
    """Within a field, any value matches; between fields, all must. Empty means no restriction.

    `municipality` ignores case, the word "kommune" and the genitive before it; `plan` matches the
    path as given to index, its end (the file's name), or the title. `years` is inclusive; passages
    of unknown year never match a year.
    """

    country: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    municipality: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    years: tuple[int | None, int | None] = (None, None)

    def __post_init__(self) -> None:
        """Raises QueryError for a country, language or kind that does not exist."""
        for name, allowed in (
            ("country", COUNTRIES),
            ("language", (*LANGUAGES, OTHER_LANGUAGE)),
            ("kind", KINDS),
        ):
            unknown = [value for value in getattr(self, name) if value not in allowed]
            if unknown:
                raise QueryError(
                    f"{', '.join(unknown)} is no {name}; choose from {', '.join(allowed)}"
                )
        first, last = self.years
        if first is not None and last is not None and first > last:
            raise QueryError(f"The years {first}-{last} run backwards; write {last}-{first}")

    def __bool__(self) -> bool:
        return self != Filters()

    def describe(self) -> str:
        """The filters in words, for a message."""
        parts = [
            f"{name} {', '.join(getattr(self, name))}"
            for name in ("country", "language", "municipality", "kind", "plan")
            if getattr(self, name)
        ]
        if self.years != (None, None):
            parts.append(
                "year " + "-".join("" if year is None else str(year) for year in self.years)
            )
        return "; ".join(parts)

    def where(self, catalogue: Catalogue) -> tuple[str, list[Any]]:
        """An SQL condition on `passages p` ("1" where all pass), with its parameters."""
        conditions: list[str] = []
        parameters: list[Any] = []

        def one_of(column: str, values: tuple[Any, ...] | list[Any]) -> None:
            conditions.append(f"p.{column} IN ({','.join('?' * len(values))})")
            parameters.extend(values)

        if self.country:
            one_of("country", self.country)
        if self.language:
            one_of("language", self.language)
        if self.kind:
            one_of("kind", self.kind)
        if self.municipality:
            wanted = {key for name in self.municipality for key in _municipality_keys(name)}
            names = catalogue.municipalities()
            one_of("municipality", [name for name in names if _municipality_keys(name) & wanted])
        if self.plan:
            rows = [r for r, *names in catalogue.plan_names() if _names_plan(names, self.plan)]
            one_of("plan", rows)
        first, last = self.years
        if first is not None:
            conditions.append("p.year >= ?")
            parameters.append(first)
        if last is not None:
            conditions.append("p.year <= ?")
            parameters.append(last)
        return " AND ".join(conditions) or "1", parameters


def parse_years(text: str) -> tuple[int | None, int | None]:
    """`2015-2024`, `2015-`, `-2024` or `2020` as inclusive bounds. Raises QueryError otherwise."""
    match = _YEARS.match(text)
    if not match or not any(match.groups()):
        raise QueryError(f"{text!r} is no year or range of years; write 2020, 2015-2024 or 2015-")
    first, last, only = (int(g) if g else None for g in match.groups())
    return (only, only) if only is not None else (first, last)


def _municipality_keys(name: str) -> set[str]:
    """The name as it is compared; with "kommune" after it, also without a genitive's s.

    "Københavns Kommune" and "Göteborgs stad" are København and Göteborg, but Horsens is Horsens.
    """
    whole = _folded(name)
    bare = _SUFFIX.sub("", whole)
    genitive = bare != whole and bare.endswith("s")
    return {bare, bare[:-1]} if genitive else {bare} - {""}


def _folded(text: str) -> str:
    """Without regard to case, or to whether å is one character or two (as macOS has it)."""
    return unicodedata.normalize("NFC", text).strip().casefold()


def _names_plan(names: list[str | None], wanted: tuple[str, ...]) -> bool:
    path, title = (_folded(name or "") for name in names)
    for value in wanted:
        key = _folded(value)
        if key and (key in (path, title) or path.replace("\\", "/").endswith("/" + key)):
            return True
    return False
