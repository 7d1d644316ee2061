"""The search engine: one question in, hits out.

Dense and lexical legs find candidates, late interaction compares them with the question word by
word, and a weighted sum ranks them. Every part is comparable between questions (a cosine, a mean of
cosines, a share), so the sum needs no per-question standardisation. Then the question's vector is
moved towards its three best passages (pseudo-relevance feedback, as in Rocchio 1971), and its
nearest are found and ranked once more: their words often say it better than the question does. So
the score of a passage depends on what the library holds on the matter, as in any feedback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.encoder import Encoder, TokenEncoder, embedding_text, load_encoder
from index.errors import LibraryMismatch, QueryError
from index.library import Library, StoredPassage
from index.library.vectors import Floats, Ints
from search.collapse import Collapser
from search.filters import Filters
from search.hits import Hit, Scores, make_hit
from search.lexical import bm25_shares
from search.question import Question, has_phrase, parse_question
from search.rerank import LateInteraction


@dataclass(frozen=True, slots=True)
class Ranking:
    """How the legs are combined. Chosen on the demo plans (`data/benchmark`); what was tried, and
    what it gave there and on real plans, is in `benchmarks/RESULTS.md`."""

    dense: float = 1.0
    interaction: float = 0.3
    lexical: float = 0.5  # of a share that is small unless a word of the question is rare
    depth: int = 100  # candidates of each leg that are looked at word by word
    feedback: float = 0.3  # how far the question moves towards its best passages; 0: not at all
    feedback_passages: int = 3


DEFAULT_RANKING = Ranking()
Ranked = tuple[float, StoredPassage, Scores]
Candidate = tuple[StoredPassage, float]  # a passage and its late-interaction score
Where = tuple[str, list[Any]]  # an SQL condition with its parameters, see `Filters.where`


class SearchEngine:
    """Searches one open library. Safe to share between threads."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder | None = None,
        ranking: Ranking = DEFAULT_RANKING,
    ) -> None:
        """Raises LibraryMismatch where the encoder is not the one that the library was built with,
        EncoderError where it cannot be loaded."""
        self.library = library
        self.ranking = ranking
        stamp = library.manifest.encoder
        self.encoder: Encoder = encoder or load_encoder(stamp.source)
        if (self.encoder.revision, self.encoder.dim) != (stamp.revision, stamp.dim):
            raise LibraryMismatch(
                f"{library.path} was built with the encoder {stamp.name} ({stamp.revision}), and"
                f" {self.encoder.name} ({self.encoder.revision}) is in use. Rebuild it:"
                f" nabo index SOURCE… --library {library.path} --rebuild"
            )

        self._interaction: LateInteraction | None = None
        if isinstance(self.encoder, TokenEncoder) and ranking.interaction:
            self._interaction = LateInteraction(self.encoder)

    def search(self, query: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """The k best passages for a question in any language, best first.

        A "quoted phrase" must stand in the passage word for word. Fewer than k hits come back only
        where fewer passages pass the filters (and hold the phrases). Raises QueryError for an empty
        or oversized question, or k below 1.
        """
        return self.search_many([query], k, filters)[0]

    def search_many(
        self, queries: Sequence[str], k: int = 10, filters: Filters | None = None
    ) -> list[list[Hit]]:
        """`search` for several questions; the encoder sees them in one batch."""
        questions = [parse_question(query) for query in queries]
        if k < 1:
            raise QueryError(f"k is {k}; ask for at least 1 hit")
        where = (filters or Filters()).where(self.library.catalogue)
        allowed = None
        if filters:
            allowed = np.asarray(self.library.catalogue.select(*where), np.int64)
        vectors = self.encoder.encode_queries([self._encoded(question) for question in questions])
        return [
            self._search(question, vector, k, allowed, where)
            for question, vector in zip(questions, vectors, strict=True)
        ]

    def _encoded(self, question: Question) -> str:
        """What the encoder sees. A bag of words does not know that "how do others work with" is
        not the topic; a transformer does, and wants the sentence whole."""
        return question.topic if isinstance(self.encoder, TokenEncoder) else question.text

    def why_nothing(self, query: str, filters: Filters | None = None) -> str:
        """One line on why a search came back empty, and what to do."""
        library = self.library
        if not library.manifest.passages:
            return f"{library.path} has no passages yet. Add plans: nabo index SOURCE…"
        if filters and not library.catalogue.select(*filters.where(library.catalogue)):
            return f"No passage matches the filters ({filters.describe()}). Loosen one of them"
        if phrases := parse_question(query).phrases:
            quoted = " and ".join(f'"{phrase}"' for phrase in phrases)
            return f"No passage holds {quoted} word for word. Search without the quotation marks"
        return f"Nothing found: no word of {query!r} is known here. Try other words"

    def _search(
        self, question: Question, vector: Floats, k: int, allowed: Ints | None, where: Where
    ) -> list[Hit]:
        if question.phrases:
            allowed = self._with_phrases(question.phrases, where)
        available = len(self.library.vectors) if allowed is None else len(allowed)
        if not available:
            return []
        k = min(k, available)
        depth = max(self.ranking.depth, k)
        while True:
            ranked = self._rank(question, vector, depth, allowed, where)
            hits = _collapsed(ranked, k)
            # Copies that were collapsed may leave fewer than k: look deeper while there is more.
            if len(hits) >= k or depth >= available:
                return hits
            depth *= 4

    def _rank(
        self,
        question: Question,
        vector: Floats,
        depth: int,
        allowed: Ints | None,
        where: Where,
    ) -> list[Ranked]:
        """Candidates of both legs, best first; once more with the question moved by feedback."""
        shares: dict[int, float] = {}
        if self.ranking.lexical:
            found = bm25_shares(self.library.catalogue, question.words, *where, depth)
            passed = None if allowed is None else set(allowed.tolist())
            shares = {row: s for row, s in found.items() if passed is None or row in passed}
        seen: dict[int, Candidate] = {}
        ranked = self._score(question, vector, vector, depth, allowed, shares, seen)
        weight, count = self.ranking.feedback, self.ranking.feedback_passages
        if weight and vector.any() and ranked:
            best = self.library.vectors.get([entry[1].row for entry in ranked[:count]])
            moved = vector + weight * _unit(best.mean(axis=0))
            ranked = self._score(question, vector, _unit(moved), depth, allowed, shares, seen)
        return ranked

    def _score(
        self,
        question: Question,
        vector: Floats,
        moved: Floats,
        depth: int,
        allowed: Ints | None,
        shares: dict[int, float],
        seen: dict[int, Candidate],
    ) -> list[Ranked]:
        """The nearest to `moved` and the lexical leg's finds, by the weighted sum of their scores.

        `seen` keeps what was read and compared word by word, so that feedback does not do it twice.
        """
        weights = self.ranking
        # The scale of a cosine; a rare word found word for word may lift a score above 1.
        scale = weights.dense + weights.interaction or weights.lexical
        rows: list[int] = []
        if weights.dense and moved.any():
            rows = self.library.vectors.search(moved, depth, allowed)[0].tolist()
        rows = sorted({*rows, *shares, *seen})
        if not rows:
            if allowed is None or not question.phrases:
                return []  # any ten passages are no answer to a question without a known word
            rows = allowed[:depth].tolist()  # a phrase of words that no leg knows
        self._look(question, [row for row in rows if row not in seen], seen)
        vectors = self.library.vectors.get(rows)
        ranked = []
        for row, cosine, feedback in zip(rows, vectors @ vector, vectors @ moved, strict=True):
            passage, interaction = seen[row]
            scores = Scores(float(cosine), float(feedback), interaction, shares.get(row, 0.0))
            total = (
                weights.dense * scores.feedback
                + weights.interaction * scores.interaction
                + weights.lexical * scores.lexical
            ) / scale
            ranked.append((total, passage, scores))
        ranked.sort(key=lambda entry: (-entry[0], entry[1].row))
        return ranked

    def _look(self, question: Question, rows: list[int], seen: dict[int, Candidate]) -> None:
        """Read passages and compare them with the question word by word."""
        passages = self.library.catalogue.passages(rows)
        interactions = [0.0] * len(rows)
        if self._interaction is not None:
            texts = [embedding_text(p.heading, p.clean) for p in passages]
            interactions = self._interaction.scores(question.topic, rows, texts).tolist()
        seen.update(zip(rows, zip(passages, interactions, strict=True), strict=True))

    def _with_phrases(self, phrases: Sequence[str], where: Where) -> Ints:
        """Rows of the passages that hold every quoted phrase."""
        maybe = self.library.catalogue.containing(phrases, *where)
        kept = [row for row, text in maybe if all(has_phrase(text, phrase) for phrase in phrases)]
        return np.asarray(kept, dtype=np.int64)


def _unit(vector: Floats) -> Floats:
    unit: Floats = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return unit


def _collapsed(ranked: list[Ranked], k: int) -> list[Hit]:
    """The first k distinct passages as hits, each with the count of its copies further down."""
    collapser = Collapser()
    kept: list[Ranked] = []
    copies: dict[int, int] = {}
    for entry in ranked:
        original = collapser.copy_of(entry[1])
        if original is not None:
            copies[original] = copies.get(original, 0) + 1
        elif len(kept) < k:
            kept.append(entry)
    return [
        make_hit(rank, score, passage, scores, copies.get(passage.row, 0))
        for rank, (score, passage, scores) in enumerate(kept, start=1)
    ]
