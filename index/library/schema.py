"""The catalogue's tables.

A passage's own title, municipality, country and year stand beside its text, since a row of a
researcher's table may come from another plan than its neighbour. `lexical` holds each passage's
stems under the passage's row number; `failures` and `sources` are by resolved location.
"""

from __future__ import annotations

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE plans (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL,
    location TEXT NOT NULL UNIQUE, root TEXT NOT NULL,
    title TEXT, municipality TEXT, country TEXT, year INTEGER, type TEXT, url TEXT,
    language TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    metadata_stamp TEXT NOT NULL, warnings TEXT NOT NULL, pages TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE blocks (
    plan INTEGER NOT NULL REFERENCES plans(row) ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, type TEXT NOT NULL, level INTEGER NOT NULL,
    reason TEXT NOT NULL, PRIMARY KEY (plan, start)
) WITHOUT ROWID;
CREATE TABLE passages (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    plan INTEGER NOT NULL REFERENCES plans(row) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    text TEXT NOT NULL, clean TEXT NOT NULL, heading TEXT NOT NULL,
    page INTEGER, last_page INTEGER, type TEXT NOT NULL,
    language TEXT NOT NULL, kind TEXT NOT NULL,
    title TEXT, municipality TEXT, country TEXT, year INTEGER
);
CREATE INDEX passages_plan ON passages (plan, ordinal);
CREATE INDEX passages_facets ON passages (country, language, kind, year, municipality);
CREATE INDEX passages_municipality ON passages (municipality);
CREATE VIRTUAL TABLE lexical USING fts5 (stems, tokenize = "unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (lexical, 'row');
CREATE TABLE failures (location TEXT PRIMARY KEY, path TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE sources (root TEXT PRIMARY KEY, given TEXT NOT NULL);
"""
