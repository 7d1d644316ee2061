"""A passage in its context: what stands before and after it in the plan, and where to check it."""

from __future__ import annotations

import streamlit as st

from index.library import StoredPassage
from nabo.ui import parts, session
from nabo.ui.texts import decimal, text
from search.hits import Hit

_FIRST = (1, 2)  # passages before and after at first: few before, so that the hit is in sight
_STEP = 4  # more of them with each click
_SPAN = "_context_span"


def open_drawer(shelf: session.Shelf, hit: Hit) -> None:
    """Show the passage beside the hits. One at a time; call at most once in a run."""
    st.session_state[_SPAN] = _FIRST
    drawer = st.dialog(text("in_context"), width="medium", position="right")(_draw)
    drawer(shelf, hit)


def _draw(shelf: session.Shelf, hit: Hit) -> None:
    with session.friendly():
        before, after = st.session_state.get(_SPAN, _FIRST)
        around = shelf.library.catalogue.neighbours(hit.passage, before, after)
        here = next(i for i, p in enumerate(around) if p.row == hit.passage.row)
        _head(hit, shelf.is_demo(hit))
        if here == before and hit.passage.ordinal > before:
            st.button(
                text("earlier"),
                icon=":material/expand_less:",
                type="tertiary",
                on_click=_widen,
                args=(1, 0),
            )
        st.html(
            '<div class="nabo-context">'
            + "".join(
                _one(p, around[i - 1] if i else None, i == here) for i, p in enumerate(around)
            )
            + "</div>"
        )
        if len(around) - here - 1 == after:
            st.button(
                text("later"),
                icon=":material/expand_more:",
                type="tertiary",
                on_click=_widen,
                args=(0, 1),
            )
        _source(hit)


def _widen(earlier: int, later: int) -> None:
    before, after = st.session_state[_SPAN]
    st.session_state[_SPAN] = (before + _STEP * earlier, after + _STEP * later)


def _head(hit: Hit, demo: bool) -> None:
    p = hit.passage
    st.html(
        f'<header class="nabo-plan {parts.colour(p.country)}">'
        f"<h2>{parts.municipality(p)}</h2><p{parts.lang(p.language)}><cite>{parts.esc(parts.plan_name(p))}</cite>"
        f'</p><p class="nabo-facts">{parts.facts(p, country=True, copies=hit.copies)}'
        f"{parts.demo_badge() if demo else ''}</p></header>"
    )


def _one(passage: StoredPassage, previous: StoredPassage | None, here: bool) -> str:
    """One passage of the context, with its heading where it differs from the one before."""
    lang = parts.lang(passage.language)
    head = ""
    if previous is None or previous.heading != passage.heading:
        path = ' <i aria-hidden="true">›</i> '.join(
            parts.esc(part) for part in parts.headings(passage)
        )
        head = f"<h3{lang}>{path}</h3>" if path else ""
    page = ""
    if passage.page is not None and (previous is None or previous.page != passage.page):
        page = f'<span class="nabo-page">{parts.pages(passage)}</span>'
    words = f"<p{lang}>{page}{parts.esc(passage.clean)}</p>"
    if not here:
        return head + words
    kind = f'<span class="nabo-kind">{text(passage.kind)}</span>'
    label = f'<p class="nabo-label">{text("this_passage")} {kind}</p>'
    mark = f'<section class="nabo-here {parts.colour(passage.country)}" aria-current="true">'
    return f"{head}{mark}{label}{words}</section>"


def _source(hit: Hit) -> None:
    p, scores = hit.passage, hit.scores
    rows = [(text("file"), f"<code>{parts.esc(p.plan)}</code>")]
    if url := parts.web_address(p.url):
        link = f'<a href="{parts.esc(url)}" rel="noopener noreferrer" target="_blank">'
        rows.append((text("web"), f"{link}{parts.esc(url)}</a>"))
    elif p.url:
        rows.append((text("web"), parts.esc(p.url)))
    score = text(
        "score",
        score=decimal(hit.score),
        dense=decimal(scores.dense),
        interaction=decimal(scores.interaction),
        lexical=decimal(scores.lexical),
    )
    rows.append((text("why_hit"), score))
    items = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    st.html(f'<h3 class="nabo-origin">{text("source")}</h3><dl class="nabo-origin">{items}</dl>')
