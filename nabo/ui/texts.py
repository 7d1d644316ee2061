"""The interface's words, in the language of the one who reads them.

The language is the one chosen in the app, else the browser's, else bokmål. A translation is one
file in `nabo/ui/translations`.
"""

from __future__ import annotations

import streamlit as st

from nabo.ui.translations import da, en, nb, nn, sv

LANGUAGES = {
    "nb": "Norsk bokmål",
    "nn": "Norsk nynorsk",
    "da": "Dansk",
    "sv": "Svenska",
    "en": "English",
}
TEXTS = {"nb": nb.TEXTS, "nn": nn.TEXTS, "da": da.TEXTS, "sv": sv.TEXTS, "en": en.TEXTS}
DEFAULT = "nb"
CHOICE = "ui"  # key of the chosen language, in the session's state and in the address
_NAMED_OTHERWISE = {"no": "nb"}


def of_locale(locale: str | None) -> str:
    """The interface language for a browser's locale, such as `sv-SE`."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    code = _NAMED_OTHERWISE.get(code, code)
    return code if code in TEXTS else DEFAULT


def language() -> str:
    """The interface language of this session."""
    chosen = st.session_state.get(CHOICE) or st.query_params.get(CHOICE)
    return str(chosen) if chosen in TEXTS else of_locale(st.context.locale)


def text(key: str, **values: object) -> str:
    """The words for a key; numbers among the values are written with thin spaces."""
    written = {name: number(v) if isinstance(v, int) else v for name, v in values.items()}
    return TEXTS[language()][key].format(**written)


def counted(key: str, count: int) -> str:
    """The words for a number of things: `key_one` or `key_many`."""
    return text(f"{key}_one" if count == 1 else f"{key}_many", count=count)


def number(value: int) -> str:
    """12 345, with a narrow space that does not break."""
    return f"{value:,}".replace(",", "\u202f")


def decimal(value: float) -> str:
    """Two decimals, with the comma of the Nordic languages."""
    written = f"{value:.2f}"
    return written if language() == "en" else written.replace(".", ",")
