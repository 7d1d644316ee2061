"""Reads the public training text: translations, word lists, comparable and plain text.

Nothing of it is kept in the repository; `SOURCES.md` beside it names sources and licences.
"""

from __future__ import annotations

import gzip
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.groups import Group, Text
from training.nynorsk import NynorskWriter

_MAX_CHARACTERS = 1200
# Rows of one language pair kept from one file: software documentation would drown the rest.
_CAP_SOFTWARE = 6_000
_CAP_OTHER = 8_000
_CAP_HALVES = 6_000
_SOFTWARE = "ms_"
# Word lists that are too loose, or are inflection tables: they serve the nynorsk writer only.
_NOT_PAIRS = ("ndt_nb_nn_wordforms",)
# How often bokmål is rewritten in nynorsk, where the other side is Danish or Swedish.
_NYNORSK_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Row:
    """One pair of a training file."""

    file: str
    lang1: str
    text1: str
    lang2: str
    text2: str


def read_rows(folder: Path) -> Iterator[Row]:
    """Rows of every `.tsv.gz` in a folder, file by file in the order of their names."""
    for path in sorted(folder.glob("*.tsv.gz")):
        name = path.name.removesuffix(".tsv.gz")
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            for line in file:
                cells = line.rstrip("\n").split("\t")
                if len(cells) == 5 and cells[2].strip() and cells[4].strip():
                    yield Row(name, cells[1], cells[2], cells[3], cells[4])


def read_mono(folder: Path, limit: int = 10**9) -> dict[str, list[str]]:
    """Paragraphs per language, at most `limit` a file, from `mono/<language>/*.txt.gz`."""
    paragraphs: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.glob("*/*.txt.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            lines = [line.strip() for line in file]
        step = max(1, len(lines) // limit)
        paragraphs[path.parent.name] += lines[::step][:limit]
    return paragraphs


def learn_nynorsk(folder: Path) -> NynorskWriter:
    """A bokmål → nynorsk writer from the word lists and the nb-nn translations."""
    writer = NynorskWriter()
    for kind in ("lexicon", "parallel"):
        for row in read_rows(folder / kind):
            if (row.lang1, row.lang2) == ("nb", "nn"):
                writer.learn(row.text1, row.text2)
    writer.finish()
    return writer


def pair_groups(folder: Path, writer: NynorskWriter, rng: random.Random) -> list[Group]:
    """Translated or comparable pairs as groups of two, capped per file and language pair."""
    capped: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in read_rows(folder):
        if row.file not in _NOT_PAIRS and row.text1 != row.text2:
            capped[row.file, row.lang1, row.lang2].append(row)
    groups = []
    for (file, _, _), rows in capped.items():
        rng.shuffle(rows)
        cap = _CAP_SOFTWARE if file.startswith(_SOFTWARE) else _CAP_OTHER
        groups += [_pair_group(row, writer, rng) for row in rows[:cap]]
    return groups


def half_groups(folder: Path, writer: NynorskWriter, rng: random.Random) -> list[Group]:
    """First half → second half of plain paragraphs: what is written together belongs together."""
    groups = []
    for language, paragraphs in read_mono(folder, _CAP_HALVES).items():
        for paragraph in paragraphs:
            words = paragraph.split()
            if len(words) < 24:
                continue
            written = language
            if language == "nb" and rng.random() < _NYNORSK_SHARE:
                written, words = "nn", writer.rewrite(paragraph).split()
            middle = _sentence_end(words)
            first, second = " ".join(words[:middle]), " ".join(words[middle:])
            texts = (Text(written, first), Text(written, second[:_MAX_CHARACTERS]))
            groups.append(Group(f"half:{first}", texts))
    return groups


def _pair_group(row: Row, writer: NynorskWriter, rng: random.Random) -> Group:
    lang1, text1 = row.lang1, row.text1[:_MAX_CHARACTERS]
    text2 = row.text2[:_MAX_CHARACTERS]
    if lang1 == "nb" and row.lang2 in ("da", "sv") and rng.random() < _NYNORSK_SHARE:
        lang1, text1 = "nn", writer.rewrite(text1)
    return Group(f"{row.file}:{row.text1}", (Text(lang1, text1), Text(row.lang2, text2)))


def _sentence_end(words: list[str]) -> int:
    """The sentence end nearest the middle, or the middle itself."""
    middle = len(words) // 2
    ends = [i + 1 for i, word in enumerate(words[:-1]) if word.endswith((".", "!", "?"))]
    best = min(ends, key=lambda end: abs(end - middle), default=middle)
    return best if abs(best - middle) <= len(words) // 4 else middle
