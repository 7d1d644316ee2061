"""The lexical leg: BM25 over stems, for names, numbers, rare words and quoted phrases.

Each passage is stemmed in its own language; a question's word is tried with the stems that it would
have in every one of them, since the question's language need not be the passage's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from index.library import Catalogue
from index.stemming import query_stems

# FTS5's own constants: https://sqlite.org/fts5.html#the_bm25_function
_K1, _B = 1.2, 0.75
# How steeply the leg falls silent as the question's rarest word becomes common; see
# `benchmarks/RESULTS.md` for what 0 and 2 gave.
_RARITY = 4


def bm25_shares(
    catalogue: Catalogue,
    question_words: Sequence[str],
    where: str,
    parameters: Sequence[Any],
    limit: int,
) -> dict[int, float]:
    """Passage row → BM25 score as a share (0–1) of the highest that the question could reach,
    scaled down where the question has no rare word.

    The share, unlike the score itself, can be compared between questions and added to cosines. A name
    that stands in one passage keeps its share; words that many passages have are the dense leg's
    business, where the same words in other languages count too.
    """
    groups = [stems for word in question_words if (stems := query_stems(word))]
    if not groups:
        return {}
    passages = max(catalogue.count("passages"), 1)
    frequency = catalogue.document_frequency(sorted({s for group in groups for s in group}))
    groups = [tuple(s for s in group if frequency[s]) for group in groups]
    ceiling = 0.0
    for found_stems in groups:
        # A word that no passage has still counts: the question is not fully answered without it.
        count = min((frequency[stem] for stem in found_stems), default=0)
        idf = max(math.log((passages - count + 0.5) / (count + 0.5)), 1e-6)
        ceiling += idf * (_K1 + 1)
    present = sorted({stem for group in groups for stem in group})
    if not present or ceiling <= 0:
        return {}
    # To FTS5 a word of every second passage weighs a millionth, yet brings them all to be ranked.
    present = [stem for stem in present if frequency[stem] * 2 < passages] or present
    match = " OR ".join(f'"{stem}"' for stem in present)
    rarest = min(frequency[stem] for stem in present)
    rarity = math.log((passages + 1) / rarest) / math.log(passages + 1)  # 1: in a single passage
    found = catalogue.bm25(match, where, parameters, limit)
    return {row: min(score / ceiling, 1.0) * rarity**_RARITY for row, score in found}
