"""Tokenised texts as bags of token ids, and the drawing of positive pairs from groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.groups import LANGUAGES, Group

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bags:
    """Token ids of many texts: text `i` holds `ids[starts[i]:starts[i + 1]]`."""

    ids: NDArray[np.int32]
    starts: Ints

    @classmethod
    def of(cls, tokenizer: Tokenizer, texts: Sequence[str], longest: int = 256) -> Bags:
        parts: list[NDArray[np.int32]] = []
        for start in range(0, len(texts), 20_000):
            block = tokenizer.encode_batch_fast(
                list(texts[start : start + 20_000]), add_special_tokens=False
            )
            parts += [np.asarray(encoding.ids[:longest], dtype=np.int32) for encoding in block]
        starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        ids = np.concatenate([*parts, np.zeros(0, np.int32)])
        return cls(ids.astype(np.int32), starts.astype(np.int64))

    def take(
        self, rows: Ints, rng: np.random.Generator | None = None, dropout: float = 0.0
    ) -> tuple[Ints, Ints]:
        """Rows → (ids, offsets) for an embedding bag; tokens are dropped at random."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        owner = np.repeat(np.arange(len(rows)), lengths)
        position = np.arange(int(lengths.sum())) - offsets[owner] + self.starts[rows][owner]
        ids = self.ids[position].astype(np.int64)
        if rng is None or dropout <= 0:
            return ids, offsets
        # Short texts keep every token: a term without its only word means nothing.
        keep = (rng.random(len(ids)) >= dropout) | (lengths[owner] < 5)
        kept = np.bincount(owner[keep], minlength=len(rows))
        return ids[keep], np.concatenate([[0], np.cumsum(kept)[:-1]])


class PairSampler:
    """Draws positive pairs from groups: first a group, then two of its texts by weight."""

    def __init__(self, groups: Sequence[Group], first_text: int) -> None:
        """`first_text`: the row of the first text of these groups among all the bags."""
        counts = np.array([len(group.texts) for group in groups], dtype=np.int64)
        weights = np.array([text.weight for group in groups for text in group.texts])
        codes = {language: code for code, language in enumerate(LANGUAGES)}
        self._languages = np.array([codes[t.language] for g in groups for t in g.texts])
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        self._edges = np.concatenate([[0.0], np.cumsum(weights)])
        self._first = first_text
        self._order = np.zeros(0, dtype=np.int64)
        self._total = len(groups)

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """→ group numbers, rows of the left texts, rows of the right texts."""
        while len(self._order) < count:
            self._order = np.concatenate([self._order, rng.permutation(self._total)])
        chosen, self._order = self._order[:count], self._order[count:]
        left, right = self._text(chosen, rng), self._text(chosen, rng)
        # Other languages are preferred; a group of one language still gives two of its texts.
        for attempt in range(8):
            same = left == right
            if attempt < 5:
                same |= self._languages[left] == self._languages[right]
            if not same.any():
                break
            right[same] = self._text(chosen[same], rng)
        return chosen, left + self._first, right + self._first

    def _text(self, groups: Ints, rng: np.random.Generator) -> Ints:
        low, high = self._edges[self._starts[groups]], self._edges[self._starts[groups + 1]]
        point = low + rng.random(len(groups)) * (high - low)
        found = np.searchsorted(self._edges, point, side="right") - 1
        rows: Ints = np.clip(found, self._starts[groups], self._starts[groups + 1] - 1)
        return rows
