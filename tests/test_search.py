"""The engine over a small library made by hand: filters, phrases, odd questions, copies, order."""

from __future__ import annotations

import json
import random
import sys
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from making import L, P, WordEncoder, make_library

from index.errors import LibraryMismatch, QueryError
from index.paths import BUNDLED_ENCODER
from index.records import COUNTRIES, LANGUAGES, Kind, Metadata
from search import Filters, Hit, SearchEngine
from search.filters import parse_years
from search.hits import JSON_FIELDS
from search.question import MAX_QUESTION

PLACES = {"NO": ("Larvik", "Ås"), "DK": ("København", "Horsens"), "SE": ("Göteborg", "Malmö")}
FILLER = "kommunen skal arbeide for gode tilbud til alle".split()


def corpus() -> list[L]:
    """24 plans, 240 passages, every sixth a copy of one before it in its plan."""
    chance = random.Random(7)
    plans = []
    for n in range(24):
        country = chance.choice([*COUNTRIES, None])
        place = chance.choice([*PLACES.get(country or "", ()), None])
        year = chance.choice([None, 2015, 2019, 2020, 2024])
        passages: list[P] = []
        for m in range(10):
            text = (
                f"{' '.join(chance.sample(FILLER, 3))} emne{chance.randrange(8)} p{n}x{m} q{n}y{m}"
            )
            if m % 6 == 5:
                text = passages[m - 2].text.upper()
            language = chance.choice([*LANGUAGES, "other"])
            passages.append(P(text, language, chance.choice(list(Kind)).value, ("Mål", f"Del {m}")))
        metadata = Metadata(f"Plan nummer {n}", place, country, year)
        plans.append(L(f"mappe/plan{n}.txt", tuple(passages), metadata))
    return plans


PLANS = corpus()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    library = make_library(tmp_path_factory.mktemp("search") / "lib", PLANS)
    return SearchEngine(library, WordEncoder())


def of(tmp_path: Path, *plans: L) -> SearchEngine:
    return SearchEngine(make_library(tmp_path / "lib", plans), WordEncoder())


def distinct(filters: Filters) -> set[tuple[str, str]]:
    """What the filters let through, counted the slow way."""
    first, last = filters.years
    found = set()
    for plan in PLANS:
        for p in plan.passages:
            m = p.metadata or plan.metadata
            if (
                (not filters.country or m.country in filters.country)
                and (not filters.language or p.language in filters.language)
                and (not filters.kind or p.kind in filters.kind)
                and (not filters.municipality or m.municipality in filters.municipality)
                and (not filters.plan or Path(plan.path).name in filters.plan)
                and (first is None or (m.year is not None and m.year >= first))
                and (last is None or (m.year is not None and m.year <= last))
            ):
                found.add((plan.path, p.text.lower()))
    return found


def some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    few = st.lists(st.sampled_from(values), max_size=3, unique=True).map(tuple)
    return st.one_of(st.just(()), few)


YEARS = st.one_of(st.none(), st.sampled_from([2000, 2015, 2019, 2021, 2024]))
FILTERS = st.builds(
    lambda years, **given: Filters(
        years=tuple(sorted(years)) if None not in years else years,  # type: ignore[arg-type]
        **given,
    ),
    country=some(COUNTRIES),
    language=some([*LANGUAGES, "other"]),
    kind=some([kind.value for kind in Kind]),
    municipality=some([name for names in PLACES.values() for name in names]),
    plan=some([f"plan{n}.txt" for n in range(24)]),
    years=st.tuples(YEARS, YEARS),
)


@settings(max_examples=150, deadline=None)
@given(FILTERS, st.sampled_from([1, 3, 10, 60, 150, 300]), st.sampled_from(["emne3", "gode p1x2"]))
@example(Filters(), 300, "emne1")
@example(Filters(country=("NO",)), 300, "emne1")
def test_k_hits_come_back_whenever_k_exist(
    engine: SearchEngine, filters: Filters, k: int, query: str
) -> None:
    allowed = distinct(filters)
    hits = engine.search(query, k, filters)
    assert len(hits) == min(k, len(allowed))
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert len({hit.id for hit in hits}) == len(hits)
    assert {(hit.plan, hit.text.lower()) for hit in hits} <= allowed
    assert all(one.score >= other.score for one, other in pairwise(hits))


# -- questions ---------------------------------------------------------------------------------

ODD = [
    "AND OR NOT NEAR",
    '" * ( ) : ^ -',
    '"""',
    '"" emne3',
    "stems:emne3 OR clean:x",
    "NEAR(emne3 emne4, 2)",
    "emne*",
    "'); DROP TABLE plans; --",
    "nul\x00tegn",
    "🚲",
    "🚲 emne3",
    "?!…",
    "\u202e\u200b",
    "\udcff emne3",
    "emne3\nemne4\r\n\temne5",
    "ﬁ İ ß ǅ",
    "計画 план خطة",
    "é" * 500,
    "a" * MAX_QUESTION,
    " ".join(f"w{n}" for n in range(3500)),
    '"' + " ".join(f"w{n}" for n in range(3000)) + '"',
    "emne3 " * 3000,
]


@pytest.mark.parametrize("question", ODD, ids=lambda q: ascii(q[:20]))
def test_odd_questions_are_only_questions(engine: SearchEngine, question: str) -> None:
    hits = engine.search(question, 5)
    assert len(hits) in (0, 5)
    json.dumps([hit.as_dict() for hit in hits], allow_nan=False, ensure_ascii=False).encode()
    if not hits:
        assert engine.why_nothing(question)
    assert len(engine.library.catalogue.plans()) == 24


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_text_can_be_asked(engine: SearchEngine, question: str) -> None:
    try:
        hits = engine.search(question, 3, Filters(country=("NO", "SE")))
    except QueryError:
        assert not question.replace("\x00", " ").strip()
        return
    assert len(hits) <= 3
    assert engine.search(question, 3, Filters(country=("NO", "SE"))) == hits


@pytest.mark.parametrize("question", ["", " ", "\n\t", "\x00", "\x00 \x00"])
def test_an_empty_question_is_refused(engine: SearchEngine, question: str) -> None:
    with pytest.raises(QueryError, match="empty"):
        engine.search(question)


def test_a_book_is_refused(engine: SearchEngine) -> None:
    with pytest.raises(QueryError, match=r"20,001 characters"):
        engine.search("x" * (MAX_QUESTION + 1))


@pytest.mark.parametrize("k", [0, -1, -(10**30)])
def test_k_below_one_is_refused(engine: SearchEngine, k: int) -> None:
    with pytest.raises(QueryError, match="at least 1"):
        engine.search("emne3", k)


@pytest.mark.parametrize("k", [1000, 10**9, sys.maxsize, 10**30])
def test_k_beyond_the_library_gives_all(engine: SearchEngine, k: int) -> None:
    everything = len(distinct(Filters()))
    assert len(engine.search("emne3", k)) == everything
    assert len(engine.search("emne3", k, Filters(country=("NO",)))) > 10


@pytest.mark.parametrize("filters", [None, Filters(country=("NO", "DK", "SE"))])
def test_a_question_without_a_known_word_finds_nothing(
    engine: SearchEngine, filters: Filters | None
) -> None:
    """With or without filters: ten passages at random are no answer."""
    assert engine.search("🚲 …", 10, filters) == []
    assert "Try other words" in engine.why_nothing("🚲 …", filters)


# -- phrases -----------------------------------------------------------------------------------

QUOTES = ['"{}"', "“{}”", "«{}»", "»{}«", "„{}“", "”{}”", "„{}”"]


@pytest.mark.parametrize("style", QUOTES)
def test_a_quoted_phrase_must_stand_there(tmp_path: Path, style: str) -> None:
    plans = [
        L("a.txt", (P("Vi vil ha Grønn\nomstilling nå."), P("omstilling grønn nå"))),
        L("b.txt", (P("grønn og brun omstilling"), P("mer om GRØNN OMSTILLING", "da"))),
    ]
    hits = of(tmp_path, *plans).search(f"hva med {style.format('grønn omstilling')}?", 10)
    assert {hit.text for hit in hits} == {
        "Vi vil ha Grønn\nomstilling nå.",
        "mer om GRØNN OMSTILLING",
    }


def test_phrases_with_filters_and_several_phrases(engine: SearchEngine) -> None:
    (hit,) = engine.search('"p3x1" "q3y1"', 10)
    assert hit.plan == "mappe/plan3.txt"
    assert engine.search('"p3x1" "q4y1"', 10) == []
    assert engine.search('"p3x1"', 10, Filters(plan=("plan4.txt",))) == []
    assert "word for word" in engine.why_nothing('"p3x1" "q4y1"')


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_words_of_a_passage_find_it_as_a_phrase(
    engine: SearchEngine, data: st.DataObject
) -> None:
    passage = data.draw(st.sampled_from([p for plan in PLANS for p in plan.passages]))
    spoken = passage.text.split()
    start = data.draw(st.integers(0, len(spoken) - 1))
    end = data.draw(st.integers(start + 1, len(spoken)))
    phrase = " ".join(spoken[start:end])
    hits = engine.search(f'"{phrase}"', 300)
    assert passage.text.lower() in {hit.text.lower() for hit in hits}
    assert all(f" {phrase.lower()} " in f" {hit.text.lower()} " for hit in hits)


# -- copies, order, ties -----------------------------------------------------------------------


def test_copies_in_one_plan_are_shown_once_with_their_count(tmp_path: Path) -> None:
    goal = "Alle barn skal ha en trygg vei til skolen og kunne sykle hele året i kommunen"
    plans = [
        L("a.txt", (*(P(f"{goal} innen {year}") for year in range(2020, 2026)), P("noe annet"))),
        L("b.txt", (P(f"{goal} innen 2020"), P("helt andre ord her"))),
    ]
    hits = of(tmp_path, *plans).search("trygg vei til skolen", 10)
    assert [(hit.plan, hit.copies) for hit in hits[:2]] == [("a.txt", 5), ("b.txt", 0)]
    assert len(hits) == 4


def test_hundreds_of_copies_leave_room_for_the_rest(tmp_path: Path) -> None:
    """The first page of candidates is all one sentence: look on."""
    copies = tuple(P("trygg skolevei for alle barn") for _ in range(700))
    others = tuple(P(f"ord{n} annet{n} tredje{n}") for n in range(30))
    engine = of(tmp_path, L("a.txt", copies + others))
    hits = engine.search("trygg skolevei for alle barn", 20)
    assert len(hits) == 20
    assert [hit.text for hit in hits].count("trygg skolevei for alle barn") == 1


def test_ties_go_by_the_order_in_the_library(tmp_path: Path) -> None:
    plans = [L(f"p{n:03}.txt", (P("samme ord overalt"),)) for n in range(150)]
    engine = of(tmp_path, *plans)
    for k in (1, 20, 120):
        found = [hit.plan for hit in engine.search("samme ord", k)]
        assert found == [f"p{n:03}.txt" for n in range(k)]


def test_the_same_question_has_the_same_answer(engine: SearchEngine) -> None:
    again = SearchEngine(type(engine.library).open(engine.library.path), WordEncoder())
    for query in ["emne3 gode tilbud", "p5x5", '"emne4"', "alle"]:
        first = [hit.as_dict() for hit in engine.search(query, 40)]
        assert [hit.as_dict() for hit in engine.search(query, 40)] == first
        assert [hit.as_dict() for hit in again.search(query, 40)] == first
        assert [hit.as_dict() for hit in engine.search(query, 7)] == first[:7]


def test_many_questions_at_once_are_answered_like_one_by_one(engine: SearchEngine) -> None:
    queries = ["emne3", "emne4 gode", '"p3x1"', "🚲", "emne3"]
    together = engine.search_many(queries, 7)
    assert [[h.as_dict() for h in hits] for hits in together] == [
        [h.as_dict() for h in engine.search(query, 7)] for query in queries
    ]
    assert engine.search_many([]) == []
    with pytest.raises(QueryError):
        engine.search_many(["emne3", " "])


def test_threads_get_the_same_answers(engine: SearchEngine) -> None:
    asked = [
        (f"emne{n % 8} p{n % 24}x1", Filters(country=("NO",)) if n % 3 else None) for n in range(64)
    ]

    def ask(one: tuple[str, Filters | None]) -> list[Hit]:
        return engine.search(one[0], 15, one[1])

    alone = [ask(one) for one in asked]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, asked)) == alone


# -- hits --------------------------------------------------------------------------------------


def test_a_hit_can_be_traced(engine: SearchEngine) -> None:
    for hit in engine.search("emne3 gode", 50):
        text = engine.library.catalogue.plan_text(hit.passage.plan_row)
        assert text[hit.start : hit.end] == hit.text
        assert tuple(hit.as_dict()) == JSON_FIELDS
        assert engine.library.catalogue.passage(hit.id) == hit.passage
        assert -1.001 <= hit.scores.dense <= 1.001 and 0 <= hit.scores.lexical <= 1
        assert -1.001 <= hit.scores.interaction <= 1.001


def test_rows_of_a_table_have_their_own_place(tmp_path: Path) -> None:
    rows = (
        P("sykkelvei langs elva", metadata=Metadata("Plan A", "Ås", "NO", 2020)),
        P("cykelväg längs ån", "sv", metadata=Metadata(None, None, None, None)),
        P("cykelsti langs åen", "da", metadata=Metadata("Plan C", "Horsens", "DK", None)),
    )
    engine = of(tmp_path, L("mål.xlsx", rows, Metadata("Et ark", None, "SE", 2024)))

    def found(filters: Filters) -> list[str]:
        return sorted(
            hit.text for hit in engine.search("sykkelvei cykelväg cykelsti langs", 9, filters)
        )

    assert len(found(Filters())) == 3
    assert found(Filters(country=("NO",))) == ["sykkelvei langs elva"]
    assert found(Filters(country=("SE",))) == []  # the sheet's own country is not the row's
    assert found(Filters(years=(2000, None))) == ["sykkelvei langs elva"]
    assert found(Filters(municipality=("horsens kommune",))) == ["cykelsti langs åen"]
    assert found(Filters(plan=("Mål.xlsx",))) == sorted(row.text for row in rows)
    unknown = next(h for h in engine.search("cykelväg") if h.language == "sv")
    assert (unknown.title, unknown.municipality, unknown.country, unknown.year) == (None,) * 4


# -- filters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Larvik", "larvik"),
        ("Larvik", " LARVIK kommune "),
        ("Larvik kommune", "Larvik"),
        ("Ås", "ås kommune"),
        ("Horsens", "Horsens Kommune"),
        ("København", "Københavns Kommune"),
        ("Københavns Kommune", "København"),
        ("Göteborg", "Göteborgs stad"),
        ("Göteborg", "Göteborgs kommun"),
        ("Malmö", "Malmö stad"),
        ("Malmö", unicodedata.normalize("NFD", "malmö")),
        ("Nordfyns", "Nordfyns Kommune"),
        ("Västerås", "Västerås stad"),
    ],
)
def test_a_municipality_by_any_of_its_spellings(tmp_path: Path, stored: str, asked: str) -> None:
    plans = [
        L("a.txt", (P("trygg skolevei"),), Metadata(municipality=stored)),
        L("b.txt", (P("trygg skolevei"),), Metadata(municipality="Lar")),
        L("c.txt", (P("trygg skolevei"),)),
    ]
    hits = of(tmp_path, *plans).search("skolevei", 9, Filters(municipality=(asked,)))
    assert [hit.plan for hit in hits] == ["a.txt"]


@pytest.mark.parametrize(
    "asked",
    [
        "plans/no/Folkehelse å.md",
        "folkehelse Å.md",
        "no/folkehelse å.md",
        "Folkehelseplan 2024",
        unicodedata.normalize("NFD", "Folkehelse å.md"),
    ],
)
def test_a_plan_by_path_file_name_or_title(tmp_path: Path, asked: str) -> None:
    plans = [
        L("plans/no/Folkehelse å.md", (P("god helse"),), Metadata("Folkehelseplan 2024")),
        L("plans/no/Ikke Folkehelse å.md", (P("god helse"),), Metadata("Folkehelseplan 2024b")),
        L("plans/se/Folkehelse.md", (P("god helse"),)),
    ]
    hits = of(tmp_path, *plans).search("helse", 9, Filters(plan=(asked,)))
    assert [hit.plan for hit in hits] == ["plans/no/Folkehelse å.md"]


def test_no_plan_of_that_name_is_no_hit(engine: SearchEngine) -> None:
    for name in ("", " ", "lan3.txt", "plan3", "%", "mappe"):
        assert engine.search("emne3", 5, Filters(plan=(name,))) == []


@pytest.mark.parametrize(
    ("given", "years"),
    [
        ("2020", (2020, 2020)),
        (" 2020 ", (2020, 2020)),
        ("2015-2024", (2015, 2024)),
        ("2015 – 2024", (2015, 2024)),
        ("2015-", (2015, None)),
        ("-2024", (None, 2024)),
    ],
)
def test_years(given: str, years: tuple[int | None, int | None]) -> None:
    assert parse_years(given) == years


@pytest.mark.parametrize(
    "given", ["", "-", "20", "20205", "2015-24", "2015--2020", "x", "2015,2020"]
)
def test_no_years(given: str) -> None:
    with pytest.raises(QueryError, match=r"2015-2024"):
        parse_years(given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": ("FI",)},
        {"country": ("no",)},
        {"country": ("",)},
        {"language": ("no",)},
        {"kind": ("goals",)},
        {"years": (2024, 2015)},
    ],
)
def test_filters_that_make_no_sense(wrong: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(QueryError):
        Filters(**wrong)  # type: ignore[arg-type]


def test_hostile_filter_values_are_only_values(engine: SearchEngine) -> None:
    hostile = ("x' OR '1'='1", '"; DROP TABLE plans; --', "%", "\x00", "\udcff")
    assert engine.search("emne3", 5, Filters(municipality=hostile, plan=hostile)) == []


# -- why nothing -------------------------------------------------------------------------------


def test_why_nothing_says_what_to_do(engine: SearchEngine, tmp_path: Path) -> None:
    empty = SearchEngine(make_library(tmp_path / "lib", []), WordEncoder())
    assert empty.search("skole") == []
    assert "nabo index" in empty.why_nothing("skole")
    nowhere = Filters(country=("NO",), municipality=("Horsens",), years=(2020, None))
    assert engine.search("emne3", 5, nowhere) == []
    message = engine.why_nothing("emne3", nowhere)
    for part in ("country NO", "municipality Horsens", "year 2020-"):
        assert part in message
    assert '"p3x1 p4x1"' in engine.why_nothing('"p3x1 p4x1"')


# -- encoders ----------------------------------------------------------------------------------


class Dense(WordEncoder):
    """The same vectors, but no token vectors: what most models are."""

    token_vectors = None  # type: ignore[assignment]


@pytest.mark.parametrize("wrong", [{"revision": "2"}, {"dim": 32}])
def test_another_encoder_is_refused(engine: SearchEngine, wrong: dict[str, object]) -> None:
    with pytest.raises(LibraryMismatch, match=r"nabo index SOURCE… --library .* --rebuild"):
        SearchEngine(engine.library, replace(WordEncoder(), **wrong))


def test_an_encoder_without_token_vectors(engine: SearchEngine) -> None:
    class Plain:
        name, revision, dim, languages = "words", "1", WordEncoder().dim, ()

        def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
            return WordEncoder().encode_queries(texts)

        encode_passages = encode_queries

    hits = SearchEngine(engine.library, Plain()).search("emne3 p3x3", 5)
    assert len(hits) == 5 and all(hit.scores.interaction == 0 for hit in hits)


bundled = pytest.mark.skipif(
    not (BUNDLED_ENCODER / "model.safetensors").exists()
    and not any(BUNDLED_ENCODER.glob("**/*.safetensors")),
    reason="data/encoder is not built",
)


@bundled
@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("How do others support volunteering?", "volunteering"),
        ("Hvordan jobber andre med frivillighet?", "volunteering"),
        ("Hvordan arbejder andre med frivillighed?", "volunteering"),
        ("Hur arbetar andra med det ideella föreningslivet?", "volunteering"),
        ("sykkelveier", "cycling"),
        ("cykelvägar", "cycling"),
        ("cycle paths", "cycling"),
        ("eldre som bor hjemme lenger", "old age"),
        ("äldre som vill bo kvar hemma", "old age"),
    ],
)
def test_one_question_finds_three_languages(
    tmp_path_factory: pytest.TempPathFactory, question: str, field: str
) -> None:
    from index.encoder import load_encoder

    said = {
        "volunteering": [
            ("nb", "Kommunen skal støtte frivillige lag og foreninger med gratis lokaler."),
            ("da", "Vi vil styrke det frivillige arbejde og give foreningerne bedre rammer."),
            ("sv", "Kommunen ska stödja civilsamhället och de ideella föreningarna."),
        ],
        "cycling": [
            ("nb", "Det skal bygges sammenhengende sykkelveier mellom skole og sentrum."),
            ("da", "Der skal anlægges flere cykelstier, så børn kan cykle trygt."),
            ("sv", "Cykelvägarna ska byggas ut så att fler väljer cykeln."),
        ],
        "old age": [
            ("nb", "Eldre skal kunne bo hjemme så lenge som mulig med god hjemmetjeneste."),
            ("da", "Ældre borgere skal kunne blive boende i eget hjem med hjælp."),
            ("sv", "Äldre ska kunna bo kvar hemma med trygg hemtjänst."),
        ],
    }
    encoder = load_encoder(None)
    plans = [
        L(f"{name}-{language}.txt", (P(text, language),))
        for name, texts in said.items()
        for language, text in texts
    ]
    path = tmp_path_factory.mktemp("bundled") / "lib"
    engine = SearchEngine(make_library(path, plans, encoder), encoder)  # type: ignore[arg-type]
    best = engine.search(question, 3)
    assert {hit.plan.rsplit("-", 1)[0] for hit in best} == {field}
    assert {hit.language for hit in best} == {"nb", "da", "sv"}
