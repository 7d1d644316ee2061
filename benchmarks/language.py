"""Language of single sentences and of passages, against langdetect and lingua.

    python -m benchmarks.language [--shared DIR]

Measured on FLORES-200 devtest, which no part of the model has seen: sentences of 8+ words, each
identified alone (no country, no neighbours), and groups of five consecutive sentences as passages.
Speed is measured on passages of 100 words. lingua is no dependency of Nabo: where it is not
installed, its rows are left out. langdetect cannot tell nb from nn: its "no" counts as right for
both.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from index.language import LanguageIdentifier
from index.language_scores import LanguageScores
from index.paths import PROJECT
from index.records import LANGUAGES, OTHER_LANGUAGE

SHARED: Final = PROJECT.parent / "shared"
FLORES: Final = "bitext/flores200_devtest.tsv.gz"
MIN_WORDS: Final = 8
GROUP: Final = 5
PASSAGE_WORDS: Final = 100

Identify = Callable[[Sequence[str]], list[str]]


def read_flores(shared: Path = SHARED) -> dict[str, list[str]]:
    """FLORES sentences per language, in order. Raises FileNotFoundError where absent."""
    with gzip.open(shared / FLORES, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {language: [row[language].strip() for row in rows] for language in LANGUAGES}


def sentences(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if len(text.split()) >= MIN_WORDS]


def passages(texts: Sequence[str]) -> list[str]:
    return [" ".join(texts[i : i + GROUP]) for i in range(0, len(texts), GROUP)]


def ours() -> Identify:
    identifier = LanguageIdentifier()
    # One text a call: no text sees its neighbours, which FLORES would make too easy.
    return lambda texts: [identifier.identify([text])[0].language for text in texts]


def ours_in_plans() -> Identify:
    """Fifty passages a plan, with a table of words of its own."""
    identifier = LanguageIdentifier(LanguageScores())

    def identify(texts: Sequence[str]) -> list[str]:
        guesses: list[str] = []
        for begin in range(0, len(texts), 50):
            plan = texts[begin : begin + 50]
            guesses += [guess.language for guess in identifier.identify(plan)]
        return guesses

    return identify


def langdetect() -> Identify:
    module = importlib.import_module("langdetect")
    module.DetectorFactory.seed = 0
    return lambda texts: [module.detect(text) for text in texts]


def lingua() -> Identify | None:
    """lingua restricted to the five languages; None where it is not installed."""
    try:
        module = importlib.import_module("lingua")
    except ImportError:
        return None
    names = {"BOKMAL": "nb", "NYNORSK": "nn", "DANISH": "da", "SWEDISH": "sv", "ENGLISH": "en"}
    chosen = [getattr(module.Language, name) for name in names]
    detector = module.LanguageDetectorBuilder.from_languages(*chosen).build()

    def identify(texts: Sequence[str]) -> list[str]:
        found = [detector.detect_language_of(text) for text in texts]
        return [names[language.name] if language else OTHER_LANGUAGE for language in found]

    return identify


def confusion(identify: Identify, texts: dict[str, list[str]]) -> dict[str, Counter[str]]:
    return {language: Counter(identify(texts[language])) for language in LANGUAGES}


def accuracy(found: Counter[str], language: str) -> float:
    right = found[language] + (found["no"] if language in ("nb", "nn") else 0)
    return right / found.total()


def hundred_words(flores: dict[str, list[str]]) -> list[str]:
    """Passages of 100 words, the languages in turn."""
    per_language = []
    for language in LANGUAGES:
        words = " ".join(flores[language]).split()
        cuts = range(0, len(words) - PASSAGE_WORDS, PASSAGE_WORDS)
        per_language.append([" ".join(words[i : i + PASSAGE_WORDS]) for i in cuts])
    return [text for row in zip(*per_language, strict=False) for text in row]


def speed(identify: Identify, texts: Sequence[str]) -> float:
    begin = time.perf_counter()
    identify(texts)
    return len(texts) / (time.perf_counter() - begin)


def speeds(make: Callable[[], Identify | None], texts: Sequence[str]) -> tuple[float, float]:
    """Passages a second: with all their words new, and with their words met before (best of 3).

    Profiles are loaded before the clock starts, langdetect's inside Nabo too (half a second, once).
    """
    identify = make()
    if identify is None:
        return 0.0, 0.0
    identify(["Die Gemeinde will das Ehrenamt stärken und bietet kostenlose Räume an."])
    new = speed(identify, texts)
    return new, max(speed(identify, texts) for _ in range(3))


def report(shared: Path = SHARED) -> str:
    """The measurements as Markdown tables."""
    flores = read_flores(shared)
    single = {language: sentences(texts) for language, texts in flores.items()}
    grouped = {language: passages(texts) for language, texts in flores.items()}
    lines = [
        "| identifier | text | " + " | ".join(LANGUAGES) + " | passages/s, new words | passages/s |"
    ]
    lines.append("|---|---|" + "---|" * (len(LANGUAGES) + 2))
    mistakes: list[str] = []
    timed = hundred_words(flores)
    rivals: list[tuple[str, Callable[[], Identify | None], Callable[[], Identify | None], int]] = [
        ("Nabo", ours, ours_in_plans, len(timed)),
        ("langdetect", langdetect, langdetect, 200),
        ("lingua", lingua, lingua, 500),
    ]
    for name, make, make_timed, most in rivals:
        identify = make()
        if identify is None:
            continue
        new, met = speeds(make_timed, timed[:most])
        for what, texts in (("sentences", single), ("passages", grouped)):
            found = confusion(identify, texts)
            figures = [f"{accuracy(found[language], language):.3f}" for language in LANGUAGES]
            lines.append(f"| {name} | {what} | {' | '.join(figures)} | {new:,.0f} | {met:,.0f} |")
            if name == "Nabo":
                for language in LANGUAGES:
                    wrong = {k: v for k, v in found[language].most_common() if k != language}
                    mistakes.append(f"- {what} in {language}: {found[language].total()}, {wrong}")
    return "\n".join([*lines, "", "Nabo's mistakes:", "", *mistakes, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with FLORES")
    print(report(parser.parse_args().shared))


if __name__ == "__main__":
    main()
