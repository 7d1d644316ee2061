"""Late interaction: how well each word of the question is met by some word of the passage.

MaxSim over token vectors as in ColBERT (Khattab & Zaharia 2020), here over the static encoder's own
token vectors. A token's vector length is what training gave it as weight in the pooled vector: long
for rare, telling words, short for function words, so it serves as the weight of each question word.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.encoder import TokenEncoder

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_REMEMBERED = 200_000  # passages whose token ids are kept: about 1.5 kB each


class LateInteraction:
    """Late-interaction scores over one encoder. Remembers the tokens of passages by their key."""

    def __init__(self, encoder: TokenEncoder) -> None:
        self._encoder = encoder
        self._ids: dict[int, Ints] = {}

    def scores(self, question: str, keys: Sequence[int], texts: Sequence[str]) -> Floats:
        """Scores float32 [len(texts)], each between -1 and 1; `keys` name the texts.

        The mean over the question's tokens, weighted by their vectors' squared lengths, of the
        highest cosine with any token of the passage. 0 where either has no known token. The
        square favours the telling words; it won over the plain length on the development set.
        """
        table = self._encoder.token_table
        scores = np.zeros(len(texts), np.float32)
        tokens = table[self._encoder.token_ids([question])[0]]
        weights = (tokens**2).sum(axis=1)
        if weights.sum() <= 0:
            return scores
        found = self._tokens(keys, texts)
        filled = [i for i, ids in enumerate(found) if len(ids)]
        if not filled:
            return scores
        starts = np.cumsum([0] + [len(found[i]) for i in filled[:-1]])
        distinct, places = np.unique(
            np.concatenate([found[i] for i in filled]), return_inverse=True
        )
        similarity = _unit(tokens) @ _unit(table[distinct]).T  # [question tokens, distinct tokens]
        best = np.maximum.reduceat(similarity[:, places], starts, axis=1)
        scores[filled] = (weights[:, None] * best).sum(axis=0) / weights.sum()
        return scores

    def _tokens(self, keys: Sequence[int], texts: Sequence[str]) -> list[Ints]:
        if len(self._ids) > _REMEMBERED:
            self._ids = {}
        known = self._ids  # another thread may begin a new one meanwhile
        new = [i for i, key in enumerate(keys) if key not in known]
        ids = self._encoder.token_ids([texts[i] for i in new])
        known.update((keys[i], found) for i, found in zip(new, ids, strict=True))
        return [known[key] for key in keys]


def _unit(vectors: Floats) -> Floats:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = vectors / np.maximum(norms, 1e-9)
    return unit
