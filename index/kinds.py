"""The kind of each passage: vision, goal, measure, indicator or context.

Rules are data: each row of `data/kinds/rules.tsv` names languages, where to look, words to look
for, the kind they speak for, and how strongly. Weights add up, the heaviest kind wins, and context
starts with `CONTEXT_START`, so that a passage without cues describes.

Where to look (`scope`): `heading`, the headings above the passage, the nearest counting in full and
those above it `PARENT_SHARE`; `start`, the beginning of a sentence; `item`, the beginning of a list
item; `text`, anywhere. Words are matched whole, against text in lower case without punctuation, in
which every year is `0000` and every other number `0`. Within a pattern, `|` parts alternatives, a
`*` ends a word anyhow, and a lone `*` stands for one to six words of the same sentence. Matching is
linear in the text: phrases are found with plain substring search.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from index.errors import NaboError
from index.records import LANGUAGES, Kind

RULES_FILE: Final = Path(__file__).resolve().parent.parent / "data/kinds/rules.tsv"
SCOPES: Final = ("heading", "start", "item", "text")
CONTEXT_START: Final = 1.0
PARENT_SHARE: Final = 0.4
MOST_MATCHES: Final = 2  # times one rule counts in one passage
MOST_CHARACTERS: Final = 4000  # of a passage that are looked at
GAP_WORDS: Final = 6  # what a lone `*` spans at most

_KINDS: Final = tuple(Kind)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0 ]?\d+)*")
# A full stop or a line end before a small letter ends no sentence ("pr. indbygger").
_SENTENCE_END = re.compile(r"[.!?:;•\n]+(?=\s|$)(?!\s+[a-zæøåäö])")
_NOT_A_WORD = re.compile(r"[^\w% ]+|_")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One alternative of a pattern: pieces of padded text that follow one another."""

    pieces: tuple[str, ...]

    @property
    def words(self) -> int:
        """The number of its words."""
        return sum(len(piece.replace(" . ", " ").split()) for piece in self.pieces)

    def count(self, text: str) -> int:
        """How often it stands in a normalised text; a phrase with a gap counts once."""
        if len(self.pieces) == 1:
            return text.count(self.pieces[0])
        first, second = self.pieces
        begin = text.find(first)
        while begin >= 0:
            after = begin + len(first) - 1
            gap = text[after : after + 160].split(" . ", 1)[0].split()[: GAP_WORDS + 4]
            if second in f" {' '.join(gap)} ":
                return 1
            begin = text.find(first, begin + 1)
        return 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table, and its number in the file (the header is row 1)."""

    row: int
    languages: tuple[str, ...]
    scope: str
    phrases: tuple[Phrase, ...]
    kind: Kind
    weight: float
    example: str

    def matches(self, text: str) -> int:
        """How often the rule applies to a normalised text."""
        return sum(phrase.count(text) for phrase in self.phrases)


def normalised(text: str) -> str:
    """Lower-case words between single spaces; a sentence begins after ` . `."""
    text = _NUMBER.sub(_number, text[:MOST_CHARACTERS].replace("\n", "\n "))
    sentences = _SENTENCE_END.split(text.lower() if text.isupper() else text)
    words = (" ".join(_NOT_A_WORD.sub(" ", sentence).split()) for sentence in sentences)
    return f" . {' . '.join(filter(None, words))} . ".lower()


def _number(match: re.Match[str]) -> str:
    return "0000" if _YEAR.fullmatch(match.group()) else "0"


def _phrase(pattern: str, scope: str) -> Phrase:
    begin = " . " if scope in ("start", "item") else " "
    pieces = []
    for i, part in enumerate(re.split(r" \* ", pattern.strip())):
        end = "" if part.endswith("*") else " "
        pieces.append(f"{begin if i == 0 else ' '}{part.removesuffix('*')}{end}")
    return Phrase(tuple(pieces))


@cache
def read_rules(path: Path = RULES_FILE) -> tuple[Rule, ...]:
    """The table's rules. Raises NaboError naming the row that makes no sense."""
    rules = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        raise NaboError(
            f"The rules for kinds of passages, {path}, cannot be read ({error.strerror}). "
            "Restore the file from the repository."
        ) from error
    for number, row in enumerate(rows, start=2):
        try:
            languages = LANGUAGES if row["language"] == "*" else tuple(row["language"].split(","))
            if row["scope"] not in SCOPES or not set(languages) <= set(LANGUAGES):
                raise ValueError("unknown language or scope")
            phrases = [_phrase(p, row["scope"]) for p in row["pattern"].split("|") if p.strip()]
            if not phrases or any(len(phrase.pieces) > 2 for phrase in phrases):
                raise ValueError("no pattern, or one with two gaps")
            kind, weight = Kind(row["kind"]), float(row["weight"])
            example = row["example"]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NaboError(f"{path}, row {number}: {error}. Correct the row.") from error
        rules.append(Rule(number, languages, row["scope"], tuple(phrases), kind, weight, example))
    return tuple(rules)


@dataclass(frozen=True, slots=True)
class _RuleSet:
    """A language's rules for one scope, found by the first word of their phrases."""

    kinds: dict[int, tuple[int, float]]  # row → (place of its kind among the scores, weight)
    by_word: dict[str, tuple[tuple[int, Phrase], ...]]
    prefixes: tuple[tuple[int, Phrase], ...]  # phrases whose first word may end anyhow

    def counts(self, text: str, words: set[str]) -> dict[int, int]:
        """Row → times it applies, at most `MOST_MATCHES`; `words` are those of the text."""
        found: dict[int, int] = {}
        by_word = self.by_word
        for word in words & by_word.keys():
            for row, phrase in by_word[word]:
                if count := phrase.count(text):
                    found[row] = min(found.get(row, 0) + count, MOST_MATCHES)
        for row, phrase in self.prefixes:
            if count := phrase.count(text):
                found[row] = min(found.get(row, 0) + count, MOST_MATCHES)
        return found


@cache
def _rule_set(language: str, scope: str) -> _RuleSet:
    kinds: dict[int, tuple[int, float]] = {}
    by_word: dict[str, list[tuple[int, Phrase]]] = {}
    prefixes: list[tuple[int, Phrase]] = []
    for rule in read_rules():
        if rule.scope != scope or language not in rule.languages:
            continue
        kinds[rule.row] = (_KINDS.index(rule.kind), rule.weight)
        for phrase in rule.phrases:
            words = phrase.pieces[0].replace(" . ", " ").split()
            if len(words) == 1 and not phrase.pieces[0].endswith(" "):
                prefixes.append((rule.row, phrase))
            else:
                by_word.setdefault(words[0], []).append((rule.row, phrase))
    return _RuleSet(kinds, {word: tuple(found) for word, found in by_word.items()}, tuple(prefixes))


@lru_cache(maxsize=4096)
def _heading_scores(heading: tuple[str, ...], language: str) -> tuple[float, ...]:
    scores = [0.0] * len(_KINDS)
    for depth, title in enumerate(reversed(heading)):
        text = normalised(title)
        length = sum(word not in (".", "0") for word in text.split())
        for rule in read_rules():
            if rule.scope != "heading" or language not in rule.languages:
                continue
            longest = max((p.words for p in rule.phrases if p.count(text)), default=0)
            if longest:
                # A word that is the whole heading says more than one among many.
                share = math.sqrt(longest / max(length, longest))
                place = _KINDS.index(rule.kind)
                scores[place] += rule.weight * share * (PARENT_SHARE if depth else 1.0)
    return tuple(scores)


def kind_scores(
    text: str, heading: Sequence[str], language: str, is_item: bool
) -> dict[Kind, float]:
    """What speaks for each kind, in weights of rules that applied."""
    scores = list(_heading_scores(tuple(heading), language))
    scores[_KINDS.index(Kind.CONTEXT)] += CONTEXT_START
    whole = normalised(text)
    words = set(whole.split())
    # A list item's first words decide, and only they: the rest of it is text.
    places = [("item", whole[:80])] if is_item else []
    for scope, where in [*places, ("start", whole), ("text", whole)]:
        rules = _rule_set(language, scope)
        for row, count in rules.counts(where, words).items():
            place, weight = rules.kinds[row]
            scores[place] += weight * (1 if scope == "item" else count)
    return dict(zip(_KINDS, scores, strict=True))


def classify_kind(text: str, heading: Sequence[str], language: str, is_item: bool) -> Kind:
    """What a passage does in its plan.

    `heading` is the path from the top; `language` one of `LANGUAGES` (others have no rules and
    are context); `is_item` says that the passage is a list item.
    """
    scores = kind_scores(text, heading, language, is_item)
    return max(_KINDS, key=lambda kind: scores[kind])
