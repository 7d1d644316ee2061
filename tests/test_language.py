"""Languages of passages: alone, in their plan, and where they are none of the five."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.language import FLORES, SHARED, hundred_words, passages, read_flores, sentences
from index import language_scores
from index.errors import NaboError
from index.language import LanguageGuess, LanguageIdentifier
from index.language_scores import LanguageScores, words_of
from index.records import LANGUAGES, OTHER_LANGUAGE

OWN = {
    "nb": "Kommunen skal gi alle barn mulighet til å delta i fritidsaktiviteter der de bor.",
    "nn": "Kommunen skal gje alle born høve til å vere med på fritidsaktivitetar der dei bur.",
    "da": "Kommunen skal give alle børn mulighed for at deltage i fritidsaktiviteter, hvor de bor.",
    "sv": "Kommunen ska ge alla barn möjlighet att delta i fritidsaktiviteter där de bor.",
    "en": "The municipality shall give all children the chance to take part in leisure activities.",
}
PLAN = {
    "nb": "Vi vil at flere eldre skal bo trygt hjemme, og hjemmetjenesten følger dem opp hver uke.",
    "nn": "Vi vil at fleire eldre skal bu trygt heime, og heimetenesta følgjer dei opp kvar veke.",
    "da": "Vi vil have flere ældre til at bo trygt hjemme, og hjemmeplejen følger op hver uge.",
}
WITH_ODD = st.text(st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"]), max_size=200)
needs_flores = pytest.mark.skipif(
    not (SHARED / FLORES).exists(), reason="FLORES is not beside the repository"
)


def others() -> list[tuple[str, str]]:
    path = Path(__file__).parent / "data/other_languages.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row["language"], row["text"]) for row in rows]


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


def languages(guesses: list[LanguageGuess]) -> list[str]:
    return [guess.language for guess in guesses]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_alone(identifier: LanguageIdentifier, language: str) -> None:
    guess = identifier.identify([OWN[language]])[0]
    assert guess.language == language
    assert 0.5 < guess.confidence <= 1.0


@pytest.mark.parametrize(("name", "text"), others())
def test_other_languages(identifier: LanguageIdentifier, name: str, text: str) -> None:
    assert identifier.identify([text], "DK")[0].language == OTHER_LANGUAGE


def test_scores_are_log_probabilities(identifier: LanguageIdentifier) -> None:
    scores = identifier.scores([*OWN.values(), ""])
    assert scores.shape == (6, 5)
    assert scores.dtype == np.float32
    assert np.allclose(np.exp(scores).sum(axis=1), 1, atol=1e-5)


def test_a_chapter_keeps_its_own_language(identifier: LanguageIdentifier) -> None:
    plan = [PLAN["nb"]] * 8 + [PLAN["nn"], OWN["nn"]] + [OWN["en"]] + [PLAN["nb"]] * 4
    found = languages(identifier.identify(plan, "NO"))
    assert found == ["nb"] * 8 + ["nn"] * 2 + ["en"] + ["nb"] * 4


def test_a_short_passage_follows_its_plan(identifier: LanguageIdentifier) -> None:
    short = "Kultur og idrett"
    for language, country in (("nb", "NO"), ("nn", "NO"), ("da", "DK")):
        text = PLAN[language]
        found = languages(identifier.identify([text, text, short, text, text], country))
        assert found == [language] * 5


def test_the_country_settles_what_the_words_do_not(identifier: LanguageIdentifier) -> None:
    doubtful = "Kultur"
    assert identifier.identify([doubtful], "DK")[0].language == "da"
    assert identifier.identify([doubtful], "SE")[0].language == "sv"
    assert identifier.identify([doubtful], "NO")[0].language in ("nb", "nn")


def test_without_words_the_majority_decides(identifier: LanguageIdentifier) -> None:
    guesses = identifier.identify([PLAN["da"], "2030 – 45,5 %", "", PLAN["da"]], "DK")
    assert languages(guesses) == ["da"] * 4
    assert guesses[1].confidence == 0.0
    assert identifier.identify(["12 345"], "DK") == [LanguageGuess(OTHER_LANGUAGE, 0.0)]
    assert identifier.identify([]) == []


def test_names_do_not_make_a_passage_foreign(identifier: LanguageIdentifier) -> None:
    text = "Ansvar: Zbigniew Kowalczyk og Nguyễn Thị Hương, enhet for oppvekst og kultur."
    assert identifier.identify([PLAN["nb"], text, PLAN["nb"]], "NO")[1].language == "nb"


def test_the_same_answer_each_time_and_in_any_company() -> None:
    texts = [*OWN.values(), *(text for _, text in others())]
    alone = np.concatenate([LanguageScores().scores([text]) for text in texts[:5]])
    together = LanguageScores().scores(texts)
    assert np.array_equal(alone, together[:5])
    first, second = LanguageIdentifier(LanguageScores()), LanguageIdentifier(LanguageScores())
    assert first.identify(texts) == second.identify(texts) == first.identify(texts)


def test_a_full_table_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*OWN.values(), *PLAN.values()]
    expected = LanguageScores().scores(texts)
    monkeypatch.setattr(language_scores, "TABLE_WORDS", 20)
    small = LanguageScores()
    for text, row in zip(texts * 3, np.tile(expected, (3, 1)), strict=True):
        assert np.array_equal(small.scores([text])[0], row)


def test_a_missing_or_damaged_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(NaboError, match="missing or damaged"):
        LanguageScores(tmp_path / "none.safetensors")
    damaged = tmp_path / "model.safetensors"
    damaged.write_bytes(language_scores.MODEL_FILE.read_bytes()[:5000])
    with pytest.raises(NaboError, match="missing or damaged"):
        LanguageScores(damaged)


@settings(max_examples=60, deadline=None)
@given(st.lists(WITH_ODD, max_size=6), st.sampled_from([None, "NO", "DK", "SE", "FI"]))
def test_any_text_has_a_language(texts: list[str], country: str | None) -> None:
    guesses = LanguageIdentifier().identify(texts, country)
    assert len(guesses) == len(texts)
    for guess in guesses:
        assert guess.language in (*LANGUAGES, OTHER_LANGUAGE)
        assert 0.0 <= guess.confidence <= 1.0


def test_words_are_letters_of_any_script() -> None:
    assert words_of("Å, 3 blåbær_tur i København-området, 2024!") == [
        "å",
        "blåbær",
        "tur",
        "i",
        "københavn",
        "området",
    ]


@needs_flores
@pytest.mark.slow
def test_flores_sentences_and_passages(identifier: LanguageIdentifier) -> None:
    for language, texts in read_flores().items():
        single = [identifier.identify([text])[0].language for text in sentences(texts)]
        assert single.count(language) / len(single) >= 0.96, language
        grouped = [identifier.identify([text])[0].language for text in passages(texts)]
        assert grouped.count(language) / len(grouped) >= 0.99, language


@needs_flores
@pytest.mark.slow
def test_thousands_of_passages_a_second(identifier: LanguageIdentifier) -> None:
    texts = hundred_words(read_flores())
    identifier.identify(texts)
    rates = []
    for _ in range(3):
        begin = time.process_time()  # of this process: other work on the machine is not counted
        for i in range(0, len(texts), 50):
            identifier.identify(texts[i : i + 50])
        rates.append(len(texts) / (time.process_time() - begin))
    assert max(rates) >= 4000
