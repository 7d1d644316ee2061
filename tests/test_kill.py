"""`nabo index` killed at any moment leaves the library as it was before, or as it is after."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from index.encoder import Encoder, load_encoder
from index.library import Library
from index.paths import BUNDLED_ENCODER
from search import SearchEngine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="SIGKILL"),
    pytest.mark.skipif(
        not any(BUNDLED_ENCODER.glob("**/*.safetensors")), reason="data/encoder is not built"
    ),
]

KILLS = 50
QUERIES = ["frivillige lag", "sykkelvei til skolen", "tilstand"]


def sources(folder: Path, state: int) -> Path:
    """One of two states of the same folder: files changed, removed and added between them."""
    folder.mkdir()
    for n in range(12):
        if n % 4 == state:
            continue  # this file is only in the other state
        same = n % 3 == 0
        text = "\n\n".join(
            f"## Mål {m}\n\nKommunen skal støtte frivillige lag nummer {n}-{m} og bygge trygg sykkelvei"
            f" til skolen. {'Uendret' if same else f'Tilstand {state}'}."
            for m in range(6)
        )
        (folder / f"plan{n}.md").write_text(f"# Plan {n}\n\n{text}\n", encoding="utf-8")
    return folder


def answers(lib: Path, encoder: Encoder) -> list[tuple[object, ...]]:
    engine = SearchEngine(Library.open(lib), encoder)
    return [
        (round(hit.score, 5), hit.id, hit.plan, hit.start, hit.text)
        for query in QUERIES
        for hit in engine.search(query, 200)
    ]


def index(source: Path, lib: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "nabo", "index", str(source), "--library", str(lib), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def generations(lib: Path) -> set[str]:
    return {path.name for path in (lib / "generations").iterdir()}


def wait_for(moment: str, process: subprocess.Popen[bytes], lib: Path, seen: set[str]) -> None:
    """Return when the run is at this moment, or has ended."""
    old = (lib / "manifest.json").read_bytes()
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        new = generations(lib) - seen
        here = {
            "draft": bool(new),
            "vectors": any((lib / "generations" / name / "vectors.faiss").exists() for name in new),
            "aside": (lib / "manifest.json.new").exists(),
            "published": (lib / "manifest.json").read_bytes() != old,
        }
        if here[moment]:
            return
        time.sleep(0.0005)


@pytest.mark.timeout(600)
def test_fifty_kills(tmp_path: Path) -> None:
    chance = random.Random(2024)
    encoder = load_encoder(None)
    states = [sources(tmp_path / f"state{n}", n) for n in (0, 1)]
    work, lib = tmp_path / "plans", tmp_path / "lib"

    def show(state: int) -> None:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(states[state], work)  # keeps times: a file that both have is unchanged

    def finish(state: int) -> float:
        show(state)
        start = time.monotonic()
        process = index(work, lib)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return time.monotonic() - start

    # What each state answers, and how long a run from the other one takes.
    finish(0)
    whole = finish(1)
    expected = {}
    for state in (0, 1):
        finish(state)
        expected[state] = sorted(answers(lib, encoder))
    assert expected[0] != expected[1]

    current = 1
    outcome: Counter[str] = Counter()
    moments = ["draft", "vectors", "aside", "published"]
    for kill in range(KILLS):
        show(1 - current)
        seen = generations(lib)
        process = index(work, lib)
        try:
            if kill % 2:  # anywhere in the run, most of it start-up and reading
                time.sleep(whole * chance.random() * 1.05)
            else:  # at the moments that matter, and just after
                wait_for(moments[kill // 2 % 4], process, lib, seen)
                time.sleep(chance.choice([0, 0, 0.001, 0.003, 0.01]))
            process.send_signal(signal.SIGKILL)
        finally:
            process.kill()
            process.communicate(timeout=60)
        found = sorted(answers(lib, encoder))
        assert found in (expected[0], expected[1]), f"kill {kill}: neither before nor after"
        was = current
        current = 0 if found == expected[0] else 1
        outcome["after" if current != was else "before"] += 1
        outcome[f"code {process.returncode}"] += 1
    assert outcome["before"] >= 10 and outcome["after"] >= 5, outcome
    assert outcome[f"code -{signal.SIGKILL.value}"] >= 35, outcome
    print(f"\n{outcome}; a whole run takes {whole:.2f} s")

    # A normal run after all this succeeds, and leaves nothing behind.
    finish(1 - current)
    assert sorted(answers(lib, encoder)) == expected[1 - current]
    assert len(generations(lib)) == 1
    assert {path.name for path in lib.iterdir()} <= {"manifest.json", "generations", "write.lock"}


def test_a_first_run_killed_leaves_no_library_or_a_whole_one(tmp_path: Path) -> None:
    work = sources(tmp_path / "plans", 0)
    lib = tmp_path / "lib"
    process = index(work, lib)
    while process.poll() is None and not list(lib.glob("generations/*/catalogue.sqlite")):
        time.sleep(0.001)
    process.kill()
    process.communicate(timeout=60)
    assert not (lib / "manifest.json").exists() or Library.open(lib).manifest.plans
    process = index(work, lib)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert Library.open(lib).manifest.plans == 9 and len(generations(lib)) == 1
