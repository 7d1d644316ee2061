"""The demo plans: as many and as long as promised, marked as invented, and made from their sources."""

from __future__ import annotations

import csv
import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.demo import demo_topics, sections
from index.library import Library
from index.municipalities import register
from index.paths import DATA, DEMO_PLANS
from index.readers import read_document

with (DEMO_PLANS / "plans.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))


def test_eight_plans_of_each_country_two_in_nynorsk(demo_library: Path) -> None:
    plans = Library.open(demo_library).catalogue.plans()
    assert Counter(plan["country"] for plan in plans) == {"NO": 8, "DK": 8, "SE": 8}
    assert Counter(plan["language"] for plan in plans) == {"nb": 6, "nn": 2, "da": 8, "sv": 8}
    assert {Path(plan["path"]).name for plan in plans} == {row["file"] for row in ROWS}


def test_the_library_knows_that_every_demo_plan_is_invented(demo_library: Path) -> None:
    catalogue = Library.open(demo_library).catalogue
    assert len(catalogue.invented()) == 24
    assert all(plan["invented"] for plan in catalogue.plans())


def test_no_demo_municipality_is_a_real_one() -> None:
    assert [row["municipality"] for row in ROWS if register().named(row["municipality"])] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["file"]))
def test_a_plan_says_that_it_is_invented_and_has_its_length(row: dict[str, str]) -> None:
    text = read_document(DEMO_PLANS / row["file"]).text
    assert 1200 <= len(text.split()) <= 2500
    assert any(word in text[:600] for word in ("Oppdiktet", "Oppdikta", "Opdigtet", "Påhittad"))


def test_files_are_what_the_script_makes_of_their_sources() -> None:
    spec = importlib.util.spec_from_file_location("make_plans", DATA / "make_plans.py")
    assert spec and spec.loader
    maker = sys.modules["make_plans"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    made = [row for row in ROWS if not row["file"].endswith(".md")]
    assert {Path(row["file"]).suffix for row in made} == {".pdf", ".docx", ".html", ".txt"}
    for row in made:
        path = DEMO_PLANS / row["file"]
        source = (DATA / "plans_source" / f"{path.stem}.md").read_text(encoding="utf-8")
        fresh = maker.MAKERS[path.suffix](maker.parts(source), row)
        if path.suffix in (".pdf", ".docx"):  # compression differs between versions of zlib
            assert abs(len(fresh) - path.stat().st_size) < 0.1 * len(fresh)
        else:
            assert fresh == path.read_bytes()


def test_every_judged_section_is_found_in_the_library(demo_library: Path) -> None:
    library = Library.open(demo_library)
    topics = demo_topics(library)
    assert len(topics) == 28
    for topic in topics:
        countries = {span.plan[:2] for span in topic.relevant if span.grade == 2}
        assert countries == {"no", "dk", "se"}, topic.id
    assert len(sections()) > 150
