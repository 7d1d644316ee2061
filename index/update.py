"""One run over the sources: what becomes of each file, in the library and in the report.

A file is new, changed, unchanged, gone, moved, out of reach, unreadable, or says the same as
another. `Update` decides which, and brings the draft of the next generation up to date.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from index.changes import Change, below, exists, gone, look, storable
from index.encoder import Encoder, embedding_text
from index.errors import ReadError
from index.language import LanguageIdentifier
from index.library import Draft, Library, PlanFile, draft
from index.metadata import load_plans_csv, override_of
from index.preparation import Prepared, prepare
from index.records import Metadata, Plan
from index.report import Report
from index.sources import SourceFile
from index.stemming import stemmed

Progress = Callable[[int, int, str], None]  # files done, files in all, the file at hand
Overrides = dict[Path, dict[str, Metadata]]  # folder → what plans.csv says of the files in it
Failure = tuple[str, str]  # path as given, reason


class Update:
    """The state of one run. `changed` tells afterwards whether there is a draft to publish."""

    def __init__(
        self, path: Path, old: Library | None, encoder: Encoder, report: Report, *, rebuild: bool
    ) -> None:
        self.path = path
        self.old = old
        self.encoder = encoder
        self.report = report
        self.rebuild = rebuild
        self.before = old.catalogue.files() if old else {}  # location → row and file
        # What the draft holds: by location (only what was taken over whole), and by content.
        self.fresh = {} if rebuild else dict(self.before)
        self.held: dict[str, PlanFile] = {}
        self.unreadable: set[str] = set()  # locations
        self._identifier = LanguageIdentifier()
        self._draft: Draft | None = None

    @property
    def draft(self) -> Draft:
        """The next generation. Begun when it is first asked for, so that a run that changes
        nothing copies nothing."""
        if self._draft is None:
            base = None if self.rebuild else self.old
            self._draft = draft(self.path, base, self.encoder.dim)
        return self._draft

    @property
    def changed(self) -> bool:
        """Whether a draft was begun: that is done for a change only."""
        return self._draft is not None

    def run(
        self, files: Sequence[SourceFile], roots: Mapping[str, str], progress: Progress
    ) -> None:
        """Bring the draft up to date with these files. `roots`: resolved source → as given."""
        if self.old is None or self.rebuild:
            _ = self.draft  # even where there is no file to read
        met = {storable(file.path) for file in files}
        if not self.rebuild:
            self._remove_gone(met, roots)
        self.held = {file.sha256: file for _, file in self.fresh.values()}
        overrides = self._overrides(files)
        changes = self._changes(files, overrides)
        changing = {change.file.location for change in changes}
        later: list[Change] = []
        for done, change in enumerate(changes, len(files) - len(changes)):
            progress(done, len(files), change.source.given)
            holder = self.held.get(change.file.sha256, change.file)
            if holder.location == change.file.location:
                self._replace([change], overrides)
            elif holder.location in changing:
                later.append(change)  # names may have been swapped: see what becomes of the holder
            elif holder.location not in met and gone(holder.location):  # moved here
                self._remove(self.fresh[holder.location][0], holder)
                self.report.removed.append(holder.path)
                self._replace([change], overrides)
            else:
                self._drop_duplicate(change, holder)
        self._replace(later, overrides)
        if self.rebuild:
            self._keep_unreachable(met)
        progress(len(files), len(files), "")
        self._remember({*roots, *met}, roots)

    def _remove_gone(self, met: Collection[str], roots: Mapping[str, str]) -> None:
        """Remove the plans below these roots whose files are gone.

        A folder with nothing left in it is taken for a drive that is not mounted: its plans stay.
        """
        empty = {root for root in roots if not any(below(location, root) for location in met)}
        for location, (row, file) in sorted(self.fresh.items()):
            if location in met or not any(below(location, root) for root in roots):
                continue
            if any(below(location, root) for root in empty):
                self._keep(file, "its folder has no file to read any more (a drive not mounted?)")
            elif gone(location):
                self._remove(row, file)
                del self.fresh[location]
                self.report.removed.append(file.path)
            else:
                self._keep(file, "it cannot be read any more")

    def _keep_unreachable(self, met: Collection[str]) -> None:
        """After a rebuild: take over the plans that could not be read anew, but are not gone."""
        for location, (row, file) in sorted(self.before.items()):
            if location in met and location not in self.unreadable:
                continue  # read, or found to be a duplicate
            lost = gone(location)
            if file.sha256 in self.held or (lost and exists(file.root)):
                if location not in met:
                    self.report.removed.append(file.path)
                continue
            self._carry_over(row)
            self.held[file.sha256] = file
            if location not in met:
                why = "its source is not there" if lost else "it cannot be read any more"
                self._keep(file, why)

    def _keep(self, file: PlanFile, why: str) -> None:
        if file.path not in {path for path, _ in self.report.skipped}:
            self.report.kept.append(file.path)
        self.report.warnings.append((file.path, f"{why}: the text read before is kept"))

    def _overrides(self, files: Sequence[SourceFile]) -> Overrides:
        """What the plans.csv files say; what is wrong in them is reported once."""
        found: Overrides = {}
        for file in files:
            folder = file.path.parent
            if folder in found:
                continue
            # A plans.csv in the source's own folder may name files in the folders below it.
            metadata: dict[str, Metadata] = {}
            for place in dict.fromkeys((file.root, folder)):
                if not place.is_dir():
                    continue
                rows, warnings = load_plans_csv(place)
                metadata.update(rows)
                noted = [(str(place / "plans.csv"), warning) for warning in warnings]
                self.report.warnings += [n for n in noted if n not in self.report.warnings]
            found[folder] = metadata
        return found

    def _changes(self, files: Sequence[SourceFile], overrides: Overrides) -> list[Change]:
        """The files that are new or changed; the others are reported."""
        changes = []
        for source in files:
            said = override_of(source, overrides[source.path.parent])
            try:
                change = look(source, said, self.fresh.get(storable(source.path)))
            except ReadError as error:
                self._could_not_read(source, error)
                continue
            if change is not None:
                changes.append(change)
            else:
                self.report.unchanged.append(source.given)
        return changes

    def _replace(self, changes: Sequence[Change], overrides: Overrides) -> None:
        """Put these files in the place of what was known of them; what cannot be read stays."""
        ready = []
        for change in changes:
            try:
                ready.append((change, self._prepare(change.source, overrides)))
            except ReadError as error:
                self._could_not_read(change.source, error)
        for change, _ in ready:
            self._remove_before(change)
        for change, prepared in ready:
            if holder := self.held.get(change.file.sha256):
                self._drop_duplicate(change, holder)
                continue
            self._add(prepared, change.file)
            self.held[change.file.sha256] = change.file
            name = change.source.given
            (self.report.added if change.was is None else self.report.updated).append(name)
            self.report.warnings += [(name, warning) for warning in prepared.warnings]
            self.report.furniture[name] = prepared.furniture

    def _prepare(self, source: SourceFile, overrides: Overrides) -> Prepared:
        try:
            return prepare(source, overrides[source.path.parent], self._identifier)
        except ReadError:
            raise
        except Exception as error:  # whatever one file does to us, the others are indexed
            raise ReadError(f"could not be processed ({type(error).__name__}: {error})") from error

    def _could_not_read(self, source: SourceFile, reason: ReadError) -> None:
        self.report.skipped.append((source.given, str(reason)))
        location = storable(source.path)
        self.unreadable.add(location)
        if location in self.before:
            self.report.warnings.append((source.given, "the version read before is kept"))

    def _drop_duplicate(self, change: Change, holder: PlanFile) -> None:
        """Report a file that says the same as another; what it said before is no longer there."""
        self._remove_before(change)
        reason = f"has the same content as {holder.path}, which is in the library"
        self.report.skipped.append((change.source.given, reason))

    def _remove_before(self, change: Change) -> None:
        """Remove the version of a file that was read before, if it is still there."""
        if change.was is None or change.row is None:
            return
        if self.held.get(change.was.sha256) == change.was:
            self._remove(change.row, change.was)

    # -- what is done to the draft -------------------------------------------------------------

    def _remove(self, row: int, file: PlanFile) -> None:
        self.draft.vectors.remove(self.draft.catalogue.remove_plan(row))
        self.held.pop(file.sha256, None)

    def _add(self, prepared: Prepared, file: PlanFile) -> None:
        catalogue = self.draft.catalogue
        plan = Plan(
            *(file.sha256[:12], file.path, prepared.metadata, prepared.language),
            *(prepared.text, file.sha256),
        )
        plan_row = catalogue.add_plan(
            plan, file, prepared.blocks, prepared.pages, prepared.warnings
        )
        rows, texts = [], []
        for ordinal, item in enumerate(prepared.passages):
            passage = item.passage
            place = f"{plan.id}-{passage.start}"
            own = passage.row.id if passage.row is not None else None
            # A researcher's own id is kept, unless something else in the library has it too.
            passage_id = catalogue.free_id(own or place, place)
            words = " ".join((*passage.heading, passage.clean))
            rows.append(
                catalogue.add_passage(
                    *(plan_row, ordinal, passage_id, passage, item.language, item.kind),
                    *(item.metadata, stemmed(words, item.language)),
                )
            )
            texts.append(embedding_text(passage.heading, passage.clean))
        self._embed(rows, texts)

    def _carry_over(self, row: int) -> None:
        """Take a plan over from the old catalogue, embedding its passages anew."""
        assert self.old is not None
        copied = self.draft.catalogue.copy_plan(self.old.catalogue, row)
        texts = [embedding_text(passage.heading, passage.clean) for passage in copied]
        self._embed([passage.row for passage in copied], texts)

    def _embed(self, rows: Sequence[int], texts: Sequence[str]) -> None:
        if rows:
            self.draft.vectors.add(rows, self.encoder.encode_passages(texts))

    def _remember(self, places: Collection[str], roots: Mapping[str, str]) -> None:
        """Keep what could not be read, and which sources there are, where that is news."""
        known = {} if self.rebuild or self.old is None else self.old.catalogue.failed()
        found = [(os.path.realpath(path), path, why) for path, why in self.report.skipped]
        failed = _failed_now(known, places, found)
        if failed != known:
            self.draft.catalogue.set_failed(failed)
        sources = {} if self.rebuild or self.old is None else self.old.catalogue.sources()
        if {**sources, **roots} != sources:
            for root, given in roots.items():
                self.draft.catalogue.add_source(root, given)


def _failed_now(
    known: Mapping[str, Failure], places: Collection[str], found: Iterable[tuple[str, str, str]]
) -> dict[str, Failure]:
    """Location → failure: those known from elsewhere, and those found at or below these places."""
    kept = {
        location: failure
        for location, failure in known.items()
        if location not in places and not any(str(p) in places for p in Path(location).parents)
    }
    return kept | {storable(location): (path, reason) for location, path, reason in found}
