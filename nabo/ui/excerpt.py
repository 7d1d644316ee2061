"""Where in a long passage a quotation begins: at the sentences nearest to the question.

A card shows some nine lines. Of a longer passage it shows those that answer, after an ellipsis;
the drawer beside it has the whole. No screen here.
"""

from __future__ import annotations

from collections.abc import Iterable

from index.encoder import TokenEncoder
from index.sentences import sentence_spans
from search.engine import SearchEngine
from search.hits import Hit
from search.question import parse_question

SHOWN = 300  # characters that a card has room for
# Another beginning than the passage's own has to be nearer to the question by this much cosine:
# a text is best understood from its start.
MARGIN = 0.03


def beginnings(engine: SearchEngine, question: str, hits: Iterable[Hit]) -> dict[int, int]:
    """Catalogue rows of the hits whose quotation begins later → the character of `clean`.

    Only encoders that are fast at query time are asked; with others, quotations are not moved.
    """
    if not isinstance(engine.encoder, TokenEncoder):
        return {}
    places: list[tuple[int, int]] = []
    windows: list[str] = []
    for hit in hits:
        clean = hit.passage.clean
        if len(clean) > SHOWN * 1.25:
            for start, window in _windows(clean):
                places.append((hit.passage.row, start))
                windows.append(window)
    if not windows:
        return {}
    topic = engine.encoder.encode_queries([parse_question(question).topic])[0]
    scores = engine.encoder.encode_passages(windows) @ topic
    best: dict[int, tuple[float, int]] = {}
    for (row, start), score in zip(places, scores.tolist(), strict=True):
        if start == 0:
            best[row] = (score + MARGIN, 0)
        elif score > best[row][0]:
            best[row] = (score, start)
    return {row: start for row, (_, start) in best.items() if start}


def _windows(clean: str) -> list[tuple[int, str]]:
    """Stretches that fit on a card: (start, words), one for each sentence or line that begins one."""
    starts: list[int] = []
    at = 0
    for line in clean.split("\n"):
        starts += [at + start for start, _ in sentence_spans(line)]
        at += len(line) + 1
    last = next(s for s in reversed([0, *starts]) if s == 0 or len(clean) - s >= SHOWN // 2)
    return [(s, clean[s : s + SHOWN]) for s in sorted({0, *starts}) if s <= last]
