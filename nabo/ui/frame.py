"""What surrounds every view: the page's settings, its style, its language, and the foot."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from nabo.ui.texts import CHOICE, LANGUAGES, language, of_locale, text

_HERE = Path(__file__).parent
LOGO, ICON = _HERE / "logo.svg", _HERE / "icon.svg"
STYLE = _HERE / "style.css"


def begin() -> None:
    """Set the page up; called once, before anything is drawn."""
    st.set_page_config(
        page_title="Nabo", page_icon=ICON, layout="wide", menu_items={"About": text("about")}
    )
    st.logo(LOGO, size="large")
    st.html(STYLE)
    # The upload button's own words are English whatever the page's language; and a dialog, which
    # stands outside the app's element, does not inherit whether the theme is light or dark.
    scheme = "dark" if st.context.theme.type == "dark" else "light"
    st.html(
        f"<style>[data-testid='stDialog'] {{color-scheme: {scheme}}}"
        "[data-testid='stFileUploaderDropzone'] button p::after"
        f" {{content: '{text('choose_files')}'}}</style>"
    )
    # Streamlit says that every page is English; screen readers and hyphenation need the truth.
    # The script holds nothing but a language code of our own list.
    st.container(key="nabo-language").html(
        f"<script>document.documentElement.lang = '{language()}'</script>",
        unsafe_allow_javascript=True,
    )


def end() -> None:
    """The foot: a promise, and the choice of interface language."""
    with st.container(key="nabo-foot", horizontal=True, vertical_alignment="center"):
        st.html(f"<p>{text('privacy')}</p>", width="stretch")
        here = language()
        st.selectbox(
            text("interface_language"),
            list(LANGUAGES),
            index=list(LANGUAGES).index(here),
            format_func=LANGUAGES.__getitem__,
            key="_interface_language",
            on_change=_choose,
            label_visibility="collapsed",
            width=180,
        )


def _choose() -> None:
    chosen = st.session_state["_interface_language"]
    st.session_state[CHOICE] = chosen
    if chosen == of_locale(st.context.locale):
        st.query_params.pop(CHOICE, None)
    else:
        st.query_params[CHOICE] = chosen
