"""Metadata: plans.csv, properties, text, file name, in that order; unknown stays unknown."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from index.metadata import describe, load_plans_csv
from index.municipalities import Municipality, Register, country_code, register, slug
from index.paths import DEMO_PLANS
from index.places import Place, find_municipality, language_country, resolve
from index.plan_titles import plan_type, title_of_file, title_of_text
from index.plan_years import plan_year, year_in_title
from index.readers import read_document
from index.records import Block, BlockType, Document, Metadata, Row
from index.sources import SourceFile, walk

PLANS = Path(__file__).resolve().parents[2] / "shared" / "plans"

KNOWN = Register(
    (Municipality(*row), tuple(filter(None, others.split("|"))))
    for *row, others in (
        ("NO", "3909", "Larvik", "Vestfold", ""),
        ("NO", "0301", "Oslo", "Oslo", ""),
        ("NO", "3448", "Nordre Land", "Innlandet", ""),
        ("NO", "1112", "Lund", "Rogaland", ""),
        ("NO", "1818", "Herøy", "Nordland", ""),
        ("NO", "1515", "Herøy", "Møre og Romsdal", ""),
        ("NO", "5612", "Kautokeino", "Finnmark", "Guovdageaidnu"),
        ("NO", "4620", "Ulvik", "Vestland", ""),
        ("DK", "316", "Holbæk", "Region Sjælland", ""),
        ("DK", "101", "København", "Region Hovedstaden", "Copenhagen"),
        ("DK", "751", "Aarhus", "Region Midtjylland", "Århus"),
        ("DK", "820", "Vesthimmerlands", "Region Nordjylland", "Vesthimmerland"),
        ("DK", "400", "Bornholm", "Region Hovedstaden", "Bornholms Regionskommune"),
        ("SE", "1281", "Lund", "Skåne län", ""),
        ("SE", "1280", "Malmö", "Skåne län", "Malmö stad"),
        ("SE", "1490", "Borås", "Västra Götalands län", ""),
        ("SE", "0115", "Upplands Väsby", "Stockholms län", ""),
    )
)
NORWEGIAN = "Vi vil av og til se etter hva som er mer nytt, og ikke noen tiltak blant innbyggere. "
DANISH = "Vi vil af og til se efter, hvad der er mere nyt, og ikke nogle indsatser for borgere. "
SWEDISH = "Vi ska och vill att det är bra för alla, och inte bara från början utan också sedan. "


def about(text: str, title: str | None = None, language: str | None = None) -> Place | None:
    return find_municipality(text, title, language, KNOWN)


def source(tmp_path: Path, name: str) -> SourceFile:
    return SourceFile(tmp_path / name, f"plans/{name}", tmp_path)


# -- municipalities ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Planen gjelder Larvik kommune.", "Larvik", "NO"),
        ("LARVIK KOMMUNES DIGITALE STRATEGI", "Larvik", "NO"),
        ("Strategi for\nHolbæk Kommunes borgere", "Holbæk", "DK"),
        ("Politik for Københavns Kommune", "København", "DK"),
        ("Århus Kommune", "Aarhus", "DK"),
        ("Vesthimmerlands Kommune", "Vesthimmerlands", "DK"),
        ("Bornholms Regionskommune", "Bornholm", "DK"),
        ("Välkommen till Malmö stad", "Malmö", "SE"),
        ("Borås Stads plan", "Borås", "SE"),
        ("Upplands Väsby kommun", "Upplands Väsby", "SE"),
        ("Planen for Nordre Land kommune", "Nordre Land", "NO"),
        ("Guovdageaidnu kommune", "Kautokeino", "NO"),
        ("Ulvik herad", "Ulvik", "NO"),
        ("Herøy kommune", "Herøy", "NO"),
        ("Lunds kommun", "Lund", "SE"),
    ],
)
def test_known_names_in_their_forms(text: str, name: str, country: str) -> None:
    assert about(text + " er her.", title=text) == Place(name, country)


def test_one_name_in_two_countries_needs_a_cue() -> None:
    text = "Lund kommune vil. Lund kommune skal."
    assert about(text, language="NO") == Place("Lund", "NO")
    assert about(text) == Place("Lund", "NO")  # "kommune" is not how Swedish spells it
    assert resolve("Lund", "SE", KNOWN) == Place("Lund", "SE")
    assert resolve("Lund", None, KNOWN) == Place("Lund", None)


def test_the_dominating_one_counts_and_a_tie_is_unknown() -> None:
    mine = "Larvik kommune skal. " * 8
    others = "Oslo kommune har gjort det. Holbæk Kommune også. "
    assert about(mine + "x " * 2000 + others * 2) == Place("Larvik", "NO")
    assert about("Larvik kommune og Oslo kommune. " * 5) is None
    assert about("x " * 3000 + "Oslo kommune ble nevnt en gang.") is None


@pytest.mark.parametrize(
    "text",
    [
        "Denne kommune er god. Hver kommune skal. " * 5,
        "Vestfold fylkeskommune vedtok. Fylkeskommunen er stor. " * 5,
        "Vår kommune, Vores Kommune, I kommunen. " * 5,
        "Oppdiktet kommune, skrevet for å vise. " * 5,
        "",
    ],
)
def test_no_place_is_found_where_there_is_none(text: str) -> None:
    assert about(text, title="Strategi for en god kommune") is None


def test_invented_municipalities_by_form() -> None:
    assert about("Nordre Fjellvik kommune skal. " * 3, language="NO") == Place(
        "Nordre Fjellvik", "NO"
    )
    assert about("Engbjergs Kommune. I Engbjerg bor vi. Engbjergs Kommune. ") == Place("Engbjerg")
    swedish = about("Granviks kommun växer. Här i Granviks kommun. Granviks kommuns plan.")
    assert swedish == Place("Granvik", "SE")
    assert about("Bergfors kommun. Bergfors kommun. Bergfors kommun.") == Place("Bergfors", "SE")
    assert about("En gang nevnes Solvang kommune. " + "x " * 2000) is None


def test_a_title_without_the_word_kommune() -> None:
    text = "Oslo vokser. Vi i Oslo vil mer. Slik er Oslo. "
    assert about(text, title="Presentasjon av Nye Oslo") == Place("Oslo", "NO")
    invented = "Livet i Storhavn er godt. Folk flytter til Storhavn. " + "Storhavn vokser. " * 5
    assert about(invented, "Sammen om Storhavn", "NO") == Place("Storhavn", "NO")
    assert about("Digitalisering i skolen. Digitalisering er bra. " * 9, "Digitalisering") is None


def test_properties_and_country_names() -> None:
    assert resolve("Larvik kommune, stab og støtte", None, KNOWN) == Place("Larvik", "NO")
    assert resolve("Fjellvik", None, KNOWN) == Place("Fjellvik", None)
    assert resolve("kommune", None, KNOWN) is None
    assert [country_code(n) for n in ("Norge", "DANMARK", " se ", "Finland")] == [
        *("NO", "DK", "SE", None),
    ]
    assert slug("Holbæk") == "holbaek" and slug("Århus") == slug("Aarhus")


def test_language_tells_the_country() -> None:
    assert language_country(NORWEGIAN * 3) == "NO"
    assert language_country(DANISH * 3) == "DK"
    assert language_country(SWEDISH * 3) == "SE"
    assert language_country("A plan for the whole of the city.") is None
    assert language_country("Kort.", "nn") == "NO"


def test_a_hostile_text_takes_linear_time() -> None:
    begun = time.perf_counter()
    for text in (
        " ".join(f"X{n}s kommune" for n in range(100_000)),
        "Kommune " * 200_000,
        "A" * 2_000_000,
        "vedtatt " * 200_000,
        "2018-" * 300_000,
        "I " * 500_000 + "kommune",
    ):
        about(text, title=text[:200])
        language_country(text)
        plan_year(text[:200], text, "x", 2020)
        title_of_text(Document(text))
    assert time.perf_counter() - begun < 60


# -- years, titles, types ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("Digitaliseringsstrategi 2018-2020", 2018),
        ("Frivillighetspolitikk 2018–2022", 2018),
        ("Handlingsplan 2018/19", 2018),
        ("Direktionens strategiplan 2013+", 2013),
        ("Årsrapport for 2009", 2009),
        ("Kommuneplan 2017", 2017),
        ("Klimaplan mot 2030", None),
        ("Visjon 2030", None),
        ("Agenda 2030 i praksis", None),
        ("Översiktsplan 2040", None),
        ("Vedtak 1814", None),
        ("Sak 2018-0514-77", None),
        ("Plan", None),
    ],
)
def test_years_in_titles(title: str, year: int | None) -> None:
    assert year_in_title(title) == year


def test_years_in_texts() -> None:
    def year(text: str, name: str = "plan", dated: int | None = None) -> int | None:
        return plan_year("Plan", text, name, dated)

    assert year("Kommunestyret vedtok 13. juni 2018 planen.") == 2018
    assert year("Antagen av kommunfullmäktige 2019-05-20, § 12") == 2019
    assert year("Godkendt af Byrådet den 26.11.2014") == 2014
    assert year("Planen gjelder for perioden 2020–2024.") == 2020
    assert year("Plan\n\n2021 – 2025\n\nInnhold") == 2021
    assert year("Plan\nJuni 2016\nInnhold") == 2016
    assert year("Befolkningen i 2009 var liten. Budsjettet for 2002 og planen fra 2011.") is None
    assert year("x " * 2000 + "Vedtatt 2012") is None
    assert year("Tekst", name="plan_2019-2023") == 2019
    assert year("Tall fra 2017.", dated=2017) == 2017
    assert year("Tall fra 2016.", dated=2023) is None


def test_titles() -> None:
    def title(text: str) -> str | None:
        return title_of_text(Document(text))

    dump = 'Plan for alle\n\nStørrelse: px\nBegynne med side:\n\nDownload "Plan for alle"\n'
    assert title(dump) == "Plan for alle"
    assert title("Fjellvik kommune\nHelseplan\n2020–2024\n\nInnhold") == "Helseplan 2020–2024"
    assert title("Innhold\n\n3\n\nStrategi for kultur") == "Strategi for kultur"
    assert title("Kommunen skal " * 100) is None
    assert title("x" * 100_000) is None
    headed = Document("Forord\nMål", blocks=(Block(0, 6, BlockType.HEADING, 1),))
    assert title_of_text(headed) is None
    assert title_of_file("no-fjellvik-samfunnsdel") == "No fjellvik samfunnsdel"
    assert title_of_file("frivillighetsplan_2020-2024") == "Frivillighetsplan 2020-2024"
    assert title_of_file("000_4e11d3e9ccd5bb64") is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Digitaliseringsstrategien for Larvik", "strategi"),
        ("Handlingsplan for digitaliseringsstrategien", "handlingsplan"),
        ("Kommuneplanens samfunnsdel 2020–2032", "kommuneplanens samfunnsdel"),
        ("Holbæk Kommune. Direktionens strategiplan 2013+", "strategiplan"),
        ("KOMMUNEKOMPASSET. Evaluering av praksis, KS-K Rapport", "evaluering"),
        ("Frivillighedspolitik", "politik"),
        ("Helse- og omsorgsplan", "plan"),
        ("Policy för medborgardialog", "policy"),
        ("Et program for initiativ", "program"),
        ("Politikere i skolen", None),
    ],
)
def test_types(title: str, kind: str | None) -> None:
    assert plan_type(title, "x") == kind


# -- describe and plans.csv --------------------------------------------------------------------


def test_the_order_of_sources(tmp_path: Path) -> None:
    text = "Helseplan for Larvik kommune 2015–2019\n\n" + NORWEGIAN * 5
    file = source(tmp_path, "holbaek-politik-2011.txt")
    assert describe(Document(text), file, {}, KNOWN) == Metadata(
        "Helseplan for Larvik kommune 2015–2019", "Larvik", "NO", 2015, "plan"
    )
    own = Document(text, Metadata(title="Kulturstrategi", municipality="Oslo kommune"))
    found = describe(own, file, {}, KNOWN)
    assert (found.title, found.municipality, found.type) == ("Kulturstrategi", "Oslo", "strategi")
    given = {file.path.name: Metadata(municipality="Malmö", year=1999, type="temaplan", url="u")}
    assert describe(own, file, given, KNOWN) == Metadata(
        "Kulturstrategi", "Malmö", "SE", 1999, "temaplan", "u"
    )
    last = describe(Document(DANISH * 3), file, {}, KNOWN)
    assert (last.title, last.municipality, last.country, last.year, last.type) == (
        *("Holbaek politik 2011", "Holbæk", "DK", 2011, "politik"),
    )


def test_nothing_known_stays_unknown(tmp_path: Path) -> None:
    text = "the whole of the text runs on and on without an end in sight " * 10
    assert describe(Document(text), source(tmp_path, "0001.txt"), {}, KNOWN) == Metadata()


def test_a_table_is_not_one_plan(tmp_path: Path) -> None:
    text = "Larvik kommune skal. Larvik kommune vil. Vedtatt 2018."
    document = Document(text, rows=(Row(0, len(text), 1),))
    assert describe(document, source(tmp_path, "goals.csv"), {}, KNOWN) == Metadata(title="Goals")


def test_plans_csv_is_read_in_any_shape(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("Å plan.txt", "b.txt", "sub/c.txt"):
        (tmp_path / name).write_text("x")
    csv_text = "\ufeffFILE;Tittel;Kommune;Land;ÅR;Type;URL;merk\n"
    csv_text += "å PLAN.txt;Plan A;Larvik;Norge;2018–2020;plan;;x\nb.txt;;;DK;;;;\n"
    csv_text += "sub/c.txt;C\n;tom\nb.txt;igjen\nborte.txt;B;;Finland;snart\n"
    (tmp_path / "Plans.csv").write_text(csv_text, encoding="utf-8")
    rows, warnings = load_plans_csv(tmp_path)
    assert rows["Å plan.txt"] == Metadata("Plan A", "Larvik", "NO", 2018, "plan")
    assert rows["b.txt"] == Metadata(country="DK")
    assert rows["sub/c.txt"] == Metadata(title="C")
    assert warnings == [
        "line 5 names no file",
        "line 6 names b.txt again: the first row counts",
        'line 7: country "Finland" is none of NO, DK, SE',
        'line 7: "snart" is no year',
        "names borte.txt, which is not there",
    ]
    below = SourceFile(tmp_path / "sub/c.txt", "p/sub/c.txt", tmp_path)
    assert describe(Document("Ingenting"), below, rows, KNOWN).title == "C"


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff" * 500, b"title;year\nA;2018\n", b'"file,title\n', b"\n\n"]
)
def test_a_broken_plans_csv_is_a_warning(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "plans.csv").write_bytes(content)
    rows, warnings = load_plans_csv(tmp_path)
    assert rows == {} and warnings and "is not used" in warnings[0]


def test_no_plans_csv(tmp_path: Path) -> None:
    assert load_plans_csv(tmp_path) == ({}, [])
    assert load_plans_csv(tmp_path / "nowhere") == ({}, [])


def test_a_missing_register_is_said_once(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="missing"):
        assert len(register(tmp_path / "none.csv")) == 0


# -- real and demo plans -----------------------------------------------------------------------


@pytest.mark.skipif(not PLANS.is_dir(), reason="the real plans are not here (../shared/plans)")
def test_the_real_plans() -> None:
    found = {}
    for file in walk([PLANS]):
        known = describe(read_document(file.path), file, {})
        found[file.path.name[:3]] = (known.municipality, known.country, known.year, known.type)
    assert found == {
        "000": ("Larvik", "NO", 2018, "strategi"),
        "001": ("Oslo", "NO", None, "program"),
        "002": ("Silkeborg", "DK", None, None),
        "003": ("Holbæk", "DK", 2013, "strategiplan"),
        "004": ("Lillehammer", "NO", None, "evaluering"),
    }


@pytest.mark.skipif(
    not (DEMO_PLANS / "plans.csv").is_file(), reason="the demo plans are not built (data/plans)"
)
def test_the_demo_plans_without_their_plans_csv() -> None:
    with (DEMO_PLANS / "plans.csv").open(encoding="utf-8", newline="") as opened:
        rows = {row["file"]: row for row in csv.DictReader(opened)}
    wrong = []
    for file in walk([DEMO_PLANS]):
        row = rows[file.path.name]
        known = describe(read_document(file.path), file, {})
        if (known.municipality, known.country) != (row["municipality"], row["country"]):
            wrong.append((file.path.name, known))
        # A budget for 2024 is adopted in 2023: either year is right.
        if known.year is None or not 0 <= known.year - int(row["year"]) <= 1:
            wrong.append((file.path.name, known))
    assert not wrong


def test_former_municipalities_keep_their_own_name() -> None:
    from index.municipalities import register

    known = register()
    assert [(m.name, m.country, m.code) for m in known.named("Skedsmo")] == [
        ("Skedsmo", "NO", known.named("Lillestrøm")[0].code)
    ]
    assert {m.county for m in known.named("Sande")} == {"Møre og Romsdal"}  # not the one of old
