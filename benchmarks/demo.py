"""The development set, for ranking weights: questions to the demo plans, judged by section."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

from benchmarks.judging import Span, Topic
from index.library import Library
from index.paths import DATA

BENCHMARK = DATA / "benchmark"


def sections() -> dict[tuple[str, str], dict[str, int]]:
    """(plan's file name without ending, heading) → field → grade."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for path in sorted(BENCHMARK.glob("demo_sections_*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                key = (Path(row["file"]).stem, _key(row["heading"]))
                found[key][row["field"]] = int(row["grade"])
    return found


def _key(heading: str) -> str:
    words = heading.replace("*", "").split()
    if words and words[0].replace(".", "").isdigit():
        words = words[1:]
    return " ".join(words).casefold()


def demo_topics(library: Library) -> list[Topic]:
    """The questions with every passage that lies in a section judged for their field."""
    judged = sections()
    spans: dict[str, list[Span]] = defaultdict(list)
    for plan in library.catalogue.plans():
        path = Path(plan["path"])
        for passage in library.catalogue.plan_passages(plan["id"]):
            grades: dict[str, int] = {}
            for heading in passage.heading:  # the innermost judged heading decides
                grades = judged.get((path.stem, _key(heading)), grades)
            for field, grade in grades.items():
                spans[field].append(
                    Span(path.name, passage.start, passage.end, grade, passage.language)
                )
    lines = (BENCHMARK / "demo_topics.jsonl").read_text(encoding="utf-8").splitlines()
    topics = [json.loads(line) for line in lines if line]
    return [Topic(t["id"], t["queries"], tuple(spans[t["id"]])) for t in topics]
