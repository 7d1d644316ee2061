"""nDCG@10 and Recall@10 of the engine and its parts, per question language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.demo import demo_topics
from benchmarks.judging import LANGUAGES, Ranks, Topic, evaluate, plan_topics
from benchmarks.windows import WindowSearch
from index.builder import build
from index.library import Library
from index.paths import DEMO_PLANS, PROJECT
from search import SearchEngine
from search.engine import DEFAULT_RANKING, Ranking

SHARED = PROJECT.parent / "shared"

# Where the plans' own text lies in the web dumps; outside are teasers and lists of titles.
BODIES = {
    "000": (51, 5295),
    "001": (212, 18996),
    "002": (359, 25742),
    "003": (5556, 30762),
    "004": (210, 50637),
}

DENSE = Ranking(interaction=0.0, lexical=0.0, feedback=0.0)
VARIANTS: Mapping[str, Ranking] = {
    "BM25 alone": Ranking(dense=0.0, interaction=0.0, lexical=1.0, feedback=0.0),
    "dense alone": DENSE,
    "+ late interaction": replace(DENSE, interaction=DEFAULT_RANKING.interaction),
    "+ feedback": replace(DEFAULT_RANKING, lexical=0.0),
    "+ BM25: the engine": DEFAULT_RANKING,
}
ENGINE = "+ BM25: the engine"
WINDOWS = "600-character windows, dense + late interaction"


def libraries(folder: Path) -> dict[str, tuple[Library, list[Topic]]]:
    """The two judged collections, built anew: the demo plans, and the real plans where at hand."""
    build([DEMO_PLANS], folder / "demo", rebuild=True)
    demo = Library.open(folder / "demo")
    found = {"demo plans (development set)": (demo, demo_topics(demo))}
    if (SHARED / "plans").is_dir():
        build([SHARED / "plans"], folder / "plans", rebuild=True)
        topics = plan_topics(SHARED / "judged" / "plan_topics.jsonl")
        found["real plans (12 topics)"] = (Library.open(folder / "plans"), topics)
    return found


def table(searches: Mapping[str, Ranks], topics: Sequence[Topic]) -> str:
    """A Markdown table: a row a search; nDCG@10 and Recall@10 per question language."""
    head = " | ".join(LANGUAGES)
    lines = [
        f"| | {head} | mean nDCG@10 | {head} | mean R@10 |",
        "|---" * (2 * len(LANGUAGES) + 3) + "|",
    ]
    for name, search in searches.items():
        scores = evaluate(search, topics)
        cells = []
        for measure in ("nDCG@10", "R@10"):
            values = [scores[language][measure] for language in LANGUAGES]
            cells += [*(f"{v:.3f}" for v in values), f"**{sum(values) / len(values):.3f}**"]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def furniture_hits(engine: SearchEngine, topics: Sequence[Topic], k: int = 100) -> tuple[int, int]:
    """(hits that reach outside the plans' bodies, hits in all) over all judged questions."""
    outside = total = 0
    for topic in topics:
        for questions in topic.queries.values():
            for question in questions:
                for hit in engine.search(question, k):
                    first, last = BODIES[Path(hit.plan).name[:3]]
                    total += 1
                    outside += not (first <= hit.start and hit.end <= last)
    return outside, total


def report(folder: Path) -> str:
    """The whole chapter as Markdown."""
    chapters = []
    for name, (library, topics) in libraries(folder).items():
        engines = {v: SearchEngine(library, ranking=r) for v, r in VARIANTS.items()}
        searches: dict[str, Ranks] = {WINDOWS: WindowSearch(library)}
        searches |= {variant: engine.search for variant, engine in engines.items()}
        passages = library.manifest.passages
        chapters.append(f"### {name}: {passages} passages, {len(topics)} topics\n")
        chapters.append(table(searches, topics) + "\n")
        if name.startswith("real"):
            outside, total = furniture_hits(engines[ENGINE], topics)
            chapters.append(
                f"Hits that reach outside the plans' own text (teasers, lists of titles): {outside}"
                f" of {total:,} (100 hits for each question).\n"
            )
    return "\n".join(chapters)
