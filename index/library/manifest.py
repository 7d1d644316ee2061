"""The manifest: which generation of a library is current, and what it was built with.

`manifest.json` is replaced in one step (write aside, sync, rename), which is what makes a new
generation appear whole or not at all.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import LibraryError

FILE = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class EncoderStamp:
    """The encoder a library's vectors come from. `source` is what loads it (None: the bundled)."""

    source: str | None
    name: str
    revision: str
    dim: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What binds a catalogue, its vectors and the encoder together."""

    generation: str
    encoder: EncoderStamp
    passage_version: int
    plans: int
    passages: int
    content: str  # sha256 over the plans' own hashes and metadata
    files: dict[str, int]  # name → size in bytes, so that a truncated file is noticed at once
    format: int = FORMAT

    @classmethod
    def read(cls, library: Path) -> Manifest:
        """Read a library's manifest. Raises LibraryError where there is none, or it is damaged."""
        path = library / FILE
        rebuild = f"Build it anew: nabo index SOURCE… --library {library} --rebuild"
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            if library.exists() and not library.is_dir():
                raise LibraryError(f"{library} is a file, not a library folder") from None
            raise LibraryError(
                f"No library in {library}. Build one: nabo index SOURCE… --library {library}"
            ) from None
        except (OSError, ValueError, RecursionError) as error:
            raise LibraryError(f"{path} cannot be read ({error}). {rebuild}") from error
        try:
            if data["format"] != FORMAT:
                raise LibraryError(
                    f"{path} has format {data['format']}, this program reads {FORMAT}. {rebuild}"
                )
            data["encoder"] = EncoderStamp(**data["encoder"])
            manifest = cls(**data)
            manifest._check()
            return manifest
        except (KeyError, TypeError) as error:
            raise LibraryError(f"{path} is damaged ({error}). {rebuild}") from error

    def _check(self) -> None:
        """Raise TypeError where a field has another type than it says: JSON knows no types."""
        numbers = (self.passage_version, self.plans, self.passages, self.encoder.dim)
        names = (self.generation, self.content, self.encoder.name, self.encoder.revision)
        if not all(isinstance(value, int) for value in numbers):
            raise TypeError("a count is not a number")
        if not all(isinstance(value, str) for value in (*names, self.encoder.source or "")):
            raise TypeError("a name is not a text")
        if not re.fullmatch(r"g\d{6,}", self.generation):
            raise TypeError(f"generation {self.generation!r}")
        if not isinstance(self.files, dict):
            raise TypeError("files is not an object")

    def write(self, library: Path) -> None:
        """Make this the library's manifest, in one atomic step."""
        aside = library / f"{FILE}.new"
        with aside.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, ensure_ascii=False, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(library / FILE)
        sync_folder(library)


def sync_folder(folder: Path) -> None:
    """Make a rename inside a folder durable (a no-op where folders cannot be opened: Windows)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make a file's content durable."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
