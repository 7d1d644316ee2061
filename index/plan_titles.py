"""A plan's title, from its headings, its first lines or its file's name; and the type it names."""

from __future__ import annotations

import re

from index.plan_years import head_of
from index.readers.properties import title_or_none
from index.records import BlockType, Document

_NO_TITLE = re.compile(
    r"(?:\d{0,3}\.?\s*)?(?:innhold|indhold|innehåll|innehållsförteckning|innholdsfortegnelse"
    r"|indholdsfortegnelse|forord|förord|innledning|indledning|inledning|forside|hjem|start|startside"
    r"|startsida|velkommen|transkript(?:ion)?|relaterede dokumenter|relaterte dokumenter|sammendrag"
    r"|resumé|sammanfattning|last ned|download.*|størrelse:.*|storlek:.*|side \d+.*|sida \d+.*"
    r"|https?://.*|www\..*)\W*",
    re.I,
)
_ONLY_PLACE = re.compile(
    r"(?:[^\W\d_][\w'’-]*\s){1,4}(?:kommunes?|kommuns?|stads?|herad|regionskommune)", re.I
)
_CONTINUES = re.compile(r"(?:[a-zæøåäö]|(?:19|20)\d\d\b)")
_LONGEST = 200  # characters; a longer first line is no title
_LINES = 15

# From the special to the general: of two that begin at the same word, the first counts.
_TYPES = (
    ("kommuneplanens samfunnsdel", r"(?:kommune)?planens samfunnsdel\w*|samfunnsdel\w*"),
    ("kommuneplanens arealdel", r"(?:kommune)?planens arealdel\w*|arealdel\w*"),
    ("planprogram", r"planprogram\w*"),
    ("planstrategi", r"\w*planstrategi\w*"),
    ("strategiplan", r"\w*strategiplan\w*"),
    ("kommunedelplan", r"kommunedelplan\w*"),
    ("kommuneplan", r"kommuneplan\w*"),
    ("handlingsplan", r"\w*handlingsplan\w*|\w*tiltaksplan\w*|\w*åtgärdsplan\w*"),
    ("handleplan", r"\w*handleplan\w*"),
    ("handlingsprogram", r"\w*handlingsprogram\w*"),
    ("temaplan", r"\w*temaplan\w*"),
    ("økonomiplan", r"\w*økonomiplan\w*"),
    ("översiktsplan", r"\w*översiktsplan\w*"),
    ("virksomhedsplan", r"virksomhedsplan\w*"),
    ("virksomhetsplan", r"virksomhetsplan\w*"),
    ("mål och budget", r"mål och budget"),
    ("budsjett", r"\w*budsjett\w*"),
    ("budget", r"\w*budget\w*"),
    ("evaluering", r"\w*evaluering\w*"),
    ("utvärdering", r"\w*utvärdering\w*"),
    ("årsrapport", r"årsrapport\w*|årsmelding\w*|årsberetning\w*"),
    ("rapport", r"\w*rapport(?:en|er|ens)?"),
    ("strategi", r"\w*strategi(?:en|er|erne|n|ens|ene)?"),
    ("politikk", r"\w*politikk(?:en|ens)?"),
    ("politik", r"\w*politik(?:ken|ker)?"),
    ("policy", r"\w*policy\w{0,2}"),
    ("program", r"\w*program(?:met|mets|mer)?"),
    ("retningslinjer", r"\w*retningslinjer\w*"),
    ("riktlinjer", r"\w*riktlinjer\w*"),
    ("veileder", r"\w*veileder\w*"),
    ("plan", r"\w*plan(?:en|er|ens|erne|ene)?"),
)
_TYPE = re.compile("|".join(rf"\b(?P<t{n}>{p})\b" for n, (_, p) in enumerate(_TYPES)), re.I)
_HASH = re.compile(r"(?:[0-9a-f]{8,}|\d+)", re.I)


def title_of_text(document: Document) -> str | None:
    """The first heading, or where there are no blocks the first line that can be a title."""
    for block in document.blocks or ():
        if block.type is BlockType.HEADING:
            heading = " ".join(document.text[block.start : block.end].split())
            if len(heading) <= _LONGEST and _can_be_title(heading):
                return heading
            break
    if document.blocks is not None:
        starts = (b for b in document.blocks if b.type is BlockType.PARAGRAPH)
        first = next(starts, None)
        return _first_line(document.text[first.start : first.end]) if first else None
    # A viewer's page begins with the title; what its document begins with comes second.
    return _first_line(document.text[:3000]) or _first_line(head_of(document.text))


def title_of_file(stem: str) -> str | None:
    """A file's name as a title ("frivillighetsplan_2020-2024"), None for numbers and hashes."""
    words = [w for w in re.split(r"[_\s]+", stem) if w and not _HASH.fullmatch(w)]
    years = re.search(r"(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)?\d\d)?$", stem)
    name = " ".join(words)
    if years and years[0] not in name:
        name = f"{name} {years[0]}"
    if " " not in name:  # "no-fjellvik-samfunnsdel"
        name = re.sub(r"(?<=[^\W\d])-(?=\w)|-(?=[^\W\d])", " ", name)
    if sum(c.isalpha() for c in name) < 3:
        return None
    return name[0].upper() + name[1:]


def plan_type(title: str | None, stem: str) -> str | None:
    """The type of plan that the title names first, else the file's name; None where none does."""
    for text in (title or "", re.sub(r"[_-]+", " ", stem)):
        if found := _TYPE.search(text):
            number = next(int(n[1:]) for n, value in found.groupdict().items() if value)
            return _TYPES[number][0]
    return None


def _first_line(text: str) -> str | None:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    place_only = None
    seen = 0
    for number, line in enumerate(lines):
        if not line:
            continue
        seen += 1
        if seen > _LINES:
            break
        if len(line) > _LONGEST:  # running text: what a title would stand above
            return place_only
        if not _can_be_title(line):
            continue
        if _ONLY_PLACE.fullmatch(line):
            place_only = place_only or line
            continue
        following = lines[number + 1] if number + 1 < len(lines) else ""
        joined = f"{line} {following}"
        fits = len(following) <= 80 and len(joined) <= 160 and not line.endswith((".", ":", "!"))
        return joined if following and fits and _CONTINUES.match(following) else line
    return place_only


def _can_be_title(line: str) -> bool:
    letters = sum(c.isalpha() for c in line)
    return letters >= 4 and title_or_none(line) is not None and not _NO_TITLE.fullmatch(line)
