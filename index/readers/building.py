"""Text put together block by block, with exact offsets: for formats whose text the reader makes."""

from __future__ import annotations

import re

from index.readers.decoding import sound
from index.records import Block, BlockType

# Control characters that no text needs, and that SQLite and XML trip over.
_UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")


class TextBuilder:
    """Blocks in document order, a blank line between them; `text` and `blocks` when done."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []

    def add(self, text: str, type: BlockType, *, level: int = 0, reason: str = "") -> Block | None:
        """Append a block; None where there is nothing but white space to append."""
        text = sound(_UNWANTED.sub("", text)).strip()
        if not text:
            return None
        if self._parts:
            self._parts.append("\n\n")
            self._length += 2
        block = Block(self._length, self._length + len(text), type, level, reason)
        self._parts.append(text)
        self._length += len(text)
        self.blocks.append(block)
        return block

    @property
    def text(self) -> str:
        """The text so far: `text[block.start:block.end]` is the block as it was added."""
        return "".join(self._parts)


def clean_text(text: str) -> str:
    """`text` without control characters and lone surrogates; offsets may move."""
    return sound(_UNWANTED.sub("", text))
