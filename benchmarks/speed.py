"""Speed: a cold `nabo search` against an empty Python, and one question on a warm engine."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from index.library import Library
from search import SearchEngine

QUESTIONS = (
    "hvordan jobber andre med frivillighet",
    "hvad gør kommunerne for at ældre kan blive længere i eget hjem?",
    "hur minskar vi ungas psykiska ohälsa?",
    "korleis får vi fleire til å sykle",
    "how do councils adapt to heavier rainfall?",
)


def _seconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def _run(command: list[str], library: Path) -> Callable[[], object]:
    environment = {**os.environ, "NABO_LIBRARY": str(library)}
    return lambda: subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def report(library: Path, rounds: int = 7) -> str:
    """The chapter as Markdown. Commands take turns, so that both meet the same load."""
    search = [sys.executable, "-m", "nabo", "search", QUESTIONS[0]]
    nothing = [sys.executable, "-c", "pass"]
    times: dict[str, list[float]] = {"search": [], "pass": []}
    for number in range(rounds + 1):
        for name, command in (("search", search), ("pass", nothing)):
            seconds = _seconds(_run(command, library))
            if number:  # the first round fills the disk cache
                times[name].append(seconds)
    cold, empty = (statistics.median(times[name]) for name in ("search", "pass"))
    engine = SearchEngine(Library.open(library))
    for question in QUESTIONS:
        engine.search(question)
    warm = [_seconds(partial(engine.search, question)) for question in QUESTIONS * 10]
    return (
        f"- `nabo search` on the demo library from a cold start: {cold:.2f} s;"
        f" `python -c pass`: {empty:.3f} s; {cold - empty:.2f} s more (median of {rounds}).\n"
        f"- One question on an open engine: median {statistics.median(warm) * 1000:.0f} ms,"
        f" slowest of {len(warm)}: {max(warm) * 1000:.0f} ms.\n"
    )
