"""The filters under the question, with the library's own values and counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import cast

import streamlit as st

from index.records import COUNTRIES, LANGUAGES, OTHER_LANGUAGE
from nabo.ui import parts
from nabo.ui.link import VIEWS, Asked
from nabo.ui.session import Shelf
from nabo.ui.texts import number, text
from search.filters import KINDS, Filters

_KEYS = {
    "country": "f_country",
    "language": "f_language",
    "kind": "f_kind",
    "municipality": "f_municipality",
    "plan": "f_plan",
}
QUESTION, YEARS, VIEW = "question", "f_years", "f_view"
_SPAN = "_year_span"


def fill(asked: Asked, shelf: Shelf) -> list[str]:
    """Set the widgets to what an address asks for; return the names that this library lacks."""
    state = st.session_state
    state[QUESTION], state[VIEW] = asked.question, asked.view
    known = {
        "municipality": set(shelf.counts["municipality"]) - {""},
        "plan": {plan["id"] for plan in shelf.plans},
    }
    missing: list[str] = []
    for name, key in _KEYS.items():
        values = getattr(asked, name)
        if name in known:
            missing += [value for value in values if value not in known[name]]
            values = [value for value in values if value in known[name]]
        state[key] = list(values)
    if (span := year_span(shelf)) and asked.years != (None, None):
        first, last = asked.years
        state[YEARS] = (
            first if first is not None else span[0],
            last if last is not None else span[1],
        )
    else:
        state.pop(YEARS, None)
    return missing


def clear() -> None:
    """Take all filters off; the question stays. For `on_click`."""
    for key in _KEYS.values():
        st.session_state[key] = []
    st.session_state.pop(YEARS, None)


def year_span(shelf: Shelf) -> tuple[int, int] | None:
    """The first and last known year of the library's passages; None where there are not two."""
    years = [int(year) for year in shelf.counts["year"] if year]
    return (min(years), max(years)) if years and min(years) < max(years) else None


def draw(shelf: Shelf, question: str) -> Asked:
    """Draw the filters; return what is asked with them."""
    with st.container(key="nabo-filters", horizontal=True, vertical_alignment="center"):
        country = st.pills(
            text("country"),
            COUNTRIES,
            selection_mode="multi",
            key=_KEYS["country"],
            label_visibility="collapsed",
            format_func=lambda code: _with_count(text(code), shelf.counts["country"].get(code, 0)),
        )
        chosen = sum(bool(st.session_state.get(key)) for key in list(_KEYS.values())[1:])
        chosen += _years_chosen(shelf)
        label = text("more_filters") + (f" ({chosen})" if chosen else "")
        with st.popover(label, icon=":material/tune:", key="nabo-more-filters"):
            asked = _more(shelf)
        view: str | None = st.session_state.get(VIEW)
        if question:
            st.space("stretch")
            view = st.segmented_control(
                text("view"),
                VIEWS,
                key=VIEW,
                required=True,
                default=None if VIEW in st.session_state else VIEWS[0],
                format_func=lambda name: text(f"view_{name}"),
                label_visibility="collapsed",
            )
    return replace(asked, question=question, country=tuple(country), view=view or VIEWS[0])


def _more(shelf: Shelf) -> Asked:
    """The filters of the popover."""
    counts = shelf.counts
    kind = st.pills(
        text("kind"),
        KINDS,
        selection_mode="multi",
        key=_KEYS["kind"],
        format_func=lambda name: _with_count(text(name), counts["kind"].get(name, 0)),
    )
    chosen = st.session_state.get(_KEYS["language"]) or []
    languages = [
        code
        for code in (*LANGUAGES, OTHER_LANGUAGE)
        if counts["language"].get(code) or code in chosen
    ]
    language = st.pills(
        text("language"),
        languages,
        selection_mode="multi",
        key=_KEYS["language"],
        format_func=lambda code: _with_count(text(code), counts["language"].get(code, 0)),
    )
    names = sorted((name for name in counts["municipality"] if name), key=str.casefold)
    _keep_known(_KEYS["municipality"], set(names))
    municipality = st.multiselect(
        text("municipality"),
        names,
        key=_KEYS["municipality"],
        format_func=lambda name: _with_count(name, counts["municipality"][name]),
        placeholder=text("all_municipalities"),
    )
    years = _years(shelf)
    labels = plan_labels(shelf)
    _keep_known(_KEYS["plan"], set(labels))
    plan = st.multiselect(
        text("plan"),
        sorted(labels, key=lambda plan_id: labels[plan_id].casefold()),
        key=_KEYS["plan"],
        format_func=labels.__getitem__,
        placeholder=text("all_plans"),
    )
    st.button(text("clear_filters"), on_click=clear, type="tertiary", icon=":material/close:")
    return Asked(
        kind=tuple(kind),
        language=tuple(language),
        municipality=tuple(municipality),
        plan=tuple(plan),
        years=years,
    )


def _years(shelf: Shelf) -> tuple[int | None, int | None]:
    span = year_span(shelf)
    if span is None:
        return None, None
    state = st.session_state
    chosen: tuple[int, int] | None = state.get(YEARS)
    if chosen is not None:  # the library, and with it the span, may have changed
        if chosen == state.get(_SPAN):  # all years were meant
            chosen = span
        first, last = (min(max(year, span[0]), span[1]) for year in chosen)
        state[YEARS] = (min(first, last), max(first, last))
    state[_SPAN] = span
    first, last = cast(
        "tuple[int, int]",
        st.slider(text("years"), *span, value=None if chosen else span, key=YEARS, format="%d"),
    )
    if (first, last) == span:
        return None, None
    parts.note(text("years_note"))
    return (first if first > span[0] else None), (last if last < span[1] else None)


def _years_chosen(shelf: Shelf) -> bool:
    years: tuple[int, int] | None = st.session_state.get(YEARS)
    return years is not None and years not in (year_span(shelf), st.session_state.get(_SPAN))


def _keep_known(key: str, known: set[str]) -> None:
    """Drop chosen values that a new generation of the library no longer has."""
    if values := st.session_state.get(key):
        st.session_state[key] = [value for value in values if value in known]


def _with_count(name: str, count: int) -> str:
    return f"{name} ({number(count)})"


def plan_labels(shelf: Shelf) -> dict[str, str]:
    """Plan id → a name that no other plan of the list has."""
    labels = {}
    for plan in shelf.plans:
        title = plan["title"] or parts.file_name(plan["path"])
        labels[plan["id"]] = f"{plan['municipality']}: {title}" if plan["municipality"] else title
    seen = Counter(labels.values())
    for plan in shelf.plans:
        if seen[labels[plan["id"]]] > 1:
            labels[plan["id"]] += f" – {parts.file_name(plan['path'])} [{plan['id'][:6]}]"
    return labels


def to_filters(asked: Asked, shelf: Shelf) -> Filters:
    """The engine's filters for what is asked."""
    paths = {plan["id"]: plan["path"] for plan in shelf.plans}
    return Filters(
        country=asked.country,
        language=asked.language,
        municipality=asked.municipality,
        kind=asked.kind,
        plan=tuple(paths[plan_id] for plan_id in asked.plan if plan_id in paths),
        years=asked.years,
    )
