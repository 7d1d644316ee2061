"""The app in a real browser over a real library: what a planner does, what a plan cannot do."""

from __future__ import annotations

import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="chromium is not installed"),
]
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> ![bilde](https://example.org/a.png)"
    " $a^2$ :material/home: :red[farge] [lenke](javascript:alert(1))"
)
START, PAGE = 60, 20_000  # seconds to start the server; milliseconds for a page to answer


@pytest.fixture(scope="module")
def address(demo_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app's address, served by `nabo serve` over a copy of the demo library."""
    library = tmp_path_factory.mktemp("served") / "library"
    shutil.copytree(demo_library, library)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    nabo = [sys.executable, "-c", "from nabo.cli import main; main()"]
    process = subprocess.Popen(
        [*nabo, "serve", "--library", str(library), "--port", str(port)],
        cwd=Path(__file__).parent.parent,
        start_new_session=True,  # so that Streamlit, its child, can be stopped with it
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://localhost:{port}/_stcore/health", process)
        yield f"http://localhost:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(START * 5):
        assert process.poll() is None, "nabo serve has stopped"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{url} did not answer in {START} seconds")


@dataclass
class Reader:
    """A browser page with what it has met: dialogs, and requests to other machines."""

    page: playwright.Page
    met: list[str]

    def ask(self, question: str) -> None:
        box = self.page.get_by_role("textbox", name="Spørsmål")
        box.fill(question)
        box.press("Enter")
        self.page.wait_for_function(
            "q => new URLSearchParams(location.search).get('q') === q", arg=question
        )
        self.settle()

    def settle(self) -> None:
        """Wait until the app has answered and stands still."""
        self.page.wait_for_selector(".nabo-hit, .nabo-empty, .nabo-shelf, .nabo-figures")
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=stApp]')"
            ".getAttribute('data-test-script-state') === 'notRunning'"
        )

    def quotations(self) -> list[str]:
        return self.page.locator(".nabo-hit blockquote").all_inner_texts()

    def hits_from(self, municipality: str) -> playwright.Locator:
        return self.page.locator(".nabo-hit").filter(has_text=municipality)


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def reader(browser: playwright.Browser, address: str) -> Iterator[Reader]:
    """A fresh reader with a Norwegian browser, on the front page."""
    context = browser.new_context(locale="nb-NO", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PAGE)
    found = Reader(page, [])
    page.on("dialog", lambda dialog: (found.met.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda r: None if _is_own(r.url, address) else found.met.append(r.url),
    )
    page.goto(address)
    found.settle()
    yield found
    context.close()
    assert not found.met, "the app opened a dialog, or called another machine"


def _is_own(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def test_a_swedish_question_finds_three_languages(reader: Reader) -> None:
    reader.ask("hur arbetar andra kommuner med frivilliga?")
    languages = {
        quotation.get_attribute("lang")
        for quotation in reader.page.locator(".nabo-hit blockquote").all()
    }
    assert {"nb", "da", "sv"} <= languages
    headings = reader.page.locator("h2.nabo-country").all_inner_texts()
    assert [heading.split()[0] for heading in headings] == ["Norge", "Danmark", "Sverige"]
    first = reader.page.locator(".nabo-hit").first
    assert "Oppdiktet demoplan" in first.inner_text()
    assert reader.page.evaluate("document.documentElement.lang") == "nb"


def test_an_example_is_one_click(reader: Reader) -> None:
    reader.page.get_by_role("button", name="ensomhed blandt ældre").click()
    reader.page.wait_for_selector(".nabo-hit")
    assert "q=" in reader.page.url


def test_a_passage_opens_in_its_context(reader: Reader) -> None:
    reader.ask("hvordan jobber andre med frivillighet?")
    quotation = reader.quotations()[0]
    reader.page.get_by_role("button", name="Les i sammenheng").first.click()
    marked = reader.page.locator(".nabo-context .nabo-here")
    marked.wait_for()
    assert quotation in marked.inner_text()
    assert reader.page.locator(".nabo-context p").count() > 2
    before = reader.page.locator(".nabo-context p").count()
    reader.page.get_by_role("button", name="Vis mer etter").click()
    reader.page.wait_for_function(
        "n => document.querySelectorAll('.nabo-context p').length > n", arg=before
    )
    reader.page.keyboard.press("Escape")
    marked.wait_for(state="detached")
    assert reader.quotations()[0] == quotation


def test_a_link_shows_another_reader_the_same(reader: Reader, browser: playwright.Browser) -> None:
    page = reader.page
    reader.ask("hvordan kutter kommunene utslipp?")
    page.get_by_role("button", name=re.compile("^Danmark")).click()
    page.wait_for_url("**country=DK**")
    reader.settle()
    seen = reader.quotations()
    other = Reader(browser.new_page(locale="nb-NO"), [])
    other.page.goto(page.url)
    other.page.wait_for_selector(".nabo-hit")
    other.settle()
    assert other.quotations() == seen
    assert other.page.get_by_role("textbox", name="Spørsmål").input_value().startswith("hvordan k")
    other.page.close()


def test_back_and_another_view_keep_the_question(reader: Reader) -> None:
    page = reader.page
    reader.ask("ensomhet blant eldre")
    first = reader.quotations()
    reader.ask("utslipp fra transport")
    assert reader.quotations() != first
    page.go_back()
    page.wait_for_function(
        "t => document.querySelector('.nabo-hit blockquote')?.innerText === t", arg=first[0]
    )
    assert page.get_by_role("textbox", name="Spørsmål").input_value() == "ensomhet blant eldre"
    page.get_by_role("link", name="Bibliotek").click()
    page.wait_for_selector(".nabo-figures")
    page.get_by_role("link", name="Spør").click()
    page.wait_for_selector(".nabo-hit")
    reader.settle()
    assert reader.quotations() == first


def add(reader: Reader, *files: Path) -> None:
    page = reader.page
    page.get_by_role("link", name="Bibliotek").click()
    page.wait_for_selector(".nabo-figures")
    page.locator("input[type=file]").set_input_files(list(files))
    page.get_by_role("button", name="Legg til i biblioteket").click()
    page.wait_for_selector(".nabo-done, .nabo-alert")
    reader.settle()


def test_an_upload_is_searchable_at_once(reader: Reader, tmp_path: Path) -> None:
    plan = tmp_path / "Plan for sjøørret.txt"
    plan.write_text(
        "Plan for sjøørreten\n\nKommunen skal gjenåpne sju sidebekker til Vesleelva innen 2027,"
        " slik at sjøørreten igjen når gyteplassene sine ovenfor den gamle møllen.\n",
        encoding="utf-8",
    )
    unreadable = tmp_path / "skannet.pdf"
    unreadable.write_bytes(b"this is no PDF")
    add(reader, plan, unreadable)
    shown = reader.page.locator(".stMain").inner_text()
    assert "1 fil er lagt til" in shown
    assert "skannet.pdf" in shown
    reader.page.get_by_role("link", name="Spør").click()
    reader.page.wait_for_selector(".nabo-shelf")
    reader.ask("gjenåpning av bekker for sjøørret")
    assert any("Vesleelva" in quotation for quotation in reader.quotations())


def test_a_hostile_document_is_only_text(reader: Reader, tmp_path: Path) -> None:
    table = tmp_path / "hostile.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "title", "municipality", "country", "year"])
        text = f"Trollheimen skal ha flere flaggermus og {HOSTILE} i alle grotter."
        writer.writerow([text, HOSTILE, HOSTILE, "NO", "2020"])
    page_of_markup = tmp_path / "hostile.md"
    page_of_markup.write_text(
        f"# Flaggermus {HOSTILE}\n\nFlaggermusene i grottene skal telles hvert år. {HOSTILE}\n",
        encoding="utf-8",
    )
    page = reader.page
    add(reader, table, page_of_markup)
    assert "alert(1)" not in page.evaluate("[...document.scripts].map(s => s.text).join()")
    page.get_by_role("link", name="Spør").click()
    page.wait_for_selector(".nabo-shelf")
    reader.ask("flaggermus i grotter")
    assert any("<script>alert(1)</script>" in quotation for quotation in reader.quotations())
    assert any(":material/home:" in quotation for quotation in reader.quotations())
    page.get_by_role("button", name="Les i sammenheng").first.click()
    page.wait_for_selector(".nabo-here")
    _is_harmless(page)
    page.keyboard.press("Escape")
    page.wait_for_selector(".nabo-here", state="detached")
    page.get_by_role("button", name=re.compile("^.*Flere filtre")).click()
    box = page.get_by_role("combobox", name="Kommune")
    box.click()
    box.fill("script")
    option = page.get_by_role("option").filter(has_text="alert(1)")
    assert "<script>alert(1)</script>" in option.inner_text()
    option.click()
    page.wait_for_url("**municipality=**")
    reader.settle()
    assert all("Trollheimen" in quotation for quotation in reader.quotations())
    _is_harmless(page)
    page.reload()
    reader.settle()
    assert len(reader.quotations()) == 1
    _is_harmless(page)


def _is_harmless(page: playwright.Page) -> None:
    """No element of the page was made by a document's text."""
    inside = ".stMain, [data-testid=stDialog], [data-testid=stPopoverBody]"
    for tag in ("img[src='x']", "img[src*='example.org']", "a[href^='javascript']", ".katex"):
        assert page.locator(inside).locator(tag).count() == 0, tag
    assert "alert(1)" not in page.evaluate("[...document.scripts].map(s => s.text).join()")


def test_it_fits_a_phone(browser: playwright.Browser, address: str) -> None:
    page = browser.new_page(locale="da-DK", viewport={"width": 390, "height": 844})
    page.set_default_timeout(PAGE)
    page.goto(f"{address}/?q=frivillighed")
    page.wait_for_selector(".nabo-hit")
    assert page.locator("h1").inner_text() == "Spørg naboerne"
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
    for element in (".nabo-hit", ".st-key-nabo-filters", ".st-key-nabo-question"):
        box = page.locator(element).first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    page.close()
