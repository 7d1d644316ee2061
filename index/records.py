"""The records that travel between the steps: what a reader gives, what a library keeps.

All offsets are half-open character spans `[start, end)` into `Document.text`, which for a text
file is the decoded file with its line ends untouched. Nothing after the reader changes that text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class BlockType(StrEnum):
    """What a stretch of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    FURNITURE = "furniture"


class Kind(StrEnum):
    """What a passage does in a plan."""

    VISION = "vision"
    GOAL = "goal"
    MEASURE = "measure"
    INDICATOR = "indicator"
    CONTEXT = "context"


COUNTRIES = ("NO", "DK", "SE")
LANGUAGES = ("nb", "nn", "da", "sv", "en")
OTHER_LANGUAGE = "other"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document's text with one role.

    `level` is the heading's depth (1 is the top; 0 for everything else). `reason` says why
    furniture is furniture ("contents list", "teaser", "page number", …), empty otherwise.
    """

    start: int
    end: int
    type: BlockType
    level: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document and the span of its text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a plan. `None` is unknown, and is shown so."""

    title: str | None = None
    municipality: str | None = None
    country: str | None = None  # NO, DK or SE
    year: int | None = None
    type: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A ready-made passage of a table: its text's span and the columns that came with it."""

    start: int
    end: int
    number: int  # 1-based data row in the file
    id: str | None = None
    language: str | None = None
    kind: str | None = None
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Document:
    """One source file as its reader gives it.

    `blocks` is None where the format has no structure (plain text, PDF): cleaning infers it.
    `pages` is empty where the format has no pages. `rows` is filled by table readers only.
    `metadata` is the document's own properties. `warnings` are reasons worth reporting though
    the file was read ("3 of 12 pages have no text: scanned?"). `dated` and `language` are what
    the file says of itself (year of its own date; language code): hints, often wrong, never facts.
    `markup` are the spans within blocks that are the format's marks and no words ("**", "](…)").
    """

    text: str
    metadata: Metadata = field(default_factory=Metadata)
    blocks: tuple[Block, ...] | None = None
    pages: tuple[Page, ...] = ()
    rows: tuple[Row, ...] = ()
    warnings: tuple[str, ...] = ()
    dated: int | None = None
    language: str | None = None
    markup: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One source document in a library."""

    id: str  # short hash of the resolved path
    path: str  # as given to index
    metadata: Metadata
    language: str  # of most of its passages; "other" if none
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is embedded, indexed, found and quoted.

    `text` is exactly `plan.text[start:end]`. `clean` is the same words without page furniture,
    line-break hyphens, markup and odd spaces: it is what is embedded, searched and shown. A line
    break in it stands between paragraphs, list items or table rows, nowhere else. `pages` are the first and
    last page, None where the format has no pages. For a table row, `row` carries its columns.
    """

    start: int
    end: int
    text: str
    clean: str
    heading: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None
    type: BlockType = BlockType.PARAGRAPH
    row: Row | None = None
