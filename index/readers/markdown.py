"""Markdown: blocks found line by line in the file's own text, which stays as it is.

A small line parser and not a Markdown package: what is wanted is not HTML but character offsets,
which the packages give by line at best. A block's span leaves out the markup around it (`## `,
`- `, a `**` or `*` that encloses all of it, the outer `|` of a row): that is
furniture. Markup inside a span stays in the text and is named in `Document.markup`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.readers.decoding import decode
from index.readers.inline import inline_marks
from index.readers.limits import read_bytes
from index.readers.properties import first_year, same_word
from index.records import Block, BlockType, Document, Metadata

# Each pattern is matched at a line's start and has no nested repetition: linear on any line.
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,4}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_ROW_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*-[ \t:|-]*$")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_QUOTE = re.compile(r" {0,3}>[ \t]?")
_IMAGE = re.compile(r"!\[[^\]]{0,500}\]\([^)]{0,2000}\)[ \t]*$")
_NOT_SPACE = re.compile(r"\S+")
_FRONT = {
    "title": ("title", "tittel", "titel"),
    "municipality": ("municipality", "kommune", "kommun"),
    "country": ("country", "land"),
    "year": ("year", "år", "date", "dato", "datum"),
    "type": ("type", "plantype"),
    "url": ("url", "source", "kilde", "källa"),
}


def read(path: Path) -> Document:
    """Raises ReadError where the file is missing, empty, too large, or not text."""
    text, warnings = decode(read_bytes(path))
    body, metadata = _front_matter(text)
    parser = _Parser(text)
    parser.run(body)
    blocks = tuple(_with_markup(text, parser.blocks))
    markup = tuple(
        span
        for block in blocks
        if block.type is not BlockType.FURNITURE and (block.start, block.end) not in parser.code
        for span in inline_marks(text, block.start, block.end)
    )
    return Document(text, metadata, blocks=blocks, warnings=tuple(warnings), markup=markup)


def _with_markup(text: str, blocks: list[Block]) -> Iterator[Block]:
    """`blocks`, and the markup between them as furniture, so that every character has a block."""
    position = 0
    for block in (*blocks, Block(len(text), len(text), BlockType.FURNITURE)):
        for piece in _NOT_SPACE.finditer(text, position, block.start):
            yield Block(piece.start(), piece.end(), BlockType.FURNITURE, reason="markup")
        if block.start < block.end:
            yield block
        position = block.end


@dataclass(slots=True)
class _Line:
    start: int
    text: str  # without its line end

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class _Parser:
    """Collects blocks; `open` is the paragraph or item that the next line may continue."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.blocks: list[Block] = []
        self.open: tuple[int, int, BlockType] | None = None
        self.code: set[tuple[int, int]] = set()  # spans of lines of code, which hold no markup

    def run(self, start: int) -> None:
        fence = ""
        comment = False
        if start:
            self._add(0, start, BlockType.FURNITURE, reason="front matter")
        for line in _lines(self.text, start):
            stripped = line.text.strip()
            if comment or stripped.startswith("<!--"):
                self._close()
                self._add(line.start, line.end, BlockType.FURNITURE, reason="comment")
                comment = "-->" not in line.text
            elif fence or (found := _FENCE.match(line.text)):
                self._close()
                if not fence and found:
                    fence = found[1]
                elif stripped.startswith(fence):
                    fence = ""
                elif stripped:
                    self._add(line.start, line.end, BlockType.PARAGRAPH)
                    self.code.add((self.blocks[-1].start, self.blocks[-1].end))
            else:
                self._line(line, stripped)
        self._close()

    def _line(self, line: _Line, stripped: str) -> None:
        if not stripped:
            self._close()
        elif heading := _HEADING.match(line.text):
            self._close()
            end = line.start + len(line.text.rstrip())
            closing = line.text.rstrip().rstrip("#")
            if closing.endswith((" ", "\t")):  # a closing run of #, not "C#"
                end = line.start + len(closing)
            self._add(line.start + heading.end(), end, BlockType.HEADING, level=len(heading[1]))
        elif self.open and self.open[2] is BlockType.PARAGRAPH and _SETEXT.match(line.text):
            start, end, _ = self.open
            self.open = None
            self._add(start, end, BlockType.HEADING, level=1 if "=" in stripped else 2)
        elif _RULE.match(line.text):
            self._close()
        elif stripped.startswith("|") or (stripped.endswith("|") and not self.open):
            self._close()
            if not _ROW_RULE.match(line.text):
                self._row(line)
        elif item := _ITEM.match(line.text):
            self._close()
            self.open = (line.start + item.end(), line.end, BlockType.ITEM)
        elif _IMAGE.match(stripped):
            self._close()
            self._add(line.start, line.end, BlockType.FURNITURE, reason="image")
        elif self.open:
            self.open = (self.open[0], line.end, self.open[2])
        else:
            quote = _QUOTE.match(line.text)
            skip = quote.end() if quote else 0
            self.open = (line.start + skip, line.end, BlockType.PARAGRAPH)

    def _row(self, line: _Line) -> None:
        left = len(line.text) - len(line.text.lstrip(" \t|"))
        right = len(line.text.rstrip(" \t|"))
        self._add(line.start + left, line.start + right, BlockType.ROW)

    def _close(self) -> None:
        if self.open is not None:
            start, end, kind = self.open
            self.open = None
            self._add(start, end, kind)

    def _add(
        self, start: int, end: int, kind: BlockType, *, level: int = 0, reason: str = ""
    ) -> None:
        text = self.text
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if kind is not BlockType.FURNITURE:
            content = text[start:end]
            for mark in ("***", "**", "__", "*", "_"):
                inner = content[len(mark) : -len(mark)]
                if content.startswith(mark) and content.endswith(mark) and inner.strip():
                    if mark not in inner:
                        start, end = start + len(mark), end - len(mark)
                    break
        if start < end:
            self.blocks.append(Block(start, end, kind, level, reason))


def _lines(text: str, start: int) -> Iterator[_Line]:
    while start < len(text):
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        line = text[start:stop]
        if "\r" in line[:-1]:  # old Mac line ends
            for part in line.split("\r"):
                yield _Line(start, part)
                start += len(part) + 1
        else:
            yield _Line(start, line.removesuffix("\r"))
        start = stop + 1


def _front_matter(text: str) -> tuple[int, Metadata]:
    """Where the body starts, and what `key: value` lines between two `---` say."""
    if not text.startswith(("---\n", "---\r\n")):
        return 0, Metadata()
    values: dict[str, str] = {}
    lines = _lines(text, 0)
    next(lines)
    for count, line in enumerate(lines):
        if line.text.rstrip() in ("---", "..."):
            return min(line.end + 1, len(text)), Metadata(
                title=values.get("title"),
                municipality=values.get("municipality"),
                country=values.get("country"),
                year=first_year(values.get("year")),
                type=values.get("type"),
                url=values.get("url"),
            )
        key, colon, value = line.text.partition(":")
        for name, words in _FRONT.items():
            if colon and same_word(key, words) and value.strip().strip("'\""):
                values.setdefault(name, value.strip().strip("'\""))
        if count > 200:
            break
    return 0, Metadata()
