"""The question and its filters in the address, so that a link shows another reader the same.

The address is followed when it changes under us (a link opened, back, forward); otherwise the
address follows what the reader does.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import streamlit as st

from index.errors import QueryError
from index.records import COUNTRIES, LANGUAGES, OTHER_LANGUAGE
from nabo.ui.texts import CHOICE
from search.filters import KINDS, parse_years

VIEWS = ("countries", "list")
MAX_IN_ADDRESS = 1500  # characters of a question; browsers and mail programs cut longer addresses
_MANY = ("country", "language", "kind", "municipality", "plan")
_FIXED = {"country": COUNTRIES, "language": (*LANGUAGES, OTHER_LANGUAGE), "kind": KINDS}
_ADDRESS, _ASKED = "_address", "_asked"
VIEW_SHOWN, HERE = "_view_shown", "ask"


@dataclass(frozen=True, slots=True)
class Asked:
    """All that decides which hits are shown. `plan` holds plans' ids; `years` are inclusive."""

    question: str = ""
    country: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    municipality: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    years: tuple[int | None, int | None] = (None, None)
    view: str = VIEWS[0]

    def address(self) -> dict[str, str | list[str]]:
        """The query parameters for this; nothing in them that goes without saying."""
        found: dict[str, str | list[str]] = {}
        if self.question and len(self.question) <= MAX_IN_ADDRESS:
            found["q"] = self.question
        for name in _MANY:
            if values := getattr(self, name):
                found[name] = list(values)
        if self.years != (None, None):
            found["years"] = "-".join("" if year is None else str(year) for year in self.years)
        if self.view != VIEWS[0]:
            found["view"] = self.view
        return found

    @classmethod
    def read(cls, address: Mapping[str, list[str]]) -> Asked:
        """What an address asks for. What makes no sense in it is left out."""
        many = {name: tuple(dict.fromkeys(address.get(name, ()))) for name in _MANY}
        for name, allowed in _FIXED.items():
            many[name] = tuple(value for value in many[name] if value in allowed)
        years: tuple[int | None, int | None] = (None, None)
        with suppress(QueryError):
            years = parse_years(_first(address, "years"))
        view = _first(address, "view")
        return cls(
            question=_first(address, "q"),
            years=years,
            view=view if view in VIEWS else VIEWS[0],
            **many,
        )


def _first(address: Mapping[str, list[str]], name: str) -> str:
    values = address.get(name)
    return values[0] if values else ""


def _now() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params if name != CHOICE}


def changed() -> Asked | None:
    """What the widgets must be set to: what a link, or back and forward, asks for, or on the way
    back from another view what was asked last. None where the widgets are right already."""
    state, now = st.session_state, _now()
    before: Asked | None = state.get(_ASKED)
    returned = before is not None and state.get(VIEW_SHOWN) != HERE
    state[VIEW_SHOWN] = HERE
    if returned and not now:
        return before
    if now == state.get(_ADDRESS, {}) and not returned:
        return None
    return Asked.read(now)


def write(asked: Asked) -> None:
    """Put what is asked into the address."""
    wanted = {
        name: value if isinstance(value, list) else [value]
        for name, value in asked.address().items()
    }
    if _now() != wanted:
        chosen = st.query_params.get_all(CHOICE)
        st.query_params.from_dict(wanted | ({CHOICE: chosen} if chosen else {}))
    st.session_state[_ADDRESS] = wanted
    st.session_state[_ASKED] = asked
