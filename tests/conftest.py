"""Fixtures that several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.paths import DEMO_PLANS


@pytest.fixture(scope="session")
def demo_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the demo plans, built once a run. Read it only: copy it before adding plans."""
    from index.builder import build

    path = tmp_path_factory.mktemp("demo") / "library"
    report = build([DEMO_PLANS], path)
    assert not report.skipped, report.skipped
    return path
