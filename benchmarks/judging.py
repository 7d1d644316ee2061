"""Judged questions, and what a ranked list of hits is worth on them.

The measures are ir_measures' (nDCG@10 with gains 2 and 1, Recall@10); only the step from hits to
judged passages is ours: a hit counts for a judged passage when the two overlap by at least half of
the shorter, and for one judged passage only, the best that no earlier hit has taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import ir_measures
from ir_measures import R, nDCG

from search import Hit

MEASURES = (nDCG @ 10, R @ 10)
LANGUAGES = ("nb", "nn", "da", "sv", "en")


@dataclass(frozen=True, slots=True)
class Span:
    """A judged stretch of a plan: grade 2 answers, 1 touches."""

    plan: str
    start: int
    end: int
    grade: int
    language: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A need, asked in five languages in several ways, and all that answers it."""

    id: str
    queries: Mapping[str, Sequence[str]]
    relevant: tuple[Span, ...]


class Quoted(Protocol):
    """What is judged of a hit: a stretch `[start, end)` of a plan."""

    @property
    def plan(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


Search = Callable[[str], Sequence[Hit]]
Ranks = Callable[[str], Sequence[Quoted]]  # any search whose results can be judged


def plan_topics(path: Path) -> list[Topic]:
    """The topics over the real plans."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [
        Topic(
            line["id"],
            line["queries"],
            tuple(Span(r["doc"], r["start"], r["end"], r["grade"]) for r in line["relevant"]),
        )
        for line in lines
    ]


def overlaps(hit: Quoted, span: Span) -> bool:
    """By at least half of the shorter of the two."""
    if Path(hit.plan).name != span.plan:
        return False
    shared = min(hit.end, span.end) - max(hit.start, span.start)
    return shared * 2 >= min(hit.end - hit.start, span.end - span.start) and shared > 0


def judge(hits: Iterable[Quoted], relevant: Sequence[Span]) -> list[int | None]:
    """For each hit the number of the judged passage that it counts for, or None."""
    taken: set[int] = set()
    counted: list[int | None] = []
    for hit in hits:
        free = [i for i, s in enumerate(relevant) if i not in taken and overlaps(hit, s)]
        best = max(free, key=lambda i: (relevant[i].grade, -i), default=None)
        if best is not None:
            taken.add(best)
        counted.append(best)
    return counted


def evaluate(search: Ranks, topics: Sequence[Topic]) -> dict[str, dict[str, float]]:
    """Question language → measure → mean over topics and ways of asking. A question without hits
    scores 0; it is never dropped."""
    table: dict[str, dict[str, float]] = {}
    for language in LANGUAGES:
        qrels: dict[str, dict[str, int]] = {}
        run: dict[str, dict[str, float]] = {}
        for topic in topics:
            for number, question in enumerate(topic.queries[language]):
                name = f"{topic.id}-{number}"
                qrels[name] = {str(i): span.grade for i, span in enumerate(topic.relevant)}
                counted = judge(search(question), topic.relevant)
                run[name] = {
                    f"miss{rank}" if best is None else str(best): -float(rank)
                    for rank, best in enumerate(counted)
                }
        results = ir_measures.calc_aggregate(MEASURES, qrels, run)
        table[language] = {str(measure): float(results[measure]) for measure in MEASURES}
    return table
