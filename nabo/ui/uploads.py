"""Files that a reader adds: stored under safe names in the library's folder, then indexed.

No screen here: the library view calls `add`, and the tests do.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from index.errors import LibraryError
from index.library import Library
from index.readers import SUFFIXES
from index.report import Report
from index.sources import PLANS_CSV

if TYPE_CHECKING:
    from index.builder import Progress

FOLDER = "uploads"
MAX_NAME = 80  # characters, without the suffix
_UNWANTED = re.compile(r"[^\w.() -]+")
# Names that Windows keeps for devices, whatever their suffix.
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


@dataclass(slots=True)
class Added:
    """What became of the files of one upload, each by the name it came with."""

    added: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    not_read: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def folder(library: Path) -> Path:
    """Where a library keeps the files that were added in the app."""
    return library / FOLDER


def safe_name(name: str) -> str:
    """A file name that can be recognised as `name` and does no harm.

    No folders, no leading dot or tilde (such files are skipped), no control characters, no device
    names, not the name of the metadata table, and not longer than a file system takes.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    path = PurePath(name or "fil")
    suffix = path.suffix.lower() if path.suffix.lower() in SUFFIXES else ""
    stem = path.stem if suffix else path.name
    stem = " ".join(_UNWANTED.sub("_", stem).split()).strip(". _~")[:MAX_NAME].strip(". ")
    if not stem or _RESERVED.match(stem.split(".")[0]) or stem.startswith("~$"):
        stem = f"fil_{stem}".rstrip("_")
    if f"{stem}{suffix}".lower() == PLANS_CSV:
        stem = f"fil_{stem}"
    return stem + suffix


def store(target: Path, name: str, data: bytes | memoryview) -> Path:
    """Write a file into the folder under a safe name that is free, or that has the same content.

    Raises LibraryError where the folder cannot be written.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        wanted = PurePath(safe_name(name))
        path, number = target / wanted, 1
        while path.exists():
            if path.is_file() and path.read_bytes() == data:
                return path
            number += 1
            path = target / f"{wanted.stem} ({number}){wanted.suffix}"
        aside = target / f".{path.name}.part"  # hidden files are not indexed
        aside.write_bytes(data)
        aside.replace(path)
    except OSError as error:
        raise LibraryError(
            f"{target} cannot be written ({error}). Free space or mend it"
        ) from error
    return path


def add(
    library: Path, files: Iterable[tuple[str, bytes | memoryview]], progress: Progress | None = None
) -> Added:
    """Store files (name, content) and bring the library up to date with them.

    Raises what `index.builder.build` raises; files that cannot be read are in what is returned.
    """
    result = Added()
    known = _known_hashes(library)
    names: dict[str, str] = {}
    for name, data in files:
        if hashlib.sha256(data).hexdigest() in known:
            result.already.append(name)
        else:
            names[store(folder(library), name, data).name] = name
    if not names:
        return result
    report = index([folder(library)], library, progress)
    for path in (*report.added, *report.updated):
        if (stored := PurePath(path).name) in names:
            result.added.append(names[stored])
    for path in report.unchanged:
        if (stored := PurePath(path).name) in names:
            result.already.append(names[stored])
    for path, reason in report.skipped:
        if (stored := PurePath(path).name) in names:
            result.not_read.append((names[stored], reason))
    for path, warning in report.warnings:
        if (stored := PurePath(path).name) in names:
            result.notes.append((names[stored], warning))
    return result


def index(sources: Sequence[Path], library: Path, progress: Progress | None = None) -> Report:
    """`index.builder.build`, imported when it is first needed: a reader who only asks does not
    wait for what reads PDF and Word files."""
    from index.builder import build

    return build(sources, library, progress=progress)


def _known_hashes(library: Path) -> set[str]:
    if not (library / "manifest.json").exists():
        return set()
    catalogue = Library.open(library).catalogue
    try:
        return {file.sha256 for _, file in catalogue.files().values()}
    finally:
        catalogue.close()
