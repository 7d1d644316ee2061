"""The municipalities of Norway, Denmark and Sweden (`data/municipalities.csv`), found by name."""

from __future__ import annotations

import csv
import re
import unicodedata
import warnings
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from index.paths import DATA

_COUNTRY_WORDS = {
    "NO": ("no", "nor", "norge", "noreg", "norway", "norsk", "norwegen"),
    "DK": ("dk", "dnk", "danmark", "denmark", "dansk", "dänemark"),
    "SE": ("se", "swe", "sverige", "sweden", "svensk", "sve", "schweden"),
}
_COUNTRIES = {word: code for code, words in _COUNTRY_WORDS.items() for word in words}

_FORMER = re.compile(r"(.+) \(to \d{4}\)")  # a municipality that was merged into the row's


@dataclass(frozen=True, slots=True)
class Municipality:
    """One row of the register, or a former municipality that became part of it (same code)."""

    country: str
    code: str
    name: str
    county: str = ""


class Register:
    """Municipalities by name; names are compared without case, hyphens, and å for aa."""

    def __init__(self, rows: Iterable[tuple[Municipality, tuple[str, ...]]] = ()) -> None:
        self._by_key: dict[str, list[Municipality]] = defaultdict(list)
        self._by_slug: dict[str, set[str]] = defaultdict(set)
        self._counties: set[str] = set()
        former: list[Municipality] = []
        for row, other_names in rows:
            county = name_key(row.county)
            self._counties |= {county, county.removeprefix("region "), county.removesuffix("s län")}
            self._counties |= {county.removesuffix(" län")}
            for name in (row.name, *other_names):
                if merged := _FORMER.fullmatch(name):
                    former.append(replace(row, name=merged[1]))
                else:
                    self._add(name, row)
        for row in former:  # a plan of that name is more likely the present municipality's
            if not self._by_key.get(name_key(row.name)):
                self._add(row.name, row)

    def _add(self, name: str, row: Municipality) -> None:
        if row not in self._by_key[name_key(name)]:
            self._by_key[name_key(name)].append(row)
        self._by_slug[slug(name)].add(name_key(name))

    def __len__(self) -> int:
        return len({(m.country, m.code) for found in self._by_key.values() for m in found})

    def named(self, name: str) -> list[Municipality]:
        """All municipalities of that name, also with a genitive's s; empty where there is none."""
        key = name_key(name)
        if not key:
            return []
        found = self._by_key.get(key)
        if not found and key.endswith("s"):
            found = self._by_key.get(key[:-1].rstrip("'’"))
        return list(found or ())

    def is_county(self, name: str) -> bool:
        """Whether `name` is a county or region, which is no municipality."""
        return name_key(name) in self._counties

    def slugged(self, name: str) -> list[Municipality]:
        """Municipalities whose name is `name` in a file name's letters ("holbaek")."""
        keys = self._by_slug.get(slug(name), set())
        return list(self._by_key[next(iter(keys))]) if len(keys) == 1 else []


@cache
def register(path: Path = DATA / "municipalities.csv") -> Register:
    """The register in `path`, read once. Empty, with a Python warning, without the file."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return Register(
                (
                    Municipality(row["country"], row["code"], row["name"], row["county"] or ""),
                    tuple(filter(None, (row["other_names"] or "").split("|"))),
                )
                for row in csv.DictReader(file)
            )
    except FileNotFoundError:
        warnings.warn(f"{path} is missing: municipalities are known by form only", stacklevel=2)
        return Register()


def country_code(name: str) -> str | None:
    """NO, DK or SE for a country's name or code in any of the languages; None for another."""
    return _COUNTRIES.get(name.strip().casefold())


@lru_cache(65_536)
def name_key(name: str) -> str:
    """A name as it is compared: without regard to case, hyphens, or aa for å."""
    folded = unicodedata.normalize("NFC", name).casefold().replace("aa", "å")
    return " ".join(folded.replace("-", " ").split())


def slug(name: str) -> str:
    """A name in the letters that file names have: å→a, ø→o, æ→ae, ä→a, ö→o, aa→a."""
    folded = unicodedata.normalize("NFC", name).casefold()
    for letter, plain in (("aa", "a"), ("æ", "ae"), ("ø", "o"), ("oe", "o")):
        folded = folded.replace(letter, plain)
    folded = unicodedata.normalize("NFD", folded)
    return "".join(c if c.isalnum() else "-" for c in folded if not unicodedata.combining(c))
