"""The frame that web document viewers put around a plan's text: header, related titles, teasers.

Such a dump starts with the document's title, viewer controls ("Størrelse: px", "Download …") and
perhaps a list of related titles up to "Transkript", and goes on after the plan with entries of
title, teaser (the title again and the first words) and a link ("Detaljer", "Læs mere", "Läs mer").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.cleaning.lines import Line

_TRANSCRIPT = re.compile(r"(transkript|transkription|transskript|transcript(ion)?)\s*:?", re.I)
_CONTROL = re.compile(
    r"""
      (størrelse|storlek|size) \s* : \s* px
    | (begynne \s med \s side|starte \s visningen \s fra \s side[nr]?|vis \s fra \s side
      |(starta|börja|visa) .{0,30} sida n?|start \s display \s at \s page) \s* : .{0,12}
    | (download|last \s ned|ladda \s ne[rd]|hent) \s* ["“”»:«].*
    | \d{0,9} \s* (visninger|visningar|visningar|views|downloads?) \s* :? \s* \d{0,9}
    """,
    re.I | re.VERBOSE,
)
_RELATED = re.compile(
    r"(relatere?de|relaterte|relaterade|lignende|liknande|liknende|related)"
    r" (dokument(er|ar)?|documents?|innhold|indhold|innehåll)\s*:?",
    re.I,
)
_MORE = re.compile(
    r"(detaljer|les (mer|meir|videre)|läs mer(a)?|læs mere|vis mer(e)?|visa mer|mer information"
    r"|details|more details|read more)\s*(»|>|>>|\.{3}|…|→)?",
    re.I,
)
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Frame:
    """Line indices of the plan's own text: `[first, last)`. `found` is whether there is a frame."""

    found: bool
    first: int
    last: int


def mark_frame(lines: list[Line]) -> Frame:
    """Labels the frame's lines as furniture and says which lines lie within it."""
    first = _body_start(lines)
    found = first > 0
    last = _mark_teasers(lines, first, found)
    related = False
    for line in lines[:first]:
        related = related or bool(_RELATED.fullmatch(line.text))
        if _TRANSCRIPT.fullmatch(line.text):
            related = False
        line.reason = "related documents" if related else "viewer header"
    if found:
        for at in range(first, last):
            if _RELATED.fullmatch(lines[at].text):
                last = at
                break
        for line in lines[last:]:
            line.reason = line.reason or "related documents"
    return Frame(found, first, last)


def _body_start(lines: list[Line]) -> int:
    """Index of the first line of the plan's own text; 0 where there is no viewer's header."""
    seen: set[str] = set()
    start = 0
    controls = 0
    for at, line in enumerate(lines[:2000]):
        if len(line.text) > 400:
            if _CONTROL.fullmatch(line.text[:400]):
                continue
            break
        if _TRANSCRIPT.fullmatch(line.text) and seen:
            return at + 1
        if _RELATED.fullmatch(line.text):
            seen.add("related")
        elif _CONTROL.fullmatch(line.text):
            seen.add(line.text.split()[0].casefold())
            controls += 1
            if at < 12:
                start = at + 1
    return start if controls >= 2 else 0


def _mark_teasers(lines: list[Line], first: int, framed: bool) -> int:
    """Labels the entries of title, teaser and link; returns the index where the plan ends."""
    links = [at for at in range(first, len(lines)) if _MORE.fullmatch(lines[at].text)]
    begins = [
        _entry_start(lines, at, first if k == 0 else links[k - 1] + 1) for k, at in enumerate(links)
    ]
    matched = sum(begin is not None for begin in begins)
    if not links or matched < (1 if framed else 2) or matched * 2 < len(links):
        return len(lines)
    known = next(k for k, begin in enumerate(begins) if begin is not None)
    begin = begins[known]
    assert begin is not None
    for k in range(known, 0, -1):  # entries before the first sure one: two lines each
        begin = min(begin, max(links[k - 1] - 2, first))
    stop = len(lines) if framed else links[-1] + 1
    for line in lines[begin:stop]:
        line.reason = "teaser"
    return begin if stop == len(lines) else len(lines)


def _entry_start(lines: list[Line], link: int, floor: int) -> int | None:
    """Index of the title of the entry whose link is at `link`, None where none is to be seen."""
    for title in range(link - 2, max(link - 7, floor - 1), -1):
        if title >= floor and _repeats(lines[title].text, lines[title + 1].text):
            return title
    return None


def _repeats(title: str, teaser: str) -> bool:
    """Whether the teaser opens with the words of the title, give or take years and punctuation."""
    words = [word for word in _WORDS.findall(title[:300].casefold()) if not word.isdigit()][:8]
    opening = set(_WORDS.findall(teaser[:600].casefold())[: 3 * len(words) + 8])
    return bool(words) and sum(word in opening for word in words) >= 0.7 * len(words)
