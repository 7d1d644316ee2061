"""The year of a plan: the first year of its period, or the year it was adopted; never a guess.

A plan names many years: goals ("mot 2030"), other plans, laws. So a year counts from the title, and
from the first page only where a period, an adoption or a cover line says what it is.
"""

from __future__ import annotations

import re
from itertools import pairwise

from index.readers.properties import FIRST_YEAR, LAST_YEAR

_PERIOD = re.compile(
    r"(?<![\d./-])((?:19|20)\d\d)\s{0,2}(?:[-–—/]|til og med|till och med|til|till|to)\s{0,2}"
    r"((?:19|20)\d\d|\d\d)(?!\d|[./-]\d)"
)
_YEAR = re.compile(r"(?<![\d./-])((?:19|20)\d\d)(?![\d/-])")
# The word before a year that is a goal, not a date.
_TARGET = re.compile(
    r"\b(?:mot|mod|till?|frem mot|fram mot|frem mod|innen|inden|senest|agenda|visjon|vision|i år|"
    r"horisont|målene? for|mål)\s{0,2}(?:år(?:et)?\s{0,2})?$",
    re.I,
)
_ADOPTED = re.compile(
    r"\b(?:vedtatt|vedtok|vedteke[nt]?|vedtaget|vedtog|vedtagelse|godkendt|godkjent|antagen|antaget"
    r"|antogs|antog|fastställ[dt]\w?|beslutad|beslut|behandlet)\b[^\n]{0,80}",
    re.I,
)
_PERIOD_WORD = re.compile(r"\b(?:plan)?(?:perioden?|gjelder|gælder|gäller)\b[^\n]{0,30}$", re.I)
_MONTHS = (
    r"januar[iy]?|februar[iy]?|mars|marts|april|maj|mai|jun[iy]|jul[iy]|august[i]?|september"
    r"|oktober|november|desember|december"
)
_COVER_LINE = re.compile(
    rf"\W{{0,3}}(?:(?:\d{{1,2}}\.?\s)?(?:{_MONTHS})|version[\s\d.,(]{{0,8}}|utgave|udgave|revidert"
    r"|revideret|reviderad|sist oppdatert)?\W{0,3}((?:19|20)\d\d)\W{0,3}",
    re.I,
)
_HEAD = 1500  # characters of a first page
_ROUND_TARGET = 2030  # single years from here on that end in 0 or 5 are goals
_VIEWER = re.compile(r"^Transkrip(?:t|tion):?\s*$", re.M)


def plan_year(title: str | None, text: str, file_name: str, dated: int | None) -> int | None:
    """The plan's year by title, first page, file name, or the file's own date; None if unknown.

    The file's own date counts only where the text names that year too: many files were saved anew
    years after the plan was adopted.
    """
    if title and (year := year_in_title(title)):
        return year
    if year := _year_in_head(head_of(text)):
        return year
    if year := year_in_title(re.sub(r"[_.]", " ", file_name)):
        return year
    if dated and FIRST_YEAR <= dated <= LAST_YEAR and re.search(rf"(?<!\d){dated}(?!\d)", text):
        return dated
    return None


def year_in_title(title: str) -> int | None:
    """The first year of a period, else a single year that is not a goal ("mot 2030")."""
    if year := _period(title):
        return year
    for match in _YEAR.finditer(title):
        year = int(match[1])
        goal = _TARGET.search(title[max(0, match.start() - 25) : match.start()])
        distant = year >= _ROUND_TARGET and year % 5 == 0
        if FIRST_YEAR <= year <= LAST_YEAR and not goal and not distant:
            return year
    return None


def head_of(text: str) -> str:
    """The first page's worth of text; of a web viewer's dump, the first of the document itself."""
    begin = _VIEWER.search(text, 0, 50_000)
    start = begin.end() if begin else len(text) - len(text.lstrip())
    return text[start : start + _HEAD]


def _year_in_head(head: str) -> int | None:
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    lines = [line for line in lines if not re.match(r"(?:©|\(c\)|copyright)", line, re.I)]
    for line in lines[:12]:  # "2018–2022" on a line of its own, or in a short cover line
        if len(line) <= 60 and (year := _period(line)):
            return year
    for match in _PERIOD.finditer(head):
        near = head[max(0, match.start() - 40) : match.start()]
        if _PERIOD_WORD.search(near) and (year := _period(match[0])):
            return year
    for match in _ADOPTED.finditer(head):
        if found := re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", match[0]):
            return _plausible(int(found[1]))
    for line in lines[:12]:
        if len(line) <= 40 and (found := _COVER_LINE.fullmatch(line)):
            return _plausible(int(found[1]))
    return None


def _period(text: str) -> int | None:
    for match in _PERIOD.finditer(text):
        first = int(match[1])
        last = int(match[2]) if len(match[2]) == 4 else first // 100 * 100 + int(match[2])
        if all(a < b <= a + 40 for a, b in pairwise((first, last))):
            return _plausible(first)
    return None


def _plausible(year: int) -> int | None:
    return year if FIRST_YEAR <= year <= LAST_YEAR else None
