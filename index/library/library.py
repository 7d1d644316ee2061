"""A library: a folder with one current generation of catalogue and vectors, and its manifest.

    LIBRARY/manifest.json              names the current generation; replaced atomically
    LIBRARY/generations/g000007/       catalogue.sqlite and vectors.faiss; never changed once named
    LIBRARY/write.lock                 held by the one writer; released by the system if it dies

Readers take no lock: they read the manifest, then the generation it names. A generation removed
between those two steps makes them read the manifest again.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import LibraryError
from index.library.catalogue import Catalogue
from index.library.manifest import EncoderStamp, Manifest, sync_file, sync_folder
from index.library.vectors import FlatVectors, VectorStore

CATALOGUE = "catalogue.sqlite"
VECTORS = "vectors.faiss"


@dataclass(frozen=True, slots=True)
class Library:
    """One open generation, for reading. Safe to share between threads."""

    path: Path
    manifest: Manifest
    catalogue: Catalogue
    vectors: VectorStore

    @classmethod
    def open(cls, path: Path | str) -> Library:
        """Open a library's current generation.

        Raises LibraryError where there is none, or where a part of it is missing or damaged.
        """
        path = Path(path)
        manifest = Manifest.read(path)
        while True:
            try:
                return cls._open_generation(path, manifest)
            except LibraryError:
                # A writer may have replaced the generation since the manifest was read.
                newer = Manifest.read(path)
                if newer.generation == manifest.generation:
                    raise
                manifest = newer

    @classmethod
    def _open_generation(cls, path: Path, manifest: Manifest) -> Library:
        folder = path / "generations" / manifest.generation
        rebuild = f"Rebuild it: nabo index SOURCE… --library {path} --rebuild"
        try:
            for name, size in manifest.files.items():
                if not (folder / name).is_file():
                    raise LibraryError(f"{folder / name} is missing")
                actual = (folder / name).stat().st_size
                if actual != size:
                    raise LibraryError(f"{folder / name} has {actual} bytes instead of {size}")
            catalogue = Catalogue(folder / CATALOGUE)
            try:
                bound = catalogue.meta("generation")
            except sqlite3.Error as error:
                raise LibraryError(f"{catalogue.path} is damaged ({error})") from error
            if bound != manifest.generation:
                raise LibraryError(f"{catalogue.path} belongs to another generation ({bound})")
            vectors = FlatVectors.load(folder / VECTORS)
            if len(vectors) != manifest.passages or vectors.dim != manifest.encoder.dim:
                raise LibraryError(
                    f"{folder / VECTORS} holds {len(vectors)} vectors of {vectors.dim} dimensions"
                    f" for {manifest.passages} passages of {manifest.encoder.dim}"
                )
            if catalogue.meta("vectors") != vectors.fingerprint():
                raise LibraryError(f"{folder / VECTORS} belongs to another generation")
        except (LibraryError, OSError) as error:
            raise LibraryError(f"The library is damaged: {error}. {rebuild}") from error
        return cls(path, manifest, catalogue, vectors)

    @property
    def size(self) -> int:
        """Bytes on disk of the current generation."""
        return sum(self.manifest.files.values())


@dataclass(slots=True)
class Draft:
    """A generation being written. Nothing of it is seen by readers before `publish`."""

    library: Path
    generation: str
    catalogue: Catalogue
    vectors: VectorStore

    @property
    def folder(self) -> Path:
        return self.library / "generations" / self.generation

    def publish(self, encoder: EncoderStamp, passage_version: int, content: str) -> Manifest:
        """Write everything to disk, then make it the current generation in one step."""
        plans, passages = self.catalogue.count("plans"), self.catalogue.count("passages")
        if passages != len(self.vectors):
            raise LibraryError(f"{len(self.vectors)} vectors for {passages} passages: not written")
        self.catalogue.set_meta("generation", self.generation)
        self.catalogue.set_meta("vectors", self.vectors.fingerprint())
        self.catalogue.connection.commit()
        self.catalogue.close()
        self.vectors.save(self.folder / VECTORS)
        files = {}
        for name in (CATALOGUE, VECTORS):
            sync_file(self.folder / name)
            files[name] = (self.folder / name).stat().st_size
        sync_folder(self.folder)
        sync_folder(self.folder.parent)
        manifest = Manifest(
            self.generation, encoder, passage_version, plans, passages, content, files
        )
        manifest.write(self.library)
        return manifest


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Hold a library's write lock. Raises LibraryError where another writer has it, or where
    the folder cannot be written."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path / "write.lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise LibraryError(
            f"{path} is being written by another nabo index. Wait until it has finished"
        ) from None
    except (OSError, NotImplementedError) as error:
        raise LibraryError(
            f"{path} cannot be written ({error}). Choose another folder with --library"
        ) from error
    try:
        yield
    finally:
        lock.release()


def draft(path: Path, current: Library | None, dim: int) -> Draft:
    """Begin a new generation, as a copy of the current one or empty. Call inside `writing`."""
    generations = path / "generations"
    # A number no folder has, so that the remains of a killed run are never mistaken for ours.
    taken = [int(p.name[1:]) for p in generations.glob("g*") if p.name[1:].isdigit()]
    named = int(current.manifest.generation[1:]) if current else 0
    generation = f"g{max([named, *taken], default=0) + 1:06d}"
    folder = generations / generation
    try:
        folder.mkdir(parents=True)
        if current is None:
            return Draft(
                path, generation, Catalogue(folder / CATALOGUE, create=True), FlatVectors(dim)
            )
        shutil.copyfile(current.catalogue.path, folder / CATALOGUE)
        vectors = FlatVectors.load(current.catalogue.path.parent / VECTORS)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise LibraryError(
            f"{folder} cannot be written ({error}). Free some space, or choose another folder"
            " with --library"
        ) from error
    return Draft(path, generation, Catalogue(folder / CATALOGUE, writable=True), vectors)


def discard_old(path: Path, keep: str) -> None:
    """Remove every generation but one, and the remains of killed runs. Call inside `writing`.

    Readers that still have an old generation open keep it until they close it; where the system
    forbids removing open files (Windows), the next writer removes it.
    """
    for folder in (path / "generations").glob("*"):
        if folder.name != keep:
            shutil.rmtree(folder, ignore_errors=True)
    (path / "manifest.json.new").unlink(missing_ok=True)
