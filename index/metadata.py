"""What is known of a plan: from plans.csv, its properties, its text, its file's name.

The first of these that says something counts. Unknown stays None: a wrong municipality or year
misleads more than a missing one.
"""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from index.errors import ReadError
from index.municipalities import Register, country_code, register
from index.places import Place, find_municipality, language_country, resolve
from index.plan_titles import plan_type, title_of_file, title_of_text
from index.plan_years import plan_year
from index.readers.decoding import decode
from index.readers.limits import read_bytes
from index.readers.properties import first_year
from index.records import Document, Metadata
from index.sources import PLANS_CSV, SourceFile

_COLUMNS = {
    "file": ("file", "fil", "filename", "filnavn", "filnamn"),
    "title": ("title", "tittel", "titel"),
    "municipality": ("municipality", "kommune", "kommun"),
    "country": ("country", "land"),
    "year": ("year", "år"),
    "type": ("type", "plantype", "typ", "plantyp"),
    "url": ("url", "source", "kilde", "källa", "lenke", "link"),
}
_NAMES = {word: name for name, words in _COLUMNS.items() for word in words}


def describe(
    document: Document,
    source_file: SourceFile,
    overrides: Mapping[str, Metadata],
    known: Register | None = None,
) -> Metadata:
    """What is known of the plan in `source_file`.

    `overrides` are rows of plans.csv by file: the path below the source's folder, or the name
    alone. `known` are the municipalities there are (default: `data/municipalities.csv`).
    """
    known = register() if known is None else known
    given = override_of(source_file, overrides)
    own = document.metadata
    stem = source_file.path.stem
    if document.rows:  # rows speak for themselves; their file is not one plan
        return Metadata(
            given.title or own.title or title_of_file(stem),
            given.municipality,
            country_code(given.country or ""),
            *(given.year, given.type, given.url),
        )
    title = given.title or own.title or title_of_text(document) or title_of_file(stem)
    spoken = language_country(document.text, document.language)
    place = _place(document, given, title, stem, spoken, known)
    country = country_code(given.country or own.country or "")
    if country is None and place is not None:
        country = place.country
    if country is None and place is None:
        country = spoken
    year = given.year or own.year or plan_year(title, document.text, stem, document.dated)
    return Metadata(
        title=title,
        municipality=place.name if place else None,
        country=country,
        year=year,
        type=given.type or own.type or plan_type(title, stem),
        url=given.url or own.url,
    )


def load_plans_csv(folder: Path) -> tuple[dict[str, Metadata], list[str]]:
    """Rows of `folder`/plans.csv by file, and what was wrong with it; both empty without one.

    Columns file, title, municipality, country, year, type, url, in any order and case, with `;`,
    `,` or tabs between them. Keys are file names, or paths below `folder` with `/`.
    """
    path = next((p for p in _entries(folder) if p.name.lower() == PLANS_CSV), None)
    if path is None:
        return {}, []
    try:
        text, warnings = decode(read_bytes(path))
        rows = list(_rows(text))
    except (ReadError, csv.Error) as error:
        return {}, [
            f"is not used: it {error}" if isinstance(error, ReadError) else f"is not used: {error}"
        ]
    if not rows or "file" not in rows[0][1]:
        return {}, [*warnings, 'is not used: it has no column "file" in its first line']
    found: dict[str, Metadata] = {}
    names = {unicodedata.normalize("NFC", p.name).casefold(): p.name for p in _entries(folder)}
    missing = []
    for line, row in rows[1:]:
        file = unicodedata.normalize("NFC", row.get("file", "")).replace("\\", "/")
        file = file.removeprefix("./")
        if not file:
            warnings.append(f"line {line} names no file")
            continue
        key = names.get(file.casefold(), file)  # as the folder spells it
        if key in found:
            warnings.append(f"line {line} names {file} again: the first row counts")
            continue
        if not (folder / key).exists():
            missing.append(key)
        found[key] = _metadata(row, line, warnings)
    below = _names_below(folder) if missing else set()
    for key in missing:
        if "/" in key or key not in below:
            warnings.append(f"names {key}, which is not there")
    return found, warnings


def override_of(source: SourceFile, overrides: Mapping[str, Metadata]) -> Metadata:
    """What plans.csv says of a file, by its path below the source or its name; else nothing known."""
    try:
        below = source.path.relative_to(source.root).as_posix()
    except ValueError:  # reached through a link that leads out of the folder
        below = source.path.name
    for key in (below, source.path.name, Path(source.given).name):
        for spelled in (key, unicodedata.normalize("NFC", key)):
            if spelled in overrides:
                return overrides[spelled]
    return Metadata()


def _place(
    document: Document,
    given: Metadata,
    title: str | None,
    stem: str,
    spoken: str | None,
    known: Register,
) -> Place | None:
    for name in (given.municipality, document.metadata.municipality):
        if name and (place := resolve(name, spoken, known)):
            return place
    if place := find_municipality(document.text, title, spoken, known):
        return place
    for word in re.split(r"[\s_.+-]+", stem):
        found = known.slugged(word) if len(word) >= 5 else []
        countries = {m.country for m in found}
        if len(countries) == 1 and (spoken is None or spoken in countries):
            return Place(found[0].name, found[0].country)
    return None


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """Line number and named cells; the first row maps each known column to itself."""
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [_NAMES.get(cell.strip().strip("\ufeff").casefold(), "") for cell in next(reader, [])]
    rows = [(1, {name: name for name in header if name})]
    for cells in reader:
        if any(cell.strip() for cell in cells):
            named = zip(header, cells, strict=False)
            rows.append((reader.line_num, {n: c.strip() for n, c in named if n and c.strip()}))
    return rows


def _metadata(row: Mapping[str, str], line: int, warnings: list[str]) -> Metadata:
    country, year = row.get("country"), row.get("year")
    if country and country_code(country) is None:
        warnings.append(f'line {line}: country "{country}" is none of NO, DK, SE')
    if year and first_year(year) is None:
        warnings.append(f'line {line}: "{year}" is no year')
    return Metadata(
        title=row.get("title"),
        municipality=row.get("municipality"),
        country=country_code(country) if country else None,
        year=first_year(year),
        type=row.get("type"),
        url=row.get("url"),
    )


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _names_below(folder: Path) -> set[str]:
    return {unicodedata.normalize("NFC", name) for _, _, files in os.walk(folder) for name in files}
