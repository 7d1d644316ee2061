"""Kinds of passages: the rules' table, and how they do on passages labelled by hand."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.kinds import load, measure
from index.errors import NaboError
from index.kinds import Rule, classify_kind, kind_scores, normalised, read_rules
from index.records import LANGUAGES, Kind

HEADER = "language\tscope\tpattern\tkind\tweight\texample\tnote\n"


def name(rule: Rule) -> str:
    return f"row{rule.row}-{rule.scope}-{rule.kind}"


@pytest.mark.parametrize("rule", read_rules(), ids=name)
def test_every_rule_applies_to_its_example(rule: Rule) -> None:
    assert rule.matches(normalised(rule.example)), rule.example


@pytest.mark.parametrize("rule", read_rules(), ids=name)
def test_every_rule_counts_in_each_of_its_languages(rule: Rule) -> None:
    for language in rule.languages:
        if rule.scope == "heading":
            scores = kind_scores("", [rule.example], language, False)
        else:
            scores = kind_scores(rule.example, [], language, rule.scope == "item")
        assert scores[rule.kind] > (1.0 if rule.kind is Kind.CONTEXT else 0.0)


def test_rules_speak_every_language_and_kind() -> None:
    pairs = {(language, rule.kind) for rule in read_rules() for language in rule.languages}
    assert pairs == {(language, kind) for language in LANGUAGES for kind in Kind}


@pytest.mark.parametrize("split", ["dev", "test"])
def test_labelled_passages(split: str) -> None:
    figures = measure(load(split))
    assert figures["macro"]["f1"] >= 0.8
    assert all(figures[kind.value]["f1"] >= 0.7 for kind in Kind)


@pytest.mark.parametrize(
    ("text", "heading", "language", "is_item", "kind"),
    [
        ("Etablere et ungdomshus i sentrum.", ["Tiltak"], "nb", True, Kind.MEASURE),
        ("Alle barn skal kunne svømme innen 2030.", ["Delmål 3"], "nb", True, Kind.GOAL),
        ("Del elevar som trivst på skulen", ["Indikatorar"], "nn", True, Kind.INDICATOR),
        ("Sammen om det gode liv.", ["Vores vision"], "da", False, Kind.VISION),
        ("År 2014 bodde 4 200 personer i tätorten.", ["Nuläge"], "sv", False, Kind.CONTEXT),
        ("Ta fram en cykelplan.", ["Trafik", "Åtgärder"], "sv", True, Kind.MEASURE),
        ("Fewer children live in poverty.", ["Goals"], "en", True, Kind.GOAL),
        ("", [], "nb", False, Kind.CONTEXT),
        ("Die Gemeinde will Vereine fördern.", ["Ziele"], "other", False, Kind.CONTEXT),
    ],
)
def test_clear_cases(
    text: str, heading: list[str], language: str, is_item: bool, kind: Kind
) -> None:
    assert classify_kind(text, heading, language, is_item) is kind


def test_the_nearest_heading_counts_most() -> None:
    assert classify_kind("Kart over bygda.", ["Mål", "Bakgrunn"], "nb", False) is Kind.CONTEXT
    assert classify_kind("Kart over bygda.", ["Bakgrunn", "Mål"], "nb", False) is Kind.GOAL


def test_numbers_and_sentences_are_normalised() -> None:
    assert (
        normalised("Innen 2030: 12,5 % av 1 200.\nMål 3") == " . innen 0000 . 0 % av 0 . mål 0 . "
    )


@pytest.mark.parametrize(
    "row",
    [
        "nb\tsomewhere\tmål\tgoal\t1\tMål\t",
        "xx\ttext\tmål\tgoal\t1\tMål\t",
        "nb\ttext\tmål\tdream\t1\tMål\t",
        "nb\ttext\tmål\tgoal\tmuch\tMål\t",
        "nb\ttext\t\tgoal\t1\tMål\t",
        "nb\ttext",
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str) -> None:
    path = tmp_path / "rules.tsv"
    path.write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(NaboError, match="row 2"):
        read_rules(path)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(NaboError, match=r"none\.tsv"):
        read_rules(tmp_path / "none.tsv")


@given(
    st.text(st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"]), max_size=300),
    st.lists(st.text(max_size=40), max_size=3),
    st.sampled_from([*LANGUAGES, "other"]),
    st.booleans(),
)
def test_any_text_has_a_kind(text: str, heading: list[str], language: str, is_item: bool) -> None:
    kind = classify_kind(text, heading, language, is_item)
    assert kind in Kind
    assert classify_kind(text, heading, language, is_item) is kind


def test_hostile_text_takes_no_longer() -> None:
    begin = time.process_time()
    for text in ("1 " * 500_000, "." * 1_000_000, "ett " * 300_000, "reduce " * 200_000):
        for language in LANGUAGES:
            classify_kind(text, [], language, True)
    assert time.process_time() - begin < 5
