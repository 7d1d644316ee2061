"""Every reader keeps one contract; hostile and renamed files get one clear line."""

from __future__ import annotations

import importlib
import time
from pathlib import Path

import pytest
import reader_files as files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reader_files import keeps_contract, reason, write

from index.errors import ReadError
from index.readers import FORMATS, SUFFIXES, limits, read_document

ALL = sorted(SUFFIXES)
TABLES = (".csv", ".jsonl", ".xlsx")


# -- the contract, over all formats ------------------------------------------------------------


@pytest.mark.parametrize("suffix", ALL)
def test_reads_its_own_format(tmp_path: Path, suffix: str) -> None:
    document = read_document(files.make(tmp_path / f"plan{suffix}"))
    keeps_contract(document)
    assert document.warnings == ()
    words = " ".join(document.text.split())
    assert files.BODY in words and files.ITEM in words
    assert bool(document.rows) == (suffix in TABLES)
    assert bool(document.pages) == (suffix == ".pdf")
    assert document == read_document(tmp_path / f"plan{suffix}")


@pytest.mark.parametrize("suffix", ALL)
def test_empty_missing_blank_and_folder(tmp_path: Path, suffix: str) -> None:
    assert reason(tmp_path / f"none{suffix}") == "does not exist"
    assert reason(write(tmp_path / f"empty{suffix}", b"")) == "is empty"
    reason(write(tmp_path / f"blank{suffix}", b" \n\n\t "))
    (tmp_path / f"folder{suffix}").mkdir()
    assert reason(tmp_path / f"folder{suffix}") == "is not an ordinary file"


@pytest.mark.parametrize("suffix", ALL)
def test_binary_noise(tmp_path: Path, suffix: str) -> None:
    noise = bytes((i * 7919 + i * i) % 256 for i in range(20_000))
    reason(write(tmp_path / f"noise{suffix}", noise))
    reason(write(tmp_path / f"nuls{suffix}", b"\0" * 5000))


@pytest.mark.parametrize("suffix", ALL)
def test_cut_in_half(tmp_path: Path, suffix: str) -> None:
    data = files.make(tmp_path / f"whole{suffix}").read_bytes()
    path = write(tmp_path / f"half{suffix}", data[: len(data) // 2])
    if suffix in (".pdf", ".docx", ".xlsx"):
        assert "incomplete" in reason(path) or "damaged" in reason(path)
    else:
        try:
            keeps_contract(read_document(path))
        except ReadError as error:
            assert str(error)


@pytest.mark.parametrize("suffix", ALL)
def test_too_large(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.make(tmp_path / f"plan{suffix}")
    monkeypatch.setattr(limits, "MAX_BYTES", 50)
    assert "too large" in reason(path)


@pytest.mark.parametrize("suffix", ALL)
def test_no_permission(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.make(tmp_path / f"plan{suffix}")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert reason(path) == "there is no permission to read it"


@pytest.mark.parametrize("suffix", ALL)
def test_each_reader_alone_raises_nothing_but_read_errors(tmp_path: Path, suffix: str) -> None:
    format = FORMATS[suffix]
    module = importlib.import_module(f"index.readers.{'table' if suffix in TABLES else format}")
    for name, data in {
        "a": b"",
        "b": b"PK\x03\x04" + b"\0" * 99,
        "c": b"%PDF-1.7\n%%EOF",
        "d": b"\xff\xfe\x00",
    }.items():
        try:
            module.read(write(tmp_path / f"{name}{suffix}", data))
        except ReadError as error:
            assert str(error)


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".csv", ".jsonl"])
def test_a_line_of_ten_megabytes_does_not_hang(tmp_path: Path, suffix: str) -> None:
    line = "Kommunen skal satse på frivillighet. " * 280_000
    if suffix == ".jsonl":
        line = '{"text": "' + line + '"}'
    elif suffix == ".csv":
        line = "text\n" + line
    path = write(tmp_path / f"long{suffix}", line)
    begun = time.perf_counter()
    keeps_contract(read_document(path))
    assert time.perf_counter() - begun < 60


@pytest.mark.parametrize("suffix", [".md", ".html", ".txt"])
@pytest.mark.parametrize("piece", ["<", "|", "* ", "[", "![", "# ", "<!--", "-", "&", "<b>", "> "])
def test_a_sign_repeated_does_not_hang(tmp_path: Path, suffix: str, piece: str) -> None:
    path = write(tmp_path / f"x{suffix}", "ord " + piece * (200_000 // len(piece)) + " ord")
    begun = time.perf_counter()
    keeps_contract(read_document(path))
    assert time.perf_counter() - begun < 60


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), suffix=st.sampled_from([".txt", ".md", ".html", ".csv", ".jsonl"]))
def test_any_text_is_read_or_refused(tmp_path: Path, text: str, suffix: str) -> None:
    path = write(tmp_path / f"any{suffix}", text.encode("utf-8", "replace"))
    try:
        document = read_document(path)
    except ReadError as error:
        assert str(error)
    else:
        keeps_contract(document)


# -- renamed files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "named"),
    [(".pdf", ".txt"), (".docx", ".pdf"), (".xlsx", ".csv"), (".pdf", ".docx"), (".html", ".txt")],
)
def test_a_renamed_file_is_read_as_what_it_is(tmp_path: Path, made: str, named: str) -> None:
    path = files.make(tmp_path / f"plan{made}").rename(tmp_path / f"renamed{named}")
    document = read_document(path)
    keeps_contract(document)
    assert f"is named {named} but is" in document.warnings[0]
    assert files.ITEM in document.text


def test_content_that_no_reader_takes_is_named(tmp_path: Path) -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert "old Word format" in reason(write(tmp_path / "a.docx", old))
    locked = old + "EncryptedPackage".encode("utf-16-le")
    assert "password-protected" in reason(write(tmp_path / "b.docx", locked))
    assert "old Excel" in reason(write(tmp_path / "c.csv", old + "Workbook".encode("utf-16-le")))
    assert "plain text" in reason(write(tmp_path / "d.pdf", "Bare tekst, ingen PDF."))
    assert "image" in reason(write(tmp_path / "e.pdf", files.png()))
    assert "Rich Text" in reason(write(tmp_path / "f.txt", r"{\rtf1 hei}"))
    assert "archive" in reason(files.zip_bomb(tmp_path / "g.txt", "a.txt", 10))
    assert "save it as .docx" in reason(write(tmp_path / "h.doc", "tekst"))


def test_zip_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED", 1_000_000)
    for suffix, member in ((".docx", "word/document.xml"), (".xlsx", "xl/workbook.xml")):
        path = files.zip_bomb(tmp_path / f"bomb{suffix}", member, 5_000_000)
        assert path.stat().st_size < 10_000
        assert "unpacks to 5 MB" in reason(path)
