"""Contents lists: found and labelled, and the titles they name kept, as headings of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from index.cleaning.lines import Cut, Line
from index.cleaning.words import CONTENTS_WORDS

CONTENTS = "contents list"
_LEADER = re.compile(
    r"(?:(?<![.…])(?:\.{3,}+|…[.…]*+)|(?<!\. )(?<!\.)(?:\.[ ]){3,}+\.?|(?<!_)_{4,}+|(?<!·)·{4,}+)"
    r"[\s.…]{0,20}\d{1,3}(?=\s|$)"
)
_NUMBERING = re.compile(
    r"\s*(?:(?:kapittel|kapitel|kap\.|del)\s+)?(?P<n>\d{1,2}(?:\.\d{1,2}){0,4})\.?[\s:–-]\s*"
    r"(?=[^\W\d_])",
    re.I,
)
_ENTRY_LINE = re.compile(r"(?P<title>\S.{1,140}?)[\s.…_]+(?P<page>\d{1,3})")
_FLAT_ENTRY = re.compile(
    r"\s*(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+)?(?P<title>[^\W\d_][^\d]{1,100}?)\s+(?P<page>\d{1,3})"
    r"(?=\s|$)"
)
_OPENS = re.compile(r"(\w+)\s*:?(\s+|$)")
_PROSE = re.compile(r"[a-zæøåäö)][.!]\s+[A-ZÆØÅÄÖ]")
_TITLE_START = re.compile(r"(?:(?<=\s)|^)(?=[A-ZÆØÅÄÖ0-9])")


@dataclass(frozen=True, slots=True)
class Title:
    """A title that a contents list names: its words, and its depth (1 where it has no number)."""

    text: str
    depth: int = 1


def key_of(text: str) -> str:
    """What two spellings of one title share: words without numbering, case, punctuation."""
    bare = _NUMBERING.sub("", text, count=1) if _NUMBERING.match(text) else text
    return " ".join(re.findall(r"\w+", bare.casefold()))


def strip_numbering(text: str) -> tuple[str, int]:
    """A title without its number, and the number's depth (0 where it has none)."""
    match = _NUMBERING.match(text)
    if not match:
        return text.strip(), 0
    return text[match.end() :].strip(), match.group("n").count(".") + 1


def find_contents(document: str, lines: list[Line], flat: bool) -> tuple[list[Cut], list[Title]]:
    """Labels contents lists; returns those inside lines as cuts, and all the titles they name.

    Lines that only partly belong to a list (flattened pages) are shortened to what follows it.
    `flat` is whether the document has a page on each line.
    """
    titles: list[Title] = []
    cuts: list[Cut] = []
    for line in lines:
        if line.open and (flat or len(line.text) > 120):
            cuts += _in_one_line(document, line, titles, flat)
    _over_lines(lines, titles)
    _after_contents_word(lines, titles)
    return cuts, titles


def _add(titles: list[Title], text: str) -> None:
    words, depth = strip_numbering(text)
    if 2 < len(words) <= 140:
        titles.append(Title(words, max(depth, 1)))


def _in_one_line(document: str, line: Line, titles: list[Title], flat: bool) -> list[Cut]:
    """Contents flattened into a long line, with leaders, with bare page numbers, or with neither."""
    leaders = list(_LEADER.finditer(line.text)) if "..." in line.text or "…" in line.text else []
    if len(leaders) >= 3:
        return _with_leaders(document, line, leaders, titles)
    opening = _OPENS.match(line.text)
    if not opening or opening.group(1).casefold() not in CONTENTS_WORDS:
        return []
    at, last, entries = opening.end(), 0, []
    while (entry := _FLAT_ENTRY.match(line.text, at)) is not None:
        page = int(entry.group("page"))
        if not last <= page <= last + 60:
            break
        entries.append(entry.group().strip())
        last, at = page, entry.end()
    if len(entries) >= 3:
        for text in entries:
            _add(titles, text.rsplit(None, 1)[0])
        return _cut_front(document, line, at)
    if flat and len(line.text) <= 2500 and not _PROSE.search(line.text):
        rest = line.text[opening.end() :]
        starts = [match.start() for match in _TITLE_START.finditer(rest)] + [len(rest)]
        if len(starts) < 3 or starts[0] > 0:
            return []
        for left, right in pairwise(starts):
            if any(character.isalpha() for character in rest[left:right]):
                _add(titles, rest[left:right].strip())
        line.reason = CONTENTS
    return []


def _with_leaders(
    document: str, line: Line, leaders: list[re.Match[str]], titles: list[Title]
) -> list[Cut]:
    first = leaders[0]
    window = line.text[max(0, first.start() - 200) : first.start()]
    begin = first.start() - len(window)
    opening = [m for m in re.finditer(r"\w+", window) if m.group().casefold() in CONTENTS_WORDS]
    if opening:
        start, title_start = begin + opening[-1].start(), begin + opening[-1].end()
        if opening[-1].start() == 0 or (
            len(opening) > 1 and opening[-2].end() >= start - begin - 2
        ):
            start = begin + opening[0].start()
    elif begin == 0:
        start = title_start = 0
    else:
        ends = [m.end() for m in re.finditer(r"[.!?]\s+", window)]
        start = title_start = begin + (ends[-1] if ends else 0)
    end = title_start
    for leader in leaders:
        if leader.start() - end > 220:
            break
        _add(titles, line.text[end : leader.start()].strip(" \t:.…"))
        end = leader.end()
    cuts = []
    if start < 40:
        if start:
            cuts.append(Cut(line.start, line.start + start, CONTENTS))
        cuts += _cut_front(document, line, end, start)
        return cuts
    # Text before the list as well: keep the list as a hole in the line.
    return [Cut(line.start + start, line.start + end, CONTENTS)]


def _cut_front(document: str, line: Line, end: int, start: int = 0) -> list[Cut]:
    border = line.start + end
    cut = Cut(line.start + start, border, CONTENTS)
    line.cut(document, border, line.end)
    return [cut]


def _over_lines(lines: list[Line], titles: list[Title]) -> None:
    """Runs of lines that end in a dotted leader and a page number (a title may take two lines)."""
    run: list[int] = []

    def close() -> None:
        if len(run) >= 2:
            first = run[0]
            above = first - 1
            while above >= 0 and not lines[above].open:
                above -= 1
            if above >= 0 and lines[above].text.casefold().strip(" :") in CONTENTS_WORDS:
                first = above
            for line in lines[first : run[-1] + 1]:
                if line.open:
                    line.reason = CONTENTS
        run.clear()

    pending = ""
    for at, line in enumerate(lines):
        if not line.open or len(line.text) > 300:
            continue
        leader = _LEADER.search(line.text)
        if leader and leader.end() == len(line.text):
            run.append(at)
            _add(titles, f"{pending} {line.text[: leader.start()]}".strip())
            pending = ""
        elif run and at - run[-1] == 1 and len(line.text) < 120:
            pending = line.text
        elif run and at - run[-1] > 2:
            close()
            pending = ""
    close()


def _after_contents_word(lines: list[Line], titles: list[Title]) -> None:
    """What follows the line "Innhold": entries with page numbers, or titles met again later."""
    openings = [
        at
        for at, line in enumerate(lines)
        if len(line.text) < 30 and line.text.casefold().strip(" :#*") in CONTENTS_WORDS
    ]
    if not openings:
        return
    last_seen = {
        key_of(line.text): at for at, line in enumerate(lines) if line.open and len(line.text) < 160
    }
    for opening in openings[:5]:
        if not lines[opening].open:
            continue
        lines[opening].reason = CONTENTS
        entries: list[int] = []
        kept = len(titles)
        last = 0
        for at in range(opening + 1, min(opening + 400, len(lines))):
            line = lines[at]
            if not line.open:
                continue
            entry = _ENTRY_LINE.fullmatch(line.text) if len(line.text) < 160 else None
            bare = line.text.strip("-•*· ")
            if entry and last <= int(entry.group("page")) <= last + 60:
                last = int(entry.group("page"))
                bare = entry.group("title")
            elif not (len(line.text) < 160 and last_seen.get(key_of(line.text), -1) > at):
                break
            entries.append(at)
            _add(titles, bare)
        if len(entries) >= 2:
            for at in entries:
                lines[at].reason = CONTENTS
        else:
            del titles[kept:]
