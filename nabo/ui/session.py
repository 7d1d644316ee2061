"""The open library, shared by all sessions of the process, and what goes wrong with it.

Encoder and library are loaded once per process. A library's new generation is noticed by its
manifest, at the next click, and is opened without the encoder being loaded again.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from index.encoder import Encoder, load_encoder
from index.errors import EncoderError, LibraryError, LibraryMismatch, NaboError, QueryError
from index.library import Library
from index.paths import default_library
from nabo.ui import parts
from nabo.ui.texts import text
from search.engine import SearchEngine
from search.hits import Hit

_FACETS = ("country", "language", "kind", "municipality", "year")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """An open library with what the views need of it again and again."""

    engine: SearchEngine
    plans: tuple[dict[str, Any], ...]
    counts: dict[str, dict[str, int]]  # facet → value → number of passages; "" is unknown
    demo: frozenset[int]  # catalogue rows of the invented plans
    stamp: tuple[object, ...]  # changes with the library's generation

    @property
    def library(self) -> Library:
        return self.engine.library

    def is_demo(self, hit: Hit) -> bool:
        """Whether a hit comes from one of the invented plans."""
        return hit.passage.plan_row in self.demo

    @property
    def municipalities(self) -> int:
        return sum(1 for name in self.counts["municipality"] if name)


def open_shelf() -> Shelf | None:
    """The library in use; None where there is none yet, or where it is empty.

    Raises LibraryError where it is damaged, LibraryMismatch where it needs another encoder.
    """
    path = default_library()
    try:
        stat = (path / "manifest.json").stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    stamp = (str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino)
    with st.spinner(text("opening"), show_time=False):
        shelf = _open(str(path), stamp)
    return shelf if shelf.library.manifest.passages else None


@st.cache_resource(show_spinner=False, max_entries=2)
def _encoder(source: str | None, revision: str) -> Encoder:
    return load_encoder(source)


@st.cache_resource(show_spinner=False, max_entries=2)
def _open(path: str, stamp: tuple[object, ...]) -> Shelf:
    library = Library.open(path)
    wanted = library.manifest.encoder
    engine = SearchEngine(library, _encoder(wanted.source, wanted.revision))
    catalogue = library.catalogue
    return Shelf(
        engine,
        tuple(catalogue.plans()),
        {facet: catalogue.counts(facet) for facet in _FACETS},
        catalogue.invented(),
        stamp,
    )


@contextmanager
def friendly() -> Iterator[None]:
    """Turns what goes wrong inside into one line for the reader; nobody meets a traceback."""
    try:
        yield
    except NaboError as error:
        parts.alert(text(_headline(error)), str(error))
    except sqlite3.DatabaseError as error:
        _log.exception("The catalogue cannot be read")
        command = f"nabo index --rebuild --library {default_library()}"
        parts.alert(text("error_damaged", command=command), str(error))
    except OSError as error:
        _log.exception("A file cannot be used")
        parts.alert(text("error_file"), str(error))
    except Exception:  # the last door: whatever it is, the reader gets a line, the log the rest
        _log.exception("Unexpected error")
        parts.alert(text("error_other"))


def _headline(error: NaboError) -> str:
    for kind, key in (
        (LibraryMismatch, "error_mismatch"),
        (LibraryError, "error_library"),
        (EncoderError, "error_encoder"),
        (QueryError, "error_query"),
    ):
        if isinstance(error, kind):
            return key
    return "error_other"
