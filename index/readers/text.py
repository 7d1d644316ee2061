"""Plain text: the decoded file, unchanged, so that offsets hold in the file itself.

For UTF-8 the text is what `open(path, newline="", encoding="utf-8").read()` gives; a byte order
mark is dropped. Form feeds, as pdftotext writes them, make pages.
"""

from __future__ import annotations

from pathlib import Path

from index.readers.decoding import decode
from index.readers.limits import read_bytes
from index.records import Document, Page


def read(path: Path) -> Document:
    """Raises ReadError where the file is missing, empty, too large, or not text."""
    text, warnings = decode(read_bytes(path))
    return Document(text, pages=_pages(text), warnings=tuple(warnings))


def _pages(text: str) -> tuple[Page, ...]:
    if "\f" not in text:
        return ()
    pages, start = [], 0
    for number, part in enumerate(text.split("\f"), 1):
        pages.append(Page(number, start, start + len(part)))
        start += len(part) + 1
    if not text[pages[-1].start :].strip():
        pages.pop()  # pdftotext ends each page, the last one too, with a form feed
    return tuple(pages)
