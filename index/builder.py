"""Sources → library, step by step, with progress and a report.

`build` compares the sources with what the library holds, reads what is new or changed, and writes
one new generation. Nothing a reader sees changes before that generation is complete. What becomes
of each file is decided in `index.update`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from index.changes import exists, storable
from index.encoder import Encoder, load_encoder
from index.errors import LibraryError, LibraryMismatch
from index.library import (
    Catalogue,
    EncoderStamp,
    Library,
    Manifest,
    discard_old,
    writing,
)
from index.passages import PASSAGE_VERSION
from index.report import Report
from index.sources import walk
from index.update import Progress, Update

__all__ = ["Progress", "build"]


def build(
    sources: Sequence[str | Path],
    library: str | Path,
    *,
    encoder: str | None = None,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Bring a library up to date with its sources; create it if there is none.

    Files under `sources` that are unchanged are not read again, changed ones are replaced, and
    those that are gone are removed. Other sources of the library stay as they are. `rebuild` reads
    everything anew, sources remembered from earlier runs included; a plan whose source cannot be
    reached is kept with the text it had.

    Raises LibraryMismatch where the library was built with another encoder or other passage rules
    and `rebuild` is off, LibraryError where it is damaged, locked or cannot be written, and
    EncoderError where the encoder cannot be loaded. Files that cannot be read are in the report.
    """
    path = Path(library)
    given = [str(source) for source in sources]
    if given and not any(exists(source) for source in given):
        raise LibraryError(f"{', '.join(given)}: no such file or folder. Nothing was indexed")
    with writing(path):
        old = _open(path, rebuild)
        loaded, stamp = _encoder(encoder, old)
        if old is not None and not rebuild:
            _refuse_mismatch(old, stamp)
        if old is not None and rebuild:
            given += _remembered(old, given)
        elif not given:
            raise LibraryError("Nothing to index: name at least one file or folder")
        walked = walk(given, path)
        roots = {storable(os.path.realpath(s)): storable(s) for s in given if exists(s)}
        report = Report(library=str(path), encoder=loaded.name, skipped=[*walked.skipped])
        update = Update(path, old, loaded, report, rebuild=rebuild)
        try:
            update.run(walked.files, roots, progress or (lambda done, total, name: None))
            if update.changed:
                catalogue = update.draft.catalogue
                _total(report, catalogue)
                update.draft.publish(stamp, PASSAGE_VERSION, _content(catalogue))
                report.changed = True
            elif old is not None:
                _total(report, old.catalogue)
        except sqlite3.Error as error:
            raise LibraryError(
                f"{path} cannot be written ({error}). If the disk is full, free space; if the"
                f" library is damaged, nabo index SOURCE… --library {path} --rebuild"
            ) from error
        finally:
            _discard(path, update)
    return report


def _open(path: Path, rebuild: bool) -> Library | None:
    """The library as it is; None where there is none yet."""
    if not (path / "manifest.json").exists():
        return None
    try:
        return Library.open(path)
    except LibraryError:
        if rebuild:  # nothing to save there: build from the sources
            return None
        raise


def _encoder(name: str | None, old: Library | None) -> tuple[Encoder, EncoderStamp]:
    """The encoder asked for, else the library's own, with what the manifest says of it."""
    if name is None and old is not None:
        name = old.manifest.encoder.source
    source = str(Path(name).resolve()) if name and Path(name).exists() else name
    loaded = load_encoder(source)
    return loaded, EncoderStamp(source, loaded.name, loaded.revision, loaded.dim)


def _refuse_mismatch(old: Library, stamp: EncoderStamp) -> None:
    was = old.manifest
    command = f"nabo index SOURCE… --library {old.path} --rebuild"
    if (was.encoder.name, was.encoder.revision) != (stamp.name, stamp.revision):
        raise LibraryMismatch(
            f"{old.path} was built with the encoder {was.encoder.name}"
            f" ({was.encoder.revision}), not {stamp.name} ({stamp.revision})."
            f" To change it: {command}" + (f" --encoder {stamp.source}" if stamp.source else "")
        )
    if was.passage_version != PASSAGE_VERSION:
        raise LibraryMismatch(
            f"{old.path} was cut into passages by version {was.passage_version} of the rules,"
            f" this program has version {PASSAGE_VERSION}. To change it: {command}"
        )


def _remembered(old: Library, given: Sequence[str]) -> list[str]:
    """Sources of earlier runs that are not given now, under the names they were given."""
    known = {storable(os.path.realpath(source)) for source in given}
    return [
        name if os.path.realpath(name) == root else root
        for root, name in old.catalogue.sources().items()
        if root not in known and exists(root)
    ]


def _content(catalogue: Catalogue) -> str:
    stamps = sorted((f.sha256, f.metadata_stamp) for _, f in catalogue.files().values())
    return hashlib.sha256(json.dumps(stamps).encode()).hexdigest()


def _total(report: Report, catalogue: Catalogue) -> None:
    report.plans = catalogue.count("plans")
    report.passages = catalogue.count("passages")
    report.languages = catalogue.counts("language")
    report.kinds = catalogue.counts("kind")


def _discard(path: Path, update: Update) -> None:
    """Remove what is not current: the old generation, or a draft that came to nothing.

    The manifest on disk says which: an interruption may come just after it was replaced.
    """
    try:
        discard_old(path, Manifest.read(path).generation)
    except LibraryError:  # none, or a damaged one: what stands there may be all that is left
        if update.changed:
            shutil.rmtree(update.draft.folder, ignore_errors=True)
