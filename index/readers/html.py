"""Web pages: the main text as blocks; navigation, headers, footers, cookie notices as furniture.

The text is built here, block by block. Scripts, styles, buttons and pictures are left out. Content
that a page hides until it is clicked (accordions) is content. Where a page marks its main element
and most text is in it, the rest is furniture.
"""

from __future__ import annotations

import re
import warnings as python_warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString

from index.errors import ReadError
from index.readers.building import TextBuilder
from index.readers.decoding import decode
from index.readers.limits import read_bytes
from index.readers.properties import first_year, municipality_hint, title_or_none
from index.records import Block, BlockType, Document, Metadata

_LEFT_OUT = frozenset(
    "script style noscript template svg math iframe object embed canvas audio video picture img"
    " button select option input textarea datalist head title meta link map".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre"
    " section summary table tbody td tfoot th thead tr ul".split()
)
_FURNITURE = {
    "nav": "navigation",
    "header": "page header",
    "footer": "page footer",
    "aside": "aside",
    "form": "form",
    "dialog": "dialog",
}
_ROLES = {
    "navigation": "navigation",
    "banner": "page header",
    "contentinfo": "page footer",
    "complementary": "aside",
    "search": "form",
    "dialog": "dialog",
}
_CLASSES = {
    **dict.fromkeys(("nav", "navbar", "navigation", "menu", "breadcrumb", "breadcrumbs"), "nav"),
    **dict.fromkeys(("pagination", "skip-link", "share", "sharing", "social", "toc"), "nav"),
    **dict.fromkeys(("site-header", "page-header-menu"), "header"),
    **dict.fromkeys(("site-footer", "footer"), "footer"),
}
_COOKIE = re.compile(r"cookie|consent|gdpr|samtykke|onetrust|cybot|informasjonskaps", re.I)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([\w.:-]{2,40})", re.I)
MAX_HTML_BYTES = 30_000_000  # parsed, a page takes some thirty times its size in memory
_SPACE = re.compile(r"[ \t\r\n\f]+")
_DATES = ("article:published_time", "dcterms.issued", "dcterms.date", "dc.date", "date")


@dataclass(frozen=True, slots=True)
class _Context:
    """What the text at hand belongs to."""

    type: BlockType = BlockType.PARAGRAPH
    level: int = 0
    reason: str = ""
    in_main: bool = False
    in_row: bool = False


def read(path: Path) -> Document:
    """Raises ReadError where the file is missing, empty, too large, or not text."""
    data = read_bytes(path)
    if len(data) > MAX_HTML_BYTES:
        raise ReadError(
            f"is too large for a web page ({len(data) / 1e6:.0f} MB; the limit is"
            f" {MAX_HTML_BYTES / 1e6:.0f} MB): save its text as .txt"
        )
    found = _CHARSET.search(data[:4096])
    source, notes = decode(data, found[1].decode("ascii") if found else None)
    soup = _parse(source)
    page = _Page(soup)
    page.walk()
    metadata, dated, language = _properties(soup, page.first_heading)
    return Document(
        page.builder.text,
        metadata,
        blocks=tuple(page.marked()),
        warnings=tuple(notes),
        dated=dated,
        language=language,
    )


def _parse(source: str) -> BeautifulSoup:
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")  # "looks like a URL", "XML parsed as HTML"
        return BeautifulSoup(source, "lxml")


class _Page:
    def __init__(self, soup: BeautifulSoup) -> None:
        self.soup = soup
        self.builder = TextBuilder()
        self.in_main: list[bool] = []
        self.buffer: list[str] = []
        self.first_heading: str | None = None
        self.one_h1 = len(soup.find_all("h1")) == 1
        # Elements around the main text: no class name makes these furniture.
        self.around: set[int] = set()
        for tag in soup.find_all(["main", "article", "h1"]):
            for above in tag.parents:
                if id(above) in self.around:
                    break
                self.around.add(id(above))

    def walk(self) -> None:
        """Depth first, without recursion: pages may nest as deep as they like."""
        root: Any = self.soup.body or self.soup
        stack: list[tuple[Iterator[Any], _Context, bool]] = [
            (iter(root.children), _Context(), True)
        ]
        while stack:
            children, context, is_block = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                if is_block:
                    self._flush(context)
            elif isinstance(child, Tag):
                if child.name in _LEFT_OUT:
                    continue
                if child.name == "br":
                    self.buffer.append(" " if context.in_row else "\n")
                    continue
                inner = self._context(child, context)
                block = child.name in _BLOCKS
                if block and context.in_row:
                    self.buffer.append(" | " if child.name in ("td", "th") else " ")
                    block = False
                if block:
                    self._flush(context)
                stack.append((iter(child.children), inner, block))
            elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                self.buffer.append(_SPACE.sub(" ", str(child)))

    def _context(self, tag: Tag, context: _Context) -> _Context:
        name = tag.name
        if not context.reason and (reason := self._furniture(tag, context)):
            context = replace(context, reason=reason)
        if name in ("main", "article") or tag.get("role") == "main":
            context = replace(context, in_main=True)
        if context.in_row:
            return context
        if len(name) == 2 and name[0] == "h" and name[1] in "123456":
            reason = context.reason
            if name == "h1" and reason == "page header" and self.one_h1:
                reason = ""  # the page's only title stands in its header
            return replace(context, type=BlockType.HEADING, level=int(name[1]), reason=reason)
        if name in ("li", "dd"):
            return replace(context, type=BlockType.ITEM, level=0)
        if name == "tr" and not _is_layout(tag):
            return replace(context, type=BlockType.ROW, level=0, in_row=True)
        return context

    def _furniture(self, tag: Tag, context: _Context) -> str:
        reason = _FURNITURE.get(tag.name) or _ROLES.get(str(tag.get("role") or ""), "")
        if reason in ("page header", "page footer", "aside") and context.in_main:
            reason = ""  # an article's own header, footer or fact box
        if id(tag) in self.around:
            return reason if reason == "page header" else ""
        if reason:
            return reason
        classes: Any = tag.get("class") or []
        names = classes if isinstance(classes, list) else [str(classes)]
        marks = f"{' '.join(names)} {tag.get('id') or ''}"
        if tag.name in ("div", "section", "aside", "p") and _COOKIE.search(marks):
            return "cookie notice"
        for token in (*names, str(tag.get("id") or "")):
            if kind := _CLASSES.get(token.lower()):
                return _FURNITURE[kind]
        return ""

    def _flush(self, context: _Context) -> None:
        if not self.buffer:
            return
        lines = [" ".join(_SPACE.split(line)).strip() for line in "".join(self.buffer).split("\n")]
        self.buffer.clear()
        if context.type is BlockType.ROW:
            lines = [" ".join(lines).strip(" |")]
        for part in _paragraphs(lines):
            kind = BlockType.FURNITURE if context.reason else context.type
            level = 0 if context.reason else context.level
            if self.builder.add(part, kind, level=level, reason=context.reason) is None:
                continue
            self.in_main.append(context.in_main)
            if self.first_heading is None and level == 1:
                self.first_heading = part

    def marked(self) -> list[Block]:
        """The blocks; where most text is in the page's main element, the rest as furniture."""
        blocks = self.builder.blocks
        sizes = [0, 0]
        for block, inside in zip(blocks, self.in_main, strict=True):
            if block.type is not BlockType.FURNITURE:
                sizes[inside] += block.end - block.start
        if sizes[True] < 200 or sizes[True] < sizes[False]:
            return blocks
        outside = "outside the main text"
        return [
            block
            if inside or block.type is BlockType.FURNITURE or block.level == 1
            else Block(block.start, block.end, BlockType.FURNITURE, reason=outside)
            for block, inside in zip(blocks, self.in_main, strict=True)
        ]


def _is_layout(row: Tag) -> bool:
    """A table row that only places things on a page, as older sites do."""
    return row.find(["table", "h1", "h2", "h3", "ul", "ol"]) is not None or (
        len(row.find_all("p", limit=7)) > 6
    )


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Two line breaks in a row end a paragraph."""
    part: list[str] = []
    for line in (*lines, ""):
        if line:
            part.append(line)
        elif part:
            yield "\n".join(part)
            part = []


def _properties(
    soup: BeautifulSoup, heading: str | None
) -> tuple[Metadata, int | None, str | None]:
    named: dict[str, str] = {}
    for meta in soup.find_all("meta"):
        key = str(meta.get("property") or meta.get("name") or "").lower()
        content = str(meta.get("content") or "").strip()
        if key and content:
            named.setdefault(key, content)
    whole = title_or_none(soup.title.get_text(" ") if soup.title else None)
    title = title_or_none(named.get("og:title")) or whole
    if heading and title and heading.casefold() in title.casefold():
        title = title_or_none(heading) or title  # without the site's name at its end
    canonical = soup.find("link", rel="canonical")
    url = named.get("og:url") or (str(canonical.get("href") or "") if canonical else "")
    dated = next((year for key in _DATES if (year := first_year(named.get(key)))), None)
    language = str(soup.html.get("lang") or "") if soup.html else ""
    return (
        Metadata(
            title=title,
            municipality=municipality_hint(named.get("og:site_name"), named.get("author"), whole),
            url=url if url.startswith(("http://", "https://")) else None,
        ),
        dated,
        language.split("-")[0].lower() or None,
    )
