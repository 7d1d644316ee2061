"""A library on disk: one whole generation, or a clear error; readers and a writer side by side."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from making import DIM, L, P, WordEncoder, add_plan, make_library

from index.errors import LibraryError
from index.library import EncoderStamp, Library, Manifest, discard_old, draft, writing
from index.passages import PASSAGE_VERSION
from index.records import Metadata

OLD = [L(f"plan{n}.txt", tuple(P(f"gammelt ord{n} mål{m}") for m in range(5))) for n in range(4)]
NEW = [L(f"ny{n}.txt", tuple(P(f"nytt ord{n} tiltak{m}") for m in range(6))) for n in range(5)]
STAMP = EncoderStamp(None, "words", "1", DIM)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_library(tmp_path / "lib", OLD)
    return tmp_path / "lib"


def texts(library: Library) -> list[str]:
    """Everything a reader can see: passages by way of a vector search, and their plans' texts."""
    query = WordEncoder().encode_queries(["ord1 mål2"])[0]
    rows, scores = library.vectors.search(query, 1000)
    found = [p.text for p in library.catalogue.passages(rows.tolist())]
    plans = [library.catalogue.plan_text(row) for row, _, _ in library.catalogue.plan_names()]
    return [f"{t} {s:.5f}" for t, s in zip(found, scores, strict=True)] + plans


def current(path: Path) -> Path:
    return path / "generations" / Manifest.read(path).generation


def test_nothing_is_seen_before_it_is_published(path: Path) -> None:
    before = texts(Library.open(path))
    with writing(path):
        target = draft(path, Library.open(path), DIM)
        add_plan(target, NEW[0], WordEncoder())
        target.catalogue.connection.commit()
        target.vectors.save(target.folder / "vectors.faiss")
        assert texts(Library.open(path)) == before
        target.publish(STAMP, PASSAGE_VERSION, "x")
    after = Library.open(path)
    assert after.manifest.plans == 5 and after.manifest.passages == 26 == len(after.vectors)
    assert texts(after) != before


def test_a_draft_whose_vectors_and_passages_differ_is_not_published(path: Path) -> None:
    before = texts(Library.open(path))
    with writing(path):
        target = draft(path, Library.open(path), DIM)
        target.vectors.remove([1])
        with pytest.raises(LibraryError, match="19 vectors for 20 passages"):
            target.publish(STAMP, PASSAGE_VERSION, "x")
    assert texts(Library.open(path)) == before


def test_remains_of_a_killed_run_are_never_read_and_are_removed(path: Path) -> None:
    before = texts(Library.open(path))
    dead = path / "generations" / "g000099"
    shutil.copytree(current(path), dead)
    (path / "manifest.json.new").write_text('{"generation": "g0000')
    (path / "generations" / "g000002").mkdir()
    assert texts(Library.open(path)) == before
    with writing(path):
        target = draft(path, Library.open(path), DIM)
        assert target.generation == "g000100"  # never the remains of another run
        manifest = target.publish(STAMP, PASSAGE_VERSION, "x")
        discard_old(path, manifest.generation)
    assert [p.name for p in (path / "generations").iterdir()] == ["g000100"]
    assert not (path / "manifest.json.new").exists()
    assert texts(Library.open(path)) == before


# -- damage ----------------------------------------------------------------------------------


def edit_manifest(path: Path, **changes: Any) -> None:
    data = json.loads((path / "manifest.json").read_text())
    data.update(changes)
    (path / "manifest.json").write_text(json.dumps(data))


def swap_in(path: Path, name: str) -> None:
    """Another library's file in place of this one's, and its size in the manifest."""
    other = path.parent / "other"
    make_library(other, NEW)
    with writing(other):  # one generation on, so that the catalogue names another one
        manifest = draft(other, Library.open(other), DIM).publish(STAMP, PASSAGE_VERSION, "x")
        discard_old(other, manifest.generation)
    shutil.copy(current(other) / name, current(path) / name)
    sizes = {p.name: p.stat().st_size for p in current(path).iterdir()}
    edit_manifest(path, files=sizes)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def overwrite(file: Path, data: bytes) -> None:
    """Other bytes, same length: what a size cannot tell."""
    size = file.stat().st_size
    file.write_bytes((data * (size // len(data) + 1))[:size])


DAMAGE: dict[str, Callable[[Path], object]] = {
    "manifest missing": lambda p: (p / "manifest.json").unlink(),
    "manifest empty": lambda p: (p / "manifest.json").write_bytes(b""),
    "manifest not text": lambda p: (p / "manifest.json").write_bytes(bytes(range(256))),
    "manifest not JSON": lambda p: (p / "manifest.json").write_text("{'format': 1}"),
    "manifest half": lambda p: cut(p / "manifest.json"),
    "manifest a list": lambda p: (p / "manifest.json").write_text("[]"),
    "manifest a number": lambda p: (p / "manifest.json").write_text("7"),
    "manifest null": lambda p: (p / "manifest.json").write_text("null"),
    "manifest deep": lambda p: (p / "manifest.json").write_text("[" * 100_000),
    "manifest without encoder": lambda p: edit_manifest(p, encoder=None),
    "manifest of another format": lambda p: edit_manifest(p, format=99),
    "manifest with more": lambda p: edit_manifest(p, colour="red"),
    "manifest a folder": lambda p: ((p / "manifest.json").unlink(), (p / "manifest.json").mkdir()),
    "other generation named": lambda p: edit_manifest(p, generation="g000042"),
    "generation outside": lambda p: edit_manifest(p, generation="../../lib/generations/g000001"),
    "generation a number": lambda p: edit_manifest(p, generation=1),
    "generation a word": lambda p: edit_manifest(p, generation="newest"),
    "files null": lambda p: edit_manifest(p, files=None),
    "files a list": lambda p: edit_manifest(p, files=["catalogue.sqlite"]),
    "files empty": lambda p: (edit_manifest(p, files={}), cut(current(p) / "catalogue.sqlite")),
    "passages wrong": lambda p: edit_manifest(p, passages=3),
    "passages a word": lambda p: edit_manifest(p, passages="many"),
    "dimension wrong": lambda p: edit_manifest(
        p, encoder={"source": None, "name": "w", "revision": "1", "dim": 3}
    ),
    "encoder's name a list": lambda p: edit_manifest(
        p, encoder={"source": None, "name": [], "revision": "1", "dim": DIM}
    ),
    "catalogue missing": lambda p: (current(p) / "catalogue.sqlite").unlink(),
    "catalogue empty": lambda p: (current(p) / "catalogue.sqlite").write_bytes(b""),
    "catalogue half": lambda p: cut(current(p) / "catalogue.sqlite"),
    "catalogue other bytes": lambda p: overwrite(current(p) / "catalogue.sqlite", b"no SQLite"),
    "catalogue zeros": lambda p: overwrite(current(p) / "catalogue.sqlite", b"\0"),
    "catalogue of another library": lambda p: swap_in(p, "catalogue.sqlite"),
    "vectors missing": lambda p: (current(p) / "vectors.faiss").unlink(),
    "vectors empty": lambda p: (current(p) / "vectors.faiss").write_bytes(b""),
    "vectors half": lambda p: cut(current(p) / "vectors.faiss"),
    "vectors other bytes": lambda p: overwrite(current(p) / "vectors.faiss", b"no FAISS "),
    "vectors zeros": lambda p: overwrite(current(p) / "vectors.faiss", b"\0"),
    "vectors of another library": lambda p: swap_in(p, "vectors.faiss"),
    "generation gone": lambda p: shutil.rmtree(current(p)),
    "generations gone": lambda p: shutil.rmtree(p / "generations"),
    "generations a file": lambda p: (
        shutil.rmtree(p / "generations"),
        (p / "generations").write_text(""),
    ),
    "library gone": lambda p: shutil.rmtree(p),
    "library a file": lambda p: (shutil.rmtree(p), p.write_text("plan")),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_one_clear_error(path: Path, damage: str) -> None:
    DAMAGE[damage](path)
    with pytest.raises(LibraryError) as caught:
        Library.open(path)
    message = str(caught.value)
    assert str(path) in message and "\n" not in message, message
    assert len(message) < 600
    if "library a file" not in damage:
        assert "nabo index SOURCE" in message  # what to do


def test_as_many_vectors_of_an_earlier_generation_are_noticed(path: Path) -> None:
    """Vectors of an earlier generation under the present one's name: counts may even agree."""
    with writing(path):
        target = draft(path, Library.open(path), DIM)
        rows = target.catalogue.remove_plan(target.catalogue.plan_names()[0][0])
        target.vectors.remove(rows)
        old_vectors = (current(path) / "vectors.faiss").read_bytes()
        add_plan(target, L("x.txt", OLD[0].passages), WordEncoder())
        target.publish(STAMP, PASSAGE_VERSION, "x")
    assert Library.open(path).manifest.passages == 20
    (current(path) / "vectors.faiss").write_bytes(old_vectors)
    with pytest.raises(LibraryError, match="another generation"):
        Library.open(path)


def test_no_bytes_of_the_manifest_may_be_lost(path: Path) -> None:
    data = (path / "manifest.json").read_bytes().rstrip()
    for length in range(len(data)):
        (path / "manifest.json").write_bytes(data[:length])
        with pytest.raises(LibraryError):
            Library.open(path)


# -- places that cannot be written -----------------------------------------------------------


def test_a_library_below_a_file_or_in_its_place_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a plan")
    for place in (tmp_path / "file", tmp_path / "file" / "lib"):
        with pytest.raises(LibraryError, match="cannot be written"), writing(place):
            pass
    assert (tmp_path / "file").read_text() == "a plan"


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs Unix permissions")
def test_a_folder_without_permission() -> None:
    """Read-only is no hindrance to reading, and a clear error to writing."""
    folder = Path(tempfile.mkdtemp())  # not pytest's own, which other users cannot enter
    folder.chmod(0o755)
    path = folder / "lib"
    make_library(path, OLD)
    for entry in (path, *path.rglob("*")):
        entry.chmod(0o555 if entry.is_dir() else 0o444)
    ran = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(path)], capture_output=True, text=True, timeout=60
    )
    for entry in (path, *path.rglob("*")):
        entry.chmod(0o755)
    shutil.rmtree(folder)
    lines = ran.stdout.splitlines()
    assert lines and lines[0] == "4", ran.stderr
    assert len(lines) == 3 and all("cannot be written" in line for line in lines[1:]), lines


AS_NOBODY = """
import os, sys
from pathlib import Path
from index.errors import LibraryError
from index.library import Library, writing
if os.getuid() == 0:  # whom no permission stops
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
path = Path(sys.argv[1])
print(Library.open(path).manifest.plans)
for place in (path, path / "below"):
    try:
        with writing(place):
            print("written")
    except LibraryError as error:
        print(error)
"""

HOLD = """
import sys
from pathlib import Path
from index.library import writing
with writing(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_lock_held_by_another_process(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        with (
            pytest.raises(LibraryError, match="being written by another nabo index"),
            writing(path),
        ):
            pass
        assert Library.open(path).manifest.plans == 4  # readers need no lock
        holder.kill()  # a killed writer leaves no lock behind
        holder.wait(timeout=20)
        with writing(path):
            pass
    finally:
        holder.kill()
        holder.communicate(timeout=20)


def test_the_lock_is_given_back_after_an_error(path: Path) -> None:
    with pytest.raises(ValueError), writing(path):
        raise ValueError
    with writing(path), pytest.raises(LibraryError, match="another nabo index"), writing(path):
        pass


# -- readers and a writer --------------------------------------------------------------------


def test_a_reader_keeps_its_generation_while_a_writer_replaces_it(path: Path) -> None:
    reader = Library.open(path)
    before = texts(reader)
    make_library(path, NEW)
    assert texts(reader) == before
    assert not reader.catalogue.path.exists()  # its files are gone from the folder
    assert texts(Library.open(path)) != before
    assert texts(reader) == before


def test_a_generation_removed_between_manifest_and_files_is_opened_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Manifest.read.__func__  # type: ignore[attr-defined]
    moments: list[int] = []

    def and_a_writer_comes(cls: type[Manifest], library: Path) -> Manifest:
        manifest: Manifest = read(cls, library)
        moments.append(1)
        if len(moments) == 1:
            make_library(path, NEW)
        return manifest

    monkeypatch.setattr(Manifest, "read", classmethod(and_a_writer_comes))
    assert Library.open(path).manifest.plans == 5


def test_eight_threads_read_while_a_writer_publishes(path: Path) -> None:
    old = texts(Library.open(path))
    make_library(path.parent / "new", NEW)
    new = texts(Library.open(path.parent / "new"))
    shared = Library.open(path)

    def read(at: int) -> bool:
        if at % 2:
            return texts(shared) == old
        return texts(Library.open(path)) in (old, new)

    with ThreadPoolExecutor(8) as pool:
        reads = [pool.submit(read, at) for at in range(120)]
        for plans in (NEW, OLD, NEW, OLD):
            make_library(path, plans)
        assert all(done.result() for done in reads)


# -- the catalogue ---------------------------------------------------------------------------


def test_a_reader_cannot_change_a_catalogue(path: Path) -> None:
    import sqlite3

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        Library.open(path).catalogue.set_meta("x", "y")


def test_removing_a_plan_leaves_nothing_of_it(path: Path) -> None:
    with writing(path):
        target = draft(path, Library.open(path), DIM)
        catalogue = target.catalogue
        row = catalogue.plan_names()[1][0]
        rows = catalogue.remove_plan(row)
        assert len(rows) == 5
        for table in ("plans", "passages", "blocks", "lexical"):
            column = {"plans": "row", "lexical": "rowid"}.get(table, "plan")
            values = rows if table == "lexical" else [row]
            marks = ",".join("?" * len(values))
            sql = f"SELECT count(*) FROM {table} WHERE {column} IN ({marks})"
            assert catalogue.connection.execute(sql, values).fetchone() == (0,), table
        assert catalogue.bm25('"ord1"', "1", [], 10) == []
        add_plan(target, NEW[0], WordEncoder())  # new rows never take a removed passage's number
        assert not set(rows) & set(catalogue.select("1", []))


def test_names_from_the_world_are_kept_as_they_are(tmp_path: Path) -> None:
    metadata = Metadata("'; DROP TABLE plans; --", "Kárášjohka", "NO", 2024, "x", None)
    path = "mappe/å ' \" % _ ; 計画.txt"
    library = make_library(tmp_path / "rart # ? % 名", [L(path, (P("tekst"),), metadata)])
    (plan,) = library.catalogue.plans()
    assert (plan["path"], plan["title"], plan["municipality"]) == (path, *_of(metadata))
    (passage,) = library.catalogue.plan_passages(plan["id"])
    assert (passage.plan, passage.title, passage.year) == (path, metadata.title, 2024)
    assert library.catalogue.passage(passage.id) == passage
    with pytest.raises(LibraryError, match="no passage 'x'"):
        library.catalogue.passage("x")


def _of(metadata: Metadata) -> tuple[str | None, str | None]:
    return metadata.title, metadata.municipality


def test_neighbours_stop_at_the_plan_s_ends(path: Path) -> None:
    catalogue = Library.open(path).catalogue
    passages = catalogue.plan_passages(str(catalogue.plans()[1]["id"]))
    assert catalogue.neighbours(passages[0], 2, 2) == passages[:3]
    assert catalogue.neighbours(passages[4], 1, 9) == passages[3:]
