"""Documents read: one format a file, one signature, `read(path) -> Document`.

`read_document` looks at what a file is, not only at its name. What a reader cannot read raises
ReadError with the reason; what it reads only in part is in `Document.warnings`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from index.errors import ReadError
from index.readers.formats import FORMATS, SUFFIXES, format_of, unsupported
from index.readers.limits import MAX_BYTES, MAX_UNPACKED
from index.records import Document

__all__ = ["FORMATS", "MAX_BYTES", "MAX_UNPACKED", "SUFFIXES", "read_document", "unsupported"]

_MODULES = {"csv": "table", "jsonl": "table", "xlsx": "table"}


def read_document(path: Path) -> Document:
    """Read one file as what it is. Raises ReadError with the reason where that cannot be done."""
    format, renamed = format_of(path)
    # Imported when first needed: a library of text files does not wait for PDF and Word packages.
    module = importlib.import_module(f"index.readers.{_MODULES.get(format, format)}")
    read: Callable[[Path], Document] = module.read
    try:
        document = read(path)
    except ReadError:
        raise
    except (MemoryError, RecursionError) as error:
        raise ReadError(f"is too large or too deeply nested to read ({error!r})") from error
    if not document.text.strip():
        raise ReadError("holds no text")
    if renamed:
        document = replace(document, warnings=(renamed, *document.warnings))
    return document
