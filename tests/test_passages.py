"""Passages: exact slices, every word once, whole sentences under one heading, of a readable size."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.cleaning import Cleaned, clean
from index.grouping import LONG
from index.passages import make_passages
from index.records import Block, BlockType, Document, Metadata, Page, Passage, Row
from tests.test_cleaning import BODIES, DANISH_DUMP, PLANS, SWEDISH_DUMP, TEXTS

SENTENCES = [
    "Kommunen skal styrke samarbeidet med frivillige lag og foreninger i hele kommunen.",
    "Barn og unge skal ha trygge steder å møtes etter skoletid.",
    "Vi vil redusere utslippene fra transport med halvparten innen 2030.",
    "Eldre skal kunne bo lenge hjemme med god hjelp.",
    "Planen følges opp hvert år, jf. handlingsprogrammet.",
]


def passages_of(text: str, **fields: object) -> list[Passage]:
    document = Document(text, **fields)  # type: ignore[arg-type]
    cleaned = clean(document)
    passages = make_passages(document, cleaned)
    assert_sound(document, cleaned, passages)
    return passages


def assert_sound(document: Document, cleaned: Cleaned, passages: list[Passage]) -> None:
    """The promises of `make_passages`."""
    position = 0
    for passage in passages:
        assert position <= passage.start < passage.end
        assert passage.text == document.text[passage.start : passage.end]
        assert passage.text == passage.text.strip()
        assert "  " not in passage.clean and passage.clean == passage.clean.strip()
        position = passage.end
    spans = [(passage.start, passage.end) for passage in passages]
    at = 0
    for block in cleaned.blocks:
        while at < len(spans) and spans[at][1] <= block.start:
            at += 1
        inside = at < len(spans) and spans[at][0] < block.end
        if block.type is BlockType.HEADING:
            assert not inside, "a passage crosses a heading"
        elif block.type is not BlockType.FURNITURE:
            for place in range(block.start, block.end):
                if not document.text[place].isspace():
                    assert any(a <= place < b for a, b in spans[max(at - 1, 0) :]), document.text[
                        block.start : block.end
                    ]


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_any_text_keeps_the_promises(text: str) -> None:
    passages_of(text)


@given(st.lists(TEXTS, min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_any_pages_keep_the_promises(texts: list[str]) -> None:
    pages, start = [], 0
    for number, text in enumerate(texts, 1):
        pages.append(Page(number, start, start + len(text)))
        start += len(text)
    for passage in passages_of("".join(texts), pages=tuple(pages)):
        assert passage.pages is not None
        assert 1 <= passage.pages[0] <= passage.pages[1] <= len(pages)


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=80), st.data())
@settings(max_examples=60, deadline=None)
def test_passages_are_whole_sentences_of_a_readable_size(
    sentences: list[str], data: st.DataObject
) -> None:
    text = "".join(s + data.draw(st.sampled_from([" ", " ", " ", "\n\n"])) for s in sentences)
    passages = passages_of(text)
    for passage in passages:
        assert passage.clean.endswith(".")
        assert len(passage.clean.split()) <= LONG
    if sum(len(s.split()) for s in sentences) >= 60:
        assert all(len(p.clean.split()) >= 30 for p in passages)


def test_one_long_paragraph_is_split_into_balanced_parts() -> None:
    passages = passages_of("Innledning\n\n" + " ".join(SENTENCES * 6) + "\n")
    sizes = [len(p.clean.split()) for p in passages]
    assert len(sizes) >= 2
    assert max(sizes) <= LONG and max(sizes) - min(sizes) < 60
    assert all(p.heading == ("Innledning",) for p in passages)


def test_a_paragraph_that_fits_stays_whole() -> None:
    first, second = " ".join(SENTENCES * 2), " ".join(SENTENCES[::-1] * 2)
    passages = passages_of(f"Innledning\n\n{first}\n\n{second}\n")
    assert [p.text for p in passages] == [first, second]


def test_short_paragraphs_are_merged_but_not_across_headings() -> None:
    text = "1 Mål\n\nVi skal bli flere.\n\nAlle skal trives her.\n\n2 Tiltak\n\nBygge hus.\n"
    passages = passages_of(text)
    assert [p.clean for p in passages] == [
        "Vi skal bli flere.\nAlle skal trives her.",
        "Bygge hus.",
    ]
    assert [p.heading for p in passages] == [("Mål",), ("Tiltak",)]


def test_heading_path() -> None:
    text = (
        "# Plan\n\n## 1. Oppvekst\n\nBarn er viktige.\n\n### Mål\n\nTrygge barn.\n\n"
        "## 2. Kultur\n\nKultur gir glede.\n"
    )
    assert [p.heading for p in passages_of(text)] == [
        ("Plan", "Oppvekst"),
        ("Plan", "Oppvekst", "Mål"),
        ("Plan", "Kultur"),
    ]


def test_lists_are_split_between_items_and_keep_their_lead_in() -> None:
    item = "- Kommunen skal opprette et nytt tilbud for barn og unge i hver bygd før 2030\n"
    passages = passages_of("Tiltak\n\nI perioden vil kommunen:\n" + item * 20)
    assert len(passages) >= 2
    assert passages[0].clean.startswith("I perioden vil kommunen:\nKommunen skal opprette")
    assert all(p.text.endswith("før 2030") for p in passages)
    assert passages[-1].type is BlockType.ITEM


def test_a_sentence_without_an_end_is_cut_between_words() -> None:
    text = "kommunen og fylket samarbeider om mange ting, " * 120
    passages = passages_of(text)
    assert len(passages) > 3
    assert max(len(p.clean.split()) for p in passages) <= 250
    assert all(p.text.endswith(",") for p in passages)


def test_a_word_broken_by_a_page_is_whole_again() -> None:
    passages = passages_of(SWEDISH_DUMP)
    broken = next(p for p in passages if "kulturnämnden" in p.clean)
    assert broken.pages == (3, 4)
    assert "kultur- 1" in broken.text and " 1 " not in f" {broken.clean} "
    assert broken.heading == ("Barn och unga",)


def test_no_passage_comes_from_the_frame_of_a_dump() -> None:
    for dump in (SWEDISH_DUMP, DANISH_DUMP):
        words = " ".join(p.clean for p in passages_of(dump))
        for furniture in ("Biblioteksplan", "Läs mer", "Sundhedspolitik", "px", "VISION..."):
            assert furniture not in words


def test_table_rows_are_grouped_with_their_header_first() -> None:
    text = "Indikatorer\n\nMål\t2024\t2030\n" + "Andel som sykler\t12\t40\n" * 60
    passages = passages_of(text)
    assert passages[0].text.startswith("Mål\t2024")
    assert all(p.type is BlockType.ROW and len(p.clean.split()) <= LONG for p in passages)
    assert len(passages) > 1


def test_rows_of_a_table_file_are_passages_of_their_own() -> None:
    text = "Flere boliger\nMer kultur\n"
    rows = (Row(0, 13, 1, metadata=Metadata(municipality="Fjordvik")), Row(14, 24, 2))
    passages = passages_of(text, rows=rows)
    assert [(p.text, p.type, p.row) for p in passages] == [
        ("Flere boliger", BlockType.ROW, rows[0]),
        ("Mer kultur", BlockType.ROW, rows[1]),
    ]


def test_given_blocks_give_headings_and_items() -> None:
    text = "Mål\nVi skal:\nbygge boliger for unge\n"
    blocks = (
        Block(0, 3, BlockType.HEADING, 1),
        Block(4, 12, BlockType.PARAGRAPH),
        Block(13, 35, BlockType.ITEM),
    )
    (passage,) = passages_of(text, blocks=blocks)
    assert passage.heading == ("Mål",)
    assert passage.clean == "Vi skal:\nbygge boliger for unge"


def test_no_text_gives_no_passages() -> None:
    assert passages_of("") == []
    assert passages_of("\xa0\n ") == []


@pytest.mark.skipif(not PLANS.is_dir(), reason="the real plans are not part of the repository")
@pytest.mark.parametrize("key", sorted(BODIES))
def test_real_plans(key: str) -> None:
    path: Path = next(PLANS.glob(f"{key}*.txt"))
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    passages = passages_of(text)
    first, last = BODIES[key]
    assert all(first <= p.start and p.end <= last for p in passages)
    assert 60 <= median(len(p.clean.split()) for p in passages) <= 140
    assert max(len(p.clean.split()) for p in passages) <= 250
