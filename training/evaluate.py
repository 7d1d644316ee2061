"""Development measures on held-out concepts of the banks: never on FLORES or real plans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.banks import BankPassage, Concept, read_concepts, read_passages, read_terms
from training.groups import LANGUAGES, Group, held_out

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
_TOP = 10


def rank_measures(
    scores: Floats, relevant: NDArray[np.bool_], allowed: NDArray[np.bool_]
) -> tuple[float, float]:
    """Scores, relevance and allowance [queries, texts] → mean nDCG@10 and Recall@10."""
    scores = np.where(allowed, scores, -np.inf)
    relevant = relevant & allowed
    top = np.argsort(-scores, axis=1, kind="stable")[:, :_TOP]
    gains = np.take_along_axis(relevant, top, axis=1).astype(np.float64)
    discounts = 1 / np.log2(np.arange(_TOP) + 2)
    count = np.minimum(relevant.sum(1), _TOP)
    ideal = np.cumsum(discounts)[np.maximum(count, 1) - 1]
    asked = count > 0
    ndcg = (gains @ discounts / ideal)[asked].mean()
    recall = (gains.sum(1) / np.maximum(count, 1))[asked].mean()
    return float(ndcg), float(recall)


def measure(encode: Encode, folder: Path, percent: int) -> dict[str, float]:
    """Every development measure, for an encoder that has not seen the held-out concepts."""
    terms, concepts, passages = read_terms(folder), read_concepts(folder), read_passages(folder)
    new = [c for c in concepts if held_out(c.key, percent)]
    # Among all concepts a question has dozens of fair answers that the banks file under another
    # concept, so the first measure is over the held-out ones alone.
    return {
        **concept_measures(encode, new, [], "goals"),
        **concept_measures(
            encode, new, [c for c in concepts if not held_out(c.key, percent)], "crowded goals"
        ),
        **passage_measures(
            encode,
            [p for p in passages if held_out(p.key, percent)],
            [p for p in passages if not held_out(p.key, percent)],
        ),
        **term_measures(
            encode,
            [t for t in terms if held_out(t.key, percent)],
            [t for t in terms if not held_out(t.key, percent)],
        ),
    }


def concept_measures(
    encode: Encode, dev: Sequence[Concept], distractors: Sequence[Concept], name: str
) -> dict[str, float]:
    """Questions about held-out concepts against the statements of these and of distractors."""
    queries = [(c.key, lang, q) for c in dev for lang in LANGUAGES for q in c.queries[lang]]
    texts = [
        (c.key, lang, s)
        for c in [*dev, *distractors]
        for lang in LANGUAGES
        if lang != "en"
        for s in c.statements[lang]
    ]
    return _measure(encode, queries, texts, name)


def passage_measures(
    encode: Encode, dev: Sequence[BankPassage], distractors: Sequence[BankPassage]
) -> dict[str, float]:
    """Questions about held-out passages against all passages."""
    queries = [(p.key, lang, q) for p in dev for lang in LANGUAGES for q in p.queries.get(lang, [])]
    texts = [(p.key, p.language, p.passage) for p in [*dev, *distractors]]
    return _measure(encode, queries, texts, "passages")


def term_measures(
    encode: Encode, dev: Sequence[Group], others: Sequence[Group]
) -> dict[str, float]:
    """Held-out first terms: share whose nearest term in each other language is its own."""
    rows = [*dev, *others]
    vectors = {
        lang: encode([next(iter(group.in_language(lang)), "") for group in rows])
        for lang in LANGUAGES
    }
    hits = []
    for source in LANGUAGES:
        for target in LANGUAGES:
            if source != target:
                asked = np.flatnonzero(np.abs(vectors[source][: len(dev)]).sum(1) > 0)
                nearest = (vectors[source][asked] @ vectors[target].T).argmax(1)
                hits.append(float((nearest == asked).mean()))
    return {"terms accuracy@1": float(np.mean(hits))}


def _measure(
    encode: Encode,
    queries: Sequence[tuple[str, str, str]],
    texts: Sequence[tuple[str, str, str]],
    name: str,
) -> dict[str, float]:
    scores = encode([query for _, _, query in queries]) @ encode([text for _, _, text in texts]).T
    query_keys, text_keys = (np.array([key for key, _, _ in side]) for side in (queries, texts))
    query_langs, text_langs = (np.array([lang for _, lang, _ in side]) for side in (queries, texts))
    relevant = query_keys[:, None] == text_keys[None, :]
    everywhere = np.ones_like(relevant)
    abroad = query_langs[:, None] != text_langs[None, :]
    result = {f"{name} nDCG@10": rank_measures(scores, relevant, everywhere)[0]}
    result[f"{name} cross-language R@10"] = rank_measures(scores, relevant, abroad)[1]
    for lang in LANGUAGES:
        mine = query_langs == lang
        result[f"{name} nDCG@10 {lang}"] = rank_measures(
            scores[mine], relevant[mine], everywhere[mine]
        )[0]
    return result
