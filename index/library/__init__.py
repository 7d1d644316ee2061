"""Libraries on disk: catalogue (SQLite), vectors (FAISS), and the manifest that binds them."""

from index.library.catalogue import Catalogue, PlanFile, StoredPassage
from index.library.library import Draft, Library, discard_old, draft, writing
from index.library.manifest import EncoderStamp, Manifest
from index.library.vectors import FlatVectors, VectorStore

__all__ = [
    "Catalogue",
    "Draft",
    "EncoderStamp",
    "FlatVectors",
    "Library",
    "Manifest",
    "PlanFile",
    "StoredPassage",
    "VectorStore",
    "discard_old",
    "draft",
    "writing",
]
