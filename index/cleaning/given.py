"""Blocks that a format gives (html, docx, markdown): trusted for structure, swept of furniture."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from index.cleaning.contents import CONTENTS, key_of
from index.cleaning.frame import mark_frame
from index.cleaning.lines import Line
from index.cleaning.pages import RUNNING
from index.cleaning.phrases import furniture_reason
from index.cleaning.words import CONTENTS_WORDS, ROLE_TITLES
from index.records import Block, BlockType, Document


def given_blocks(document: Document) -> list[Block]:
    """The document's blocks, trimmed, in order, without overlaps, furniture labelled."""
    blocks = _tidy(document)
    lines = [Line(b.start, b.end, document.text[b.start : b.end]) for b in blocks]
    mark_frame(lines)
    for block, line in zip(blocks, lines, strict=True):
        if block.type is BlockType.FURNITURE:
            line.reason = block.reason or "furniture"
        elif not line.reason:
            line.reason = furniture_reason(line.text)
    _mark_contents(blocks, lines)
    _mark_repeated(blocks, lines)
    blocks = _with_role_headings(blocks, lines)
    return [
        replace(block, type=BlockType.FURNITURE, level=0, reason=line.reason)
        if line.reason
        else block
        for block, line in zip(blocks, lines, strict=True)
    ]


def _tidy(document: Document) -> list[Block]:
    text, tidy, position = document.text, [], 0
    for block in sorted(document.blocks or (), key=lambda b: (b.start, b.end)):
        start = max(block.start, position)
        piece = text[start : min(block.end, len(text))]
        left = len(piece) - len(piece.lstrip())
        content = piece.strip()
        if not content:
            continue
        level = block.level
        if block.type is BlockType.HEADING:
            level = max(level, 1)
            if len(content.split()) > 40:  # a paragraph set in a heading's style
                block, level = replace(block, type=BlockType.PARAGRAPH), 0
        begin = start + left
        tidy.append(replace(block, start=begin, end=begin + len(content), level=level))
        position = begin + len(content)
    return tidy


def _mark_contents(blocks: list[Block], lines: list[Line]) -> None:
    """After "Innhold": entries that come back later, as headings, or end in a page number."""
    later = {
        key_of(line.text): at
        for at, (block, line) in enumerate(zip(blocks, lines, strict=True))
        if block.type is BlockType.HEADING
    }
    for at, line in enumerate(lines):
        if line.reason or line.text.casefold().strip(" :") not in CONTENTS_WORDS:
            continue
        entries = []
        for inner in range(at + 1, len(lines)):
            text = lines[inner].text
            if lines[inner].reason or len(text) > 200 or blocks[inner].type is BlockType.HEADING:
                break
            bare = text.rstrip("0123456789 .…\t")
            if later.get(key_of(bare), -1) <= inner and bare == text:
                break
            entries.append(inner)
        line.reason = CONTENTS
        for inner in entries:
            lines[inner].reason = CONTENTS


def _mark_repeated(blocks: list[Block], lines: list[Line]) -> None:
    """Running headers: paragraphs that stand there four times or more, word for word, over no list."""
    texts = Counter(
        line.text
        for block, line in zip(blocks, lines, strict=True)
        if block.type is BlockType.PARAGRAPH and 15 <= len(line.text) <= 80
    )
    over_lists = {
        line.text
        for line, below in zip(lines, blocks[1:], strict=False)
        if below.type in (BlockType.ITEM, BlockType.ROW)
    }
    for block, line in zip(blocks, lines, strict=True):
        if (
            block.type is BlockType.PARAGRAPH
            and not line.reason
            and texts[line.text] >= 4
            and line.text not in over_lists
            and line.text[-1] not in ".:?!"
        ):
            line.reason = RUNNING


def _with_role_headings(blocks: list[Block], lines: list[Line]) -> list[Block]:
    """Paragraphs of one word such as "Tiltak" or "Indikatorer:" are headings set in bold."""
    result: list[Block] = []
    level = 0
    for at, (block, line) in enumerate(zip(blocks, lines, strict=True)):
        if block.type is BlockType.HEADING:
            level = block.level
        elif (
            block.type is BlockType.PARAGRAPH
            and line.text.casefold().strip(" :.*_") in ROLE_TITLES
            and at + 1 < len(blocks)
            and blocks[at + 1].type is not BlockType.HEADING
        ):
            block = replace(block, type=BlockType.HEADING, level=min(level + 1, 6))
        result.append(block)
    return result
