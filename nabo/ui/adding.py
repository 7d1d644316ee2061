"""The progress of files on their way into the library."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from nabo.ui import parts
from nabo.ui.texts import text

if TYPE_CHECKING:
    from index.builder import Progress

T = TypeVar("T")


def with_progress(work: Callable[[Progress], T]) -> T:
    """Do the work under a progress bar with the name of the file at hand; both go afterwards."""
    place = st.empty()
    with place.container():
        bar = st.progress(0.0)
        line = st.empty()

    def show(done: int, total: int, name: str) -> None:
        bar.progress(done / max(total, 1))
        if name:
            words = text("reading", number=done + 1, total=total)
            file = parts.esc(parts.file_name(name))
            line.html(f'<p class="nabo-detail" role="status">{words}: {file}</p>')

    try:
        return work(show)
    finally:
        place.empty()
