"""The command line as a process: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index.paths import BUNDLED_ENCODER, PROJECT

pytestmark = pytest.mark.skipif(
    not any(BUNDLED_ENCODER.glob("**/*.safetensors")), reason="data/encoder is not built"
)

HIT = {
    "rank": int,
    "score": float,
    "id": str,
    "plan": str,
    "title": (str, type(None)),
    "municipality": (str, type(None)),
    "country": (str, type(None)),
    "year": (int, type(None)),
    "language": str,
    "kind": str,
    "heading": list,
    "page": (int, type(None)),
    "start": int,
    "end": int,
    "text": str,
}

TEXT = {
    "larvik-frivillighet.txt": """Frivillighetsplan for Larvik kommune 2021-2025

Mål

Larvik kommune skal støtte frivillige lag og foreninger med gratis lokaler og tilskudd hvert år.

Tiltak

Kommunen skal ansette en frivillighetskoordinator og åpne en frivilligsentral i hver bydel.
""",
    "malmö-cykel.md": """# Cykelprogram för Malmö stad 2019

## Mål

Fler ska välja cykeln till arbetet, och cykelvägarna ska vara trygga året om.

## Åtgärder

Kommunen ska bygga sammanhängande cykelvägar mellan skolorna och centrum.
""",
    "horsens-ældre.md": """# Ældrepolitik for Horsens Kommune 2020

## Vision

Ældre borgere skal kunne blive boende i eget hjem med god hjælp og nære fællesskaber.
""",
}


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def fails_with(self, *parts: str) -> None:
        """One line on stderr that names these parts, nothing on stdout, not 0."""
        assert self.code not in (0, 70), self
        assert self.out == "", self
        assert self.err.count("\n") == 1 and self.err.endswith("\n"), self.err
        assert self.err.startswith("nabo: ") and "Traceback" not in self.err, self.err
        for part in parts:
            assert part in self.err, self.err


def nabo(*arguments: str | Path, env: dict[str, str] | None = None, **options: Any) -> Ran:
    environment = {k: v for k, v in os.environ.items() if k != "NABO_LIBRARY"}
    ran = subprocess.run(
        [sys.executable, "-m", "nabo", *map(os.fspath, arguments)],
        capture_output=True,
        timeout=120,
        env={**environment, **(env or {})},
        **options,
    )
    return Ran(ran.returncode, ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8"))


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "plans"
    folder.mkdir()
    for name, text in TEXT.items():
        (folder / name).write_bytes(text.encode())
    return folder


@pytest.fixture(scope="module")
def lib(plans: Path) -> Path:
    library = plans.parent / "lib"
    ran = nabo("index", plans, "--library", library)
    assert ran.code == 0, ran
    return library


# -- help and light start ----------------------------------------------------------------------


@pytest.mark.parametrize("command", [(), ("index",), ("search",), ("info",), ("serve",)])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_has_help(command: tuple[str, ...], flag: str) -> None:
    ran = nabo(*command, flag)
    assert ran.code == 0 and ran.err == ""
    assert ran.out.startswith("Usage: ") and len(ran.out.splitlines()) > 5


def test_no_command_shows_the_commands() -> None:
    ran = nabo()
    assert all(name in ran.out + ran.err for name in ("index", "search", "info", "serve"))
    assert "Traceback" not in ran.err


def test_version() -> None:
    ran = nabo("--version")
    assert ran.code == 0 and ran.out.startswith("nabo, version 0.")


def imported(*arguments: str | Path) -> set[str]:
    """The top-level packages that a command imported."""
    code = (
        "import sys, atexit\n"
        "from nabo.cli import main\n"
        "atexit.register(lambda: print('\\n' + ' '.join({m.split('.')[0] for m in sys.modules})))\n"
        "main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *map(os.fspath, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.splitlines()[-1].split())


def test_search_imports_nothing_heavy(lib: Path) -> None:
    heavy = {"torch", "sentence_transformers", "streamlit", "pandas", "sklearn", "transformers"}
    assert not imported("search", "frivillighet", "--library", lib) & heavy
    needless = heavy | {"numpy", "faiss", "tokenizers", "docx", "openpyxl", "pypdfium2", "lxml"}
    assert not imported("--help") & needless
    assert not imported("search", "--help") & needless


# -- the contract of a hit ---------------------------------------------------------------------


def check_hits(hits: list[dict[str, Any]], plans: Path) -> None:
    for rank, hit in enumerate(hits, start=1):
        assert list(hit) == list(HIT)
        for name, kind in HIT.items():
            assert isinstance(hit[name], kind) and not isinstance(hit[name], bool), (name, hit)
        assert hit["rank"] == rank
        assert all(isinstance(part, str) for part in hit["heading"])
        assert hit["country"] in ("NO", "DK", "SE", None)
        assert hit["language"] in ("nb", "nn", "da", "sv", "en", "other")
        assert hit["kind"] in ("vision", "goal", "measure", "indicator", "context")
        if hit["plan"].endswith(".txt"):
            text = Path(hit["plan"]).read_bytes().decode()
            assert text[hit["start"] : hit["end"]] == hit["text"]
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_one_question_is_one_object(lib: Path, plans: Path) -> None:
    ran = nabo("search", "hvem støtter frivillige?", "--library", lib, "--json")
    assert ran.code == 0 and ran.err == ""
    assert list(ran.json) == ["query", "hits"] and ran.json["query"] == "hvem støtter frivillige?"
    hits = ran.json["hits"]
    assert len(hits) >= 3
    check_hits(hits, plans)
    best = hits[0]
    assert best["plan"] == str(plans / "larvik-frivillighet.txt")
    assert (best["municipality"], best["country"], best["year"]) == ("Larvik", "NO", 2021)
    assert best["language"] == "nb"


def test_the_same_question_has_the_same_answer(lib: Path) -> None:
    first, second = (nabo("search", "trygga cykelvägar", "-l", lib, "--json").out for _ in "ab")
    assert first == second


def test_a_path_is_printed_as_given(plans: Path, tmp_path: Path) -> None:
    ran = nabo("index", "plans", "--library", tmp_path / "l", "--json", cwd=plans.parent)
    assert ran.code == 0
    hits = nabo("search", "cykel", "-l", tmp_path / "l", "--json").json["hits"]
    assert {hit["plan"] for hit in hits} == {f"plans/{name}" for name in TEXT}


def test_questions_of_a_file_line_by_line(lib: Path, plans: Path, tmp_path: Path) -> None:
    questions = [
        "frivillighet",
        "",
        "  cykel ",
        "ord\u2028linje",
        "side\x0cskift",
        "x" * 30_000,
        "ældre",
    ]
    file = tmp_path / "q.txt"
    for data in ("\n".join(questions), "\ufeff" + "\r\n".join(questions) + "\r\n"):
        file.write_bytes(data.encode())
        ran = nabo("search", "--queries", file, "--library", lib, "-k", "2", "--json")
        assert ran.code == 0
        answers = [json.loads(line) for line in ran.out.removesuffix("\n").split("\n")]
        assert [answer["query"] for answer in answers] == questions
        assert [len(answer["hits"]) for answer in answers] == [2, 0, 2, 2, 2, 0, 2]
        assert ["error" in answer for answer in answers] == [not a["hits"] for a in answers]
        assert ran.err.count("\n") == 1 and ran.err.startswith("2 of the questions")
        for answer in answers:
            check_hits(answer["hits"], plans)


def test_questions_from_standard_input(lib: Path) -> None:
    ran = nabo("search", "--queries", "-", "-l", lib, "--json", input="cykel\nældre\n".encode())
    assert [json.loads(line)["query"] for line in ran.out.splitlines()] == ["cykel", "ældre"]
    one = nabo("search", "ældre", "-l", lib, "--json").json["hits"]
    assert json.loads(ran.out.splitlines()[1])["hits"] == one
    assert nabo("search", "--queries", "-", "-l", lib, "--json", input=b"").out == ""


def test_info_and_report_are_json(lib: Path, plans: Path) -> None:
    info = nabo("info", "--library", lib, "--json").json
    assert info["plans"] == 3 == len(info["documents"]) and info["passages"] >= 4
    assert info["not_read"] == [] and info["sources"] == [str(plans)]
    assert sum(info["counts"]["language"].values()) == info["passages"]
    report = nabo("index", plans, "--library", lib, "--json").json
    assert len(report["unchanged"]) == 3 and report["skipped"] == [] and not report["changed"]


def test_nabo_library_names_the_library(lib: Path, tmp_path: Path) -> None:
    ran = nabo("search", "cykel", "-k", "1", "--json", env={"NABO_LIBRARY": str(lib)})
    assert len(ran.json["hits"]) == 1
    elsewhere = {"NABO_LIBRARY": str(tmp_path / "nowhere")}
    assert nabo("search", "cykel", "-l", lib, env=elsewhere).code == 0  # the option goes first
    nabo("info", env=elsewhere).fails_with(str(tmp_path / "nowhere"), "nabo index")


# -- text for people ---------------------------------------------------------------------------


def test_text_output_names_every_place(lib: Path) -> None:
    ran = nabo("search", "frivillige lag", "--library", lib, "-k", "1")
    for part in ("Larvik", "NO", "2021", "nb", "larvik-frivillighet.txt", "gratis lokaler"):
        assert part in ran.out
    assert ran.err == ""
    info = nabo("info", "--library", lib).out
    for part in ("3 plans", "Malmö", "Horsens", "horsens-ældre.md"):
        assert part in info


def test_output_is_utf8_whatever_the_locale(lib: Path) -> None:
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ran = nabo("search", "ældre", "-l", lib, "-k", "1", "--json", env=plain)
    assert ran.json["query"] == "ældre" and "Ældre" in ran.out
    assert "Ældre" in nabo("search", "ældre", "-l", lib, "-k", "1", env=plain).out


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_pipe_that_closes_early(lib: Path, form: tuple[str, ...]) -> None:
    many = "\n".join(["frivillighet i kommunen"] * 400)
    searches = [
        ["search", "frivillighet", "-l", str(lib), *form],
        ["search", "--queries", "-", "-l", str(lib), "--json"],
    ]
    for arguments in searches:
        process = subprocess.Popen(
            [sys.executable, "-m", "nabo", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(many.encode())
        process.stdin.close()
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        process.wait(timeout=60)


def test_escape_characters_of_a_document_do_not_reach_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    evil = "\x1b]0;title\x07\x1b[31m red \x9b31m \u202etxet\u202c"
    text = (
        f"# Mål {evil}\n\nKommunen skal {evil} bygge trygge sykkel\u00adveier mellom alle skoler.\n"
    )
    (folder / "a\x1b[31mb\nc.md").write_text(text, encoding="utf-8")
    (folder / "tom\x1b[31m\ny.md").write_bytes(b"")
    (folder / "plans.csv").write_text(
        f'file;title;municipality\nx.md;"{evil}";x\n', encoding="utf-8"
    )
    ran = nabo("index", folder, "-l", tmp_path / "l")
    assert ran.code == 0
    shown = [
        ran,
        nabo("search", "sykkelveier", "-l", tmp_path / "l"),
        nabo("info", "-l", tmp_path / "l"),
    ]
    for one in shown:
        assert not set(one.out + one.err) & set("\x1b\x07\x9b\u202e"), ascii(one.out)
    assert "red" in shown[1].out and "sykkelveier mellom" in shown[1].out


# -- errors ------------------------------------------------------------------------------------


def test_mistakes_are_one_line(lib: Path, tmp_path: Path) -> None:
    search = ("search", "frivillighet", "--library", lib)
    missing = tmp_path / "nowhere"
    nabo("search", "x", "--library", missing).fails_with(str(missing), "nabo index")
    nabo("info", "--library", missing).fails_with(str(missing), "nabo index")
    nabo(*search, "-k", "0").fails_with("0", "at least 1")
    nabo(*search, "-k", "-5").fails_with("-5")
    nabo(*search, "-k", "abc").fails_with("abc", "-k")
    nabo(*search, "-k", "2.5").fails_with("2.5")
    nabo(*search, "--country", "FI").fails_with("FI", "NO, DK, SE")
    nabo(*search, "--language", "klingon").fails_with("klingon", "nb")
    nabo(*search, "--kind", "goals").fails_with("goals", "measure")
    nabo(*search, "--year", "2024-2015").fails_with("backwards", "2015-2024")
    nabo(*search, "--year", "i fjor").fails_with("i fjor")
    nabo("search", "", "--library", lib).fails_with("empty")
    nabo("search", " \n ", "--library", lib).fails_with("empty")
    nabo("search", "x" * 20_001, "--library", lib).fails_with("20,001")
    nabo("search", "--library", lib).fails_with("QUERY")
    nabo("search", "x", "--queries", "y", "--library", lib).fails_with("QUERY")
    nabo("serch", "x").fails_with("serch")
    nabo("search", "x", "--lbrary", lib).fails_with("--lbrary")
    nabo("index", "--library", lib).fails_with("at least one")
    nabo("index", tmp_path, "-l", missing, "--encoder", "./no/model").fails_with("model")
    nabo("search", "x", "-l", tmp_path / "new\nline\x1b[31m").fails_with("new line")


def test_large_numbers_and_strange_bytes(lib: Path) -> None:
    for k in ("100000", str(2**63), str(10**30)):
        ran = nabo("search", "frivillighet", "--library", lib, "-k", k, "--json")
        assert ran.code == 0 and len(ran.json["hits"]) >= 4
    process = subprocess.run(
        [
            *map(os.fsencode, [sys.executable, "-m", "nabo", "search"]),
            b"caf\xe9",
            b"-l",
            bytes(lib),
        ],
        capture_output=True,
        timeout=60,
    )
    assert process.returncode == 0 and b"Traceback" not in process.stderr


def test_filters(lib: Path) -> None:
    def plans_of(*filters: str) -> set[str]:
        ran = nabo("search", "kommunen skal", "-l", lib, "--json", *filters)
        assert ran.code == 0, ran
        return {Path(hit["plan"]).name[:6] for hit in ran.json["hits"]}

    assert plans_of("--country", "no") == {"larvik"}
    assert plans_of("--country", "NO,SE") == plans_of("--country", "NO", "--country", "SE")
    assert plans_of("--country", "NO,SE") == {"larvik", "malmö-"}
    assert plans_of("--municipality", "malmö stad") == {"malmö-"}
    assert plans_of("--municipality", "Horsens kommune,LARVIK") == {"larvik", "horsen"}
    assert plans_of("--year", "2020-") == {"larvik", "horsen"}
    assert plans_of("--year", "2019") == {"malmö-"}
    assert plans_of("--plan", "malmö-cykel.md") == {"malmö-"}
    assert plans_of("--language", "DA") == {"horsen"}


def test_a_filter_that_matches_nothing_is_no_error(lib: Path) -> None:
    search = ("search", "frivillighet", "-l", lib, "--country", "SE", "--municipality", "Larvik")
    ran = nabo(*search)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.count("\n") == 1 and "municipality Larvik" in ran.err
    ran = nabo(*search, "--json")
    assert ran.code == 0 and ran.json["hits"] == [] and "municipality Larvik" in ran.err
    ran = nabo("search", '"står ikke her"', "-l", lib)
    assert ran.code == 0 and ran.err.count("\n") == 1 and '"står ikke her"' in ran.err


def test_a_file_of_questions_that_cannot_be_used(lib: Path, tmp_path: Path) -> None:
    search = ("search", "-l", lib, "--json", "--queries")
    nabo(*search, tmp_path / "nowhere.txt").fails_with("nowhere.txt")
    nabo(*search, tmp_path).fails_with(str(tmp_path))
    for encoding in ("utf-16", "cp1252"):
        (tmp_path / "q.txt").write_bytes("ældre og børn".encode(encoding))
        nabo(*search, tmp_path / "q.txt").fails_with("q.txt", "UTF-8")


def test_bad_files_among_good_ones(tmp_path: Path) -> None:
    fpdf = pytest.importorskip("fpdf")
    folder = tmp_path / "plans"
    folder.mkdir()
    for name, text in TEXT.items():
        (folder / name).write_bytes(text.encode())
    document = fpdf.FPDF()
    document.set_encryption(owner_password="eier", user_password="hemmelig")
    document.add_page()
    document.set_font("Helvetica")
    document.cell(text="Kommunen skal bygge skoler.")
    document.output(str(folder / "låst.pdf"))
    (folder / "halv.pdf").write_bytes((folder / "låst.pdf").read_bytes()[:400])
    (folder / "tom.txt").write_bytes(b"")
    (folder / "gammel.txt").write_bytes(
        "Kommunen skal støtte ældre og börn på øya, og alle skal få god hjelp hjemme.".encode(
            "cp1252"
        )
    )
    (folder / "bilde.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "arkiv.docx").write_bytes(b"PK\x03\x04 not really")
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    ran = nabo("index", folder, "--library", tmp_path / "l", "--json")
    assert ran.code == 0 and ran.err == ""
    skipped = {Path(item["path"]).name: item["reason"] for item in ran.json["skipped"]}
    assert set(skipped) == {
        "låst.pdf",
        "halv.pdf",
        "tom.txt",
        "bilde.txt",
        "arkiv.docx",
        "logo.png",
    }
    assert "password" in skipped["låst.pdf"] or "encrypted" in skipped["låst.pdf"]
    assert all(reason and "\n" not in reason for reason in skipped.values())
    assert len(ran.json["added"]) == 4
    hits = nabo("search", "støtte ældre börn øya", "-l", tmp_path / "l", "-k", "1", "--json").json
    assert "støtte ældre og börn på øya" in hits["hits"][0]["text"]
    info = nabo("info", "-l", tmp_path / "l", "--json").json
    assert {Path(item["path"]).name for item in info["not_read"]} == set(skipped)
    text = nabo("index", folder, "--library", tmp_path / "l").out
    assert all(name in text for name in skipped) and "6 not read" in text


def test_nothing_readable_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "tom.txt").write_bytes(b"")
    for source in (tmp_path / "tom.txt", tmp_path / "nowhere"):
        ran = nabo("index", source, "--library", tmp_path / "l")
        assert ran.code != 0 and "Traceback" not in ran.err
        assert source.name in ran.out + ran.err


def test_a_library_that_cannot_be_written(plans: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for place in (tmp_path / "file", tmp_path / "file" / "l"):
        nabo("index", plans, "--library", place).fails_with(str(place), "--library")
        nabo("search", "x", "--library", place).fails_with(str(place))


def test_a_damaged_library_is_one_line(plans: Path, tmp_path: Path) -> None:
    lib = tmp_path / "l"
    assert nabo("index", plans, "-l", lib).code == 0
    (catalogue,) = lib.rglob("catalogue.sqlite")
    data = bytearray(catalogue.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)  # the size stays the same
    catalogue.write_bytes(data)
    nabo("search", "frivillige lag", "-l", lib).fails_with("damaged", "--rebuild")
    catalogue.write_bytes(data[:5000])
    for command in (("search", "x"), ("info",), ("index", plans)):
        nabo(*command, "-l", lib).fails_with("damaged", "--rebuild")
    assert nabo("index", plans, "-l", lib, "--rebuild").code == 0
    assert nabo("search", "frivillige lag", "-l", lib).code == 0


# -- serve -------------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_serve_on_a_port_that_cannot_be_used(lib: Path, taken: int) -> None:
    nabo("serve", "--library", lib, "--port", str(taken)).fails_with(str(taken))
    nabo("serve", "--library", lib, "--port", "0").fails_with("0")
    nabo("serve", "--library", lib, "--port", "70000").fails_with("70000")
    nabo("serve", "--library", lib, "--port", "http").fails_with("http")


def test_the_script_is_installed() -> None:
    script = Path(sys.executable).with_name("nabo")
    if not script.exists():
        pytest.skip("nabo is not installed in this environment")
    ran = subprocess.run([script, "--help"], capture_output=True, text=True, cwd=PROJECT.parent)
    assert ran.returncode == 0 and "Usage: nabo" in ran.stdout
