"""What a file's properties say of a plan, with the junk that programs write there left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.readers.building import clean_text

FIRST_YEAR, LAST_YEAR = 1990, 2045
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_JUNK_TITLE = re.compile(
    r"microsoft\s+(?:office\s+)?(?:word|powerpoint|excel|publisher)\b.*|powerpoint[- ].*"
    r"|(?:untitled|uten navn|uten tittel|unavngivet|ikke-navngivet|namnlös|no title|title|tittel"
    r"|titel|layout|dokument|document|doc|presentasjon|præsentation|presentation|slide|lysbilde"
    r"|dias|bild|mal|skabelon|mall|blank|scan|scanned)[\s_-]*\d{0,4}"
    r"|\S.{0,200}\.(?:docx?|dotx?|pdf|indd|pptx?|xlsx?|rtf|odt|qxp|pub|pmd|html?)"
    r"|[\W\d_]*",
    re.I,
)
_MUNICIPAL = re.compile(
    r"\b(?:kommune[rns]{0,2}|kommun(?:en)?s?|regionskommune|stad|herad)\b", re.I
)


def title_or_none(title: object) -> str | None:
    """A document's title property, or None where it is one that a program made up."""
    text = " ".join(clean_text(title).split()) if isinstance(title, str) else ""
    return None if len(text) < 4 or len(text) > 300 or _JUNK_TITLE.fullmatch(text) else text


def municipality_hint(*properties: object) -> str | None:
    """The first of some properties (author, company, site name) that names a municipality.

    It is given as it stands ("Larvik kommune, stab"): `index.metadata` finds the name in it.
    """
    for text in properties:
        if isinstance(text, str) and len(text) < 120 and _MUNICIPAL.search(text):
            return " ".join(clean_text(text).split())
    return None


def first_year(value: object) -> int | None:
    """The first plausible year in a cell or a date ("2018-2022", 2018.0, "D:20180613…")."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value if value is not None else "").strip().removeprefix("D:")
    found = re.match(r"((?:19|20)\d\d)\d{4}", text) or _YEAR.search(text)
    year = int(found[0][:4]) if found else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


def same_word(text: str, words: Iterable[str]) -> bool:
    """True where `text` is one of `words`, in whatever case and spacing."""
    return text.strip().strip("\ufeff\"'").casefold() in words
