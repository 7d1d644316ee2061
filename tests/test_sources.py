"""Walking sources: fixed order, nothing dropped in silence, loops and odd files survived."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.sources import walk


def _tree(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Tekst", encoding="utf-8")


def test_walks_sorted_with_paths_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _tree(tmp_path, "in/b.txt", "in/a.MD", "in/sub/c.html", "in/æ.txt", "one.txt")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    walked = walk(["../in", "../one.txt"])
    assert [f.given for f in walked] == [
        "../in/a.MD",
        "../in/b.txt",
        "../in/æ.txt",
        "../in/sub/c.html",
        "../one.txt",
    ]
    root = (tmp_path / "in").resolve()
    assert {f.root for f in walked.files[:4]} == {root}
    assert walked.files[4].root == tmp_path.resolve()
    assert all(f.path.is_absolute() for f in walked)
    assert [f.given for f in walk(["../in/"])] == [f.given for f in walked.files[:4]]


def test_junk_is_counted_and_the_unsupported_is_reported(tmp_path: Path) -> None:
    _tree(tmp_path, "~$plan.docx", ".hidden.txt", "Thumbs.db", "plans.csv", "__MACOSX/a.txt")
    _tree(tmp_path, "old.doc", "picture.png", "noext", "mine.odt", "good.txt")
    walked = walk([tmp_path])
    assert [f.path.name for f in walked] == ["good.txt"]
    assert walked.ignored == {"lock file": 1, "hidden": 1, "system file": 2, "plans.csv": 1}
    reasons = {Path(given).name: reason for given, reason in walked.skipped}
    assert set(reasons) == {"old.doc", "picture.png", "noext", "mine.odt"}
    assert "save it as .docx" in reasons["old.doc"]
    assert "ocrmypdf" in reasons["picture.png"]
    assert ".pdf" in reasons["noext"]


def test_a_source_that_is_not_there_is_skipped_with_the_reason(tmp_path: Path) -> None:
    walked = walk([tmp_path / "nowhere", tmp_path / "bad\0name"])
    assert walked.files == []
    assert walked.skipped[0] == (str(tmp_path / "nowhere"), "does not exist")
    assert len(walked.skipped) == 2


def test_empty_folder_and_plans_csv_as_a_source_are_said(tmp_path: Path) -> None:
    _tree(tmp_path / "csv", "plans.csv")
    (tmp_path / "empty").mkdir()
    walked = walk([tmp_path / "empty", tmp_path / "csv" / "plans.csv"])
    assert [reason for _, reason in walked.skipped] == [
        "is an empty folder",
        "describes the plans beside it: name its folder instead",
    ]


def test_links_loops_and_the_same_file_twice(tmp_path: Path) -> None:
    _tree(tmp_path, "in/a.txt", "in/sub/b.txt")
    (tmp_path / "in/sub/up").symlink_to(tmp_path / "in")
    (tmp_path / "in/self.txt").symlink_to(tmp_path / "in/self.txt")
    (tmp_path / "in/same.txt").symlink_to(tmp_path / "in/a.txt")
    (tmp_path / "in/broken.txt").symlink_to(tmp_path / "in/gone.txt")
    walked = walk([tmp_path / "in", tmp_path / "in/a.txt"])
    assert [f.path.name for f in walked] == ["a.txt", "b.txt"]
    assert walked.ignored["met before"] == 2
    reasons = {Path(given).name: reason for given, reason in walked.skipped}
    assert reasons == {"self.txt": "is a link that leads to itself", "broken.txt": "does not exist"}


def test_unreadable_files_folders_and_pipes_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tree(tmp_path, "shut.txt", "open.txt", "dir/x.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    real_access, real_listdir = os.access, os.listdir

    def access(path: Path, mode: int) -> bool:
        return path.name != "shut.txt" and real_access(path, mode)

    def listdir(path: Path) -> list[str]:
        if path.name == "dir":
            raise PermissionError(13, "Permission denied", str(path))
        return real_listdir(path)

    monkeypatch.setattr(os, "access", access)
    monkeypatch.setattr(os, "listdir", listdir)
    walked = walk([tmp_path])
    assert [f.path.name for f in walked] == ["open.txt"]
    reasons = {Path(given).name: reason for given, reason in walked.skipped}
    assert reasons["shut.txt"] == reasons["dir"] == "there is no permission to read it"
    assert reasons["pipe.txt"] == "is not an ordinary file"


def test_names_that_are_no_utf8_can_be_printed(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/pl\xe5n.txt"
    try:
        Path(os.fsdecode(raw)).write_bytes(b"tekst")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    walked = walk([tmp_path])
    assert walked.files[0].path.read_bytes() == b"tekst"
    walked.files[0].given.encode("utf-8")
