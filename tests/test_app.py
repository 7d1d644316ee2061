"""The app's views: what they show, and what they never do. No browser here: see test_browser.py."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from making import L, P, WordEncoder, make_library
from streamlit.testing.v1 import AppTest

from index.encoder import load_encoder
from index.errors import LibraryError
from index.library import Catalogue
from index.records import Metadata
from nabo.ui import excerpt, filters, link, parts, session, texts, uploads
from nabo.ui.link import Asked

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> ![bilde](https://example.org/a.png)"
    " $a^2$ :material/home: :red[farge] [lenke](javascript:alert(1)) **fet** <b>uthevet</b>"
)
PLANS = (
    L(
        "plans/storvik.md",
        (
            P("Frivillighet skal ha gode vilkår i hele kommunen.", "nb", "goal", ("Mål", "Lag")),
            P(
                "Kommunen skal opprette en frivilligsentral i sentrum.",
                "nb",
                "measure",
                ("Tiltak",),
            ),
            P("Frivillighet feires hvert år i desember.", "nn", "context", ("Tiltak",)),
        ),
        Metadata("Frivillighetspolitikk", "Storvik", "NO", 2021),
    ),
    L(
        "plans/lillehavn.md",
        (P("Frivillighet hedder frivillighed på dansk.", "da", "goal"),),
        Metadata("Fritidspolitik", "Lillehavn", "DK", 2019),
    ),
    L(
        "plans/bergsund.md",
        (P("Frivillighet heter frivilligt arbete på svenska.", "sv", "vision"),),
        Metadata("Överenskommelse", "Bergsund", "SE", 2023),
    ),
)
UNKNOWN = L("plans/notat.txt", (P("Frivillighet er limet i lokalsamfunnet.", "nb", "context"),))
SCRIPT = "from nabo.ui import {view}\n{view}.show()"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a library, which the app will open with an encoder that needs no model."""
    path = tmp_path / "library"
    monkeypatch.setenv("NABO_LIBRARY", str(path))
    monkeypatch.setattr(session, "load_encoder", lambda source=None: WordEncoder())
    st.cache_resource.clear()
    return path


def ask(question: str = "", *, page: str = "ask", **address: str | list[str]) -> AppTest:
    app = AppTest.from_string(SCRIPT.format(view=page), default_timeout=20)
    wanted = {"q": question} | address if question else address
    for name, value in wanted.items():
        app.query_params[name] = value
    return run(app)


def run(app: AppTest, _interaction: object = None) -> AppTest:
    """Run the app after an interaction with one of its elements."""
    app.run()
    assert not app.exception, app.exception
    return app


def html(app: AppTest) -> str:
    return "\n".join(element.value for element in app.html)


def quotations(app: AppTest) -> list[str]:
    return re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", html(app), re.S)


def countries(app: AppTest) -> list[str]:
    return re.findall(r'<h2 class="nabo-country[^>]*>([^<]*) <small>', html(app))


# -- asking --------------------------------------------------------------------------------------


def test_a_question_finds_passages_of_three_countries(library: Path) -> None:
    make_library(library, PLANS)
    app = ask("frivillighet")
    assert countries(app) == ["Norge", "Danmark", "Sverige"]
    assert len(quotations(app)) == 5
    page = html(app)
    for expected in (
        '<blockquote lang="da">Frivillighet hedder',
        '<blockquote lang="sv">',
        "Storvik",
        '<span class="nabo-kind">Tiltak</span>',
        "<b>Frivillighetspolitikk</b>",
        "2021",
        "nynorsk",
    ):
        assert expected in page


def test_enter_and_the_examples_ask(library: Path) -> None:
    make_library(library, PLANS)
    app = ask()
    assert not quotations(app)
    example = next(b for b in app.button if "frivillighet?" in b.label)
    run(app, example.click())
    assert quotations(app)
    assert app.query_params["q"] == example.label
    app.text_input(key=filters.QUESTION).set_value("frivilligsentral i sentrum")
    run(app)
    assert "frivilligsentral" in quotations(app)[0]


def test_filters_come_from_the_address_and_go_into_it(library: Path) -> None:
    make_library(library, PLANS)
    app = ask("frivillighet", country="DK")
    assert countries(app) == ["Danmark"]
    run(app, app.pills(key="f_country").set_value(["DK", "SE"]))
    assert countries(app) == ["Danmark", "Sverige"]
    assert app.query_params["country"] == ["DK", "SE"]
    app.multiselect(key="f_municipality").set_value(["Storvik"])
    app.pills(key="f_country").set_value([])
    run(app)
    assert app.query_params["municipality"] == "Storvik"
    assert "country" not in app.query_params
    assert all("Storvik" in card for card in re.findall(r"<article.*?</article>", html(app), re.S))
    app.multiselect(key="f_municipality").set_value([])
    run(app, app.slider(key="f_years").set_value((2020, 2023)))
    assert app.query_params["years"] == "2020-"
    assert countries(app) == ["Norge", "Danmark", "Sverige"]
    assert "Ingen treff herfra" in html(app)


def test_the_filters_show_the_library_s_counts(library: Path) -> None:
    make_library(library, PLANS)
    app = ask("frivillighet")
    assert app.pills(key="f_country").options == ["Norge (3)", "Danmark (1)", "Sverige (1)"]
    assert "Storvik (3)" in app.multiselect(key="f_municipality").options


def test_one_list_is_ranked_across_countries(library: Path) -> None:
    make_library(library, PLANS)
    app = ask("frivillighet")
    run(app, app.segmented_control(key=filters.VIEW).set_value("list"))
    assert app.query_params["view"] == "list"
    assert len(quotations(app)) == 5
    assert not countries(app)
    assert "Danmark ·" in html(app)


def test_passages_of_unknown_country_are_not_hidden(library: Path) -> None:
    make_library(library, (*PLANS, UNKNOWN))
    app = ask("frivillighet vilkår")
    assert countries(app) == ["Norge", "Danmark", "Sverige", "Ukjent land"]
    assert "Frivillighet er limet i lokalsamfunnet." in quotations(app)
    assert countries(ask("limet i lokalsamfunnet"))[0] == "Ukjent land"  # the best hit is there
    assert "Ukjent kommune" in html(app)
    assert "ukjent år" in html(app)


def test_more_hits_on_request(library: Path) -> None:
    many = tuple(P(f"Frivillighet nummer {n} om {w}.") for n, w in enumerate(string.ascii_letters))
    make_library(library, (L("plans/stor.md", many, Metadata("Stor", "Storvik", "NO", 2020)),))
    app = ask("frivillighet")
    assert len(quotations(app)) == 4
    run(app, next(b for b in app.button if b.label == "Vis flere treff").click())
    assert len(quotations(app)) == 8


def test_a_question_is_searched_once(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_library(library, PLANS)
    asked: list[str] = []
    encode = WordEncoder.encode_queries
    monkeypatch.setattr(
        WordEncoder, "encode_queries", lambda self, t: (asked.extend(t), encode(self, t))[1]
    )
    app = ask("frivillighet")
    first = len(asked)
    assert first == 3  # one a country
    run(app)
    run(app, next(b for b in app.button if b.label == "Les i sammenheng").click())
    assert len(asked) == first


def test_the_passage_in_its_context(library: Path) -> None:
    make_library(library, PLANS)
    app = ask("frivilligsentral i sentrum")
    run(app, next(b for b in app.button if b.label == "Les i sammenheng").click())
    page = html(app)
    context = page[page.index('<div class="nabo-context">') :]
    assert context.index("gode vilkår") < context.index("opprette") < context.index("feires")
    marked = re.search(r'<section class="nabo-here[^"]*" aria-current="true">(.*?)</section>', page)
    assert marked
    assert "opprette en frivilligsentral" in marked[1]
    assert "plans/storvik.md" in page


def test_a_new_generation_is_seen_without_a_restart(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[object] = []
    monkeypatch.setattr(
        session, "load_encoder", lambda source=None: (loaded.append(source), WordEncoder())[1]
    )
    make_library(library, PLANS[:1])
    app = ask("frivillighet")
    assert countries(app) == ["Norge"]
    make_library(library, PLANS[1:2], append=True)
    run(app)
    assert countries(app) == ["Norge", "Danmark"]
    assert len(loaded) == 1  # the encoder stays


# -- empty, nothing, wrong -----------------------------------------------------------------------


def test_no_library_says_what_to_do(library: Path) -> None:
    app = ask("frivillighet")
    assert "Her er det ingen planer ennå" in html(app)
    assert "nabo index data/plans" in html(app)
    assert "Her er det ingen planer ennå" in html(ask(page="library"))


def test_an_empty_library_says_what_to_do(library: Path) -> None:
    make_library(library, ())
    assert "Her er det ingen planer ennå" in html(ask("frivillighet"))


def test_nothing_found_says_why(library: Path) -> None:
    make_library(library, PLANS)
    app = ask("frivillighet", country="DK", kind="vision")
    assert "Ingen avsnitt passer til filtrene" in html(app)
    run(app, app.button(key="nabo-clear").click())
    assert len(quotations(app)) == 5
    assert "uten anførselstegn" in html(ask('"finnes ikke ordrett"'))


def test_a_link_to_what_is_not_here_is_named(library: Path) -> None:
    make_library(library, PLANS)
    app = ask(
        "frivillighet", municipality="Andeby<b>", country="XX", years="abc", view="upside-down"
    )
    assert "Andeby&lt;b&gt;" in html(app)
    assert len(quotations(app)) == 5


@pytest.mark.parametrize("damage", ["manifest", "catalogue", "vectors", "encoder", "inside"])
def test_damage_is_one_friendly_line(
    library: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    made = make_library(library, PLANS)
    folder = library / "generations" / made.manifest.generation
    made.catalogue.close()
    if damage == "manifest":
        (library / "manifest.json").write_text("{", encoding="utf-8")
    elif damage == "encoder":
        other = replace(WordEncoder(), revision="2")
        monkeypatch.setattr(session, "load_encoder", lambda source=None: other)
    elif damage == "inside":
        path = folder / "catalogue.sqlite"
        data = path.read_bytes()
        path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    else:
        next(folder.glob(f"{damage}*")).write_bytes(b"not this")
    for view in ("ask", "library"):
        st.cache_resource.clear()
        app = ask("frivillighet" if view == "ask" else "", page=view)
        assert 'role="alert"' in html(app)
        assert "Traceback" not in html(app)


def test_too_long_a_question_is_one_friendly_line(library: Path) -> None:
    make_library(library, PLANS)
    app = ask()
    app.text_input(key=filters.QUESTION).set_value("ord " * 6000)
    run(app)
    assert "Spørsmålet kan ikke søkes med" in html(app)


def test_the_unexpected_is_logged_and_not_shown(
    library: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_library(library, PLANS)

    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("search.engine.SearchEngine.search", fail)
    app = ask("frivillighet")
    assert "Noe gikk galt" in html(app)
    assert "secret detail" not in html(app)
    assert "secret detail" in caplog.text


# -- hostile documents ---------------------------------------------------------------------------


def test_text_from_documents_is_only_ever_text(library: Path) -> None:
    metadata = Metadata(HOSTILE, HOSTILE, "NO", 2020, HOSTILE, "javascript:alert(1)")
    passage = P(f"Frivillighet {HOSTILE}", "nb", "goal", (HOSTILE,))
    other = replace(passage, text=f"Frivillighet igjen: {HOSTILE}")
    make_library(library, (L(f"plans/{HOSTILE}.md", (passage, other), metadata),))
    app = ask("frivillighet")
    run(app, next(b for b in app.button if b.label == "Les i sammenheng").click())
    page = html(app)
    assert "&lt;script&gt;alert(1)" in page
    for danger in ("<script", "<img", "<b>uthevet", 'href="javascript'):
        assert danger not in page
    # Nothing of it is given to an element that understands Markdown.
    library_page = ask(page="library")
    for drawn in (app, library_page):
        words = [e.value for e in (*drawn.markdown, *drawn.title, *drawn.header, *drawn.caption)]
        words += [e.label for e in (*drawn.button, *drawn.expander)]
        assert not any("alert(1)" in str(w) for w in words)


@given(some.text())
def test_escaped_text_has_no_markup_and_loses_no_letter(words: str) -> None:
    import html as standard

    escaped = parts.esc(words)
    assert not set("<>\"'") & set(escaped)
    seen = standard.unescape(escaped)
    assert [c for c in seen if c.isalnum()] == [c for c in words if c.isalnum()]


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://www.storvik.kommune.no/plan.pdf", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//example.org", False),
        ("https://", False),
        ("http://[", False),
        ("plan.pdf", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, good: bool) -> None:
    assert (parts.web_address(url) == url and url is not None) is good


# -- demo plans ----------------------------------------------------------------------------------


def test_demo_plans_are_marked_as_invented(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_library(library, PLANS)
    assert "Oppdiktet demoplan" not in html(ask("frivillighet"))
    every = frozenset(range(1, 10))  # as if each had the notice; test_demo_plans has the real ones
    monkeypatch.setattr(Catalogue, "invented", lambda catalogue: every)
    st.cache_resource.clear()
    page = html(ask("frivillighet"))
    assert page.count('<span class="nabo-demo">Oppdiktet demoplan</span>') == 5
    assert "finnes ikke" in page
    assert "finnes ikke" in html(ask(page="library"))


# -- the library and uploads ---------------------------------------------------------------------


def test_the_library_shows_its_plans(library: Path) -> None:
    make_library(library, (*PLANS, UNKNOWN))
    app = ask(page="library")
    table = app.dataframe[0].value
    assert list(table["municipality"]) == ["Lillehavn", "Storvik", "Bergsund", "ukjent"]
    assert list(table["passages"]) == [1, 3, 1, 1]
    assert "words" in html(app)


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [
        ("Plan for Ålesund (2024).pdf", "Plan for Ålesund (2024).pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\plan.DOCX", "plan.docx"),
        (".hidden.txt", "hidden.txt"),
        ("~$lock.docx", "lock.docx"),
        ("CON.txt", "fil_CON.txt"),
        ("plans.csv", "fil_plans.csv"),
        ("PLANS.CSV", "fil_PLANS.csv"),
        ("a\x00b\n<script>.md", "a_b_script.md"),
        ("", "fil"),
        ("..", "fil"),
        (".pdf", "pdf"),
    ],
)
def test_names_of_uploads(given_name: str, stored: str) -> None:
    assert uploads.safe_name(given_name) == stored


@given(some.text())
def test_no_name_leaves_the_folder(name: str) -> None:
    safe = uploads.safe_name(name)
    assert safe == Path(safe).name
    assert safe not in ("", ".", "..")
    assert not safe.startswith((".", "~"))
    assert len(safe) <= uploads.MAX_NAME + len(".markdown")
    assert safe.isprintable()
    assert safe.lower() != "plans.csv"


def test_stored_files_do_not_overwrite_each_other(tmp_path: Path) -> None:
    target = tmp_path / "uploads"
    first = uploads.store(target, "plan.txt", b"en")
    second = uploads.store(target, "plan.txt", b"to")
    again = uploads.store(target, "plan.txt", b"to")
    assert [p.name for p in (first, second, again)] == ["plan.txt", "plan (2).txt", "plan (2).txt"]
    assert (first.read_bytes(), second.read_bytes()) == (b"en", b"to")
    assert sorted(p.name for p in target.iterdir()) == ["plan (2).txt", "plan.txt"]


def test_an_unwritable_folder_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(LibraryError, match="cannot be written"):
        uploads.store(tmp_path / "uploads", "plan.txt", b"en")


# -- words and addresses -------------------------------------------------------------------------


def test_every_translation_has_the_same_words_and_places() -> None:
    def places(words: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}

    wanted = texts.TEXTS[texts.DEFAULT]
    for code, words in texts.TEXTS.items():
        assert words.keys() == wanted.keys(), code
        for key in wanted:
            assert places(words[key]) == places(wanted[key]), (code, key)
            assert not set('<>&"') & set(words[key]), (code, key)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("nb-NO", "nb"), ("no", "nb"), ("nn-NO", "nn"), ("da-DK", "da"), ("sv", "sv"), ("en-GB", "en"),
     ("de-DE", "nb"), (None, "nb"), ("", "nb")],
)  # fmt: skip
def test_the_browser_s_language(locale: str | None, language: str) -> None:
    assert texts.of_locale(locale) == language


def test_the_interface_speaks_the_chosen_language(library: Path) -> None:
    make_library(library, PLANS)
    app = ask("frivillighet", ui="sv")
    assert countries(app) == ["Norge", "Danmark", "Sverige"]
    assert app.title[0].value == "Fråga grannarna"


def test_an_address_gives_back_what_was_asked() -> None:
    asked = Asked(
        "hva & hvem?", ("NO",), ("nb",), ("goal",), ("Ås",), ("ab12",), (2015, None), "list"
    )
    address = {
        name: value if isinstance(value, list) else [value]
        for name, value in asked.address().items()
    }
    assert Asked.read(address) == asked
    assert not Asked().address()
    assert "q" not in Asked("x" * (link.MAX_IN_ADDRESS + 1)).address()


def test_the_app_starts(library: Path) -> None:
    make_library(library, PLANS)
    app = AppTest.from_file("../app.py", default_timeout=20)
    run(app)
    assert app.title[0].value == "Spør naboene"
    assert "forlater den aldri" in html(app)
    app.selectbox(key="_interface_language").set_value("da")
    run(app)
    assert app.title[0].value == "Spørg naboerne"


def test_every_word_that_the_app_asks_for_exists() -> None:
    """Keys written out in the code, and no keys that nobody asks for."""
    code = "".join(p.read_text(encoding="utf-8") for p in Path(texts.__file__).parent.glob("*.py"))
    wanted = texts.TEXTS[texts.DEFAULT]
    asked = set(re.findall(r'\btext\(\s*"(\w+)"', code))
    asked |= {
        f"{key}_{number}"
        for key in re.findall(r"""\bcounted\(\s*["'](\w+)""", code)
        for number in ("one", "many")
    }
    assert asked <= wanted.keys()


def test_a_long_quotation_shows_the_answer() -> None:
    start = "Kommunen har mange kirker og veier og broer. " * 12
    answer = "Frivilligsentralen skal finne besøksvenner til ensomme eldre."
    engine = SimpleNamespace(encoder=load_encoder())
    hit = SimpleNamespace(
        passage=SimpleNamespace(row=7, clean=f"{start}\n{answer} " + "Slutt. " * 30)
    )
    begins = excerpt.beginnings(engine, "besøksvenn for eldre", [hit])  # type: ignore[arg-type,list-item]
    assert begins[7] > 0
    assert answer in hit.passage.clean[begins[7] :][: excerpt.SHOWN]
    short = SimpleNamespace(passage=SimpleNamespace(row=8, clean=answer))
    assert not excerpt.beginnings(engine, "besøksvenn", [short])  # type: ignore[arg-type,list-item]
