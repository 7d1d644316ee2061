"""Small files of every format, made on the spot, and the contract that readers keep."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from pathlib import Path

import docx
import openpyxl
import pytest
from fpdf import FPDF

from index.errors import ReadError
from index.readers import read_document
from index.records import BlockType, Document

TITLE = "Frivillighetspolitikk for Fjellvik kommune 2020–2024"
BODY = (
    "Kommunen skal være en god nabo for lag og foreninger. Vi øker støtten, åpner skolene på"
    " kvelden og gjør det lettere å låne utstyr."
)
ITEM = "Åpne skolene på kvelden"


def make(path: Path) -> Path:
    """A sound file of the format that the name's suffix says, with TITLE, BODY and ITEM in it."""
    suffix = path.suffix.lower()
    if suffix == ".txt":
        path.write_text(f"{TITLE}\r\n\r\n{BODY}\n- {ITEM}\n", encoding="utf-8", newline="")
    elif suffix in (".md", ".markdown"):
        path.write_text(f"# {TITLE}\n\n{BODY}\n\n- {ITEM}\n", encoding="utf-8")
    elif suffix in (".html", ".htm"):
        path.write_text(
            f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>{BODY}</p>"
            f"<ul><li>{ITEM}</li></ul></body></html>",
            encoding="utf-8",
        )
    elif suffix == ".pdf":
        pdf([[(20, TITLE.replace("–", "-")), (11, BODY), (11, ITEM)]]).output(str(path))
    elif suffix == ".docx":
        document = docx.Document()
        document.add_heading(TITLE, level=1)
        document.add_paragraph(BODY)
        document.add_paragraph(ITEM, style="List Bullet")
        document.save(str(path))
    elif suffix == ".csv":
        path.write_text(f'text;title\n"{BODY}";{TITLE}\n{ITEM};{TITLE}\n', encoding="utf-8")
    elif suffix == ".jsonl":
        rows = [{"text": BODY, "title": TITLE}, {"text": ITEM, "title": TITLE}]
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    elif suffix == ".xlsx":
        workbook([["text", "title"], [BODY, TITLE], [ITEM, TITLE]], path)
    else:
        raise ValueError(suffix)
    return path


def pdf(pages: list[list[tuple[int, str]]]) -> FPDF:
    """A PDF of pages of (font size, paragraph)."""
    document = FPDF()
    for page in pages:
        document.add_page()
        for size, text in page:
            document.set_font("Helvetica", size=size)
            document.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
            document.ln(4)
    return document


def scanned(pages: int, text_on: int = 0) -> FPDF:
    """A PDF of pages with only a picture, but for the first `text_on` pages."""
    document = FPDF()
    for number in range(pages):
        document.add_page()
        if number < text_on:
            document.set_font("Helvetica", size=11)
            document.multi_cell(0, 6, BODY)
        else:
            document.image(png(), x=10, y=10, w=100)
    return document


def png() -> bytes:
    """One grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00\x80"))
        + chunk(b"IEND", b"")
    )


def workbook(rows: list[list[object]], path: Path) -> None:
    """An Excel workbook with one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def zip_bomb(path: Path, member: str, size: int) -> Path:
    """A zip archive that says its member unpacks to `size` bytes, in a few kilobytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, b"\0" * size)
    return path


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return path


def reason(path: Path) -> str:
    with pytest.raises(ReadError) as error:
        read_document(path)
    message = str(error.value)
    assert message and "\n" not in message and len(message) < 400
    return message


def blocks_of(document: Document, kind: BlockType) -> list[str]:
    assert document.blocks is not None
    return [document.text[b.start : b.end] for b in document.blocks if b.type is kind]


def keeps_contract(document: Document) -> None:
    """What every step after the reader relies on."""
    text = document.text
    assert text.strip()
    text.encode("utf-8")  # no lone surrogates
    for spans in (document.blocks or (), document.pages, document.rows):
        position = 0
        for span in spans:
            assert position <= span.start <= span.end <= len(text)
            position = span.end
    for block in document.blocks or ():
        inside = text[block.start : block.end]
        assert inside and inside == inside.strip()
        assert (block.level > 0) == (block.type is BlockType.HEADING)
        assert bool(block.reason) == (block.type is BlockType.FURNITURE)
    assert [p.number for p in document.pages] == list(range(1, len(document.pages) + 1))
    if document.blocks is not None:  # nothing lies outside the blocks
        covered = "".join(text[b.start : b.end] for b in document.blocks)
        assert "".join(covered.split()) == "".join(text.split())
