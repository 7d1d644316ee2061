"""The vector index: passage vectors by id, searched exactly.

`VectorStore` is the small protocol that any engine fits behind; `FlatVectors` is FAISS' exact
index. Derived data: it can always be rebuilt from the catalogue.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class VectorStore(Protocol):
    """Vectors by id. Scores are inner products: cosines, since all vectors have unit length."""

    @property
    def dim(self) -> int: ...
    def __len__(self) -> int: ...
    def add(self, ids: Sequence[int] | Ints, vectors: Floats) -> None: ...
    def remove(self, ids: Sequence[int] | Ints) -> None: ...
    def get(self, ids: Sequence[int] | Ints) -> Floats: ...
    def search(self, query: Floats, k: int, allowed: Ints | None = None) -> tuple[Ints, Floats]: ...
    def fingerprint(self) -> str: ...
    def save(self, path: Path) -> None: ...


class FlatVectors:
    """FAISS' flat inner-product index with ids: exact, and filtered before the search."""

    def __init__(self, dim: int) -> None:
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))

    @classmethod
    def load(cls, path: Path) -> FlatVectors:
        """Read an index file. Raises LibraryError where it is missing or damaged."""
        if not path.is_file():
            raise LibraryError(f"{path} is missing")
        store = cls.__new__(cls)
        try:
            store._index = faiss.read_index(str(path))
        except (RuntimeError, MemoryError) as error:
            raise LibraryError(f"{path} is damaged ({str(error).splitlines()[0][:120]})") from error
        if not isinstance(store._index, faiss.IndexIDMap2):
            raise LibraryError(f"{path} is not a vector index written by Nabo")
        return store

    @property
    def dim(self) -> int:
        return int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: Sequence[int] | Ints, vectors: Floats) -> None:
        """Add float32 [n, dim] vectors under n ids that are not in the index yet."""
        self._index.add_with_ids(
            np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64)
        )

    def remove(self, ids: Sequence[int] | Ints) -> None:
        """Remove vectors; ids that are not in the index are no error."""
        self._index.remove_ids(np.asarray(ids, dtype=np.int64))

    def get(self, ids: Sequence[int] | Ints) -> Floats:
        """The vectors of these ids, float32 [n, dim]."""
        wanted = np.asarray(ids, dtype=np.int64)
        if not len(wanted):
            return np.zeros((0, self.dim), np.float32)
        return np.asarray(self._index.reconstruct_batch(wanted), dtype=np.float32)

    def search(self, query: Floats, k: int, allowed: Ints | None = None) -> tuple[Ints, Floats]:
        """Ids and scores of the k nearest to one query vector [dim], best first, ties by id.

        `allowed` are the ids a filter lets through (None: all); they are applied before the
        search, so k results come back whenever k exist.
        """
        available = len(self) if allowed is None else len(allowed)
        k = min(k, available)
        if k <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        parameters = None
        if allowed is not None:
            mask = np.zeros(int(allowed.max()) + 1, dtype=bool)
            mask[allowed] = True
            bitmap = np.packbits(mask, bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))  # type: ignore[call-arg, arg-type]
        wanted = np.ascontiguousarray(query[None, :], dtype=np.float32)
        depth = min(k + 16, available)
        while True:
            scores, ids = (
                found[0] for found in self._index.search(wanted, depth, params=parameters)
            )
            # Of several with the k-th score FAISS keeps any: look on until all of them are seen.
            if depth >= available or scores[depth - 1] < scores[k - 1] or ids[depth - 1] < 0:
                break
            depth = min(4 * depth, available)
        ids, scores = ids[ids >= 0], scores[ids >= 0]
        order = np.lexsort((ids, -scores))[:k]
        return ids[order], scores[order]

    def fingerprint(self) -> str:
        """A hash of all ids and a sample of the vectors: what binds this index to a catalogue."""
        ids = np.asarray(faiss.vector_to_array(self._index.id_map), dtype=np.int64)
        sample = self.get(ids[:: max(1, len(ids) // 64)])
        return hashlib.sha256(ids.tobytes() + sample.tobytes()).hexdigest()

    def save(self, path: Path) -> None:
        """Write the index to a file. Raises LibraryError where that cannot be done."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:  # FAISS' own; the reason stands at the end of its message
            reason = str(error).rsplit(": ", 1)[-1]
            raise LibraryError(f"{path} cannot be written ({reason})") from error
