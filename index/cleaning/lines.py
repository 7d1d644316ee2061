"""A document's text as lines that the rules look at, shorten and label."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.records import Page

_LINE = re.compile(r"[^\n\r\f\v\x85\u2028\u2029]+")
_BREAKS = re.compile(r"\r\n|[\n\r\v\x85\u2028\u2029]")
SENTENCE_END = re.compile(r"[.!?…:][\"”“»«'’)\]]{0,3}$")


@dataclass(slots=True)
class Line:
    """One line's content `[start, end)`, without the whitespace around it.

    Rules that find a page number glued to a line move `start` or `end` past it. `reason` is set
    where the whole line is furniture. `gap` is whether a blank line or a page break stands before.
    """

    start: int
    end: int
    text: str
    indent: int = 0
    gap: bool = False
    page: int = -1  # index into the document's pages, -1 if it has none
    reason: str = ""

    def cut(self, document: str, start: int, end: int) -> None:
        """Shortens the line to `[start, end)` trimmed of whitespace."""
        piece = document[start:end]
        left = len(piece) - len(piece.lstrip())
        self.text = piece.strip()
        self.start = start + left
        self.end = self.start + len(self.text)

    @property
    def open(self) -> bool:
        """Whether the line belongs to the plan's own text."""
        return not self.reason and self.end > self.start


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of furniture smaller than a line."""

    start: int
    end: int
    reason: str


def split_lines(text: str, pages: tuple[Page, ...] = ()) -> list[Line]:
    """The non-blank lines of `text`, in order."""
    lines: list[Line] = []
    previous = 0
    page = 0
    for match in _LINE.finditer(text):
        raw = match.group()
        content = raw.strip()
        if not content:
            continue
        indent = len(raw) - len(raw.lstrip())
        start = match.start() + indent
        between = text[previous:start]
        line = Line(start, start + len(content), content, indent)
        line.gap = not lines or "\f" in between or len(_BREAKS.findall(between)) > 1
        if pages:
            while page + 1 < len(pages) and start >= pages[page + 1].start:
                page += 1
                line.gap = True
            line.page = page
        lines.append(line)
        previous = line.end
    return lines


def ends_sentence(text: str) -> bool:
    """Whether a line's text ends with an end mark (a colon counts)."""
    return bool(SENTENCE_END.search(text[-5:]))
