"""Structure of a text that kept its line breaks: headings, paragraphs, list items, table rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.cleaning.contents import Title, key_of, strip_numbering
from index.cleaning.lines import Line, ends_sentence
from index.cleaning.words import FINITE_VERBS, PLAIN_TITLES
from index.records import Block, BlockType

_BULLET = re.compile(
    r"(?:[-–—•·▪●■○◦‣⁃∙*\uf0b7\uf0a7]|o(?=\s)|\(?\d{1,2}[.)](?!\d)|\(?[a-zæøå]\))\s+(?=\S)"
)
_MARKDOWN = re.compile(r"(#{1,6})\s+(?=\S)")
_BOLD = re.compile(r"(\*\*|__)[^*_]{2,100}\1:?")
_NUMBERED = re.compile(
    r"(?:(?:kapittel|kapitel|del|kap\.)\s+)?(?P<n>\d{1,2}(?:\.\d{1,2}){0,4})(?P<dot>[.)]?)[\s:–-]\s*"
    r"(?P<title>[^\W\d_].{0,140})",
    re.I,
)
_APPENDIX = re.compile(
    r"(vedlegg|bilag|bilaga|appendix|kapittel|kapitel|del)\s+[\dA-Z]{1,3}\b.{0,100}", re.I
)
_RULE = re.compile(r"[=\-_*~]{3,}")
_COLUMN = re.compile(r"\t+|\s?\|\s?")

# A title does not end with one of these ("om" and "til" can end one: "Det vi drømmer om").
_DANGLING = frozenset(
    """
    og och and eller or samt en et ett ein ei den det de som at att i på for för av af med vår våre
    sin sine den the a an of skal ska vil vill er är
    """.split()
)
_OFFICES = frozenset(
    """
    ordfører ordførar borgmester borgermester rådmann kommunedirektør kommunaldirektør formand leder
    kommunalråd kommundirektör ordförande kommunstyrelseordförande byrådsleder varaordfører
    """.split()
)

COLON_LEVEL = 6  # of a heading like "Mål:"


@dataclass(slots=True)
class _Run:
    """Lines that make one block."""

    type: BlockType
    lines: list[Line]
    level: int = 0


def layout_blocks(
    lines: Sequence[Line], titles: Sequence[Title], following: Line | None = None
) -> list[Block]:
    """Blocks of the open lines, in order. A block never spans a line of furniture.

    `following` is the text's next line after these, which other rules look at: a title may stand above.
    """
    open_lines = [line for line in lines if line.open]
    width = _wrap_width(open_lines)
    known = {key_of(title.text): title.depth for title in titles}
    levels = _heading_levels(open_lines, width, known, following)
    runs: list[_Run] = []
    for at, line in enumerate(open_lines):
        previous = open_lines[at - 1] if at else None
        run = runs[-1] if runs else None
        level = levels[at]
        if level:
            if run and previous and _heading_goes_on(run, previous, line, level):
                run.lines.append(line)
            else:
                runs.append(_Run(BlockType.HEADING, [line], level))
        elif _is_row(open_lines, at):
            runs.append(_Run(BlockType.ROW, [line]))
        elif _BULLET.match(line.text):
            runs.append(_Run(BlockType.ITEM, [line]))
        elif run and previous and _goes_on(run, previous, line, width):
            run.lines.append(line)
        else:
            runs.append(_Run(BlockType.PARAGRAPH, [line]))
    return _blocks(runs, lines)


def _wrap_width(lines: Sequence[Line]) -> int:
    """The width at which lines were broken; 0 where a paragraph stands on one line."""
    lengths = sorted(len(line.text) for line in lines)
    if len(lengths) < 3:
        return 0
    wide = lengths[int(0.9 * (len(lengths) - 1))]
    return wide if wide <= 160 else 0


def _heading_levels(
    lines: Sequence[Line], width: int, known: dict[str, int], following: Line | None
) -> list[int]:
    """For each line its level as a heading, 0 where it is none."""
    levels = [0] * len(lines)
    depth = 0  # of the last numbered or marked heading
    for at, line in enumerate(lines):
        before = lines[at - 1] if at else None
        after = lines[at + 1] if at + 1 < len(lines) else following
        level = _heading_level(
            line, before, after, levels[at - 1] if at else 1, depth, width, known
        )
        if level and not _COLON_ONLY.fullmatch(line.text):
            marked = _MARKDOWN.match(line.text) or _NUMBERED.fullmatch(line.text)
            depth = level if marked else depth
        levels[at] = level
    _drop_runs(lines, levels)
    return levels


_COLON_ONLY = re.compile(r"[A-ZÆØÅÄÖ][\wæøåäö-]*(?: [\w-]+){0,2}:")


def _heading_level(
    line: Line,
    before: Line | None,
    after: Line | None,
    level_before: int,
    depth: int,
    width: int,
    known: dict[str, int],
) -> int:
    text = line.text
    if len(text) > 160 or not any(character.isalpha() for character in text):
        return 0
    markdown = _MARKDOWN.match(text)
    if markdown:
        return len(markdown.group(1))
    if after is None:
        return 0
    if _RULE.fullmatch(after.text) and len(after.text) >= 3 and not after.gap and len(text) <= 100:
        return 1 if after.text[0] == "=" else 2
    if _BOLD.fullmatch(text):
        return min(depth + 1, 6)
    key = key_of(text)
    _, numbers = strip_numbering(text)
    if key in known and len(text) <= 120 and text[:1] not in "-•*":
        return max(numbers, known[key])
    settled = line.gap or before is None or level_before > 0 or ends_sentence(before.text)
    numbered = _NUMBERED.fullmatch(text)
    if numbered:
        return _numbered_level(numbered, line, after, settled)
    if _BULLET.match(text) or _is_tabbed(text):
        return 0
    if _COLON_ONLY.fullmatch(text) and settled:
        return COLON_LEVEL
    if not _titlelike(text) or _is_signature(text):
        return 0
    if _is_caps(text):
        return 1 if settled or not before or not _is_caps(before.text) else 0
    if _APPENDIX.fullmatch(text) and settled:
        return 1
    follows = _reads_on(after, width)
    plain = text.casefold() in PLAIN_TITLES
    short_before = bool(before and width and len(before.text) < 0.75 * width)
    if plain and (settled or short_before):
        return min(depth + 1, 6)
    if settled and follows and (line.gap or not width or len(text) < 0.7 * width):
        if not line.gap and before is not None and before.text.endswith(":") and level_before == 0:
            return 0
        return min(depth + 1, 6)
    return 0


def _numbered_level(numbered: re.Match[str], line: Line, after: Line, settled: bool) -> int:
    title = numbered.group("title")
    depth = numbered.group("n").count(".") + 1
    if not _titlelike(title) or numbered.group("dot") == ")" or len(title.split()) > 12:
        return 0
    if depth > 1:
        return depth if settled or title[0].isupper() else 0
    if not settled or not title[0].isupper():
        return 0
    following = _NUMBERED.fullmatch(after.text)
    if following and following.group("n") == str(int(numbered.group("n")) + 1):
        return 0  # a numbered list
    return 1 if line.gap or _is_caps(title) or after.gap or len(after.text) > 60 or following else 0


def _titlelike(text: str) -> bool:
    """A short capitalised phrase without an end mark.

    On a line of its own that is enough: a verb ("Slik følger vi opp") does not speak against it.
    """
    words = text.split()
    if not words or len(words) > 12 or len(text) > 100:
        return False
    if not (words[0][0].isupper() or words[0][0].isdigit()) or text[-1] in ".,;:!…-–‐":
        return False
    if words[-1].casefold() in _DANGLING:
        return False
    verbs = sum(word.casefold() in FINITE_VERBS for word in words)
    if verbs > 1 or (verbs and len(words) > 8 and text[-1] != "?"):
        return False
    return sum(character.isdigit() for character in text) <= 0.4 * len(text)


def _is_signature(text: str) -> bool:
    """ "Kari Dahl", "Kari Dahl, ordfører": below a foreword, not above a part."""
    words = re.findall(r"[^\W\d_][\w.-]*", text)
    if words and words[0].casefold() in PLAIN_TITLES:
        return False
    if len(words) >= 2 and words[-1].casefold() in _OFFICES:
        return True
    return 2 <= len(words) <= 4 and all(word[0].isupper() and word[1:].islower() for word in words)


def _is_caps(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= 4 and sum(map(str.isupper, letters)) >= 0.9 * len(letters)


def _reads_on(line: Line, width: int) -> bool:
    """Whether a line is running text or a list: what a heading stands above."""
    text = line.text
    if _BULLET.match(text) or ends_sentence(text):
        return len(text) > 12
    return len(text) >= (0.6 * width if width else 60) or (
        len(text.split()) >= 5 and any(w.casefold() in FINITE_VERBS for w in text.split())
    )


def _drop_runs(lines: Sequence[Line], levels: list[int]) -> None:
    """Three or more unmarked short lines in a row are a list or an address, not headings."""
    at = 0
    while at < len(lines):
        stop = at
        while stop < len(lines) and levels[stop] and not _marked(lines[stop].text):
            stop += 1
        if stop - at >= 3:
            for inner in range(at, stop - 1):
                levels[inner] = 0
            if not lines[stop - 1].gap:
                levels[stop - 1] = 0
        at = max(stop, at + 1)


def _marked(text: str) -> bool:
    return bool(_MARKDOWN.match(text) or _NUMBERED.fullmatch(text) or _is_caps(text))


def _is_tabbed(text: str) -> bool:
    return ("\t" in text or "|" in text) and len(_COLUMN.split(text.strip("| \t"))) >= 2


def _is_row(lines: Sequence[Line], at: int) -> bool:
    """Lines of two or more cells (tabs, pipes) with another such line beside them."""
    if not _is_tabbed(lines[at].text):
        return False
    return any(
        0 <= other < len(lines) and _is_tabbed(lines[other].text) for other in (at - 1, at + 1)
    )


def _heading_goes_on(run: _Run, previous: Line, line: Line, level: int) -> bool:
    """Whether two heading lines are one title broken in two."""
    if run.type is not BlockType.HEADING or run.level != level or line.gap:
        return False
    if _MARKDOWN.match(line.text) or _NUMBERED.fullmatch(line.text) or line.text.endswith(":"):
        return False
    return _is_caps(previous.text) == _is_caps(line.text) and len(run.lines) < 3


def _goes_on(run: _Run, previous: Line, line: Line, width: int) -> bool:
    """Whether `line` continues the paragraph or item that `previous` belongs to."""
    if run.type not in (BlockType.PARAGRAPH, BlockType.ITEM):
        return False
    unfinished = not ends_sentence(previous.text)
    lower = line.text[0].islower()
    if line.gap:
        return False
    if not width:
        return unfinished and lower
    if lower:
        return True
    if run.type is BlockType.ITEM and not unfinished:
        return line.indent > run.lines[0].indent
    return len(previous.text) >= 0.7 * width


def _blocks(runs: Sequence[_Run], lines: Sequence[Line]) -> list[Block]:
    blocks: list[Block] = []
    closed = [line.start for line in lines if not line.open]
    position = 0
    for run in runs:
        start = run.lines[0].start
        end = run.lines[0].end
        for line in run.lines[1:]:
            while position < len(closed) and closed[position] < end:
                position += 1
            if position < len(closed) and closed[position] < line.start:
                blocks.append(Block(start, end, run.type, run.level))
                start = line.start
            end = line.end
        blocks.append(Block(start, end, run.type, run.level))
    return blocks
