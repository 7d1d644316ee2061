"""Known items: a name or number that stands in one passage only, asked for by itself.

What the lexical leg is for. The items are drawn from the demo plans by a fixed rule and seed.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict

from benchmarks.judging import Search
from index.library import Library

# A capitalised word inside a sentence, or a number with a unit-like mark (48/22, 1.150.000).
_NAME = re.compile(r"(?<=[a-zæøåäö,] )([A-ZÆØÅÄÖ][a-zæøåäö]{4,}(?:[A-ZÆØÅÄÖ][a-zæøåäö]+)*)")
_NUMBER = re.compile(r"(?<![\w/.])(\d{1,4}(?:[/.]\d{2,4})+)(?![\w/])")


def known_items(library: Library, count: int = 100, seed: int = 13) -> list[tuple[str, int]]:
    """(name or number, row of the only passage that has it)."""
    places: dict[str, set[int]] = defaultdict(set)
    found: set[str] = set()
    for plan in library.catalogue.plans():
        for passage in library.catalogue.plan_passages(plan["id"]):
            for word in re.findall(r"[\w/.]+\w", " ".join((*passage.heading, passage.clean))):
                places[word.casefold()].add(passage.row)
            found.update(_NAME.findall(passage.clean), _NUMBER.findall(passage.clean))
    items = [(word, rows) for word in sorted(found) if len(rows := places[word.casefold()]) == 1]
    return [(word, next(iter(rows))) for word, rows in random.Random(seed).sample(items, count)]


def mean_reciprocal_rank(search: Search, items: list[tuple[str, int]]) -> float:
    """MRR@10 of the passage that holds the item."""
    total = 0.0
    for word, row in items:
        ranks = [hit.rank for hit in search(word) if hit.passage.row == row]
        total += 1 / ranks[0] if ranks else 0.0
    return total / len(items)
