"""What the command line prints: hits, reports and facts, as text or JSON."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import asdict

import click

from index.library import Library
from index.report import Report
from nabo.cli.terminal import one_line, say
from search.engine import SearchEngine
from search.filters import Filters
from search.hits import Hit

_UNKNOWN = "unknown"


def print_hits(
    engine: SearchEngine, query: str, hits: Sequence[Hit], filters: Filters, as_json: bool
) -> None:
    """One question's hits."""
    if as_json:
        answer = {"query": query, "hits": [hit.as_dict() for hit in hits]}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        width = min(shutil.get_terminal_size().columns, 100)
        invented = engine.library.catalogue.invented()
        for hit in hits:
            click.echo(_hit_text(hit, width, hit.passage.plan_row in invented) + "\n")
    if not hits:
        say(engine.why_nothing(query, filters))


def _hit_text(hit: Hit, width: int, invented: bool) -> str:
    place = " › ".join([hit.municipality or f"municipality {_UNKNOWN}", hit.title or hit.plan])
    if hit.heading:
        place += " › " + " › ".join(hit.heading)
    facts = [hit.country or f"country {_UNKNOWN}", str(hit.year or f"year {_UNKNOWN}")]
    facts += [hit.language, hit.kind]
    if hit.page is not None:
        facts.append(f"p. {hit.page}")
    if invented:
        facts.append("invented demo plan")
    if hit.copies:
        facts.append(f"and {hit.copies} near-identical")
    facts.append(f"{hit.plan} [{hit.start}:{hit.end}]")
    text = textwrap.fill(
        one_line(hit.text), width, initial_indent="     ", subsequent_indent="     "
    )
    first = f"{hit.rank:>3}  {hit.score:.3f}  {one_line(place)}"
    return f"{first}\n     {one_line(' · '.join(facts))}\n{text}"


def print_report(report: Report, as_json: bool) -> None:
    """What `nabo index` did."""
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        return
    counts = [
        f"{len(paths)} {name}"
        for name in ("added", "updated", "unchanged", "removed", "kept")
        if (paths := getattr(report, name))
    ]
    click.echo(f"Files: {', '.join(counts) or 'none'}; {len(report.skipped)} not read")
    for path, reason in report.skipped:
        click.echo(f"  not read: {one_line(path)}: {one_line(reason)}")
    for path, warning in report.warnings:
        click.echo(f"  note: {one_line(path)}: {one_line(warning)}")
    click.echo(f"Library {report.library}: {report.plans} plans, {report.passages} passages")
    click.echo(f"  languages: {_counts(report.languages)}")
    click.echo(f"  kinds: {_counts(report.kinds)}")
    click.echo(f"  encoder: {report.encoder}")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name or _UNKNOWN} {count}" for name, count in counts.items()) or "none"


def print_info(library: Library, as_json: bool) -> None:
    """What a library holds."""
    catalogue, manifest = library.catalogue, library.manifest
    facets = ("country", "language", "kind", "municipality", "year")
    counts = {facet: catalogue.counts(facet) for facet in facets}
    plans = catalogue.plans()
    failures = [{"path": path, "reason": reason} for path, reason in catalogue.failures()]
    if as_json:
        facts = {
            "library": str(library.path),
            "generation": manifest.generation,
            "encoder": asdict(manifest.encoder),
            "passage_version": manifest.passage_version,
            "content": manifest.content,
            "bytes": library.size,
            "plans": manifest.plans,
            "passages": manifest.passages,
            "counts": counts,
            "sources": sorted(catalogue.sources().values()),
            "not_read": failures,
            "documents": plans,
        }
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    click.echo(
        f"Library {library.path}: {manifest.plans} plans, {manifest.passages} passages,"
        f" {library.size / 1e6:.1f} MB"
    )
    encoder = manifest.encoder
    click.echo(f"  encoder: {encoder.name} ({encoder.revision}), {encoder.dim} dimensions")
    for facet in facets:
        click.echo(f"  {facet}: {_counts(counts[facet])}")
    for plan in plans:
        known = [plan["municipality"], plan["country"], plan["year"], plan["title"]]
        words = " · ".join(one_line(str(value or "?")) for value in known)
        click.echo(f"  {plan['passages']:>5} passages  {words}  ({one_line(plan['path'])})")
    for failure in failures:
        click.echo(f"  not read: {one_line(failure['path'])}: {one_line(failure['reason'])}")
