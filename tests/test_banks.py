"""What the encoder learns from is not what it is measured on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from index.paths import DATA, DEMO_PLANS
from index.readers import read_document
from index.stemming import words

LENGTH = 9  # words in a row: shorter runs are phrases that any two plans share


def runs(text: str) -> Iterator[tuple[str, ...]]:
    found = words(text)
    return (tuple(found[at : at + LENGTH]) for at in range(len(found) - LENGTH + 1))


def test_no_sentence_of_the_demo_plans_or_questions_is_in_the_banks() -> None:
    banks = chain(
        (DATA / "banks").glob("*.jsonl"),
        (DATA / "banks").glob("*.tsv"),
    )
    learnt = {run for path in banks for run in runs(path.read_text(encoding="utf-8"))}
    assert len(learnt) > 100_000
    plans = [read_document(path).text for path in DEMO_PLANS.iterdir() if path.name != "plans.csv"]
    questions = (DATA / "benchmark" / "demo_topics.jsonl").read_text(encoding="utf-8")
    shared = {run for text in (*plans, questions) for run in runs(text) if run in learnt}
    assert not shared, sorted(" ".join(run) for run in shared)[:10]
