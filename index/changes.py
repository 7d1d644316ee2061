"""What has become of a file since it was read: unchanged, changed, or gone.

Size and time of change are compared first; only where they differ is the content read and hashed.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import ReadError
from index.library import PlanFile
from index.records import Metadata
from index.sources import SourceFile


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is new or changed: as it is now, and what was read of it before."""

    source: SourceFile
    file: PlanFile
    row: int | None
    was: PlanFile | None


def look(source: SourceFile, said: Metadata, known: tuple[int, PlanFile] | None) -> Change | None:
    """How a file differs from the version that is known; None where it does not.

    `said` is what plans.csv says of it. Raises ReadError where the file cannot be opened.
    """
    row, was = known or (None, None)
    try:
        now = source.path.stat()
        seen = (now.st_size, now.st_mtime_ns, _stamp(said))
        if was is not None and (was.size, was.mtime_ns, was.metadata_stamp) == seen:
            return None
        with source.path.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ReadError(f"cannot be opened ({error.strerror or error})") from error
    if was is not None and (was.sha256, was.metadata_stamp) == (sha256, seen[2]):
        return None  # touched, not changed
    location, root = storable(source.path), storable(source.root)
    return Change(source, PlanFile(source.given, location, root, sha256, *seen), row, was)


def _stamp(metadata: Metadata) -> str:
    if metadata == Metadata():
        return ""
    return hashlib.sha256(json.dumps(asdict(metadata), sort_keys=True).encode()).hexdigest()[:16]


def exists(path: str | Path) -> bool:
    """Whether there is such a file or folder, as far as we may look."""
    return os.path.exists(path)  # noqa: PTH110 - Path.exists raises where a folder may not be read


def gone(location: str) -> bool:
    """Whether there is surely no such file any more; one that may not be looked at is not gone."""
    try:
        return not stat.S_ISREG(Path(location).stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


def below(location: str, root: str) -> bool:
    """Whether a location is a source's root, or lies in it."""
    return location == root or Path(root) in Path(location).parents


def storable(path: str | Path) -> str:
    """A path as text that SQLite takes: names on Unix may hold bytes that are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
