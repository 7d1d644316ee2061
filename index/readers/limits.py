"""How much a reader takes in before it says no: file size, and what a zip unpacks to."""

from __future__ import annotations

import zipfile
from pathlib import Path

from index.errors import ReadError

MAX_BYTES = 200_000_000
MAX_UNPACKED = 500_000_000
MAX_WORDS = 60_000_000  # bytes of a Word document's own text with its XML: thousands of pages


def read_bytes(path: Path) -> bytes:
    """The whole file. Raises ReadError where it is missing, unreadable, empty or too large."""
    check_size(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReadError(why_unreadable(error)) from error


def check_size(path: Path) -> None:
    """Raises ReadError for what is no ordinary file, is empty, or is larger than MAX_BYTES."""
    try:
        size = path.stat().st_size
        if not path.is_file():  # a pipe would block its reader
            raise ReadError("is not an ordinary file")
    except OSError as error:
        raise ReadError(why_unreadable(error)) from error
    if size == 0:
        raise ReadError("is empty")
    if size > MAX_BYTES:
        raise ReadError(
            f"is too large ({size / 1e6:.0f} MB; the limit is {MAX_BYTES / 1e6:.0f} MB): split it"
        )


def open_zip(path: Path) -> set[str]:
    """Names in a zip archive. Raises ReadError where it is damaged, encrypted or a zip bomb.

    The sizes are those the archive declares; zipfile never unpacks more than that of a member.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ReadError(f"is damaged or incomplete ({error}): fetch it again") from error
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED:
        raise ReadError(
            f"unpacks to {unpacked / 1e6:.0f} MB (the limit is {MAX_UNPACKED / 1e6:.0f} MB)"
        )
    words = max((m.file_size for m in members if m.filename == "word/document.xml"), default=0)
    if words > MAX_WORDS:
        raise ReadError(
            f"holds {words / 1e6:.0f} MB of text (the limit is {MAX_WORDS / 1e6:.0f} MB): split it"
        )
    if any(member.flag_bits & 1 for member in members):
        raise ReadError("is password-protected: remove the password and try again")
    return {member.filename for member in members}


def why_unreadable(error: OSError) -> str:
    """One line for an OSError met while opening a file."""
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "there is no permission to read it"
    return f"cannot be opened ({error.strerror or error})"
