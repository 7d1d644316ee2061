"""Near-identical passages of one plan shown once, with a count of the others."""

from __future__ import annotations

from collections.abc import Iterable

from index.library import StoredPassage

# Two passages are near-identical when they share this part of their distinct words (Jaccard). At
# .85 a sentence of twenty words may differ in one or two, as a repeated goal with a new year does.
SAME = 0.85


class Collapser:
    """Remembers the passages kept so far, and says of which one a new passage is a copy."""

    def __init__(self) -> None:
        self._kept: dict[int, list[tuple[int, frozenset[str]]]] = {}

    def copy_of(self, passage: StoredPassage) -> int | None:
        """The row of the kept passage that this is a copy of; None if it is new (and now kept)."""
        mine = frozenset(passage.clean.casefold().split())
        kept = self._kept.setdefault(passage.plan_row, [])
        for row, theirs in kept:
            # Sets of very different size cannot share so much: most need no comparison.
            shorter, longer = sorted((len(mine), len(theirs)))
            if shorter >= SAME * longer and _jaccard(mine, theirs) >= SAME:
                return row
        kept.append((passage.row, mine))
        return None


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    union = len(one) + len(other) - shared
    return shared / union if union else 1.0


def distinct(passages: Iterable[StoredPassage]) -> list[StoredPassage]:
    """The passages without near-identical ones of the same plan, order kept."""
    collapser = Collapser()
    return [p for p in passages if collapser.copy_of(p) is None]
