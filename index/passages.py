"""From cleaned blocks to passages: whole sentences under one heading path, sized to be found.

Each section (the text between two headings) is cut into units (sentences, list items, table rows) and
the units are grouped by size and by the borders the text has (`grouping`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.cleaning import Cleaned
from index.cleaning.contents import strip_numbering
from index.cleaning.repair import Repaired, repair
from index.grouping import TARGET, Unit, grouped
from index.records import Block, BlockType, Document, Page, Passage
from index.sentences import sentence_spans

# Raise it whenever the same document would give other passages: libraries are bound to it.
PASSAGE_VERSION = 2

UNSPLITTABLE = 250  # words of one sentence before it is cut at ";", "," or between words

Spans = Sequence[tuple[int, int]]

_WORD = re.compile(r"\w+")
_SOFT_BREAK = re.compile(r"[;:,]\s+")
_POINT = re.compile(r"^(?:[-–—*·○∙]|o(?=\s[A-ZÆØÅÄÖ]))\s+")
_RUN_IN_TITLE = re.compile(r"[A-ZÆØÅÄÖ][^.:;!?]{2,50}: [A-ZÆØÅÄÖ]")  # "Grønne tage: På nye …"
_MARKUP = re.compile(r"^(#{1,6}\s+|\*\*|__)|[:.]?(\*\*|__|\s#+)?[:.]?$")


@dataclass(slots=True)
class _Section:
    """The blocks between two headings."""

    heading: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list)


def make_passages(document: Document, cleaned: Cleaned) -> list[Passage]:
    """Passages of a document, in order, none overlapping.

    `text` is `document.text[start:end]`. Every character that is neither furniture nor a heading lies
    in exactly one passage. A document of table rows gives one passage a row.
    """
    if document.rows:
        return list(_row_passages(document))
    pages = cleaned.pages
    starts = [page.start for page in pages]
    passages: list[Passage] = []
    for section in _sections(document.text, cleaned.blocks, document.markup):
        units = _units(document.text, section, starts, document.markup)
        for first, last in grouped(units):
            passages.append(
                _passage(document.text, section.heading, units[first:last], pages, starts)
            )
    return passages


def _row_passages(document: Document) -> Iterator[Passage]:
    for row in document.rows:
        text = document.text[row.start : row.end]
        if text.strip():
            words = repair(document.text, [(row.start, row.end)]).text
            yield Passage(row.start, row.end, text, words, type=BlockType.ROW, row=row)


def heading_text(text: str) -> str:
    """A heading's words: repaired, without its number and without markdown's marks."""
    return _bare_heading(repair(text, [(0, len(text))]).text)


def _bare_heading(words: str) -> str:
    bare = strip_numbering(_MARKUP.sub("", words).strip())[0]
    return bare or words


def _sections(text: str, blocks: tuple[Block, ...], markup: Spans) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    section = _Section(())
    heading_at = -2
    for at, block in enumerate(blocks):
        if block.type is BlockType.FURNITURE:
            continue
        if block.type is not BlockType.HEADING:
            section.blocks.append(block)
            continue
        if section.blocks:
            yield section
        if (
            heading_at == at - 1
            and blocks[at - 1].level == block.level
            and path
            and _same_title(text, blocks[at - 1], block)
        ):
            path.pop()
        while path and path[-1][0] >= block.level:
            path.pop()
        words = repair(text, [(block.start, block.end)], markup).text
        path.append((block.level, _bare_heading(words)))
        heading_at = at
        section = _Section(tuple(title for _, title in path))
    if section.blocks:
        yield section


def _same_title(text: str, first: Block, second: Block) -> bool:
    return text[first.start : first.end].casefold() == text[second.start : second.end].casefold()


# --- units -----------------------------------------------------------------------------------


def _units(text: str, section: _Section, page_starts: list[int], markup: Spans) -> list[Unit]:
    units: list[Unit] = []
    for stream, (kind, blocks) in enumerate(_streams(text, section.blocks)):
        words = repair(text, [(block.start, block.end) for block in blocks], markup)
        if kind is BlockType.PARAGRAPH:
            spans = sentence_spans(words.text)
        else:
            spans = [(0, len(words.text))] if words.text else []
        if not words.text:  # nothing readable, such as bullets alone: part of what stands before
            if units:
                units[-1].end = blocks[-1].end
            else:
                units.append(Unit(blocks[0].start, blocks[-1].end, "", 0, kind, "item"))
            continue
        sized = list(_split_long(words.text, spans))
        made = _placed(text, words, sized, kind, blocks)
        total = sum(unit.words for unit in made)
        for at, unit in enumerate(made):
            unit.tight, unit.stream = total, stream
            unit.before = _border(units, unit, at, text, page_starts)
            units.append(unit)
    return units


def _streams(text: str, blocks: list[Block]) -> Iterator[tuple[BlockType, list[Block]]]:
    """Blocks that read as one: a paragraph and what continues it beyond a page's furniture."""
    group: list[Block] = []
    for block in blocks:
        if group and not _continues(text, group[-1], block):
            yield group[0].type, group
            group = []
        group.append(block)
    if group:
        yield group[0].type, group


def _continues(text: str, first: Block, second: Block) -> bool:
    if first.type is BlockType.ROW or second.type is not (
        first.type if second.type is BlockType.ROW else BlockType.PARAGRAPH
    ):
        return False
    end = text[max(first.start, first.end - 6) : first.end].rstrip("\"”»'’)")
    return end[-1:] not in (".", "!", "?", "…", ":", "") and text[second.start].islower()


def _placed(
    text: str, words: Repaired, spans: list[tuple[int, int]], kind: BlockType, blocks: list[Block]
) -> list[Unit]:
    """Units of the repaired spans at their places in the document, nothing left between them."""
    units = []
    for start, end in spans:
        begin, stop = words.place(start, end)
        piece = words.text[start:end]
        if kind is BlockType.ITEM:
            piece = _POINT.sub("", piece, count=1)
        units.append(Unit(begin, stop, piece, piece.count(" ") + 1, kind, "sentence"))
    if units:  # bullets and invisible characters that the repair dropped belong to their neighbour
        units[0].start = blocks[0].start
        units[-1].end = blocks[-1].end
        for left, right in pairwise(units):
            gap = text[left.end : right.start]
            if gap.strip():
                # An opening mark stands before its word, "… slutt. *Ny* plan": it goes with it.
                opening = 0 if gap[-1].isspace() else len(gap.split()[-1])
                left.end += len(gap[: len(gap) - opening].rstrip())
                right.start -= opening
    return units


def _split_long(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences, those of more than `UNSPLITTABLE` words cut into pieces of about `TARGET`."""
    for start, end in spans:
        words = (
            list(_WORD.finditer(text, start, end))
            if text.count(" ", start, end) >= UNSPLITTABLE
            else []
        )
        if len(words) <= UNSPLITTABLE:
            yield start, end
            continue
        soft = [match.end() for match in _SOFT_BREAK.finditer(text, start, end)]
        parts = round(len(words) / TARGET)
        begin = start
        for part in range(1, parts):
            at = words[len(words) * part // parts].start()
            low = words[len(words) * part // parts - TARGET // 4].start()
            near = bisect_right(soft, at) - 1
            at = text.rfind(" ", begin, at) + 1 or at
            if near >= 0 and soft[near] >= low:
                at = soft[near]
            stop = len(text[begin:at].rstrip()) + begin
            if stop > begin:
                yield begin, stop
                begin = at
        yield begin, end


def _border(units: list[Unit], unit: Unit, at: int, text: str, page_starts: list[int]) -> str:
    if not units:
        return "paragraph"
    previous = units[-1]
    if previous.clean.endswith(":"):
        return "lead-in"
    if at == 0:
        if unit.type is previous.type and unit.type is not BlockType.PARAGRAPH:
            return "item"
        return "items" if unit.type is not previous.type else "paragraph"
    if _RUN_IN_TITLE.match(unit.clean):
        return "title"
    crosses = bisect_right(page_starts, unit.start) != bisect_right(page_starts, previous.start)
    return "page" if crosses else "sentence"


def _passage(
    text: str,
    heading: tuple[str, ...],
    units: list[Unit],
    pages: tuple[Page, ...],
    starts: list[int],
) -> Passage:
    start, end = units[0].start, units[-1].end
    weights: dict[BlockType, int] = {}
    for unit in units:
        weights[unit.type] = weights.get(unit.type, 0) + unit.words
    kind = max(weights, key=lambda key: weights[key])
    clean = ""
    for before, unit in zip([units[0], *units], units, strict=False):
        if clean and unit.clean:
            clean += " " if unit.stream == before.stream else "\n"
        clean += unit.clean
    return Passage(
        start, end, text[start:end], clean, heading, _page_span(start, end, pages, starts), kind
    )


def _page_span(
    start: int, end: int, pages: tuple[Page, ...], starts: list[int]
) -> tuple[int, int] | None:
    if not pages:
        return None
    first = max(bisect_right(starts, start) - 1, 0)
    last = max(bisect_left(starts, end) - 1, first)
    return pages[first].number, pages[last].number
