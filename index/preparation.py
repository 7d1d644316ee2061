"""One file on its way into a library: read, cleaned, cut into passages, named and labelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from index.cleaning import clean
from index.kinds import classify_kind
from index.language import LanguageIdentifier
from index.metadata import describe
from index.municipalities import register
from index.passages import make_passages
from index.readers import read_document
from index.records import (
    COUNTRIES,
    LANGUAGES,
    OTHER_LANGUAGE,
    Block,
    BlockType,
    Kind,
    Metadata,
    Page,
    Passage,
)
from index.sources import SourceFile


@dataclass(frozen=True, slots=True)
class Labelled:
    """A passage with its language, its kind, and what is known of where it stands."""

    passage: Passage
    language: str
    kind: str
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that a library keeps of one file, but for its vectors."""

    text: str
    metadata: Metadata
    language: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...]
    passages: tuple[Labelled, ...]
    warnings: tuple[str, ...]

    @property
    def furniture(self) -> int:
        """Characters that are kept out of search."""
        return sum(b.end - b.start for b in self.blocks if b.type is BlockType.FURNITURE)


def prepare(
    file: SourceFile, overrides: Mapping[str, Metadata], identifier: LanguageIdentifier
) -> Prepared:
    """Read one file and make its passages. Raises ReadError with the reason where it cannot."""
    document = read_document(file.path)
    metadata = describe(document, file, overrides)
    cleaned = clean(document)
    passages = [_below_title(p, metadata.title) for p in make_passages(document, cleaned)]
    country = metadata.country if metadata.country in COUNTRIES else None
    guesses = identifier.identify([p.clean for p in passages], country)
    labelled = []
    for passage, guess in zip(passages, guesses, strict=True):
        row = passage.row
        language = guess.language
        if row is not None and row.language in (*LANGUAGES, OTHER_LANGUAGE):
            language = row.language
        if row is not None and row.kind in {kind.value for kind in Kind}:
            kind = row.kind
        else:
            is_item = passage.type is BlockType.ITEM
            kind = classify_kind(passage.clean, passage.heading, language, is_item).value
        known = metadata if row is None else _fill(row.metadata, metadata)
        labelled.append(Labelled(passage, language, kind, known))
    languages = Counter(item.language for item in labelled)
    warnings = list(document.warnings)
    if not labelled:
        warnings.append("no passage found: the file has no running text")
    return Prepared(
        text=document.text,
        metadata=metadata,
        language=languages.most_common(1)[0][0] if languages else OTHER_LANGUAGE,
        blocks=tuple(cleaned.blocks),
        pages=tuple(cleaned.pages),
        passages=tuple(labelled),
        warnings=tuple(warnings),
    )


def _fill(row: Metadata, plan: Metadata) -> Metadata:
    """The row's own columns, and the file's metadata where the row has none.

    A sheet of goals is not a municipality's plan: what the file's text or name suggests counts
    for a row only where the row is silent.
    """
    known = {name: getattr(row, name) for name in Metadata.__dataclass_fields__}
    filled = replace(plan, **{name: value for name, value in known.items() if value is not None})
    if filled.country is None and filled.municipality:
        countries = {place.country for place in register().named(filled.municipality)}
        if len(countries) == 1:
            filled = replace(filled, country=countries.pop())
    return filled


def _below_title(passage: Passage, title: str | None) -> Passage:
    """Without the plan's own title at the head of the heading path: it says nothing new there."""
    if title and passage.heading and passage.heading[0].casefold() == title.casefold():
        return replace(passage, heading=passage.heading[1:])
    return passage
