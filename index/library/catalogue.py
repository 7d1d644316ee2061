"""The catalogue: the SQLite database of plans and passages. The truth; all else is derived.

One catalogue file belongs to one generation of a library. It is written once, inside the writer's
lock, and only ever read afterwards, so readers open it read-only and immutable.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import LibraryError
from index.library.schema import SCHEMA
from index.records import Block, Metadata, Page, Passage, Plan
from index.stemming import query_stems, words

_INVENTED = "WHERE row IN (SELECT plan FROM blocks WHERE type = 'furniture' AND reason = 'notice')"


@dataclass(frozen=True, slots=True)
class PlanFile:
    """The file behind a plan, as it was when it was read."""

    path: str  # as given to index
    location: str  # resolved
    root: str  # resolved source folder (or the file itself) it was found under
    sha256: str
    size: int
    mtime_ns: int
    metadata_stamp: str  # changes when plans.csv changes what it says of this file


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the catalogue keeps it, with what is known of its plan."""

    row: int
    id: str
    plan_row: int
    plan: str
    ordinal: int
    start: int
    end: int
    text: str
    clean: str
    heading: tuple[str, ...]
    page: int | None
    last_page: int | None
    language: str
    kind: str
    title: str | None
    municipality: str | None
    country: str | None
    year: int | None
    type: str | None
    url: str | None


_STORED = """SELECT p.row, p.id, p.plan, l.path, p.ordinal, p.start, p.end, p.text, p.clean,
    p.heading, p.page, p.last_page, p.language, p.kind,
    p.title, p.municipality, p.country, p.year, l.type, l.url
    FROM passages p JOIN plans l ON l.row = p.plan"""


class Catalogue:
    """One open catalogue. Threads may share it: its one connection is used under a lock.

    One connection, opened at once, also means that a reader keeps its generation when a writer
    removes the files meanwhile.
    """

    def __init__(self, path: Path, *, create: bool = False, writable: bool = False) -> None:
        self.path = path
        self._lock = threading.RLock()
        if create or writable:
            self.connection = sqlite3.connect(path, check_same_thread=False)
            # Nobody reads this file before it is complete and synced: speed over journalling.
            self.connection.execute("PRAGMA journal_mode = OFF")
            self.connection.execute("PRAGMA synchronous = OFF")
            self.connection.execute("PRAGMA foreign_keys = ON")
        else:
            if not path.is_file():
                raise LibraryError(f"{path} is missing")
            uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            self.connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        if create:
            self.connection.executescript(SCHEMA)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    # -- writing ---------------------------------------------------------------------------

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value under a key: what binds the catalogue to its generation and vectors."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def add_plan(
        self,
        plan: Plan,
        file: PlanFile,
        blocks: Iterable[Block],
        pages: Sequence[Page],
        warnings: Sequence[str],
    ) -> int:
        """Store a plan with its text and blocks; return its row."""
        m = plan.metadata
        cursor = self.connection.execute(
            "INSERT INTO plans VALUES (NULL" + ", ?" * 18 + ")",
            (
                *(plan.id, file.path, file.location, file.root),
                *(m.title, m.municipality, m.country, m.year, m.type, m.url),
                *(plan.language, file.sha256, file.size, file.mtime_ns, file.metadata_stamp),
                json.dumps(list(warnings), ensure_ascii=False),
                json.dumps([[p.number, p.start, p.end] for p in pages]),
                plan.text,
            ),
        )
        row = int(cursor.lastrowid or 0)
        self.connection.executemany(
            "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?)",
            ((row, b.start, b.end, b.type.value, b.level, b.reason) for b in blocks),
        )
        return row

    def add_passage(
        self,
        plan_row: int,
        ordinal: int,
        passage_id: str,
        passage: Passage,
        language: str,
        kind: str,
        metadata: Metadata,
        stems: str,
    ) -> int:
        """Store a passage and its stems; return its row, which is also its vector's id."""
        page, last_page = passage.pages or (None, None)
        cursor = self.connection.execute(
            "INSERT INTO passages VALUES (NULL" + ", ?" * 17 + ")",
            (
                *(passage_id, plan_row, ordinal, passage.start, passage.end),
                *(passage.text, passage.clean),
                json.dumps(list(passage.heading), ensure_ascii=False),
                *(page, last_page, passage.type.value, language, kind),
                *(metadata.title, metadata.municipality, metadata.country, metadata.year),
            ),
        )
        row = int(cursor.lastrowid or 0)
        self.connection.execute("INSERT INTO lexical (rowid, stems) VALUES (?, ?)", (row, stems))
        return row

    def remove_plan(self, plan_row: int) -> list[int]:
        """Remove a plan; return the rows of its passages, whose vectors must go too."""
        rows = [r for (r,) in self._all("SELECT row FROM passages WHERE plan = ?", (plan_row,))]
        self.connection.executemany("DELETE FROM lexical WHERE rowid = ?", ((r,) for r in rows))
        self.connection.execute("DELETE FROM plans WHERE row = ?", (plan_row,))
        return rows

    def copy_plan(self, other: Catalogue, plan_row: int) -> list[StoredPassage]:
        """Take a plan, its blocks and its passages over from another catalogue, under new rows."""
        columns = other._all("SELECT * FROM plans WHERE row = ?", (plan_row,))
        marks = ", ?" * (len(columns[0]) - 1)
        cursor = self.connection.execute(f"INSERT INTO plans VALUES (NULL{marks})", columns[0][1:])
        new_plan = int(cursor.lastrowid or 0)
        blocks = other._all("SELECT * FROM blocks WHERE plan = ?", (plan_row,))
        self.connection.executemany(
            "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?)", ((new_plan, *b[1:]) for b in blocks)
        )
        new_rows = []
        for record in other._all("SELECT * FROM passages WHERE plan = ? ORDER BY row", (plan_row,)):
            cursor = self.connection.execute(
                "INSERT INTO passages VALUES (NULL, ?, ?" + ", ?" * (len(record) - 3) + ")",
                (self.free_id(record[1], record[1]), new_plan, *record[3:]),
            )
            new_rows.append(int(cursor.lastrowid or 0))
            (stems,) = other._all("SELECT stems FROM lexical WHERE rowid = ?", (record[0],))[0]
            self.connection.execute(
                "INSERT INTO lexical (rowid, stems) VALUES (?, ?)", (new_rows[-1], stems)
            )
        return self.passages(new_rows)

    def set_failed(self, failed: Mapping[str, tuple[str, str]]) -> None:
        """Keep which files could not be read, instead of those known before; see `failed`."""
        self.connection.execute("DELETE FROM failures")
        rows = ((location, path, reason) for location, (path, reason) in failed.items())
        self.connection.executemany("INSERT INTO failures VALUES (?, ?, ?)", rows)

    def add_source(self, root: str, given: str) -> None:
        """Remember a folder or file that was given to index, so that a rebuild reads it again."""
        self.connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", (root, given))

    # -- reading ---------------------------------------------------------------------------

    def _all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self.connection.execute(sql, parameters).fetchall()

    def meta(self, key: str) -> str | None:
        """What was kept under a key; None where nothing was."""
        found = self._all("SELECT value FROM meta WHERE key = ?", (key,))
        return str(found[0][0]) if found else None

    def files(self) -> dict[str, tuple[int, PlanFile]]:
        """Every plan's row and file, by resolved location."""
        rows = self._all(
            "SELECT row, path, location, root, sha256, size, mtime_ns, metadata_stamp FROM plans"
        )
        return {r[2]: (r[0], PlanFile(*r[1:])) for r in rows}

    def sources(self) -> dict[str, str]:
        """Resolved root → as given, for every source ever indexed here and not removed."""
        return dict(self._all("SELECT root, given FROM sources ORDER BY root"))

    def failed(self) -> dict[str, tuple[str, str]]:
        """Resolved location → (path as given, reason) of every file that could not be read."""
        rows = self._all("SELECT location, path, reason FROM failures")
        return {location: (path, reason) for location, path, reason in rows}

    def failures(self) -> list[tuple[str, str]]:
        """(path, reason) of every file that could not be read."""
        return self._all("SELECT path, reason FROM failures ORDER BY path")

    def count(self, table: str) -> int:
        """Number of rows of `plans` or `passages`."""
        if table not in ("plans", "passages"):
            raise ValueError(table)
        return int(self._all(f"SELECT count(*) FROM {table}")[0][0])

    def counts(self, column: str) -> dict[str, int]:
        """How many passages have each value of a facet; unknown is the empty string."""
        if column not in ("language", "kind", "country", "municipality", "year"):
            raise ValueError(column)
        rows = self._all(
            f"SELECT coalesce(CAST({column} AS TEXT), ''), count(*) FROM passages"
            " GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        return dict(rows)

    def municipalities(self) -> list[str]:
        """The known municipalities of the passages, sorted."""
        rows = self._all(
            "SELECT DISTINCT municipality FROM passages WHERE municipality IS NOT NULL ORDER BY 1"
        )
        return [name for (name,) in rows]

    def plans(self) -> list[dict[str, Any]]:
        """Every plan's metadata with its number of passages, by path."""
        names = (
            *("id", "path", "location", "root", "title", "municipality", "country", "year"),
            *("type", "url", "language", "warnings"),
        )
        rows = self._all(
            f"SELECT {', '.join('l.' + name for name in names)}, count(p.row)"
            " FROM plans l LEFT JOIN passages p ON p.plan = l.row GROUP BY l.row ORDER BY l.path"
        )
        found = [dict(zip((*names, "passages"), row, strict=True)) for row in rows]
        invented = {plan_id for (plan_id,) in self._all(f"SELECT id FROM plans {_INVENTED}")}
        for plan in found:
            plan["warnings"] = json.loads(plan["warnings"])
            plan["invented"] = plan["id"] in invented
        return found

    def invented(self) -> frozenset[int]:
        """Rows of the plans that say of themselves that they are invented, as demo plans do."""
        return frozenset(row for (row,) in self._all(f"SELECT row FROM plans {_INVENTED}"))

    def plan_names(self) -> list[tuple[int, str, str | None]]:
        """(row, path, title) of every plan."""
        return self._all("SELECT row, path, title FROM plans ORDER BY row")

    def plan_text(self, plan_row: int) -> str:
        """The plan's whole text, furniture included."""
        found = self._all("SELECT text FROM plans WHERE row = ?", (plan_row,))
        if not found:
            raise LibraryError(f"{self.path} has no plan {plan_row}")
        return str(found[0][0])

    def furniture(self, plan_row: int) -> list[tuple[int, int, str]]:
        """Spans of a plan that are kept out of search, with the reason."""
        return self._all(
            "SELECT start, end, reason FROM blocks WHERE plan = ? AND type = 'furniture'"
            " ORDER BY start",
            (plan_row,),
        )

    def passages(self, rows: Sequence[int]) -> list[StoredPassage]:
        """The passages of these rows, in this order."""
        found: dict[int, StoredPassage] = {}
        for at in range(0, len(rows), 500):
            part = [int(row) for row in rows[at : at + 500]]
            marks = ",".join("?" * len(part))
            for record in self._all(f"{_STORED} WHERE p.row IN ({marks})", part):
                found[record[0]] = _stored(record)
        return [found[int(row)] for row in rows]

    def passage(self, passage_id: str) -> StoredPassage:
        """One passage by its id. Raises LibraryError where there is none."""
        record = self._all(f"{_STORED} WHERE p.id = ?", (passage_id,))
        if not record:
            raise LibraryError(f"This library has no passage {passage_id!r}")
        return _stored(record[0])

    def plan_passages(self, plan_id: str) -> list[StoredPassage]:
        """All passages of one plan, in reading order."""
        records = self._all(f"{_STORED} WHERE l.id = ? ORDER BY p.ordinal", (plan_id,))
        return [_stored(record) for record in records]

    def has_passage(self, passage_id: str) -> bool:
        """Whether a passage has this id."""
        return bool(self._all("SELECT 1 FROM passages WHERE id = ?", (passage_id,)))

    def free_id(self, wanted: str, place: str) -> str:
        """The wanted id, or where a passage has it already, one made unique by its place."""
        passage_id, number = wanted, 1
        while self.has_passage(passage_id):
            passage_id = f"{wanted}@{place}" if number == 1 else f"{wanted}@{place}~{number}"
            number += 1
        return passage_id

    def neighbours(self, passage: StoredPassage, before: int, after: int) -> list[StoredPassage]:
        """The passage among those before and after it in its plan, in reading order."""
        records = self._all(
            f"{_STORED} WHERE p.plan = ? AND p.ordinal BETWEEN ? AND ? ORDER BY p.ordinal",
            (passage.plan_row, passage.ordinal - before, passage.ordinal + after),
        )
        return [_stored(record) for record in records]

    def select(self, where: str, parameters: Sequence[Any]) -> list[int]:
        """Rows of the passages that a filter allows; see `search.filters`."""
        rows = self._all(f"SELECT row FROM passages p WHERE {where} ORDER BY row", parameters)
        return [row for (row,) in rows]

    def bm25(
        self, match: str, where: str, parameters: Sequence[Any], limit: int
    ) -> list[tuple[int, float]]:
        """Rows and BM25 scores (higher is better) of a full-text query, best first."""
        rows = self._all(
            "SELECT rowid, -bm25(lexical) AS score FROM lexical WHERE lexical MATCH ?"
            f" AND {_passes(where)} ORDER BY score DESC, rowid LIMIT ?",
            (match, *parameters, limit),
        )
        return [(int(row), float(score)) for row, score in rows]

    def containing(
        self, phrases: Sequence[str], where: str, parameters: Sequence[Any]
    ) -> list[tuple[int, str]]:
        """Row and words of the passages that may hold every phrase: all its words occur, in some
        inflection.

        The caller compares the words themselves; this only spares reading every passage.
        """
        # The first words tell enough: for FTS5, thousands of them take seconds.
        every = list(dict.fromkeys(w for phrase in phrases for w in words(phrase)))[:50]
        alternatives = (" OR ".join(f'"{s}"' for s in query_stems(word)) for word in every)
        match = " AND ".join(f"({stems})" for stems in alternatives if stems)
        return self._all(
            "SELECT row, clean FROM passages WHERE row IN"
            f" (SELECT rowid FROM lexical WHERE lexical MATCH ? AND {_passes(where)}) ORDER BY row",
            (match, *parameters),
        )

    def document_frequency(self, stems: Sequence[str]) -> dict[str, int]:
        """In how many passages each stem occurs (0 where it never does)."""
        found = dict.fromkeys(stems, 0)
        for term in stems:
            for (count,) in self._all("SELECT doc FROM vocabulary WHERE term = ?", (term,)):
                found[term] = int(count)
        return found


def _passes(where: str) -> str:
    """A filter as a condition on the full-text index.

    The plus keeps SQLite from asking FTS5 once for every row that the filter lets through, which
    takes seconds where asking once and comparing afterwards takes milliseconds.
    """
    return "1" if where == "1" else f"+rowid IN (SELECT row FROM passages p WHERE {where})"


def _stored(record: tuple[Any, ...]) -> StoredPassage:
    fields = (*record[:9], tuple(json.loads(record[9])), *record[10:])
    return StoredPassage(*fields)
