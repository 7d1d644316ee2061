"""A hit: a passage with a rank and a score, and all that is needed to quote it."""

from __future__ import annotations

from dataclasses import dataclass

from index.library import StoredPassage

JSON_FIELDS = (
    *("rank", "score", "id", "plan", "title", "municipality", "country", "year", "language"),
    *("kind", "heading", "page", "start", "end", "text"),
)


@dataclass(frozen=True, slots=True)
class Scores:
    """What each leg gave a passage. All are 0 where the leg did not find it."""

    dense: float  # cosine of question and passage, -1 to 1
    feedback: float  # the same after the question has moved towards its best passages
    interaction: float  # late interaction: weighted mean of each word's best match, -1 to 1
    lexical: float  # BM25 as a share of the best possible, times the question's rarity, 0 to 1


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. `score` is the engine's combined score, comparable between questions.

    `plan` is the path as given to index; `page` is None where the plan has no pages; `start` and
    `end` are character offsets into the plan's text, whose slice is `text`. `copies` counts the
    near-identical passages of the same plan that this one stands for.
    """

    rank: int
    score: float
    id: str
    plan: str
    title: str | None
    municipality: str | None
    country: str | None
    year: int | None
    language: str
    kind: str
    heading: tuple[str, ...]
    page: int | None
    start: int
    end: int
    text: str
    passage: StoredPassage
    scores: Scores
    copies: int = 0

    def as_dict(self) -> dict[str, object]:
        """The hit as the JSON contract has it."""
        data = {name: getattr(self, name) for name in JSON_FIELDS}
        data["heading"] = list(self.heading)
        data["score"] = round(self.score, 6)
        return data


def make_hit(
    rank: int, score: float, passage: StoredPassage, scores: Scores, copies: int = 0
) -> Hit:
    """A hit from a stored passage."""
    p = passage
    return Hit(
        rank=rank,
        score=score,
        id=p.id,
        plan=p.plan,
        title=p.title,
        municipality=p.municipality,
        country=p.country,
        year=p.year,
        language=p.language,
        kind=p.kind,
        heading=p.heading,
        page=p.page,
        start=p.start,
        end=p.end,
        text=p.text,
        passage=p,
        scores=scores,
        copies=copies,
    )
