"""Word documents: paragraphs, headings, list items and table rows in document order.

python-docx opens the package; its body is walked here, because python-docx leaves out what stands
in content controls (templates' titles, cover pages) and text boxes. Footnotes, page headers and
deleted text are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

from index.errors import ReadError
from index.readers.building import TextBuilder
from index.readers.limits import check_size, open_zip
from index.readers.properties import municipality_hint, title_or_none
from index.records import BlockType, Document, Metadata

_P, _TBL, _TR, _TC, _R = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "r"))
_TEXT, _BREAK, _CR, _TAB = (qn(f"w:{name}") for name in ("t", "br", "cr", "tab"))
_HYPHEN, _SOFT, _BOX = (qn(f"w:{name}") for name in ("noBreakHyphen", "softHyphen", "txbxContent"))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_VAL = qn("w:val")
_SKIPPED = {_FALLBACK, qn("w:pPr"), qn("w:rPr"), qn("w:sdtPr"), qn("w:del"), qn("w:moveFrom")}

_HEADING = re.compile(r"(?:heading|overskrift|rubrik|berschrift)[ _-]?([1-9])\b", re.I)
_TITLE = re.compile(r"(?:title|tittel|titel)$", re.I)
_CONTENTS = re.compile(r"(?:toc|innh|indholdsfortegnelse|innehll|innehåll)[ _-]?\d$", re.I)
_LIST = re.compile(r"(?:list|liste|punktliste|opstilling|punktlista|numrerad)\b", re.I)


def read(path: Path) -> Document:
    """Raises ReadError where the file is missing, damaged, encrypted, too large, or no .docx."""
    check_size(path)
    open_zip(path)
    try:
        with path.open("rb") as file:
            document = docx.Document(file)
        builder = TextBuilder()
        _Body(document, builder).walk()
        properties = document.core_properties
        metadata = Metadata(
            title=title_or_none(properties.title),
            municipality=municipality_hint(properties.author, properties.category),
        )
        created, language = properties.created, properties.language
    except ReadError:
        raise
    except Exception as error:  # python-docx and lxml raise whatever the damage leads to
        raise ReadError(
            f"is damaged, or no Word document ({type(error).__name__}): open and save it again"
        ) from error
    return Document(
        builder.text,
        metadata,
        blocks=tuple(builder.blocks),
        dated=created.year if created and 1990 <= created.year <= 2045 else None,
        language=(language or "").split("-")[0].lower() or None,
    )


class _Body:
    def __init__(self, document: Any, builder: TextBuilder) -> None:
        self.body = document.element.body
        self.builder = builder
        self.styles: dict[str, tuple[BlockType, int, str]] = {}
        elements = {
            style.get(qn("w:styleId")): style
            for style in document.styles.element.findall(qn("w:style"))
        }
        for style_id in elements:
            self.styles[style_id] = _style(style_id, elements)

    def walk(self) -> None:
        """Paragraphs and tables at any depth of content controls, without recursion into tables."""
        for element in _block_level(self.body):
            if element.tag == _P:
                self._paragraph(element)
            else:
                for row in element.iterchildren(_TR, qn("w:sdt")):
                    self._row(row)

    def _paragraph(self, paragraph: Any) -> None:
        kind, level, reason = self._role(paragraph)
        self.builder.add(_text(paragraph), kind, level=level, reason=reason)
        for box in paragraph.iter(_BOX):
            if not any(above.tag == _FALLBACK for above in box.iterancestors()):
                for inner in box.iterchildren(_P):
                    self._paragraph(inner)

    def _row(self, row: Any) -> None:
        cells = []
        for cell in row.iter(_TC):
            text = " ".join(filter(None, (" ".join(_text(p).split()) for p in cell.iter(_P))))
            if text and not any(above.tag == _TC for above in _between(cell, row)):
                cells.append(text)
        one = len(cells) == 1 and len(cells[0]) > 200  # a frame around prose, not a row
        self.builder.add(" | ".join(cells), BlockType.PARAGRAPH if one else BlockType.ROW)

    def _role(self, paragraph: Any) -> tuple[BlockType, int, str]:
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return BlockType.PARAGRAPH, 0, ""
        named = properties.find(qn("w:pStyle"))
        kind, level, reason = self.styles.get(
            named.get(_VAL) if named is not None else "", (BlockType.PARAGRAPH, 0, "")
        )
        outline = _number(properties.find(qn("w:outlineLvl")))
        if outline is not None:
            kind, level = (
                (BlockType.HEADING, outline + 1) if outline < 9 else (BlockType.PARAGRAPH, 0)
            )
        numbered = properties.find(f"{qn('w:numPr')}/{qn('w:numId')}")
        if kind in (BlockType.PARAGRAPH, BlockType.ITEM) and numbered is not None:
            kind = BlockType.ITEM if _number(numbered) else BlockType.PARAGRAPH
        return kind, level, reason


def _style(style_id: str, elements: dict[str, Any]) -> tuple[BlockType, int, str]:
    """What a style stands for, by its names and those of the styles that it is based on."""
    seen: set[str] = set()
    current: str | None = style_id
    while current and current not in seen and current in elements:
        seen.add(current)
        style = elements[current]
        name = style.find(qn("w:name"))
        names = (current, name.get(_VAL) if name is not None else "")
        for text in names:
            if _CONTENTS.match(text):
                return BlockType.FURNITURE, 0, "contents list"
            if heading := _HEADING.match(text):
                return BlockType.HEADING, int(heading[1]), ""
            if _TITLE.match(text):
                return BlockType.HEADING, 1, ""
        outline = _number(style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}"))
        if outline is not None and outline < 9:
            return BlockType.HEADING, outline + 1, ""
        numbered = _number(style.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}"))
        if numbered or any(_LIST.match(text) and "paragraph" not in text.lower() for text in names):
            return BlockType.ITEM, 0, ""
        based = style.find(qn("w:basedOn"))
        current = based.get(_VAL) if based is not None else None
    return BlockType.PARAGRAPH, 0, ""


def _block_level(body: Any) -> Iterator[Any]:
    """Paragraphs and tables below `body`, through content controls and the like, in order."""
    stack = [body.iterchildren()]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag in (_P, _TBL):
            yield element
        elif element.tag not in _SKIPPED:
            stack.append(element.iterchildren())


def _text(paragraph: Any) -> str:
    """The words of one paragraph; text boxes in it are paragraphs of their own."""
    parts: list[str] = []
    stack = [paragraph.iterchildren()]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == _TEXT:
            parts.append(element.text or "")
        elif element.tag in (_BREAK, _CR):
            parts.append("\n")
        elif element.tag == _TAB:
            parts.append("\t")
        elif element.tag == _HYPHEN:
            parts.append("\u2011")
        elif element.tag == _SOFT:
            parts.append("\u00ad")
        elif element.tag not in _SKIPPED and element.tag != _BOX:
            stack.append(element.iterchildren())
    return "".join(parts)


def _between(inner: Any, outer: Any) -> Iterator[Any]:
    for above in inner.iterancestors():
        if above is outer:
            return
        yield above


def _number(element: Any) -> int | None:
    value = element.get(_VAL) if element is not None else None
    return int(value) if value is not None and value.lstrip("-").isdigit() else None
