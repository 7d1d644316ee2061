"""Sentences, items and rows of a section grouped into passages: a small dynamic programme.

Passages near `TARGET` words, within `[SHORT, LONG]` where the text allows, with borders where the
text has them: paragraphs first, then items, then pages, then sentences, never between a lead-in and
its list if that can be helped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.records import BlockType

SHORT, TARGET, LONG = 60, 100, 180  # words of a passage
MOST_UNITS = 60  # of one passage: rows and items may be a single word

# What it costs to end a passage here, in the same coin as `_size_cost`.
_BREAK = {
    "paragraph": 0.0, "title": 0.0, "items": 0.05, "item": 0.15, "page": 0.2, "sentence": 0.25,
    "lead-in": 2.5,
}  # fmt: skip
_LOOKING_BACK = frozenset(
    """
    dette disse denne det de dessuten derfor dermed videre likevel også men samtidig slik her i
    detta dessa därför vidare ändå också men samtidigt så desse derimot imidlertid herunder således
    """.split()
)
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Unit:
    """What is never split: a sentence, an item, a row. Spans of the document and of the repair."""

    start: int
    end: int
    clean: str
    words: int
    type: BlockType
    before: str  # kind of border in front of it, a key of `_BREAK`
    tight: int = 0  # words of its whole paragraph
    stream: int = 0  # which paragraph of the section it belongs to


def _size_cost(words: int) -> float:
    if words > LONG:
        return 4.0 + (words - LONG) / 20
    if words < SHORT:
        return 0.4 + 1.6 * (SHORT - words) / SHORT
    return ((words - TARGET) / (LONG - TARGET)) ** 2


_SIZE_COSTS = [_size_cost(words) for words in range(1000)]


def _break_cost(unit: Unit) -> float:
    cost = _BREAK[unit.before]
    if unit.before == "sentence" or unit.before == "page":
        cost += 1.5 * max(0, LONG - unit.tight) / LONG  # the paragraph would fit in whole
        first = _WORD.search(unit.clean)
        if first and first.group().casefold() in _LOOKING_BACK:
            cost += 0.3
    return cost


def grouped(units: list[Unit]) -> Iterator[tuple[int, int]]:
    """Index ranges of the units of each passage: the cheapest grouping of the section.

    Looks back at most `LONG` words from each unit, so it is linear in the units.
    """
    count = len(units)
    breaks = [0.0] + [_break_cost(unit) for unit in units[1:]]
    rows = [unit.type is BlockType.ROW for unit in units]
    best = [0.0] + [float("inf")] * count
    back = [0] * (count + 1)
    for end in range(1, count + 1):
        words = 0
        last = units[end - 1]
        for start in range(end - 1, max(end - 1 - MOST_UNITS, -1), -1):
            first = units[start]
            words += first.words
            if start < end - 1 and (words > LONG or rows[start] != rows[end - 1]):
                break
            cost = best[start] + _SIZE_COSTS[min(words, len(_SIZE_COSTS) - 1)] + breaks[start]
            if (
                first.before == "paragraph"
                and min(first.tight, last.tight) >= SHORT
                and first.stream != last.stream
            ):
                cost += 0.4  # paragraphs long enough to stand alone are better apart
            if cost < best[end]:
                best[end], back[end] = cost, start
    borders = [count]
    while borders[-1]:
        borders.append(back[borders[-1]])
    borders.reverse()
    yield from pairwise(borders)
