"""Small libraries made by hand, and an encoder that needs no model: for tests of single parts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from index.encoder import TokenVectors
from index.library import Draft, EncoderStamp, Library, PlanFile, discard_old, draft, writing
from index.passages import PASSAGE_VERSION
from index.records import Metadata, Passage, Plan
from index.stemming import stemmed, words

DIM = 64


@dataclass(frozen=True)
class WordEncoder:
    """One fixed random direction a word; a text is the mean of its words. Knows every word."""

    name: str = "words"
    revision: str = "1"
    dim: int = DIM
    languages: tuple[str, ...] = ()

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        sums = np.array([self._rows(text).sum(axis=0) for text in texts], np.float32)
        sums = sums.reshape(len(texts), self.dim)
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        return (sums / np.maximum(norms, 1e-9)).astype(np.float32)

    def token_vectors(self, texts: Sequence[str]) -> list[TokenVectors]:
        found = [self._rows(text) for text in texts]
        return [TokenVectors(rows, np.zeros((len(rows), 2), np.int64)) for rows in found]

    def _rows(self, text: str) -> np.ndarray:
        return np.array([_direction(w, self.dim) for w in words(text)], np.float32).reshape(
            -1, self.dim
        )


@cache
def _direction(word: str, dim: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
    return np.random.default_rng(seed).standard_normal(dim).astype(np.float32)


@dataclass(frozen=True)
class P:
    """A passage to put into a hand-made library."""

    text: str
    language: str = "nb"
    kind: str = "goal"
    heading: tuple[str, ...] = ()
    metadata: Metadata | None = None  # the plan's own where None


@dataclass(frozen=True)
class L:
    """A plan to put into a hand-made library."""

    path: str
    passages: tuple[P, ...]
    metadata: Metadata = field(default_factory=Metadata)


def add_plan(target: Draft, plan: L, encoder: WordEncoder) -> None:
    """Put one plan into a draft."""
    text = "\n\n".join(p.text for p in plan.passages)
    sha = hashlib.sha256(f"{plan.path}\n{text}".encode()).hexdigest()
    row = target.catalogue.add_plan(
        Plan(sha[:12], plan.path, plan.metadata, "nb", text, sha),
        PlanFile(plan.path, f"/made/{plan.path}", "/made", sha, len(text), 0, ""),
        (),
        (),
        (),
    )
    rows, at = [], 0
    for ordinal, p in enumerate(plan.passages):
        passage = Passage(at, at + len(p.text), p.text, p.text, p.heading)
        stems = stemmed(" ".join((*p.heading, p.text)), p.language)
        metadata = p.metadata or plan.metadata
        passage_id = f"{sha[:12]}-{at}"
        rows.append(
            target.catalogue.add_passage(
                row, ordinal, passage_id, passage, p.language, p.kind, metadata, stems
            )
        )
        at += len(p.text) + 2
    if rows:
        target.vectors.add(rows, encoder.encode_passages([p.text for p in plan.passages]))


def make_library(
    path: Path, plans: Sequence[L], encoder: WordEncoder | None = None, *, append: bool = False
) -> Library:
    """Write a library of these plans (as a new generation) and open it."""
    encoder = encoder or WordEncoder()
    stamp = EncoderStamp(None, encoder.name, encoder.revision, encoder.dim)
    with writing(path):
        current = Library.open(path) if append else None
        target = draft(path, current, encoder.dim)
        for plan in plans:
            add_plan(target, plan, encoder)
        content = hashlib.sha256("".join(p.path for p in plans).encode()).hexdigest()
        manifest = target.publish(stamp, PASSAGE_VERSION, content)
        discard_old(path, manifest.generation)
    return Library.open(path)
