"""Puts the sources of a training run together, and the texts that the tokenizer learns from."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training import banks, public
from training.groups import Group, Source, held_out, split

_log = logging.getLogger(__name__)

# Shares of a batch. The banks are small but hold the domain: they get more than half.
SHARES = {
    "terms": 0.20,
    "concepts": 0.20,
    "passages": 0.12,
    "parallel": 0.22,
    "software": 0.08,
    "lexicon": 0.08,
    "comparable": 0.06,
    "halves": 0.04,
}
_TOKENIZER_CHARACTERS = 4_500_000


@dataclass(frozen=True, slots=True)
class Material:
    """What a run trains on, and the concepts that it must not see."""

    sources: list[Source]
    dev_terms: list[Group]
    dev_concepts: list[banks.Concept]
    dev_passages: list[banks.BankPassage]
    mono: dict[str, list[str]]

    @property
    def groups(self) -> list[Group]:
        return [group for source in self.sources for group in source.groups]


def gather(bank_folder: Path, public_folder: Path | None, dev_percent: int, seed: int) -> Material:
    """Reads everything; without public text the banks alone are the sources."""
    rng = random.Random(seed)
    terms, dev_terms = split(banks.read_terms(bank_folder), dev_percent)
    concepts = banks.read_concepts(bank_folder)
    passages = banks.read_passages(bank_folder)
    found: dict[str, list[Group]] = {
        "terms": terms,
        "concepts": [banks.concept_group(c) for c in concepts if not held_out(c.key, dev_percent)],
        "passages": [banks.passage_group(p) for p in passages if not held_out(p.key, dev_percent)],
    }
    mono: dict[str, list[str]] = {}
    if public_folder is not None:
        found |= _public_groups(public_folder, rng)
        mono = public.read_mono(public_folder / "mono")
    total = sum(SHARES[name] for name in found)
    for name, groups in found.items():
        _log.info(
            "%-10s %7d groups, %.0f%% of a batch", name, len(groups), 100 * SHARES[name] / total
        )
    return Material(
        sources=[Source(name, SHARES[name] / total, groups) for name, groups in found.items()],
        dev_terms=dev_terms,
        dev_concepts=[c for c in concepts if held_out(c.key, dev_percent)],
        dev_passages=[p for p in passages if held_out(p.key, dev_percent)],
        mono=mono,
    )


def tokenizer_texts(material: Material, seed: int) -> Iterator[str]:
    """Text balanced over the languages, in which the banks count several times."""
    pools: dict[str, list[str]] = {}
    for source in material.sources:
        times = 6 if source.name in ("terms", "concepts", "passages") else 1
        for group in source.groups:
            for text in group.texts:
                pools.setdefault(text.language, []).extend([text.text] * times)
    rng = random.Random(seed)
    for language, pool in sorted(pools.items()):
        pool += material.mono.get(language, [])
        rng.shuffle(pool)
        left = _TOKENIZER_CHARACTERS
        for line in pool:
            yield line
            left -= len(line)
            if left < 0:
                break


def _public_groups(folder: Path, rng: random.Random) -> dict[str, list[Group]]:
    writer = public.learn_nynorsk(folder)
    _log.info("the nynorsk writer knows %d word forms", len(writer))
    parallel = public.pair_groups(folder / "parallel", writer, rng)
    return {
        "parallel": [group for group in parallel if not group.key.startswith("ms_")],
        "software": [group for group in parallel if group.key.startswith("ms_")],
        "lexicon": public.pair_groups(folder / "lexicon", writer, rng),
        "comparable": public.pair_groups(folder / "comparable", writer, rng),
        "halves": public.half_groups(folder / "mono", writer, rng),
    }
