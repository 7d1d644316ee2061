"""The sweep behind `search.engine.Ranking`: `python -m benchmarks.ranking`, demo plans only.

Prints nDCG@10 on the development set, and MRR@10 for names and numbers that one passage has, for
each way of combining the legs, and for plain reciprocal-rank fusion (Cormack et al. 2009, k = 60),
which is not used.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.demo import demo_topics
from benchmarks.judging import LANGUAGES, Search, Topic, evaluate
from benchmarks.known_items import known_items, mean_reciprocal_rank
from index.builder import build
from index.library import Library
from index.paths import DEMO_PLANS
from search import Hit, SearchEngine
from search.engine import DEFAULT_RANKING, Ranking

_RRF = 60


def sweep() -> dict[str, Ranking]:
    """Each weight varied alone around the defaults, and each part left out."""
    variants = {"the defaults": DEFAULT_RANKING}
    for name, values in {
        "interaction": (0.0, 0.15, 0.5),
        "lexical": (0.0, 0.25, 1.0),
        "feedback": (0.0, 0.15, 0.5),
        "feedback_passages": (1, 5),
    }.items():
        for value in values:
            changed: dict[str, Any] = {name: value}
            variants[f"{name} {value:g}"] = replace(DEFAULT_RANKING, **changed)
    variants["dense alone"] = Ranking(interaction=0, lexical=0, feedback=0)
    variants["BM25 alone"] = Ranking(dense=0, interaction=0, lexical=1, feedback=0)
    return variants


def reciprocal_rank_fusion(first: SearchEngine, second: SearchEngine) -> Search:
    """A search that adds 1 / (60 + rank) over two engines' best hundred."""

    def search(question: str) -> list[Hit]:
        scores: dict[int, float] = {}
        hits: dict[int, Hit] = {}
        for engine in (first, second):
            for hit in engine.search(question, 100):
                row = hit.passage.row
                hits.setdefault(row, hit)
                scores[row] = scores.get(row, 0.0) + 1 / (_RRF + hit.rank)
        best = sorted(scores, key=lambda row: (-scores[row], row))[:10]
        return [hits[row] for row in best]

    return search


def table(library: Library, topics: list[Topic]) -> str:
    """One Markdown row a variant: nDCG@10 per question language, and the mean."""
    variants = sweep()
    engines: Mapping[str, SearchEngine] = {
        name: SearchEngine(library, ranking=ranking) for name, ranking in variants.items()
    }
    searches: dict[str, Search] = {name: engine.search for name, engine in engines.items()}
    searches["dense and BM25 by RRF"] = reciprocal_rank_fusion(
        engines["dense alone"], engines["BM25 alone"]
    )
    items = known_items(library)
    lines = [
        f"| | {' | '.join(LANGUAGES)} | mean nDCG@10 | known items MRR@10 |",
        "|---" * (len(LANGUAGES) + 3) + "|",
    ]
    for name, search in tqdm(searches.items(), unit="variant", leave=False):
        values = [scores["nDCG@10"] for scores in evaluate(search, topics).values()]
        values += [sum(values) / len(values), mean_reciprocal_rank(search, items)]
        cells = [f"{value:.3f}" for value in values]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def report(folder: Path) -> str:
    """The chapter as Markdown; builds the demo library in `folder`."""
    build([DEMO_PLANS], folder / "demo", rebuild=True)
    library = Library.open(folder / "demo")
    return table(library, demo_topics(library)) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(report(Path(name)))
