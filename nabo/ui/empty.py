"""What a reader meets where there are no plans yet: what to do, and a button that does it."""

from __future__ import annotations

import streamlit as st

from index.paths import DEMO_PLANS, default_library
from nabo.ui import parts, session, uploads
from nabo.ui.adding import with_progress
from nabo.ui.texts import text


def show() -> None:
    """Draw the invitation; fills the library with the demo plans on request."""
    st.html(
        f'<section class="nabo-empty"><h2>{text("no_library_title")}</h2>'
        f"<p>{text('no_library')}</p></section>"
    )
    if DEMO_PLANS.is_dir() and st.button(
        text("build_demo"), type="primary", icon=":material/library_add:"
    ):
        with session.friendly():
            with_progress(lambda progress: uploads.index([DEMO_PLANS], default_library(), progress))
            st.rerun()
    command = f"nabo index data/plans --library {default_library()}"
    st.html(f'<p class="nabo-detail">{text("command_demo")}: <code>{parts.esc(command)}</code></p>')
