"""The language of each passage of a plan: nb, nn, da, sv, en, or other.

Three sources decide, in this order:

1. The passage's own words, scored by the linear model of `language_scores`.
2. The plan around it. Passages of one plan share a language, and a country has its usual ones:
   the plan's country and its other passages give a prior, the two neighbours a further one.
   Priors are worth a few words of text: they settle short and doubtful passages, while a nynorsk
   chapter in a bokmål plan or an English summary keeps its own language.
3. For *other*, the share of known words and the letters. Only a passage that looks foreign is
   shown to langdetect, which is slow (about 200 passages a second) and takes Danish words for
   Albanian: it must be sure, and the words must be strange too.

Icelandic, Faroese and the Sámi languages, which langdetect does not know, are told by their
letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from langdetect import DetectorFactory
from langdetect.detector_factory import PROFILES_DIRECTORY
from langdetect.lang_detect_exception import LangDetectException
from numpy.typing import NDArray

from index.language_scores import LanguageScores, bundled
from index.records import LANGUAGES, OTHER_LANGUAGE

# How often a passage of a country's plans is in nb, nn, da, sv, en.
COUNTRY_PRIORS: Final = {
    "NO": (0.78, 0.15, 0.01, 0.01, 0.05),
    "DK": (0.01, 0.005, 0.93, 0.005, 0.05),
    "SE": (0.005, 0.005, 0.01, 0.93, 0.05),
}
PRIOR_PASSAGES: Final = 2.0  # passages that the country's prior weighs as much as
NEIGHBOUR_WEIGHT: Final = 0.5  # share of the neighbours in a passage's prior
PRIOR_FLOOR: Final = 0.01  # no language is ever ruled out by its surroundings

MIN_WORDS: Final = 5  # below this, nothing but letters of another script makes a passage foreign
SUSPECT_KNOWN: Final = 0.62  # share of known words under which langdetect is asked
FOREIGN_KNOWN: Final = 0.58  # … and under which its answer may be "other"
STRANGE_KNOWN: Final = 0.34  # … and under which a passage is "other" unless langdetect is sure
FOREIGN_CERTAINTY: Final = 0.95  # what langdetect must reach
ODD_LETTERS: Final = 0.015  # share of letters rare in all five languages
ODD_SCRIPT: Final = 0.5  # … and over which no other evidence is needed

_OURS: Final = {"no", "da", "sv", "en"}  # langdetect's names; nynorsk counts as "no"
_ODD_LETTER = re.compile(r"[^\W\d_a-zåäöæøéèêëàâòôüûçñœßA-ZÅÄÖÆØÉÈÊËÀÂÒÔÜÛÇÑŒ]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A passage's language (one of `LANGUAGES` or "other") and its probability, 0 to 1."""

    language: str
    confidence: float


class LanguageIdentifier:
    """Names the language of passages. Not safe for concurrent use: make one per thread."""

    def __init__(self, scores: LanguageScores | None = None) -> None:
        self._scores = scores or bundled()
        self._factory: DetectorFactory | None = None

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Log-probabilities [n, 5] of `LANGUAGES`, each text on its own."""
        return self._scores.scores(texts)

    def identify(self, texts: Sequence[str], country: str | None = None) -> list[LanguageGuess]:
        """The language of each passage of one plan; `texts` in the plan's order.

        `country` is NO, DK, SE, or None where unknown. A passage without words takes the language
        of most of the plan, with confidence 0.
        """
        if not texts:
            return []
        log_p, words, known = self._scores.evidence(texts)
        foreign = np.zeros(len(texts), dtype=np.float64)
        for i in map(int, np.flatnonzero((known < SUSPECT_KNOWN) & (words > 0))):
            foreign[i] = self._foreign(texts[i], int(words[i]), float(known[i]))
        ours = (words > 0) & (foreign == 0)
        log_p = np.where(ours[:, None], log_p, np.float32(-np.log(len(LANGUAGES))))
        posterior = _posterior(log_p.astype(np.float64), ours, country)
        majority = _majority(posterior, ours, foreign)
        guesses = []
        for row, count, strange in zip(posterior, words, foreign, strict=True):
            best = int(row.argmax())
            if strange:
                guesses.append(LanguageGuess(OTHER_LANGUAGE, float(strange)))
            elif count:
                guesses.append(LanguageGuess(LANGUAGES[best], float(row[best])))
            else:
                guesses.append(LanguageGuess(majority, 0.0))
        return guesses

    def _foreign(self, text: str, words: int, known: float) -> float:
        """How surely a suspect passage is in none of the five languages; 0 where it is not."""
        letters = len(_LETTER.findall(text))
        odd = len(_ODD_LETTER.findall(text)) / max(letters, 1)
        if odd >= ODD_SCRIPT:
            return odd
        if words < MIN_WORDS:
            return 0.0
        if odd >= ODD_LETTERS and known < FOREIGN_KNOWN:
            return 1.0 - known
        if known >= FOREIGN_KNOWN:
            return 0.0
        name, certainty = self._detect(text)
        if certainty >= FOREIGN_CERTAINTY:
            return 0.0 if name in _OURS else certainty
        return 1.0 - known if known < STRANGE_KNOWN and name not in _OURS else 0.0

    def _detect(self, text: str) -> tuple[str, float]:
        """langdetect's best guess and its probability, the same at every call."""
        if self._factory is None:
            # Sorted: langdetect's own loader takes the file system's order, and ties depend on it.
            profiles = sorted(Path(PROFILES_DIRECTORY).glob("[!._]*"))
            self._factory = DetectorFactory()
            self._factory.set_seed(0)
            self._factory.load_json_profile([p.read_text(encoding="utf-8") for p in profiles])
        detector = self._factory.create()
        detector.append(text[:2000])
        try:
            best = detector.get_probabilities()[0]
        except (LangDetectException, IndexError):
            return "", 0.0
        return best.lang, best.prob


def _posterior(
    log_p: NDArray[np.float64], ours: NDArray[np.bool_], country: str | None
) -> NDArray[np.float64]:
    """Probabilities [n, 5] of the passages given their words and the plan around them."""
    uniform = np.full(len(LANGUAGES), 1 / len(LANGUAGES))
    usual = np.array(COUNTRY_PRIORS[country]) if country in COUNTRY_PRIORS else uniform
    own = np.exp(log_p) * usual
    own /= own.sum(axis=1, keepdims=True)
    own[~ours] = 0
    # Each passage is judged by the others: its own words count once.
    others = own.sum(axis=0) - own
    plan = (others + PRIOR_PASSAGES * usual) / (others.sum(axis=1, keepdims=True) + PRIOR_PASSAGES)
    near = np.zeros_like(own)
    near[1:] += own[:-1]
    near[:-1] += own[1:]
    mass = near.sum(axis=1, keepdims=True)
    near = np.where(mass > 0, near / np.maximum(mass, 1e-12), plan)
    prior = (1 - NEIGHBOUR_WEIGHT) * plan + NEIGHBOUR_WEIGHT * near
    joint = np.exp(log_p) * np.maximum(prior, PRIOR_FLOOR)
    posterior: NDArray[np.float64] = joint / joint.sum(axis=1, keepdims=True)
    return posterior


def _majority(
    posterior: NDArray[np.float64], ours: NDArray[np.bool_], foreign: NDArray[np.float64]
) -> str:
    """The language of most passages with words; "other" where there are none."""
    counts = np.bincount(posterior[ours].argmax(axis=1), minlength=len(LANGUAGES))
    if counts.sum() == 0 or counts.max() < np.count_nonzero(foreign):
        return OTHER_LANGUAGE
    return LANGUAGES[int(counts.argmax())]
