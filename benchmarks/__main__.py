"""`python -m benchmarks`: every chapter in turn, printed and written to RESULTS.md."""

from __future__ import annotations

import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from os import cpu_count
from pathlib import Path

from benchmarks import encoder, kinds, language, quality, ranking, speed

RESULTS = Path(__file__).parent / "RESULTS.md"
BEGIN, END = "<!-- measured: written by `make bench` -->", "<!-- end of measured -->"


def main() -> None:
    """Measure everything; keep what stands in RESULTS.md outside the measured part."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chapters = [
            _chapter("Search quality", lambda: quality.report(folder)),
            _chapter("How the ranking's weights were chosen", lambda: ranking.report(folder)),
            _chapter("Speed", lambda: speed.report(folder / "demo")),
            _chapter("Languages", language.report),
            _chapter("Kinds", kinds.report),
            _chapter("The encoder", encoder.report),
        ]
    machine = f"{platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}"
    measured = f"{BEGIN}\nMeasured {date.today()} on {machine}.\n\n" + "\n".join(chapters) + END
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else f"{BEGIN}\n{END}\n"
    before, after = old.split(BEGIN)[0], old.split(END)[-1]
    RESULTS.write_text(before + measured + after, encoding="utf-8")


def _chapter(title: str, report: Callable[[], str]) -> str:
    """One measured chapter, printed as soon as it is there."""
    print(f"measuring: {title} …", file=sys.stderr, flush=True)
    try:
        text = report()
    except FileNotFoundError as error:  # judged or parallel text that is not part of the project
        text = f"Not measured: {error.filename} is not there.\n"
    chapter = f"## {title}\n\n{text}"
    print(chapter, flush=True)
    return chapter


if __name__ == "__main__":
    main()
