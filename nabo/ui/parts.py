"""Small pieces that several views draw.

Text from documents (quotations, headings, titles, names, paths, reasons) reaches the page in one
way only: through `esc`, inside our own HTML. It is never given to Streamlit as Markdown, where a
plan could put links, images, formulas and colours into the page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import streamlit as st

from index.library import StoredPassage
from index.records import LANGUAGES
from nabo.ui.texts import counted, number, text
from search.hits import Hit

# Control characters, and those that turn the direction of the text around them.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_COLOURS = {"NO": "no", "DK": "dk", "SE": "se"}


def esc(words: object) -> str:
    """Text that a browser shows literally, whatever is in it."""
    return html.escape(_UNSEEN.sub(" ", str(words)), quote=True)


def lang(code: str) -> str:
    """A `lang` attribute with its leading space, empty for a language that we do not know."""
    return f' lang="{code}"' if code in LANGUAGES else ""


def web_address(url: str | None) -> str | None:
    """The address if it is one that may become a link: http or https, with a host."""
    try:
        found = urlsplit(url or "")
    except ValueError:
        return None
    return url if found.scheme in ("http", "https") and found.hostname else None


def alert(headline: str, detail: str = "") -> None:
    """One line on what went wrong, with the details under it."""
    below = f'<p class="nabo-detail">{esc(detail)}</p>' if detail else ""
    st.html(f'<div class="nabo-alert" role="alert"><p>{esc(headline)}</p>{below}</div>')


def note(words: str) -> None:
    """A quiet remark."""
    st.html(f'<p class="nabo-note" role="note">{esc(words)}</p>')


def done(words: str) -> None:
    """Something has succeeded."""
    st.html(f'<p class="nabo-done" role="status">{esc(words)}</p>')


def reasons(rows: Iterable[tuple[str, str]]) -> None:
    """Files with what there is to say of each."""
    items = "".join(
        f"<li><b>{esc(name)}</b> <span>{esc(reason)}</span></li>" for name, reason in rows
    )
    st.html(f'<ul class="nabo-reasons">{items}</ul>')


def demo_badge() -> str:
    """The mark of an invented plan."""
    return f'<span class="nabo-demo">{text("demo_badge")}</span>'


def country_name(code: str | None) -> str:
    """A country in the reader's language."""
    return text(code) if code in _COLOURS else text("unknown_country")


def colour(code: str | None) -> str:
    """The class that carries a country's colour."""
    return f"nabo-{_COLOURS.get(code or '', 'other')}"


def country_heading(code: str | None, shown: int, *, more: bool = False) -> None:
    """The head of a country's column. `more`: those shown are the best of more."""
    st.html(
        f'<h2 class="nabo-country {colour(code)}">{country_name(code)}'
        f" <small>{counted('best' if more else 'hits', shown)}</small></h2>"
    )


def pages(passage: StoredPassage) -> str:
    """`s. 4` or `s. 4–5`; empty where the plan has no pages."""
    if passage.page is None:
        return ""
    last = passage.last_page
    span = str(passage.page) if last in (None, passage.page) else f"{passage.page}–{last}"
    return text("page", page=span)


def file_name(path: str) -> str:
    """The last part of a path of either kind."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def plan_name(passage: StoredPassage) -> str:
    """The plan's title, or its file where the title is unknown."""
    return passage.title or file_name(passage.plan)


def headings(passage: StoredPassage) -> list[str]:
    """The heading path below the plan's own title, which many plans repeat as first heading."""
    path = list(passage.heading)
    if path and path[0].strip().casefold() == plan_name(passage).strip().casefold():
        del path[0]
    return path


def title_and_heading(passage: StoredPassage) -> str:
    """plan › heading › heading, each in the passage's language."""
    name = plan_name(passage)
    path = "".join(f' <i aria-hidden="true">›</i> {esc(part)}' for part in headings(passage))
    return f"<cite{lang(passage.language)}><b>{esc(name)}</b>{path}</cite>"


def facts(passage: StoredPassage, *, country: bool, copies: int = 0) -> str:
    """Year, page, language, and what else is known, between middle dots."""
    known = [country_name(passage.country)] if country else []
    known.append(str(passage.year) if passage.year is not None else text("unknown_year"))
    known += [pages(passage), text(passage.language if passage.language in LANGUAGES else "other")]
    if copies:
        known.append(counted("copies", copies))
    return " · ".join(esc(fact) for fact in known if fact)


def municipality(passage: StoredPassage) -> str:
    """The municipality's name, or that it is unknown."""
    return esc(passage.municipality or text("unknown_municipality"))


def hit_card(hit: Hit, *, demo: bool, country: bool, begin: int = 0) -> None:
    """A hit: where it stands, what it says, and where to check it.

    `country` says whether the country is named in the card (in a list) or stands above it. The
    quotation begins at the passage's character `begin`, after an ellipsis unless that is its start.
    """
    p = hit.passage
    badge = f" {demo_badge()}" if demo else ""
    cut = ' class="nabo-cut"' if begin else ""
    st.html(
        f'<article class="nabo-hit {colour(p.country)}">'
        f'<h3>{municipality(p)} <span class="nabo-kind">{text(p.kind)}</span></h3>'
        f"<blockquote{cut}{lang(p.language)}>{esc(p.clean[begin:])}</blockquote>"
        f'<p class="nabo-source">{title_and_heading(p)}</p>'
        f'<p class="nabo-facts">{facts(p, country=country, copies=hit.copies)}{badge}</p>'
        "</article>"
    )


def figures(rows: Iterable[tuple[str, int | str]]) -> None:
    """A line of large figures with what they count."""
    items = "".join(
        f"<div><dd>{esc(number(v) if isinstance(v, int) else v)}</dd><dt>{esc(name)}</dt></div>"
        for name, v in rows
    )
    st.html(f'<dl class="nabo-figures">{items}</dl>')
