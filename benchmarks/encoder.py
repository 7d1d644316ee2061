"""Measures encoders: `python -m benchmarks.encoder [PATH_OR_NAME …]`.

Prints, for each: FLORES-200 devtest bitext accuracy, passages per second, and size on disk. FLORES is
measured with and never trained on. `--dev-percent 8` adds the development measures on the concepts
that a training run with the same option holds out: ask for them only where the encoder has not
seen those concepts; the released weights have.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
from itertools import combinations
from pathlib import Path

import numpy as np

from index.encoder import Encoder, load_encoder
from index.paths import BUNDLED_ENCODER, DATA, PROJECT
from training.banks import read_passages
from training.evaluate import measure
from training.groups import LANGUAGES

_BITEXT = PROJECT.parent / "shared/bitext/flores200_devtest.tsv.gz"
_SPEED_TEXTS = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoders", nargs="*", default=[str(BUNDLED_ENCODER)])
    parser.add_argument("--bitext", type=Path, default=_BITEXT)
    parser.add_argument("--banks", type=Path, default=DATA / "banks")
    parser.add_argument("--dev-percent", type=int, default=0)
    given = parser.parse_args()
    for name in given.encoders:
        print(report(name, given.bitext, given.banks, given.dev_percent), flush=True)


def report(
    name: str = str(BUNDLED_ENCODER),
    bitext: Path = _BITEXT,
    banks: Path = DATA / "banks",
    dev_percent: int = 0,
) -> str:
    """The measures of one encoder as a Markdown table."""
    encoder = load_encoder(name)
    lines = [
        f"{encoder.name} {encoder.revision}, {encoder.dim} dimensions",
        "",
        "| | |",
        "|---|---|",
    ]
    measured = results(encoder, Path(name), bitext, banks, dev_percent)
    return "\n".join([*lines, *(f"| {what} | {value} |" for what, value in measured.items()), ""])


def results(
    encoder: Encoder, folder: Path, bitext: Path, banks: Path, dev_percent: int
) -> dict[str, str]:
    """Every measure of one encoder, as text to print."""
    lines: dict[str, str] = {}
    if folder.is_dir():
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        lines["size, MB"] = f"{size / 1e6:.1f}"
    passages = [passage.passage for passage in read_passages(banks)]
    sentences = [part for text in passages for part in text.split(". ")]
    lines["sentences a second"] = f"{speed(encoder, sentences):,.0f}"
    lines["passages of 90 words a second"] = f"{speed(encoder, passages):,.0f}"
    if bitext.exists():
        for pair, value in bitext_accuracy(encoder, bitext).items():
            lines[f"FLORES {pair}"] = f"{100 * value:.2f}"
    else:
        lines["FLORES"] = f"not measured: {bitext} is not there"
    if dev_percent:
        for label, value in measure(encoder.encode_passages, banks, dev_percent).items():
            lines[f"dev {label}"] = f"{value:.4f}"
    return lines


def bitext_accuracy(encoder: Encoder, path: Path) -> dict[str, float]:
    """Share of sentences whose nearest in the other language is their translation.

    The mean of both directions, per pair; `mean` over the ten pairs.
    """
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    vectors = {
        language: encoder.encode_passages([row[language] for row in rows]) for language in LANGUAGES
    }
    accuracy = {}
    expected = np.arange(len(rows))
    for one, other in combinations(LANGUAGES, 2):
        scores = vectors[one] @ vectors[other].T
        there = (scores.argmax(1) == expected).mean()
        back = (scores.argmax(0) == expected).mean()
        accuracy[f"{one}-{other}"] = float(there + back) / 2
    accuracy["mean"] = float(np.mean(list(accuracy.values())))
    return accuracy


def speed(encoder: Encoder, texts: list[str], seconds: float = 3.0) -> float:
    """Texts encoded per second, after a first warm call; stops after some seconds."""
    encoder.encode_passages(texts[:64])
    many = [texts[i % len(texts)] for i in range(_SPEED_TEXTS)]
    start, done = time.perf_counter(), 0
    while done < len(many) and time.perf_counter() - start < seconds:
        encoder.encode_passages(many[done : done + 1000])
        done += len(many[done : done + 1000])
    return done / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
