"""Reads the term, concept and passage banks of `data/banks`, without their repetitions."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.groups import LANGUAGES, Group, Text

# The first cell of a term row is the tightest equivalent; each later one is looser.
_TERM_WEIGHTS = (1.0, 0.6, 0.4, 0.3, 0.3)
# One passage stands against some fifteen gists and questions; unweighted it would hardly be drawn.
_PASSAGE_WEIGHT = 6.0


@dataclass(frozen=True, slots=True)
class Concept:
    """One aim or measure: statements and questions per language."""

    key: str
    statements: dict[str, list[str]]
    queries: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class BankPassage:
    """One passage of plan prose, with its gist and questions per language."""

    key: str
    language: str
    heading: str
    passage: str
    gist: dict[str, str]
    queries: dict[str, list[str]]


def read_terms(folder: Path) -> list[Group]:
    """Term rows as groups; rows that share their first nb and first en term become one."""
    cells: dict[tuple[str, str], dict[str, list[str]]] = {}
    for path in sorted(folder.glob("terms_*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                terms = {lang: _variants(row.get(lang) or "") for lang in LANGUAGES}
                if not terms["nb"] or not terms["en"]:
                    continue
                merged = cells.setdefault(
                    (terms["nb"][0].lower(), terms["en"][0].lower()),
                    {lang: [] for lang in LANGUAGES},
                )
                for lang, variants in terms.items():
                    merged[lang] += [term for term in variants if term not in merged[lang]]
    return [
        Group(f"term:{nb}|{en}", tuple(_term_texts(merged))) for (nb, en), merged in cells.items()
    ]


def read_concepts(folder: Path) -> list[Concept]:
    """Concepts, each theme and name once."""
    concepts: dict[str, Concept] = {}
    for record in _records(folder, "concepts_*.jsonl"):
        key = f"concept:{record['theme']}|{record['concept']}".lower()
        statements = {lang: list(record.get(lang) or []) for lang in LANGUAGES}
        queries = {lang: list(record["queries"].get(lang) or []) for lang in LANGUAGES}
        concepts.setdefault(key, Concept(key, statements, queries))
    return list(concepts.values())


def read_passages(folder: Path) -> list[BankPassage]:
    """Bank passages, each text once."""
    passages: dict[str, BankPassage] = {}
    for record in _records(folder, "passages_*.jsonl"):
        passages.setdefault(
            record["passage"],
            BankPassage(
                key=f"passage:{record['theme']}|{record['topic']}".lower(),
                language=record["lang"],
                heading=record["heading"],
                passage=record["passage"],
                gist=dict(record["gist"]),
                queries={lang: list(texts) for lang, texts in record["queries"].items()},
            ),
        )
    return list(passages.values())


def concept_group(concept: Concept) -> Group:
    """Statements and questions of one concept, all equally likely."""
    texts = [
        Text(lang, text)
        for side in (concept.statements, concept.queries)
        for lang, side_texts in side.items()
        for text in side_texts
    ]
    return Group(concept.key, tuple(texts))


def passage_group(passage: BankPassage) -> Group:
    """A passage (alone, and under its heading as the index embeds it), its gists and questions."""
    texts = [
        Text(passage.language, passage.passage, _PASSAGE_WEIGHT / 2),
        Text(passage.language, f"{passage.heading}\n{passage.passage}", _PASSAGE_WEIGHT / 2),
        Text(passage.language, passage.heading),
    ]
    texts += [Text(lang, gist) for lang, gist in passage.gist.items()]
    texts += [Text(lang, query) for lang, queries in passage.queries.items() for query in queries]
    return Group(passage.key, tuple(texts))


def _variants(cell: str) -> list[str]:
    return list(dict.fromkeys(term.strip() for term in cell.split("|") if term.strip()))


def _term_texts(cells: dict[str, list[str]]) -> Iterator[Text]:
    for lang, terms in cells.items():
        for position, term in enumerate(terms):
            yield Text(lang, term, _TERM_WEIGHTS[min(position, len(_TERM_WEIGHTS) - 1)])


def _records(folder: Path, pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(pattern)):
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    yield json.loads(line)
