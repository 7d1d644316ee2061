"""How well the rules for kinds of passages do, on passages labelled by hand.

    python -m benchmarks.kinds [--errors dev|test|plans]

Three sets: dev was open while the rules were written; test was labelled before the first rule and
left alone; plans is a random draw from the demo plans, labelled after the last change of a rule.
All were labelled, and half of dev and test written, by the author of the rules, which flatters
them. An earlier random draw had .72 of its passages right: the rules missed measures in running
prose. It joined dev, and the rules were amended.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from typing import Final, TypedDict

from index.kinds import classify_kind
from index.paths import PROJECT
from index.records import LANGUAGES, Kind

LABELLED: Final = PROJECT / "tests/data/kinds.jsonl"
SPLITS: Final = ("dev", "test", "plans")


class Row(TypedDict):
    language: str
    split: str
    kind: str
    heading: list[str]
    item: bool
    text: str


class Measured(TypedDict):
    precision: float
    recall: float
    f1: float
    count: int


def load(split: str) -> list[Row]:
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["split"] == split]


def predict(row: Row) -> str:
    return classify_kind(row["text"], row["heading"], row["language"], row["item"]).value


def measure(rows: Sequence[Row]) -> dict[str, Measured]:
    """Precision, recall and F1 per kind, and their mean over the kinds there under `macro`."""
    pairs = [(row["kind"], predict(row)) for row in rows]
    result: dict[str, Measured] = {}
    for kind in Kind:
        right = sum(gold == guess == kind for gold, guess in pairs)
        found = sum(guess == kind for _, guess in pairs)
        there = sum(gold == kind for gold, _ in pairs)
        result[kind.value] = Measured(
            precision=right / found if found else 0.0,
            recall=right / there if there else 0.0,
            f1=2 * right / (found + there) if found + there else 0.0,
            count=there,
        )
    kinds = [figures for figures in result.values() if figures["count"]]
    result["macro"] = Measured(
        precision=sum(k["precision"] for k in kinds) / len(kinds),
        recall=sum(k["recall"] for k in kinds) / len(kinds),
        f1=sum(k["f1"] for k in kinds) / len(kinds),
        count=len(rows),
    )
    return result


def speed(passages: int = 5000) -> float:
    """Passages of about a hundred words a second."""
    rows = [row for row in load("dev") if row["language"] != "en"]
    texts = [" ".join([row["text"]] * 9).split()[:100] for row in rows]
    work = [(" ".join(words), row) for words, row in zip(texts, rows, strict=True)]
    begin = time.perf_counter()
    for i in range(passages):
        text, row = work[i % len(work)]
        classify_kind(text, row["heading"], row["language"], row["item"])
    return passages / (time.perf_counter() - begin)


def report() -> str:
    """The measurements as Markdown tables."""
    lines = []
    for split in SPLITS:
        rows = load(split)
        lines += [f"**{split}**, {len(rows)} passages", ""]
        lines += ["| kind | precision | recall | F1 | passages |", "|---|---|---|---|---|"]
        for name, m in measure(rows).items():
            figures = f"{m['precision']:.2f} | {m['recall']:.2f} | {m['f1']:.2f}"
            lines.append(f"| {name} | {figures} | {m['count']} |")
        per_language = []
        for code in LANGUAGES:
            of_code = [row for row in rows if row["language"] == code]
            if of_code and split != "plans":  # too few there for a mean over five kinds
                per_language.append(f"{code} {measure(of_code)['macro']['f1']:.2f}")
        right = sum(predict(row) == row["kind"] for row in rows) / len(rows)
        lines += ["", f"{right:.2f} of all are right", ""]
        if per_language:
            lines += [f"macro F1 by language: {', '.join(per_language)}", ""]
    return "\n".join([*lines, f"{speed():,.0f} passages of 100 words a second", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--errors", choices=SPLITS, help="print what was mistaken")
    arguments = parser.parse_args()
    if arguments.errors:
        for row in load(arguments.errors):
            if (guess := predict(row)) != row["kind"]:
                place = f"{row['language']} {row['kind']} taken for {guess}"
                print(f"{place}: {row['heading']} {'*' if row['item'] else ''}{row['text'][:150]}")
    print(report())


if __name__ == "__main__":
    main()
