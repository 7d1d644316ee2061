"""What passages are worth: the same encoder over plain windows of the plans' raw text.

Every 600 characters are one window, wherever sentences, headings or menus begin and end; pooled
vectors find a hundred, late interaction is added with the engine's own weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.encoder import TokenEncoder, load_encoder
from index.library import Library
from search.engine import DEFAULT_RANKING
from search.question import parse_question
from search.rerank import LateInteraction

_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a plan, as a hit is judged."""

    plan: str
    start: int
    end: int


class WindowSearch:
    """Searches the windows of a library's plans, furniture included, without headings."""

    def __init__(self, library: Library) -> None:
        self._windows: list[Window] = []
        self._texts: list[str] = []
        for row, path, _ in library.catalogue.plan_names():
            text = library.catalogue.plan_text(row)
            for start in range(0, len(text), _CHARACTERS):
                end = min(start + _CHARACTERS, len(text))
                self._windows.append(Window(path, start, end))
                self._texts.append(text[start:end])
        self._encoder = load_encoder(library.manifest.encoder.source)
        assert isinstance(self._encoder, TokenEncoder)  # the benchmarks use the bundled one
        self._vectors = self._encoder.encode_passages(self._texts)
        self._interaction = LateInteraction(self._encoder)

    def __call__(self, query: str) -> Sequence[Window]:
        """The ten best windows for a question."""
        topic = parse_question(query).topic
        cosines = self._vectors @ self._encoder.encode_queries([topic])[0]
        near = np.argsort(-cosines, kind="stable")[: DEFAULT_RANKING.depth]
        words = self._interaction.scores(topic, near.tolist(), [self._texts[i] for i in near])
        scores = DEFAULT_RANKING.dense * cosines[near] + DEFAULT_RANKING.interaction * words
        return [self._windows[near[i]] for i in np.argsort(-scores, kind="stable")[:10]]
