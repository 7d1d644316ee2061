"""The unit of training: a group of texts that mean the same, or belong together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

LANGUAGES = ("nb", "nn", "da", "sv", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a group; `weight` is how often it is drawn beside its fellows."""

    language: str
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """Texts of which any two are a positive pair. `key` names the concept they hold."""

    key: str
    texts: tuple[Text, ...]

    def in_language(self, language: str) -> list[str]:
        return [text.text for text in self.texts if text.language == language]


@dataclass(frozen=True, slots=True)
class Source:
    """Groups of one nature, and the share of every batch that is drawn from them."""

    name: str
    share: float
    groups: list[Group]


def held_out(key: str, percent: int) -> bool:
    """Whether a concept is kept out of a development run; depends on its key alone."""
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent


def split(groups: Iterable[Group], percent: int) -> tuple[list[Group], list[Group]]:
    """Groups → (for training, held out)."""
    train: list[Group] = []
    dev: list[Group] = []
    for group in groups:
        (dev if held_out(group.key, percent) else train).append(group)
    return train, dev
