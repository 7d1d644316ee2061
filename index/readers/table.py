"""Tables (.csv, .jsonl, .xlsx): each row is one ready-made passage with the columns it came with.

Columns, in any case and order, in English or a Nordic language: text, id, title, municipality,
country, year, language, kind, type, url. Only text is required; other columns are left alone. The
document's text is the rows' texts with a blank line between them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from warnings import catch_warnings

import openpyxl

from index.errors import ReadError
from index.municipalities import country_code
from index.readers.building import TextBuilder, clean_text
from index.readers.decoding import decode
from index.readers.limits import MAX_BYTES, check_size, open_zip, read_bytes
from index.readers.properties import first_year
from index.records import LANGUAGES, OTHER_LANGUAGE, BlockType, Document, Kind, Metadata, Row

_COLUMNS = {
    "text": ("text", "tekst", "passage", "passasje", "innhold", "indhold", "innehåll"),
    "id": ("id", "nr", "nummer", "number"),
    "title": ("title", "titel", "tittel", "plan", "document", "dokument"),
    "municipality": ("municipality", "kommune", "kommun"),
    "country": ("country", "land"),
    "year": ("year", "år", "årstal", "årstall", "årtal"),
    "language": ("language", "lang", "språk", "sprog"),
    "kind": ("kind", "slag", "art"),
    "type": ("type", "plantype", "typ", "plantyp"),
    "url": ("url", "link", "lenke", "länk", "source", "kilde", "källa"),
}
_NAMES = {word: name for name, words in _COLUMNS.items() for word in words}
_LANGUAGES = {
    **{code: code for code in LANGUAGES},
    **dict.fromkeys(("bokmål", "norsk bokmål", "norwegian bokmål", "nb-no"), "nb"),
    **dict.fromkeys(("nynorsk", "norsk nynorsk", "norwegian nynorsk", "nn-no"), "nn"),
    **dict.fromkeys(("dansk", "danish", "danska", "dk", "da-dk", "dan"), "da"),
    **dict.fromkeys(("svensk", "svenska", "swedish", "se", "sv-se", "swe"), "sv"),
    **dict.fromkeys(("engelsk", "engelska", "english", "en-gb", "en-us", "eng"), "en"),
    **dict.fromkeys(
        ("fi", "de", "fr", "is", "fo", "sma", "other", "annet", "andet"), OTHER_LANGUAGE
    ),
}
_KINDS = {
    **{kind.value: kind.value for kind in Kind},
    **dict.fromkeys(("visjon", "vision", "visjoner", "visioner"), Kind.VISION.value),
    **dict.fromkeys(("mål", "målsetting", "målsætning", "målsättning"), Kind.GOAL.value),
    **dict.fromkeys(("tiltak", "indsats", "åtgärd", "insats", "tiltag"), Kind.MEASURE.value),
    **dict.fromkeys(("indikator", "nyckeltal", "nøkkeltall", "nøgletal"), Kind.INDICATOR.value),
    **dict.fromkeys(("kontekst", "kontext", "bakgrunn", "baggrund", "bakgrund"), "context"),
}
_DELIMITERS = ";,\t|"
_MAX_NAMED = 5  # warnings that name their line, before the rest is only counted

Cells = Mapping[str, object]


def read(path: Path) -> Document:
    """Raises ReadError where there is no `text` column, no row with text, or nothing readable."""
    check_size(path)
    with path.open("rb") as file:
        zipped = file.read(4) == b"PK\x03\x04"
    warnings: list[str] = []
    if zipped:
        rows = _xlsx(path)
    elif path.suffix.lower() == ".jsonl":
        rows = _jsonl(*decode(read_bytes(path)), warnings)
    else:
        rows = _csv(*decode(read_bytes(path)), warnings)
    return _document(rows, warnings)


def _document(rows: Iterable[tuple[int, Cells]], warnings: list[str]) -> Document:
    builder = TextBuilder()
    made: list[Row] = []
    empty = 0
    unknown: dict[str, None] = {}
    for number, cells in rows:
        block = builder.add(_string(cells.get("text")) or "", BlockType.ROW)
        if block is None:
            empty += 1
            continue
        language, kind = _string(cells.get("language")), _string(cells.get("kind"))
        if kind and kind.casefold() not in _KINDS:
            unknown[kind] = None
        country = _string(cells.get("country"))
        made.append(
            Row(
                block.start,
                block.end,
                number,
                id=_string(cells.get("id")),
                language=_LANGUAGES.get(language.casefold()) if language else None,
                kind=_KINDS.get(kind.casefold()) if kind else None,
                metadata=Metadata(
                    title=_string(cells.get("title")),
                    municipality=_string(cells.get("municipality")),
                    country=country_code(country) if country else None,
                    year=first_year(cells.get("year")),
                    type=_string(cells.get("type")),
                    url=_string(cells.get("url")),
                ),
            )
        )
    if empty:
        warnings.append(f"{empty} rows have no text and are left out")
    if unknown:
        names = ", ".join(list(unknown)[:_MAX_NAMED])
        warnings.append(f"kinds not known are inferred instead: {names}")
    if not made:
        raise ReadError("has a text column, but no row with text in it")
    return Document(
        builder.text,
        blocks=tuple(builder.blocks),
        rows=tuple(made),
        warnings=tuple(warnings),
    )


def _csv(text: str, notes: list[str], warnings: list[str]) -> Iterator[tuple[int, Cells]]:
    warnings += notes
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own hint
        text = rest
    csv.field_size_limit(MAX_BYTES)
    header, delimiter = _header(text)
    names = _named(header)
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        warnings.append(f"has quotation marks out of place ({error}): check long rows")
    longer = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    next(reader)
    for number, cells in enumerate((row for row in reader if any(row)), 1):
        longer += len(cells) > len(header)
        yield number, {name: cells[i] for i, name in names.items() if i < len(cells)}
    if longer:
        warnings.append(
            f"{longer} rows have more cells than the header (text with a {delimiter!r} that is"
            " not in quotation marks?): what is beyond is left out"
        )


def _header(text: str) -> tuple[list[str], str]:
    """The first row, split at the delimiter that yields a text column, else at the commonest."""
    best: tuple[list[str], str] = ([], ",")
    for delimiter in _DELIMITERS:
        try:
            header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            continue
        if "text" in _named(header, check=False).values():
            return header, delimiter
        if len(header) > len(best[0]):
            best = (header, delimiter)
    return best


def _named(header: Iterable[object], check: bool = True) -> dict[int, str]:
    """Which column holds what, by its position; the first of two with one meaning counts."""
    found: dict[str, int] = {}
    titles = [str(cell if cell is not None else "").strip().strip("\ufeff") for cell in header]
    for exact in (True, False):  # "text" before "tekst" before "innhold", wherever they stand
        for position, title in enumerate(titles):
            name = _NAMES.get(title.casefold())
            if name and (not exact or title.casefold() == name):
                found.setdefault(name, position)
    if check and "text" not in found:
        raise ReadError(_no_text_column(filter(None, titles)))
    return {position: name for name, position in found.items()}


def _no_text_column(found: Iterable[str]) -> str:
    names = [name[:40] for name in found][:20]
    return (
        'has no column "text" (columns found: '
        + (", ".join(names) or "none")
        + '): name the column of the passages "text"'
    )


def _jsonl(text: str, notes: list[str], warnings: list[str]) -> Iterator[tuple[int, Cells]]:
    warnings += notes
    bad = number = texts = 0
    keys: dict[str, None] = {}
    for line_number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        number += 1
        problem = ""
        try:
            item: Any = json.loads(line)
            if not isinstance(item, dict):
                problem = "is not a JSON object"
        except (ValueError, RecursionError) as error:
            problem = f"is not JSON ({getattr(error, 'msg', 'nested too deeply')})"
        if problem:
            bad += 1
            if bad <= _MAX_NAMED:
                warnings.append(f"line {line_number} {problem}")
            continue
        keys.update(dict.fromkeys(item))
        names = _named(item, check=False)
        values = list(item.values())
        texts += "text" in names.values()
        yield number, {name: values[position] for position, name in names.items()}
    if bad > _MAX_NAMED:
        warnings.append(f"{bad} lines in all could not be read")
    if not texts:
        if bad and not keys:
            raise ReadError(f"holds no JSON objects, one a line ({warnings[0]})")
        raise ReadError(_no_text_column(keys))


def _xlsx(path: Path) -> Iterator[tuple[int, Cells]]:
    """Rows of the first sheet that has a text column; of formulas, the values saved with them."""
    open_zip(path)
    columns: list[str] = []
    try:
        # openpyxl remarks on styles and names that do not matter here, on the terminal.
        with path.open("rb") as file, catch_warnings(action="ignore"):
            # Opened here: openpyxl refuses other suffixes.
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            for sheet in book.worksheets:
                filled = (
                    row
                    for row in sheet.iter_rows(values_only=True)
                    if any(c is not None for c in row)
                )
                header = next(filled, ())
                if "text" not in _named(header, check=False).values():
                    columns += [str(cell) for cell in header if cell is not None]
                    continue
                names = _named(header)
                for number, row in enumerate(filled, 1):
                    yield number, {name: row[i] for i, name in names.items() if i < len(row)}
                return
    except ReadError:
        raise
    except Exception as error:  # openpyxl raises whatever the damage leads to
        raise ReadError(
            f"is damaged, or no Excel workbook ({type(error).__name__}): open and save it again"
        ) from error
    raise ReadError(_no_text_column(columns))


def _string(value: object) -> str | None:
    """A cell as text; None where it is empty or holds a structure."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None or isinstance(value, (dict, list)):
        return None
    return clean_text(str(value)).strip() or None
