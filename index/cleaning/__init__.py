"""From a document's raw text to blocks: headings, paragraphs, items, rows, and labelled furniture.

Nothing is lost and nothing is changed: the blocks lie in order over all of the document's text, and
what does not belong to the plan (page numbers, running headers, contents lists, the viewer's frame
with its teasers) is a block too, of type FURNITURE, with the reason.

Four kinds of input meet here: formats that know their structure (`document.blocks`), tables
(`document.rows`), text with its line breaks (`layout`), and dumps of web viewers with a page on
each line (`flat`).
"""

from __future__ import annotations

from dataclasses import dataclass

from index.cleaning.contents import Title, find_contents
from index.cleaning.flat import flat_blocks
from index.cleaning.frame import mark_frame
from index.cleaning.given import given_blocks
from index.cleaning.joints import Vocabulary
from index.cleaning.layout import layout_blocks
from index.cleaning.lines import Cut, Line, split_lines
from index.cleaning.pages import (
    cut_glued_numbers,
    infer_pages,
    mark_running_lines,
    pages_of_form_feeds,
)
from index.cleaning.phrases import furniture_reason
from index.cleaning.words import PLAIN_TITLES
from index.records import Block, BlockType, Document, Page

FLAT_LINE = 1500  # characters: a longer line has lost its breaks


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document's blocks in order, and its pages (its own, or inferred; empty if it has none)."""

    blocks: tuple[Block, ...]
    pages: tuple[Page, ...]


def clean(document: Document) -> Cleaned:
    """Blocks over all non-space text of `document`, and its pages. Takes time linear in the text."""
    text = document.text
    if document.rows:
        rows = [Block(row.start, row.end, BlockType.ROW) for row in document.rows]
        return Cleaned(_complete(text, rows, [], BlockType.FURNITURE), document.pages)
    if document.blocks is not None:
        blocks = given_blocks(document)
        return Cleaned(_complete(text, blocks, [], BlockType.PARAGRAPH), document.pages)
    pages = document.pages or pages_of_form_feeds(text)
    lines = split_lines(text, pages)
    frame = mark_frame(lines)
    for line in lines:
        if line.open:
            line.reason = furniture_reason(line.text)
    cuts: list[Cut] = []
    glued = False
    if pages:
        mark_running_lines(lines, len(pages))
    else:
        cuts, pages = cut_glued_numbers(text, lines, frame.found)
        glued = bool(pages)
        pages = pages or infer_pages(lines, len(text))
    more_cuts, titles = find_contents(text, lines, flat=glued or frame.found)
    cuts += more_cuts
    if not frame.found and not glued:
        _mark_title(lines)
    blocks, more_cuts = _structure(text, lines, titles, flat=glued or frame.found)
    cuts += more_cuts
    blocks += [
        Block(line.start, line.end, BlockType.FURNITURE, reason=line.reason)
        for line in lines
        if line.reason and line.end > line.start
    ]
    return Cleaned(_drop_empty_end(_complete(text, blocks, cuts, BlockType.PARAGRAPH)), pages)


def _structure(
    text: str, lines: list[Line], titles: list[Title], flat: bool
) -> tuple[list[Block], list[Cut]]:
    """Blocks of the open lines, each stretch by the rules for what it looks like."""
    blocks: list[Block] = []
    cuts: list[Cut] = []
    vocabulary: Vocabulary | None = None
    group: list[Line] = []
    group_flat = False

    def close(following: Line | None = None) -> None:
        nonlocal vocabulary
        if group and group_flat:
            vocabulary = vocabulary or Vocabulary(text, lines)
            found, dropped = flat_blocks(text, [ln for ln in group if ln.open], titles, vocabulary)
            blocks.extend(found)
            cuts.extend(dropped)
        elif group:
            blocks.extend(layout_blocks(group, titles, following))
        group.clear()

    for line in lines:
        is_flat = flat or len(line.text) >= FLAT_LINE if line.open else group_flat
        if is_flat != group_flat:
            close(line)
            group_flat = is_flat
        group.append(line)
    close()
    return blocks, cuts


def _mark_title(lines: list[Line]) -> None:
    """Labels the document's title: a first line of its own, above a text with parts of its own."""
    open_lines = [line for line in lines if line.open]
    if len(open_lines) < 4:
        return
    first, second = open_lines[0], open_lines[1]
    words = first.text.split()
    if (
        second.gap
        and 4 <= len(words) <= 25
        and len(first.text) <= 200
        and first.text[0].isupper()
        and first.text[-1] not in ".,;:-"
        and first.text.casefold() not in PLAIN_TITLES
    ):
        first.reason = "title"


def _complete(
    text: str, blocks: list[Block], cuts: list[Cut], rest: BlockType
) -> tuple[Block, ...]:
    """All blocks in order with the cuts taken out of them; what none covers becomes `rest`."""
    holes = sorted(
        (Block(cut.start, cut.end, BlockType.FURNITURE, reason=cut.reason) for cut in cuts),
        key=lambda block: block.start,
    )
    pieces: list[Block] = []
    at = 0
    for block in sorted(blocks, key=lambda b: (b.start, b.end)):
        while at < len(holes) and holes[at].end <= block.start:
            at += 1
        start, inner = block.start, at
        while inner < len(holes) and holes[inner].start < block.end:
            pieces.append(Block(start, holes[inner].start, block.type, block.level, block.reason))
            start = max(start, holes[inner].end)
            inner += 1
        pieces.append(Block(start, block.end, block.type, block.level, block.reason))
    result: list[Block] = []
    position = 0
    for block in sorted([*pieces, *holes], key=lambda b: (b.start, b.end)):
        start = max(block.start, position)
        if start > position:
            _add(result, text, Block(position, start, rest, reason=_rest_reason(rest)))
        if block.end > start:
            _add(result, text, Block(start, block.end, block.type, block.level, block.reason))
        position = max(position, block.end)
    _add(result, text, Block(position, len(text), rest, reason=_rest_reason(rest)))
    return tuple(result)


def _rest_reason(rest: BlockType) -> str:
    return "outside the rows" if rest is BlockType.FURNITURE else ""


def _add(blocks: list[Block], text: str, block: Block) -> None:
    piece = text[block.start : block.end]
    content = piece.strip()
    if content:
        start = block.start + len(piece) - len(piece.lstrip())
        blocks.append(Block(start, start + len(content), block.type, block.level, block.reason))


def _drop_empty_end(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Headings after the last text head nothing: they are furniture. Headings alone are text."""
    if all(block.type in (BlockType.HEADING, BlockType.FURNITURE) for block in blocks):
        return tuple(
            Block(b.start, b.end, BlockType.PARAGRAPH) if b.type is BlockType.HEADING else b
            for b in blocks
        )
    result = list(blocks)
    for at in range(len(result) - 1, -1, -1):
        if result[at].type is BlockType.HEADING:
            block = result[at]
            result[at] = Block(
                block.start, block.end, BlockType.FURNITURE, reason="heading without text"
            )
        elif result[at].type is not BlockType.FURNITURE:
            break
    return tuple(result)
