"""The library: which plans Nabo searches, what could not be read and why, and adding more."""

from __future__ import annotations

from typing import Any

import streamlit as st

from index.paths import default_library
from index.readers import SUFFIXES
from index.records import COUNTRIES
from nabo.ui import empty, link, parts, session, uploads
from nabo.ui.adding import with_progress
from nabo.ui.texts import counted, language, text

_REPORT, _BATCH = "_added", "_upload_batch"
_MEGABYTE = 1_000_000


def show() -> None:
    """Draw the view."""
    st.session_state[link.VIEW_SHOWN] = "library"
    st.title(text("library_title"), anchor=False)
    shelf = None
    with session.friendly():
        shelf = session.open_shelf()
        if shelf is None:
            empty.show()
        else:
            _overview(shelf)
    with session.friendly():
        _add()
    if shelf is not None:
        with session.friendly():
            _plans(shelf)
            _not_read(shelf)
            _about(shelf)


def _overview(shelf: session.Shelf) -> None:
    library, manifest = shelf.library, shelf.library.manifest
    size = f"{library.size / _MEGABYTE:.1f} MB"
    parts.figures(
        [
            (text("fact_plans"), manifest.plans),
            (text("fact_passages"), manifest.passages),
            (text("fact_municipalities"), shelf.municipalities),
            (text("fact_size"), size if language() == "en" else size.replace(".", ",")),
        ]
    )
    if shelf.demo:
        parts.note(text("demo_note"))


def _about(shelf: session.Shelf) -> None:
    library, encoder = shelf.library, shelf.library.manifest.encoder
    st.html(
        '<dl class="nabo-origin">'
        f"<dt>{text('library_place')}</dt><dd><code>{parts.esc(library.path.resolve())}</code></dd>"
        f"<dt>{text('library_encoder')}</dt><dd>{parts.esc(encoder.name)} "
        f"({parts.esc(encoder.revision)}, {text('dimensions', count=encoder.dim)})</dd></dl>"
    )


# -- adding --------------------------------------------------------------------------------------


def _add() -> None:
    st.header(text("add_title"), anchor=False)
    suffixes = ", ".join(sorted(suffix.lstrip(".") for suffix in SUFFIXES))
    st.html(f'<p class="nabo-detail">{text("add_lead", suffixes=suffixes)}</p>')
    batch = st.session_state.get(_BATCH, 0)
    files = st.file_uploader(
        text("choose_files"),
        type=sorted(suffix.lstrip(".") for suffix in SUFFIXES),
        accept_multiple_files=True,
        key=f"upload-{batch}",
    )
    if files and st.button(text("add_button"), type="primary", icon=":material/library_add:"):
        contents = [(file.name, file.getbuffer()) for file in files]
        st.session_state[_REPORT] = with_progress(
            lambda progress: uploads.add(default_library(), contents, progress)
        )
        st.session_state[_BATCH] = batch + 1  # an empty box for the next files
        st.rerun()
    if (report := st.session_state.get(_REPORT)) is not None:
        _report(report)


def _report(report: uploads.Added) -> None:
    if report.added:
        parts.done(counted("added", len(report.added)))
    elif not report.not_read:
        parts.done(text("added_none"))
    if report.already:
        parts.note(text("already", names=", ".join(report.already)))
    if report.not_read:
        parts.alert(text("not_read_lead"))
        parts.reasons(report.not_read)
    if report.notes:
        parts.note(text("notes"))
        parts.reasons(report.notes)


# -- what there is -------------------------------------------------------------------------------


def _not_read(shelf: session.Shelf) -> None:
    failures = shelf.library.catalogue.failures()
    if failures:
        st.header(text("not_read"), anchor=False)
        st.html(f'<p class="nabo-detail">{text("not_read_lead")}</p>')
        parts.reasons((_short(path), reason) for path, reason in failures)
    warnings = [
        (_short(plan["path"]), warning) for plan in shelf.plans for warning in plan["warnings"]
    ]
    if warnings:
        with st.expander(f"{text('notes')} ({len(warnings)})"):
            parts.reasons(warnings)


def _short(path: str) -> str:
    """A path as it was given; of a file that was added here, its name."""
    return path.removeprefix(f"{uploads.folder(default_library())}/")


def _plans(shelf: session.Shelf) -> None:
    st.header(text("plans_title"), anchor=False)
    if not shelf.library.catalogue.failures():
        st.html(f'<p class="nabo-detail">{text("all_read")}</p>')
    rows = sorted(
        (_row(plan, shelf) for plan in shelf.plans),
        key=lambda row: (row["country"], row["municipality"], row["title"]),
    )
    order = (
        "country",
        "municipality",
        "title",
        "year",
        "language",
        "passages",
        "demo",
        "type",
        "file",
    )
    st.dataframe(
        rows,
        hide_index=True,
        column_order=order,
        column_config={name: text(f"col_{name}") for name in order},
        alt=text("plans_title"),
    )


def _row(plan: dict[str, Any], shelf: session.Shelf) -> dict[str, Any]:
    known = plan["country"] in COUNTRIES
    return {
        "country": text(plan["country"]) if known else text("unknown"),
        "municipality": plan["municipality"] or text("unknown"),
        "title": plan["title"] or text("unknown"),
        "year": str(plan["year"] or text("unknown")),
        "type": plan["type"] or text("unknown"),
        "language": text(plan["language"]),
        "passages": plan["passages"],
        "demo": text("yes") if plan["invented"] else "",
        "file": parts.file_name(plan["path"]),
    }
