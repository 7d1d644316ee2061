"""Sources into a library, again and again: what is read, what is kept, what is said about it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from making import WordEncoder

from index import builder, update
from index.errors import LibraryError, LibraryMismatch, ReadError
from index.library import Library
from index.report import Report
from search import Filters, SearchEngine

TOPICS = {
    "frivillighet": "Kommunen skal støtte frivillige lag og foreninger med lokaler og tilskudd.",
    "sykkel": "Det skal bygges trygge sykkelveier mellom skolene og sentrum før 2030.",
    "eldre": "Eldre skal kunne bo hjemme lenger med god hjelp fra hjemmetjenesten.",
    "klima": "Utslippene av klimagasser skal halveres innen 2030 i hele kommunen.",
}


def plan(topic: str, more: str = "") -> str:
    return (
        f"# Plan for {topic}\n\n## Mål\n\n{TOPICS[topic]} {more}\n\n## Tiltak\n\n{topic} først.\n"
    )


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "load_encoder", lambda name=None: WordEncoder())


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    folder = tmp_path / "plans"
    folder.mkdir()
    for topic in TOPICS:
        (folder / f"{topic}.md").write_text(plan(topic), encoding="utf-8")
    return folder


@pytest.fixture
def lib(tmp_path: Path) -> Path:
    return tmp_path / "lib"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were read, in order."""
    names: list[str] = []
    real = update.prepare

    def counting(file, *rest):  # type: ignore[no-untyped-def]
        names.append(file.path.name)
        return real(file, *rest)

    monkeypatch.setattr(update, "prepare", counting)
    return names


def answers(lib: Path, *, ids: bool = True) -> list[tuple[object, ...]]:
    """Everything a library answers: all passages of a few questions, and its plans."""
    engine = SearchEngine(Library.open(lib), WordEncoder())
    found: list[tuple[object, ...]] = []
    for query in (*TOPICS, "Mål kommunen skal"):
        for hit in engine.search(query, 1000):
            name = Path(hit.plan).name
            known = (hit.title, hit.municipality, hit.country, hit.year, hit.language, hit.kind)
            place = (hit.id,) if ids else ()
            found.append((round(hit.score, 5), *place, name, *known, hit.heading, hit.text))
    return found


def names(lib: Path) -> list[str]:
    return sorted(Path(str(plan["path"])).name for plan in Library.open(lib).catalogue.plans())


def consistent(lib: Path) -> bool:
    """Vectors, passages and full-text index have one set of rows; texts are in their plans."""
    library = Library.open(lib)
    rows = library.catalogue.select("1", [])
    assert len(library.vectors) == len(rows) == library.manifest.passages
    assert library.vectors.get(rows).shape == (len(rows), library.vectors.dim)
    lexical = library.catalogue.connection.execute("SELECT rowid FROM lexical ORDER BY rowid")
    assert [row for (row,) in lexical] == rows
    for passage in library.catalogue.passages(rows):
        text = library.catalogue.plan_text(passage.plan_row)
        assert text[passage.start : passage.end] == passage.text
    assert len(list((lib / "generations").iterdir())) == 1
    return True


def counted_once(report: Report) -> bool:
    skipped = [path for path, _ in report.skipped]
    every = report.added + report.updated + report.unchanged + report.removed + report.kept
    assert max(Counter(every + skipped).values(), default=1) == 1, report
    return True


def build(*sources: Path, lib: Path, **options: object) -> Report:
    report = builder.build(sources, lib, **options)  # type: ignore[arg-type]
    assert consistent(lib) and counted_once(report)
    library = Library.open(lib)
    assert (report.plans, report.passages) == (library.manifest.plans, library.manifest.passages)
    return report


def touch(file: Path) -> None:
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 5_000_000_000))


ticks = count(1)


def write(file: Path, text: str) -> None:
    """Write with another time than before, whatever the file system's clock."""
    file.write_text(text, encoding="utf-8")
    now = time.time_ns() + 1_000_000_000 * next(ticks)
    os.utime(file, ns=(now, now))


# -- run after run -----------------------------------------------------------------------------


def test_first_run(plans: Path, lib: Path, reads: list[str]) -> None:
    report = build(plans, lib=lib)
    assert [Path(path).name for path in report.added] == reads == sorted(f"{t}.md" for t in TOPICS)
    assert report.changed and not report.skipped and report.plans == 4
    assert sum(report.languages.values()) == sum(report.kinds.values()) == report.passages
    assert set(report.languages) <= {"nb", "nn", "da", "sv", "en", "other"}


def test_unchanged_files_are_not_read_again(plans: Path, lib: Path, reads: list[str]) -> None:
    build(plans, lib=lib)
    manifest = (lib / "manifest.json").read_bytes()
    reads.clear()
    report = build(plans, lib=lib)
    assert reads == [] and len(report.unchanged) == 4 and not report.changed
    assert (lib / "manifest.json").read_bytes() == manifest


def test_touched_is_not_changed(plans: Path, lib: Path, reads: list[str]) -> None:
    build(plans, lib=lib)
    reads.clear()
    touch(plans / "klima.md")
    report = build(plans, lib=lib)
    assert reads == [] and len(report.unchanged) == 4 and not report.changed


def test_changed_removed_and_new(plans: Path, lib: Path, reads: list[str]) -> None:
    build(plans, lib=lib)
    reads.clear()
    write(plans / "klima.md", plan("klima", "Skogen binder karbon."))
    (plans / "eldre.md").unlink()
    (plans / "ny").mkdir()
    write(plans / "ny" / "skole.md", "# Skole\n\nAlle barn skal ha en trygg vei til skolen.\n")
    report = build(plans, lib=lib)
    assert sorted(reads) == ["klima.md", "skole.md"]
    found = [report.added, report.updated, report.removed, report.unchanged]
    assert [[Path(p).name for p in paths] for paths in found] == [
        *(["skole.md"], ["klima.md"], ["eldre.md"], ["frivillighet.md", "sykkel.md"]),
    ]
    said = " ".join(str(answer[-1]) for answer in answers(lib))
    assert "karbon" in said and "trygg vei" in said and "hjemmetjenesten" not in said


def test_many_small_steps_give_what_one_run_gives(plans: Path, lib: Path, tmp_path: Path) -> None:
    build(plans, lib=lib)
    write(plans / "klima.md", plan("sykkel", "først noe annet"))
    build(plans, lib=lib)
    (plans / "eldre.md").rename(plans / "x.md")
    build(plans, lib=lib)
    write(plans / "klima.md", plan("klima"))
    (plans / "x.md").rename(plans / "eldre.md")
    build(plans, lib=lib)
    build(plans, lib=tmp_path / "fresh")
    key = repr
    assert sorted(answers(lib), key=key) == sorted(answers(tmp_path / "fresh"), key=key)
    assert Library.open(lib).manifest.content == Library.open(tmp_path / "fresh").manifest.content


def test_two_builds_are_the_same(plans: Path, lib: Path, tmp_path: Path) -> None:
    write(
        plans / "mål.csv", "id,text\nA1,Flere skal sykle til jobben.\nA2,Ingen skal stå utenfor.\n"
    )
    build(plans, lib=lib)
    build(plans, lib=tmp_path / "two")
    copy = tmp_path / "elsewhere"
    shutil.copytree(plans, copy)
    build(copy, lib=tmp_path / "three")
    first, *others = (Library.open(p).manifest for p in (lib, tmp_path / "two", tmp_path / "three"))
    assert all(other.content == first.content for other in others)
    assert answers(lib) == answers(tmp_path / "two") == answers(tmp_path / "three")
    build(lib=lib, rebuild=True)
    assert answers(lib) == answers(tmp_path / "two")


# -- names that move ---------------------------------------------------------------------------


def test_a_renamed_file(plans: Path, lib: Path) -> None:
    build(plans, lib=lib)
    before = answers(lib, ids=True)
    (plans / "eldre.md").rename(plans / "a-eldre.md")
    report = build(plans, lib=lib)
    assert (len(report.added), len(report.removed), report.skipped) == (1, 1, [])
    after = [(a[0], a[1], a[-1]) for a in answers(lib)]
    assert after == [(b[0], b[1], b[-1]) for b in before]  # the same passages, ids included


@pytest.mark.parametrize("new", ["a-old.md", "z-old.md"])
def test_an_old_plan_set_aside_and_its_name_taken(plans: Path, lib: Path, new: str) -> None:
    """mv plan.md old.md, and a new plan.md: both are found, whichever comes first."""
    build(plans, lib=lib)
    (plans / "klima.md").rename(plans / new)
    write(plans / "klima.md", plan("klima", "Nå også med jordbruk."))
    report = build(plans, lib=lib)
    assert report.skipped == []
    assert names(lib) == sorted([*(f"{t}.md" for t in TOPICS), new])


def test_three_names_change_round(plans: Path, lib: Path) -> None:
    build(plans, lib=lib)
    texts = {t: (plans / f"{t}.md").read_text() for t in TOPICS}
    for one, other in (("klima", "eldre"), ("eldre", "sykkel"), ("sykkel", "klima")):
        write(plans / f"{one}.md", texts[other])
    report = build(plans, lib=lib)
    assert len(report.updated) == 3 and not report.skipped
    library = Library.open(lib).catalogue
    found = {Path(path).stem: library.plan_text(row) for row, path, _ in library.plan_names()}
    assert found == {
        **texts,
        "klima": texts["eldre"],
        "eldre": texts["sykkel"],
        "sykkel": texts["klima"],
    }


def test_a_file_that_becomes_a_copy_of_another(plans: Path, lib: Path) -> None:
    build(plans, lib=lib)
    write(plans / "klima.md", plan("eldre"))
    report = build(plans, lib=lib)
    assert [Path(path).name for path, _ in report.skipped] == ["klima.md"]
    assert names(lib) == ["eldre.md", "frivillighet.md", "sykkel.md"]  # it no longer says klima
    assert not any("klimagasser" in str(answer[-1]) for answer in answers(lib))
    (plans / "eldre.md").unlink()
    build(plans, lib=lib)
    assert names(lib) == ["frivillighet.md", "klima.md", "sykkel.md"]


def test_duplicates_are_reported_with_the_one_that_is_kept(plans: Path, lib: Path) -> None:
    shutil.copy(plans / "klima.md", plans / "kopi av klima.md")
    report = build(plans, lib=lib)
    ((path, reason),) = report.skipped
    assert Path(path).name == "kopi av klima.md" and "same content" in reason
    assert "klima.md" in reason and len(report.added) == 4
    again = build(plans, lib=lib)
    assert again.skipped == report.skipped and not again.changed
    assert [reason for _, reason in Library.open(lib).catalogue.failures()] == [reason]


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_folder_that_moved(plans: Path, lib: Path, rebuild: bool) -> None:
    build(plans, lib=lib)
    before = answers(lib)
    moved = plans.rename(plans.with_name("flyttet"))
    report = build(moved, lib=lib, rebuild=rebuild)
    assert report.skipped == [] and len(report.added) == len(report.removed) == 4
    assert all(str(p["path"]).startswith(str(moved)) for p in Library.open(lib).catalogue.plans())
    assert answers(lib) == before


# -- what cannot be read -----------------------------------------------------------------------


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_file_that_becomes_unreadable_keeps_its_last_version(
    plans: Path, lib: Path, rebuild: bool
) -> None:
    build(plans, lib=lib)
    before = answers(lib)
    (plans / "klima.md").write_bytes(b"")
    report = build(plans, lib=lib, rebuild=rebuild)
    assert [Path(path).name for path, _ in report.skipped] == ["klima.md"]
    assert any("kept" in warning for _, warning in report.warnings)
    assert sorted(answers(lib)) == sorted(before)
    assert [Path(path).name for path, _ in Library.open(lib).catalogue.failures()] == ["klima.md"]
    write(plans / "klima.md", plan("klima", "Bedre nå."))
    report = build(plans, lib=lib)
    assert [Path(path).name for path in report.updated] == ["klima.md"]
    assert Library.open(lib).catalogue.failures() == []


def test_an_unreadable_file_and_a_copy_of_its_last_version(plans: Path, lib: Path) -> None:
    build(plans, lib=lib)
    (plans / "klima.md").rename(plans / "z.md")
    (plans / "klima.md").write_bytes(b"")
    for rebuild in (False, True):
        report = build(plans, lib=lib, rebuild=rebuild)
        assert "klima.md" in {Path(path).name for path, _ in report.skipped}
        assert sum("klimagasser" in str(a[-1]) for a in answers(lib)) == 5  # once a question


@pytest.mark.parametrize("spelling", [str, lambda p: os.path.relpath(p), lambda p: f"{p}/./"])
def test_a_failure_is_forgotten_when_it_is_gone(
    plans: Path, lib: Path, spelling: Callable[[Path], str]
) -> None:
    broken = plans / "tom.txt"
    broken.write_bytes(b"")
    (plans / "bilde.xyz").write_bytes(b"\x00")
    source = spelling(plans)
    builder.build([source], lib)
    assert len(Library.open(lib).catalogue.failures()) == 2
    builder.build([str(broken)], lib)  # now by its own name
    assert len(Library.open(lib).catalogue.failures()) == 2
    write(broken, "Nå står det noe i den tomme filen, og det skal leses.")
    builder.build([str(broken)], lib)
    assert len(Library.open(lib).catalogue.failures()) == 1
    (plans / "bilde.xyz").unlink()
    builder.build([source], lib)
    assert Library.open(lib).catalogue.failures() == []


def test_a_failure_below_one_source_is_not_forgotten_by_another(
    plans: Path, lib: Path, tmp_path: Path
) -> None:
    (plans / "tom.txt").write_bytes(b"")
    twin = tmp_path / "plans2"  # begins with the other's name
    twin.mkdir()
    (twin / "tom2.txt").write_bytes(b"")
    build(plans, lib=lib)
    build(twin, lib=lib)
    found = [Path(path).name for path, _ in Library.open(lib).catalogue.failures()]
    assert sorted(found) == ["tom.txt", "tom2.txt"]


def test_a_reader_that_fails_in_any_way_costs_one_file(
    plans: Path, lib: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = update.prepare

    def failing(file, *rest):  # type: ignore[no-untyped-def]
        if file.path.name == "klima.md":
            raise ZeroDivisionError("inside a parser")
        return real(file, *rest)

    monkeypatch.setattr(update, "prepare", failing)
    report = build(plans, lib=lib)
    ((path, reason),) = report.skipped
    assert Path(path).name == "klima.md" and "ZeroDivisionError" in reason
    assert len(report.added) == 3


def test_a_file_that_may_not_be_looked_at_is_kept(
    plans: Path, lib: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without permission it is neither read nor gone."""
    build(plans, lib=lib)
    before = answers(lib)
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path).name != "klima.md" and access(path, mode)
    )
    for rebuild in (False, True):
        report = build(plans, lib=lib, rebuild=rebuild)
        assert report.removed == [] and len(report.skipped) == 1
        assert sorted(answers(lib)) == sorted(before)


@pytest.mark.skipif(os.name == "nt", reason="Unix file names")
def test_a_file_name_that_is_no_text(plans: Path, lib: Path) -> None:
    raw = os.fsencode(plans) + b"/caf\xe9.md"
    try:
        Path(os.fsdecode(raw)).write_text(plan("klima", "Kafé."), encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    report = build(plans, lib=lib)
    assert len(report.added) == 5 and not report.skipped
    json.dumps(report.as_dict(), ensure_ascii=False).encode()
    assert len(build(plans, lib=lib).unchanged) == 5
    Path(os.fsdecode(raw)).unlink()
    assert len(build(plans, lib=lib).removed) == 1


def test_text_that_utf8_cannot_hold(plans: Path, lib: Path) -> None:
    lines = [
        '{"id": "a\\ud800", "text": "Halv \\ud83d emoji skal ikke stoppe oss."}',
        '{"text": "B\\u0000"}',
    ]
    (plans / "rart.jsonl").write_text("\n".join(lines), encoding="utf-8")
    report = build(plans, lib=lib)
    assert len(report.added) + len(report.skipped) == 5
    answers(lib)


# -- sources -----------------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path, plans: Path) -> tuple[Path, Path]:
    other = tmp_path / "more"
    other.mkdir()
    for topic in ("klima", "eldre"):
        (plans / f"{topic}.md").rename(other / f"{topic}.md")
    return plans, other


def test_sources_are_kept_apart(two: tuple[Path, Path], lib: Path) -> None:
    plans, other = two
    build(plans, lib=lib)
    assert len(build(other, lib=lib).added) == 2
    assert names(lib) == sorted(f"{t}.md" for t in TOPICS)
    (other / "klima.md").unlink()
    assert build(plans, lib=lib).removed == []  # not asked about
    assert len(build(plans, other, lib=lib).removed) == 1
    (plans / "sykkel.md").unlink()
    report = build(lib=lib, rebuild=True)  # all sources of earlier runs
    assert names(lib) == ["eldre.md", "frivillighet.md"]
    assert len(report.removed) == 1


def test_a_rebuild_keeps_the_text_of_a_vanished_source(two: tuple[Path, Path], lib: Path) -> None:
    build(*two, lib=lib)
    before = answers(lib)
    shutil.rmtree(two[1])
    report = build(two[0], lib=lib, rebuild=True)
    assert len(report.kept) == 2 and len(report.added) == 2
    assert sorted(answers(lib)) == sorted(before)
    report = build(lib=lib, rebuild=True)
    assert len(report.kept) == 2 and sorted(answers(lib)) == sorted(before)


def test_a_missing_source_is_said_and_loses_nothing(plans: Path, lib: Path) -> None:
    build(plans, lib=lib)
    before = answers(lib)
    away = plans.rename(plans.with_name("borte"))
    with pytest.raises(LibraryError, match="no such file or folder"):
        build(plans, lib=lib)
    (other := plans.with_name("annet")).mkdir()
    (other / "tom.csv").write_text("text\n", encoding="utf-8")
    report = build(plans, other, lib=lib)
    assert (str(plans), "does not exist") in report.skipped
    assert answers(lib) == before
    away.rename(plans)
    assert len(build(plans, lib=lib).unchanged) == 4
    assert str(plans) not in dict(Library.open(lib).catalogue.failures())


def test_a_source_that_was_never_there_makes_no_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="typo"):
        build(tmp_path / "typo", lib=tmp_path / "library")
    assert not (tmp_path / "library").exists()


def test_a_folder_that_is_suddenly_empty_keeps_its_plans(plans: Path, lib: Path) -> None:
    build(plans, lib=lib)
    before = answers(lib)
    files = {path: path.read_bytes() for path in plans.iterdir()}
    for path in files:
        path.unlink()
    report = build(plans, lib=lib)
    assert not report.removed and "not mounted" in report.warnings[0][1]
    assert answers(lib) == before


def test_a_library_among_the_sources_is_not_read(plans: Path) -> None:
    build(plans, lib=plans / "library")
    report = build(plans, lib=plans / "library")
    assert not report.changed and not report.skipped


def test_nested_sources_meet_each_file_once(plans: Path, lib: Path) -> None:
    (plans / "under").mkdir()
    (plans / "klima.md").rename(plans / "under" / "klima.md")
    report = build(plans, plans / "under", plans / "under" / "klima.md", lib=lib)
    assert len(report.added) == 4
    build(plans / "under", lib=lib)
    shutil.rmtree(plans / "under")
    assert [Path(p).name for p in build(plans, lib=lib).removed] == ["klima.md"]


def test_no_source_is_refused(lib: Path) -> None:
    with pytest.raises(LibraryError, match="at least one"):
        builder.build([], lib)
    assert not (lib / "manifest.json").exists()


# -- what plans.csv says -----------------------------------------------------------------------


@pytest.mark.parametrize("below", [False, True])
def test_plans_csv_is_heeded_when_it_changes(
    plans: Path, lib: Path, reads: list[str], below: bool
) -> None:
    name = "klima.md"
    if below:
        (plans / "under").mkdir()
        (plans / name).rename(plans / "under" / name)
        name = f"under/{name}"
    build(plans, lib=lib)
    table = plans / "plans.csv"
    table.write_text(f"file,municipality,country,year\n{name},Larvik,NO,2021\n", encoding="utf-8")
    reads.clear()
    report = build(plans, lib=lib)
    assert reads == ["klima.md"] and len(report.updated) == 1
    engine = SearchEngine(Library.open(lib), WordEncoder())
    hits = engine.search("klima", 50, Filters(municipality=("Larvik",), years=(2021, 2021)))
    assert {Path(hit.plan).name for hit in hits} == {"klima.md"} and hits[0].country == "NO"
    reads.clear()
    assert not build(plans, lib=lib).changed and reads == []
    table.unlink()
    assert len(build(plans, lib=lib).updated) == 1
    engine = SearchEngine(Library.open(lib), WordEncoder())
    assert engine.search("klima", 50, Filters(years=(2021, 2021))) == []


def test_a_broken_plans_csv_is_said_once(plans: Path, lib: Path) -> None:
    (plans / "under").mkdir()
    (plans / "klima.md").rename(plans / "under" / "klima.md")
    (plans / "plans.csv").write_text("name;place\nx;y\n", encoding="utf-8")
    report = build(plans, lib=lib)
    assert len(report.added) == 4
    assert len([w for path, w in report.warnings if path.endswith("plans.csv")]) == 1


# -- tables ------------------------------------------------------------------------------------


def test_rows_keep_their_own_ids_and_facts(tmp_path: Path, lib: Path) -> None:
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    write(
        sheets / "a.csv",
        "id,text,municipality,country,year,language,kind\n"
        "M1,Flere skal sykle til jobben.,Larvik,NO,2021,nb,goal\n"
        "M2,Fler ska cykla.,Malmö,SE,2019,sv,measure\n"
        "M2,Samme nummer igjen her.,,,,,\n",
    )
    write(sheets / "b.csv", "id,text\nM1,Et annet ark har samme nummer.\n")
    build(sheets, lib=lib)
    hits = SearchEngine(Library.open(lib), WordEncoder()).search("sykle cykla nummer", 10)
    by_text = {hit.text: hit for hit in hits}
    first = by_text["Flere skal sykle til jobben."]
    assert (first.id, first.municipality, first.country) == ("M1", "Larvik", "NO")
    assert (first.year, first.language, first.kind) == (2021, "nb", "goal")
    second = by_text["Fler ska cykla."]
    assert (second.id, second.municipality, second.kind) == ("M2", "Malmö", "measure")
    assert len({hit.id for hit in hits}) == 4
    assert all(hit.id.startswith(("M1", "M2")) for hit in hits)
    unknown = by_text["Samme nummer igjen her."]
    assert (unknown.municipality, unknown.country, unknown.year) == (None, None, None)


@pytest.mark.parametrize("name", ["a.csv", "z.csv"])
@pytest.mark.parametrize("rebuild", [False, True])
def test_a_sheet_of_our_own_hits_beside_the_plans(
    plans: Path, lib: Path, name: str, rebuild: bool
) -> None:
    """An export has our ids; indexing it with the plans it came from must not clash."""
    build(plans, lib=lib)
    hits = SearchEngine(Library.open(lib), WordEncoder()).search("skal", 50)
    rows = [f'{hit.id},"Utdrag: {" ".join(hit.text.split())}"' for hit in hits]
    write(plans / name, "\n".join(["id,text", *rows]))
    report = build(plans, lib=lib, rebuild=rebuild)
    assert len(report.added) == (5 if rebuild else 1) and not report.skipped
    write(plans / "klima.md", plan("klima", "Endret."))
    build(plans, lib=lib)
    build(plans, lib=lib, rebuild=True)


def test_a_kept_sheet_whose_ids_another_has_taken(tmp_path: Path, lib: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, text in ((one, "Første ark sin tekst."), (two, "Andre ark sin tekst.")):
        folder.mkdir()
        write(folder / "mål.csv", f"id,text\nM1,{text}\n")
    build(one, lib=lib)
    shutil.rmtree(one)
    report = build(two, lib=lib, rebuild=True)
    assert len(report.kept) == len(report.added) == 1
    ids = {answer[1] for answer in answers(lib)}
    assert "M1" in ids and len(ids) == 2


# -- mismatch and damage -----------------------------------------------------------------------


def other_encoder(name: str | None = None) -> WordEncoder:
    return WordEncoder(name="other", revision="9", dim=32)


def test_another_encoder_is_refused_with_the_command(
    plans: Path, lib: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(plans, lib=lib)
    before = answers(lib)
    monkeypatch.setattr(builder, "load_encoder", other_encoder)
    with pytest.raises(LibraryMismatch, match=r"words.*other.*nabo index .* --rebuild") as caught:
        builder.build([plans], lib, encoder="some/model")
    assert "--encoder some/model" in str(caught.value)
    assert answers(lib) == before and consistent(lib)
    report = builder.build([plans], lib, encoder="some/model", rebuild=True)
    assert report.encoder == "other"
    stamp = Library.open(lib).manifest.encoder
    assert (stamp.source, stamp.dim) == ("some/model", 32) and consistent(lib)


def test_other_passage_rules_are_refused_with_the_command(
    plans: Path, lib: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(plans, lib=lib)
    monkeypatch.setattr(builder, "PASSAGE_VERSION", 10_000)
    with pytest.raises(LibraryMismatch, match=r"10000.*nabo index .* --rebuild"):
        builder.build([plans], lib)
    build(plans, lib=lib, rebuild=True)
    assert Library.open(lib).manifest.passage_version == 10_000


@pytest.mark.parametrize("part", ["manifest.json", "catalogue.sqlite", "vectors.faiss"])
@pytest.mark.parametrize("how", ["empty", "gone"])
def test_damage_is_refused_and_a_rebuild_mends_it(
    plans: Path, lib: Path, part: str, how: str
) -> None:
    build(plans, lib=lib)
    before = answers(lib)
    (file,) = lib.rglob(part)
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(b"")
    if (part, how) != ("manifest.json", "gone"):
        with pytest.raises(LibraryError, match="--rebuild"):
            builder.build([plans], lib)
    build(plans, lib=lib, rebuild=True)
    assert answers(lib) == before


def test_damage_that_sizes_do_not_show_is_a_clear_error(plans: Path, lib: Path) -> None:
    build(plans, lib=lib)
    (file,) = lib.rglob("catalogue.sqlite")
    data = bytearray(file.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)
    file.write_bytes(data)
    write(plans / "ny.md", plan("klima", "Ny."))
    with pytest.raises((LibraryError, sqlite3.DatabaseError)):
        builder.build([plans], lib)
    builder.build([plans], lib, rebuild=True)
    assert consistent(lib)


class Interrupted(BaseException):
    pass


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    "moment", ["read", "encode", "save", "before the manifest", "after the manifest"]
)
def test_an_interruption_leaves_old_or_new(
    plans: Path, lib: Path, monkeypatch: pytest.MonkeyPatch, moment: str, first: bool
) -> None:
    """Ctrl+C, unlike a kill, runs our own tidying up: it must not tidy away the library."""
    from index.library import FlatVectors, manifest

    if not first:
        build(plans, lib=lib)
        write(plans / "ny.md", plan("klima", "Ny."))
    before = None if first else answers(lib)

    def stop(*_args: object, **_more: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patch:
        if moment == "read":
            patch.setattr(update, "prepare", stop)
        elif moment == "encode":
            patch.setattr(WordEncoder, "encode_passages", stop)
        elif moment == "save":
            patch.setattr(FlatVectors, "save", stop)
        elif moment == "before the manifest":
            patch.setattr(manifest.Manifest, "write", stop)
        else:
            patch.setattr(manifest, "sync_folder", stop)
        with pytest.raises(Interrupted):
            builder.build([plans], lib)
    if moment == "after the manifest":
        assert len(names(lib)) == (4 if first else 5)
    elif first:
        with pytest.raises(LibraryError, match="No library"):
            Library.open(lib)
    else:
        assert answers(lib) == before
    report = build(plans, lib=lib)
    assert report.plans == (4 if first else 5)


def test_a_full_disk_is_a_clear_error(plans: Path, lib: Path) -> None:
    resource = pytest.importorskip("resource")
    import signal

    build(plans, lib=lib)
    before = answers(lib)
    size = next(lib.rglob("catalogue.sqlite")).stat().st_size
    for number in range(40):
        write(plans / f"ny{number}.md", plan("klima", f"Nytt nummer {number}. " * 200))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50_000, limits[1]))
        with pytest.raises(LibraryError, match="cannot be written"):
            builder.build([plans], lib)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert answers(lib) == before
    assert len(build(plans, lib=lib).added) == 40


def test_a_run_without_changes_copies_nothing(
    plans: Path, lib: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(plans / "same.md", plan("klima"))  # a duplicate and an unreadable file are no news
    write(plans / "tom.txt", "")
    first = build(plans, lib=lib)
    assert len(first.skipped) == 2

    def copy(*_args: object) -> None:
        raise AssertionError("a draft was begun")

    monkeypatch.setattr(update, "draft", copy)
    report = build(plans, lib=lib)
    assert not report.changed and len(report.unchanged) == 4
    assert sorted(report.skipped) == sorted(first.skipped)
    assert report.passages == first.passages


def test_a_first_run_that_fails_leaves_no_draft(
    plans: Path, lib: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise LibraryError("no space")

    monkeypatch.setattr(builder.Manifest, "write", fail)
    with pytest.raises(LibraryError, match="no space"):
        builder.build([plans], lib)
    assert not any((lib / "generations").iterdir())


def test_an_error_of_the_encoder_leaves_no_trace(plans: Path, lib: Path) -> None:
    def no_encoder(name: str | None = None) -> None:
        raise ReadError("no such model")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "load_encoder", no_encoder)
        with pytest.raises(ReadError):
            builder.build([plans], lib, encoder="nowhere")
    assert not (lib / "manifest.json").exists()
    assert build(plans, lib=lib).plans == 4


def test_progress_goes_up_to_the_end(plans: Path, lib: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    builder.build([plans], lib, progress=lambda *step: seen.append(step))
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert seen[-1][:2] == (4, 4) and all(total == 4 for _, total, _ in seen)


def test_decomposed_file_names_are_the_same_plan(plans: Path, lib: Path) -> None:
    """macOS spells å as two characters: filters and plans.csv still find the file."""
    name = unicodedata.normalize("NFD", "ålesund på sjøen.md")
    write(plans / name, plan("klima", "Ved havet."))
    (plans / "plans.csv").write_text("file,year\nålesund på sjøen.md,2017\n", encoding="utf-8")
    build(plans, lib=lib)
    engine = SearchEngine(Library.open(lib), WordEncoder())
    hits = engine.search("klima", 5, Filters(plan=("Ålesund på sjøen.md",)))
    assert hits and hits[0].year == 2017
