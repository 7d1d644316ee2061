"""Words and stems: what the full-text index stores and what a question is turned into must meet."""

from __future__ import annotations

import sqlite3
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.stemming import query_stems, stem, stemmed, words

LANGUAGES = ("nb", "nn", "da", "sv", "en", "other")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Frivillige lag og foreninger", ["frivillige", "lag", "og", "foreninger"]),
        ("e-helse 2024–2030, § 5-1!", ["e-helse", "e", "helse", "2024", "2030", "5-1", "5", "1"]),
        ("barn- og unge", ["barn", "og", "unge"]),
        ("citizens’ don't", ["citizens", "don't"]),
        ("snake_case ALL_CAPS", ["snake", "case", "all", "caps"]),
        ("", []),
        (" \n\t\x00…–„“", []),
        ("🚲🚲 sykkel", ["sykkel"]),
        ("Kárášjohka Ävja ÅS", ["kárášjohka", "ävja", "ås"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("text", ["Blåbærsyltetøy på øya", "Malmö", "é"])
def test_composed_and_decomposed_letters_are_one(text: str) -> None:
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("nb", "frivilligheten", "frivillighet"),
        ("nn", "kommunane", "kommunar"),
        ("da", "kommunerne", "kommune"),
        ("sv", "kommunerna", "kommun"),
        ("sv", "skolorna", "skolor"),
        ("en", "volunteers", "volunteering"),
    ],
)
def test_inflections_meet(language: str, one: str, other: str) -> None:
    assert stem(one, language) == stem(other, language)


def test_a_language_without_stemmer_keeps_its_words() -> None:
    assert stemmed("Vapaaehtoisten toiminta", "other") == "vapaaehtoisten toiminta"
    assert stem("kommunerne", "xx") == "kommunerne"


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_a_question_s_stems_hold_what_the_index_stores(text: str, language: str) -> None:
    stored = stemmed(text, language).split()
    asked = {s for word in words(text) for s in query_stems(word)}
    assert set(stored) <= asked


@given(st.text(max_size=60))
def test_stems_cannot_speak_fts5(text: str) -> None:
    for word in words(text):
        assert all(c.isalnum() or unicodedata.combining(c) for s in query_stems(word) for c in s)


@given(st.text(alphabet="abcdefgæøåäöéüßášđ-'’ 0123456789", max_size=40))
def test_the_full_text_index_cuts_stems_where_we_do(text: str) -> None:
    """Were FTS5 to split a stem in two, a question for it would miss it."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5 (s, tokenize='unicode61 remove_diacritics 0')")
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab (t, 'row')")
    stored = stemmed(text, "nb")
    db.execute("INSERT INTO t VALUES (?)", (stored,))
    terms = {term for (term,) in db.execute("SELECT term FROM v")}
    db.close()
    assert terms == set(stored.split())


def test_threads_have_their_own_stemmers() -> None:
    text = "frivillige foreningers arbeidsplasser kommunerne skolorna volunteering"
    alone = {language: stemmed(text, language) for language in LANGUAGES}
    stem.cache_clear()

    def work(at: int) -> bool:
        language = LANGUAGES[at % len(LANGUAGES)]
        stem.cache_clear()
        return stemmed(text, language) == alone[language]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(400)))
