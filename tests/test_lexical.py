"""The lexical leg: quoted phrases, content words, BM25 shares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import L, P, make_library

from index.library import Library
from index.stemming import words
from search.lexical import bm25_shares
from search.question import has_phrase, parse_question, quoted_phrases


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ('"grønn omstilling"', ["grønn omstilling"]),
        ("“grønn omstilling” og mer", ["grønn omstilling"]),
        ("«grønn omstilling»", ["grønn omstilling"]),
        ("»grøn omstilling«", ["grøn omstilling"]),
        ("„grøn omstilling“", ["grøn omstilling"]),
        ("”grön omställning”", ["grön omställning"]),
        ("„grøn omstilling”", ["grøn omstilling"]),
        ('"en" og "to"', ["en", "to"]),
        ("«en» og “to” og ”tre”", ["en", "to", "tre"]),
        ('"  med luft  "', ["med luft"]),
        ('""', []),
        ('" "', []),
        ('"…"', []),
        ('en "åpen', []),
        ("uten", []),
        ("don't 'single'", []),
    ],
)
def test_quoted_phrases(question: str, phrases: list[str]) -> None:
    assert quoted_phrases(question) == phrases


@given(st.text(max_size=80))
def test_any_text_can_be_looked_at(text: str) -> None:
    for phrase in quoted_phrases(text):
        assert phrase in text
    if text.replace("\x00", " ").strip():
        parse_question(text)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Hvordan jobber andre med frivillighet?", "frivillighet"),
        ("Hur arbetar andra kommuner med skolor?", "skolor"),
        ("How do others work with schools?", "schools"),
    ],
)
def test_function_words_are_left_out(question: str, expected: str) -> None:
    found = parse_question(question).words
    assert expected in found
    assert not {"hvordan", "med", "hur", "how", "do", "with"} & set(found)


def test_only_function_words_are_better_than_nothing() -> None:
    assert parse_question("og det er").words == ("og", "det", "er")
    assert parse_question("?!").words == ()
    assert parse_question("skole skole SKOLE").words == ("skole",)


@pytest.mark.parametrize(
    ("text", "phrase", "is_there"),
    [
        ("Vi satser på grønn omstilling.", "Grønn  OMSTILLING", True),
        ("Vi satser på grønn\nomstilling.", "grønn omstilling", True),
        ("omstilling grønn", "grønn omstilling", False),
        ("grønnomstilling", "grønn", False),
        ("innen 2030", "203", False),
        ("e-helse i hjemmet", "e-helse", True),
        ("e-helse i hjemmet", "helse i hjemmet", True),
        ("e-helse i hjemmet", "e-helse i hjemmet", True),
        ("", "x", False),
    ],
)
def test_has_phrase(text: str, phrase: str, is_there: bool) -> None:
    assert has_phrase(text, phrase) is is_there


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    texts = [
        ("Frivillige lag får støtte.", "nb"),
        ("Foreningerne får støtte til frivilligt arbejde.", "da"),
        ("Föreningarna får stöd.", "sv"),
        ("Skolevegen skal vere trygg.", "nn"),
        ("Sykkelvei langs elva i 2027.", "nb"),
    ]
    passages = tuple(P(text, language) for text, language in texts)
    return make_library(tmp_path_factory.mktemp("lexical"), [L("a.txt", passages)])


def shares(library: Library, question: str, limit: int = 10) -> dict[int, float]:
    return bm25_shares(library.catalogue, list(dict.fromkeys(words(question))), "1", [], limit)


def test_shares_lie_between_nothing_and_all(library: Library) -> None:
    for question in ["frivillige lag", "støtte", "2027", "sykkelvei elva finnesikke"]:
        found = shares(library, question)
        assert found and all(0 <= share <= 1 for share in found.values())
    assert shares(library, "finnesikke") == {}
    assert shares(library, "…") == {}


def test_a_word_that_is_nowhere_lowers_the_share(library: Library) -> None:
    (alone,) = shares(library, "sykkelvei").values()
    (beside,) = shares(library, "sykkelvei finnesikke").values()
    assert beside < alone


def test_inflections_are_found_in_each_language(library: Library) -> None:
    def texts(question: str) -> list[str]:
        return [p.text[:10] for p in library.catalogue.passages(list(shares(library, question)))]

    assert texts("foreninger") == ["Foreninger"]
    assert texts("förening") == ["Föreningar"]
    assert texts("sykkelveien") == ["Sykkelvei "]


@pytest.mark.parametrize(
    "question",
    [
        "AND OR NOT NEAR",
        '" * ( ) : ^ - +',
        "stems:x",
        "NEAR(a b, 2)",
        "a* b*",
        "'); DROP TABLE plans; --",
        "\x00",
        "🚲",
        "²½",
        "ﬁn ﬂott",
        "İstanbul",
    ],
)
def test_query_syntax_is_only_words(library: Library, question: str) -> None:
    shares(library, question)
    assert library.catalogue.count("plans") == 1


def test_thousands_of_words_are_no_error(library: Library) -> None:
    found = shares(library, " ".join(f"ord{n}" for n in range(3000)) + " støtte")
    assert len(found) == 2
