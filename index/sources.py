"""Which files there are to read: sources walked in a fixed order, nothing dropped in silence."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.readers import SUFFIXES, unsupported

PLANS_CSV = "plans.csv"
_SYSTEM_NAMES = {"thumbs.db", "desktop.ini", "icon\r", "__macosx", "$recycle.bin"}
_SYSTEM_FOLDERS = {"system volume information", "node_modules", "__pycache__"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read.

    `path` is resolved; `given` is the source as the user wrote it, joined with the path below it;
    `root` is the resolved source folder, or the folder of a source that is a file.
    """

    path: Path
    given: str
    root: Path


@dataclass(slots=True)
class Walked:
    """What a walk met: each file is in `files`, in `skipped` with why, or counted in `ignored`.

    `ignored` counts what no one expects to be read, by reason: "hidden", "lock file", "system
    file", "plans.csv", "met before".
    """

    files: list[SourceFile] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[SourceFile]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def walk(sources: Sequence[str | Path], library: Path | None = None) -> Walked:
    """Files below `sources` (files or folders), sorted by path within each source.

    Links to folders are followed, each folder once, so loops end. A file met twice counts once. A
    source that does not exist is among the skipped: whether that is fatal is for the door to say.
    Libraries, `library` and any other, are passed over.
    """
    return _Walk(library.resolve() if library else None).run(sources)


class _Walk:
    def __init__(self, library: Path | None) -> None:
        self.library = library
        self.walked = Walked()
        self.seen: set[Path] = set()

    def run(self, sources: Sequence[str | Path]) -> Walked:
        for source in sources:
            given = Path(source)
            try:
                root = given.resolve()  # RuntimeError: a link that leads to itself (Python < 3.13)
                mode = root.stat().st_mode
            except (OSError, RuntimeError, ValueError) as error:
                self._skip(given, _why_not(error))
                continue
            if stat.S_ISDIR(mode):
                self._folder(given, root)
            elif given.name.lower() == PLANS_CSV:
                self._skip(given, "describes the plans beside it: name its folder instead")
            else:
                self._file(given, root, root.parent)
        return self.walked

    def _folder(self, given: Path, root: Path) -> None:
        before = len(self.walked.files) + len(self.walked.skipped) + self.walked.ignored.total()
        pending = [(given, root)]
        while pending:
            shown, folder = pending.pop()
            if folder in self.seen:
                continue
            self.seen.add(folder)
            try:
                names = sorted(os.listdir(folder))  # noqa: PTH208 - names only, one system call
            except OSError as error:
                self._skip(shown, _why_not(error))
                continue
            below = []
            for name in names:
                if reason := _ignored(name):
                    self.walked.ignored[reason] += 1
                    continue
                try:
                    path = (folder / name).resolve()
                    mode = path.stat().st_mode
                except (OSError, RuntimeError) as error:
                    self._skip(shown / name, _why_not(error))
                    continue
                if not stat.S_ISDIR(mode):
                    self._file(shown / name, path, root)
                elif path == self.library or (
                    (path / "manifest.json").is_file() and (path / "generations").is_dir()
                ):
                    self.walked.ignored["library of Nabo"] += 1
                elif name.lower() not in _SYSTEM_FOLDERS:
                    below.append((shown / name, path))
                else:
                    self.walked.ignored["system file"] += 1
            pending += reversed(below)
        after = len(self.walked.files) + len(self.walked.skipped) + self.walked.ignored.total()
        if before == after:
            self._skip(given, "is an empty folder")

    def _file(self, given: Path, path: Path, root: Path) -> None:
        if path in self.seen:
            self.walked.ignored["met before"] += 1
            return
        self.seen.add(path)
        if not path.is_file():  # a pipe or a socket would block the one who opens it
            self._skip(given, "is not an ordinary file")
        elif path.suffix.lower() not in SUFFIXES and given.suffix.lower() not in SUFFIXES:
            self._skip(given, unsupported(given))
        elif not os.access(path, os.R_OK):
            self._skip(given, "there is no permission to read it")
        else:
            self.walked.files.append(SourceFile(path, _shown(given), root))

    def _skip(self, given: Path, reason: str) -> None:
        self.walked.skipped.append((_shown(given), reason))


def _ignored(name: str) -> str:
    """Why nobody expects a file of this name to be read; empty where somebody does."""
    if name.startswith(("~$", ".~lock")):
        return "lock file"
    if name.startswith("."):
        return "hidden"
    if name.lower() in _SYSTEM_NAMES:
        return "system file"
    return PLANS_CSV if name.lower() == PLANS_CSV else ""


def _why_not(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "there is no permission to read it"
    if isinstance(error, RuntimeError) or "symbolic links" in str(error):
        return "is a link that leads to itself"
    return f"cannot be opened ({getattr(error, 'strerror', None) or error})"


def _shown(given: Path) -> str:
    """The path as text that can be printed and stored, though the name's bytes be no UTF-8."""
    return os.fsencode(given).decode("utf-8", "replace")
