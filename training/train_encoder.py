"""Builds the bundled encoder: `python -m training.train_encoder --help`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from training import data, evaluate
from training.bags import Bags
from training.export import export
from training.loop import train
from training.model import Recipe, StaticStudent
from training.teacher import Teacher
from training.tokenizer import train_tokenizer

_log = logging.getLogger("training")


def main() -> None:
    arguments = _arguments()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    arguments.work.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(message)s",
        handlers=[logging.FileHandler(arguments.work / "training.log"), logging.StreamHandler()],
    )
    recipe = Recipe(**{field.name: getattr(arguments, field.name) for field in fields(Recipe)})
    _log.info("recipe %s", json.dumps(asdict(recipe)))
    start = time.perf_counter()
    public = arguments.public if arguments.public.is_dir() else None
    if public is None:
        _log.info("no public text at %s: the banks and the teacher alone", arguments.public)
    material = data.gather(arguments.banks, public, arguments.dev_percent, recipe.seed)
    if arguments.tokenizer:
        tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
    else:
        texts = data.tokenizer_texts(material, recipe.seed)
        tokenizer = train_tokenizer(texts, recipe.vocabulary, arguments.word_marks)
        tokenizer.save(str(arguments.work / f"tokenizer-{recipe.vocabulary}.json"), pretty=False)
    _log.info("%d pieces; %.0f s", tokenizer.get_vocab_size(), time.perf_counter() - start)
    student = train(material.sources, tokenizer, Teacher(arguments.teacher_cache), recipe)
    np.save(arguments.work / "table.npy", student.table)
    _log.info("trained in %.0f s", time.perf_counter() - start)
    if arguments.dev_percent:
        for name, value in _develop(student, tokenizer, arguments).items():
            _log.info("dev %-32s %.4f", name, value)
    if arguments.out:
        export(arguments.out, tokenizer, student.table, None, arguments.name)
        _log.info("written to %s", arguments.out)


def _develop(
    student: StaticStudent, tokenizer: Tokenizer, arguments: argparse.Namespace
) -> dict[str, float]:
    def encode(texts: Sequence[str]) -> evaluate.Floats:
        bags = Bags.of(tokenizer, texts, longest=10**6)
        return student.pool(*bags.take(np.arange(len(texts)))).vectors

    return evaluate.measure(encode, arguments.banks, arguments.dev_percent)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--banks", type=Path, default=Path("data/banks"))
    parser.add_argument("--public", type=Path, default=Path("../shared/training"))
    parser.add_argument(
        "--out",
        type=Path,
        default=None,
        help="where the model goes: data/encoder, or nowhere where concepts are held out",
    )
    parser.add_argument("--name", default="nabo-nordic-static")
    parser.add_argument("--work", type=Path, default=Path("build/encoder"))
    parser.add_argument("--teacher-cache", type=Path, default=Path("build/teacher.npz"))
    parser.add_argument("--tokenizer", type=Path, default=None, help="use this, train none")
    parser.add_argument("--word-marks", action="store_true", help="mark the beginning of words")
    parser.add_argument(
        "--dev-percent", type=int, default=0, help="hold out this share of concepts and measure"
    )
    for field in fields(Recipe):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default
        )
    arguments = parser.parse_args()
    if arguments.out is None and not arguments.dev_percent:
        arguments.out = Path("data/encoder")
    return arguments


if __name__ == "__main__":
    main()
