"""The front page: a question, its filters, and the hits of three countries side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from index.records import COUNTRIES
from nabo.ui import empty, excerpt, filters, link, parts, passage, session
from nabo.ui.texts import counted, text
from search.filters import Filters
from search.hits import Hit
from search.question import quoted_phrases

EXAMPLES = (
    "hvordan jobber andre med frivillighet?",
    "hvordan kan vi forebygge ensomhed blandt ældre?",
    "hur minskar kommuner utsläppen från transporter?",
)
PER_COUNTRY, IN_LIST = 4, 10  # hits shown at first, and with each "more"
# Passages of unknown country are looked for in the plans that have any; beyond this many plans the
# engine is asked for more hits instead of being given all their names.
_MANY_PLANS = 200
_SHOWN, _FOUND = "_shown_times", "_found"

Groups = list[tuple[str | None, list[Hit]]]


@dataclass(frozen=True, slots=True)
class Found:
    """A search's hits by country, and where the quotations begin (see `excerpt`)."""

    groups: Groups
    beginnings: dict[int, int]
    more: int  # a group of so many hits may have more


def show() -> None:
    """Draw the view."""
    st.title(text("ask_title"), anchor=False)
    with session.friendly():
        shelf = session.open_shelf()
        if shelf is None:
            empty.show()
            return
        _ask(shelf)


def _ask(shelf: session.Shelf) -> None:
    if (wanted := link.changed()) is not None and (missing := filters.fill(wanted, shelf)):
        parts.alert(text("link_unknown", names=", ".join(missing)))
    question = _question()
    if not question:
        _examples()
    asked = filters.draw(shelf, question)
    link.write(asked)
    if question:
        with session.friendly():
            _answer(shelf, asked)
    else:
        _welcome(shelf)
    if shelf.demo:
        parts.note(text("demo_note"))


def _question() -> str:
    if not st.session_state.get(filters.QUESTION):
        st.html(f'<p class="nabo-lead">{text("ask_lead")}</p>')
    with st.container(key="nabo-question", horizontal=True, vertical_alignment="bottom"):
        question = st.text_input(
            text("question"),
            key=filters.QUESTION,
            placeholder=text("question_hint"),
            label_visibility="collapsed",
            icon=":material/search:",
            width="stretch",
        )
        st.button(text("search"), type="primary")
    return (question or "").strip()


def _examples() -> None:
    """Questions to click, one in each language."""
    with st.container(key="nabo-examples", horizontal=True, vertical_alignment="center"):
        st.html(f"<p>{text('examples')}</p>", width="content")
        for example in EXAMPLES:
            st.button(example, on_click=_take, args=(example,))


def _welcome(shelf: session.Shelf) -> None:
    """What there is to find."""
    manifest = shelf.library.manifest
    words = " · ".join(
        (
            counted("passages", manifest.passages),
            counted("plans", manifest.plans),
            counted("municipalities", shelf.municipalities),
        )
    )
    st.html(f'<p class="nabo-shelf">{words}</p>')


def _take(example: str) -> None:
    st.session_state[filters.QUESTION] = example


# -- searching -----------------------------------------------------------------------------------


def _answer(shelf: session.Shelf, asked: link.Asked) -> None:
    wanted = filters.to_filters(asked, shelf)
    state = st.session_state
    about = (asked, shelf.stamp)
    if state.get(_SHOWN, (None, 0))[0] != about:
        state[_SHOWN] = (about, 1)
    times = state[_SHOWN][1]
    if asked.view == "list":
        search, most = _in_list, times * IN_LIST
    else:
        search, most = _by_country, times * PER_COUNTRY

    def find() -> Found:
        groups = search(shelf, asked, wanted, most)
        hits = [hit for _, group in groups for hit in group]
        return Found(groups, excerpt.beginnings(shelf.engine, asked.question, hits), most)

    found = _once(about, times, find)
    if not any(hits for _, hits in found.groups):
        _nothing(shelf, asked, wanted)
        return
    opened = _draw_groups(shelf, found, asked.view)
    if any(len(hits) >= most for _, hits in found.groups):
        st.button(text("more"), on_click=_more, icon=":material/expand_more:", key="nabo-more")
    if opened is not None:
        passage.open_drawer(shelf, opened)


def _once(about: tuple[object, ...], times: int, search: Callable[[], Found]) -> Found:
    """The search's groups, kept in the session so that other clicks do not search again."""
    kept = st.session_state.get(_FOUND)
    if kept is None or kept[0] != (about, times):
        with st.spinner(text("searching")):
            kept = st.session_state[_FOUND] = ((about, times), search())
    found: Found = kept[1]
    return found


def _more() -> None:
    about, times = st.session_state[_SHOWN]
    st.session_state[_SHOWN] = (about, times + 1)


def _in_list(shelf: session.Shelf, asked: link.Asked, wanted: Filters, k: int) -> Groups:
    return [(None, shelf.engine.search(asked.question, k, wanted))]


def _by_country(shelf: session.Shelf, asked: link.Asked, wanted: Filters, k: int) -> Groups:
    """The k best of each country, in a fixed order, and of those whose country nobody knows."""
    groups: Groups = []
    for country in wanted.country or COUNTRIES:
        if shelf.counts["country"].get(country):
            within = replace(wanted, country=(country,))
            groups.append((country, shelf.engine.search(asked.question, k, within)))
    groups.sort(key=lambda group: COUNTRIES.index(group[0] or ""))
    unknown = not wanted.country and shelf.counts["country"].get("")
    if unknown and (hits := _of_unknown_country(shelf, asked, wanted, k)):
        # It stands under the others, unless the best hit of all is there: a plan that somebody
        # has just added, and whose country Nabo could not tell, must not end below the fold.
        best = max((found[0].score for _, found in groups if found), default=0.0)
        groups.insert(0 if hits[0].score > best else len(groups), (None, hits))
    return groups


def _of_unknown_country(
    shelf: session.Shelf, asked: link.Asked, wanted: Filters, k: int
) -> list[Hit]:
    """The k best passages whose country is unknown: no filter of the engine names them."""
    unknown = [plan["path"] for plan in shelf.plans if plan["country"] is None]
    within = wanted
    if wanted.plan:
        unknown = [path for path in unknown if path in wanted.plan]
    if len(unknown) <= _MANY_PLANS:
        within = replace(wanted, plan=tuple(unknown))
    if not unknown:
        return []
    hits = shelf.engine.search(asked.question, k * 10, within)
    return [hit for hit in hits if hit.country is None][:k]


# -- drawing -------------------------------------------------------------------------------------


def _draw_groups(shelf: session.Shelf, found: Found, view: str) -> Hit | None:
    """Draw the hits; return the one whose context was asked for."""
    groups = found.groups
    opened: Hit | None = None
    if view == "list" or len(groups) == 1:
        country, hits = groups[0]
        with st.container(key="nabo-list"):
            if view != "list":
                parts.country_heading(country, len(hits), more=len(hits) >= found.more)
            for hit in hits:
                opened = _card(shelf, found, hit, "list", view == "list") or opened
        return opened
    if groups[0][0] is None:
        opened = _draw_unknown(shelf, found, groups[0][1])
    known = [group for group in groups if group[0] is not None]
    for column, (country, hits) in zip(st.columns(len(known), gap="medium"), known, strict=True):
        with column:
            parts.country_heading(country, len(hits), more=len(hits) >= found.more)
            if not hits:
                st.html(f'<p class="nabo-none">{text("none_here")}</p>')
            for hit in hits:
                opened = _card(shelf, found, hit, country or "", False) or opened
    if groups[-1][0] is None:
        opened = _draw_unknown(shelf, found, groups[-1][1]) or opened
    return opened


def _draw_unknown(shelf: session.Shelf, found: Found, hits: list[Hit]) -> Hit | None:
    """Draw the hits of unknown country, across the page."""
    opened: Hit | None = None
    parts.country_heading(None, len(hits), more=len(hits) >= found.more)
    columns = st.columns(3, gap="medium")
    for at, hit in enumerate(hits):
        with columns[at % 3]:
            opened = _card(shelf, found, hit, "unknown", False) or opened
    return opened


def _card(shelf: session.Shelf, found: Found, hit: Hit, group: str, country: bool) -> Hit | None:
    with st.container(key=f"nabo-card-{group}-{hit.rank}", gap=None):
        begin = found.beginnings.get(hit.passage.row, 0)
        parts.hit_card(hit, demo=shelf.is_demo(hit), country=country, begin=begin)
        label = text("read")
        if st.button(
            label, key=f"read-{group}-{hit.rank}", type="tertiary", icon=":material/article:"
        ):
            return hit
    return None


def _nothing(shelf: session.Shelf, asked: link.Asked, wanted: Filters) -> None:
    """Why there are no hits, and the next step."""
    catalogue = shelf.library.catalogue
    if wanted and not catalogue.select(*wanted.where(catalogue)):
        reason = text("nothing_filters")
    elif quoted_phrases(asked.question):
        reason = text("nothing_quotes")
    else:
        reason = text("nothing_words")
    detail = parts.esc(shelf.engine.why_nothing(asked.question, wanted))
    st.html(
        f'<section class="nabo-empty" role="status"><h2>{text("nothing_title")}</h2>'
        f'<p>{reason}</p><p class="nabo-detail" lang="en">{detail}</p></section>'
    )
    if wanted:
        st.button(text("clear_filters"), on_click=filters.clear, key="nabo-clear")
