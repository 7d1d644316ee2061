"""What a file is: by its first bytes, and where these leave it open, by its name."""

from __future__ import annotations

import re
from pathlib import Path

from index.errors import ReadError
from index.readers.decoding import NOT_TEXT, decode
from index.readers.limits import check_size, open_zip, why_unreadable

FORMATS = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".xlsx": "xlsx",
}
SUFFIXES = frozenset(FORMATS)
_BINARY = {"pdf", "docx", "xlsx"}

_OLD_WORD = "old Word format: save it as .docx or PDF"
_UNSUPPORTED = {
    ".doc": _OLD_WORD,
    ".dot": _OLD_WORD,
    ".xls": "old Excel format: save it as .xlsx or .csv",
    ".rtf": "Rich Text Format is not supported: save it as .docx or PDF",
    ".odt": "OpenDocument is not supported: save it as .docx or PDF",
    ".ods": "OpenDocument is not supported: save it as .xlsx or .csv",
    ".ppt": "presentations are not supported: save it as PDF",
    ".pptx": "presentations are not supported: save it as PDF",
    ".json": "JSON is not supported: save it as .jsonl, one object a line",
    ".tsv": "save it as .csv (tabs between the columns are fine)",
    ".zip": "archives are not opened: unpack it",
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".heic"),
        "is an image: make it a PDF with a text layer (OCR, e.g. ocrmypdf)",
    ),
}
_MAGIC = (
    (b"{\\rtf", _UNSUPPORTED[".rtf"]),
    (b"\x89PNG", _UNSUPPORTED[".png"]),
    (b"\xff\xd8\xff", _UNSUPPORTED[".png"]),
    (b"GIF8", _UNSUPPORTED[".png"]),
    (b"II*\x00", _UNSUPPORTED[".png"]),
    (b"MM\x00*", _UNSUPPORTED[".png"]),
    (b"\x1f\x8b", _UNSUPPORTED[".zip"]),
    (b"7z\xbc\xaf\x27\x1c", _UNSUPPORTED[".zip"]),
    (b"Rar!", _UNSUPPORTED[".zip"]),
    (b"%!PS", "PostScript is not supported: make it a PDF"),
)
_HTML = re.compile(r"\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,200})?(?:<!--.{0,500}?-->\s{0,200})?"
                   r"<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)  # fmt: skip


def unsupported(path: Path) -> str:
    """Why a file of this name is not read, and what to do."""
    suffix = path.suffix.lower()
    readable = " ".join(sorted(SUFFIXES))
    return _UNSUPPORTED.get(suffix, f"{suffix or 'no suffix'} is not supported ({readable} are)")


def format_of(path: Path) -> tuple[str, str]:
    """The format to read `path` as (a value of FORMATS), and a warning where its name says another.

    Raises ReadError where it is nothing that can be read.
    """
    check_size(path)
    named = FORMATS.get(path.suffix.lower())
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise ReadError(why_unreadable(error)) from error
    found = _by_content(path, head)
    if found is None and named is None:
        raise ReadError(unsupported(path))
    if found is None or found == named:
        if named in _BINARY and found is None:
            raise ReadError(_not_what_it_says(path, head))
        assert named is not None
        return named, ""
    return found, f"is named {path.suffix or 'without a suffix'} but is {_a(found)}: read as such"


def _by_content(path: Path, head: bytes) -> str | None:
    """The format that the bytes show beyond doubt; None for text of one kind or another."""
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        names = open_zip(path)
        if "word/document.xml" in names:
            return "docx"
        if "xl/workbook.xml" in names:
            return "xlsx"
        if any(name.startswith("ppt/") for name in names):
            raise ReadError(_UNSUPPORTED[".pptx"])
        if "content.xml" in names:
            raise ReadError(_UNSUPPORTED[".odt"])
        if path.suffix.lower() in (".docx", ".xlsx"):
            raise ReadError(f"is not {_a(FORMATS[path.suffix.lower()])}, but another zip archive")
        raise ReadError(_UNSUPPORTED[".zip"])
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise ReadError(_compound_file(path))
    for magic, reason in _MAGIC:
        if head.startswith(magic):
            raise ReadError(reason)
    return "html" if _HTML.match(head.decode("utf-8", "ignore").lstrip("\ufeff")) else None


def _compound_file(path: Path) -> str:
    """Old Office files and encrypted new ones share a container; its directory names tell."""
    with path.open("rb") as file:
        data = file.read(20_000_000)
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "is password-protected: remove the password in Word or Excel and try again"
    if "Workbook".encode("utf-16-le") in data:
        return _UNSUPPORTED[".xls"]
    if "PowerPoint".encode("utf-16-le") in data:
        return _UNSUPPORTED[".ppt"]
    return _OLD_WORD


def _not_what_it_says(path: Path, head: bytes) -> str:
    suffix = path.suffix.lower()
    try:
        decode(head)
    except ReadError:
        return f"is damaged, or no {suffix} file: its first bytes are not those of one"
    if NOT_TEXT and not head.strip():
        return "is empty"
    return f"is named {suffix} but holds plain text: rename it to .txt (or .csv for a table)"


def _a(format: str) -> str:
    return {
        "pdf": "a PDF",
        "docx": "a Word document",
        "xlsx": "an Excel workbook",
        "html": "a web page",
    }.get(format, f"a {format} file")
