"""Structure of flattened pages: headings and bullets that have run into one line of text.

Where a dump has dropped the line breaks, "… i kommunen. Ungdomsråd Det skal velges …" still
shows its joints (`joints`), which cut a page into segments. Some segments are headings (`titles`);
a run of unfinished segments is a list; the rest is running text.
"""

from __future__ import annotations

from collections import Counter

from index.cleaning.contents import Title
from index.cleaning.joints import Known, Segment, Vocabulary, segments_of
from index.cleaning.lines import Cut, Line
from index.cleaning.titles import MAX_TITLE_WORDS, could_be_title, mark_headings, starts_item
from index.records import Block, BlockType


def flat_blocks(
    document: str, lines: list[Line], titles: list[Title], vocabulary: Vocabulary
) -> tuple[list[Block], list[Cut]]:
    """Blocks of flattened lines, in order, and the drop capitals cut out of them."""
    known = Known(titles)
    segments: list[Segment] = []
    cuts: list[Cut] = []
    for line in lines:
        segments += segments_of(document, line, vocabulary, known, cuts)
    segments = _split_repeated(segments)
    mark_headings(segments, known, vocabulary)
    _find_items(segments)
    return _blocks(segments), cuts


def _split_repeated(segments: list[Segment]) -> list[Segment]:
    """Parts the segments that open with a phrase that stands alone elsewhere: a title again."""
    counts = Counter(
        segment.text
        for segment in segments
        if not segment.finished and 12 <= len(segment.text) <= 110 and could_be_title(segment)
    )
    titles = {
        text
        for text, count in counts.items()
        if count >= 2 and 2 <= len(text.split()) <= MAX_TITLE_WORDS and text[0].isupper()
    }
    if not titles:
        return segments
    result: list[Segment] = []
    for segment in segments:
        phrase = _opening_among(titles, segment.text)
        if phrase:
            start, border = segment.start, len(phrase) + 1
            result.append(Segment(start, start + border - 1, phrase, segment.joint, False))
            segment.start, segment.text = start + border, segment.text[border:]
            segment.joint = "after title"
        result.append(segment)
    return result


def _opening_among(titles: set[str], text: str) -> str:
    """The title that `text` opens with, where a capital follows; "" if there is none."""
    border = text.find(" ")
    for _ in range(MAX_TITLE_WORDS):
        if border < 0:
            return ""
        if text[border + 1 : border + 2].isupper() and text[:border] in titles:
            return text[:border]
        border = text.find(" ", border + 1)
    return ""


def _find_items(segments: list[Segment]) -> None:
    """Runs of three or more segments that follow one another without end marks are lists."""
    run: list[Segment] = []

    def close() -> None:
        if sum(not member.finished for member in run) >= 2 and len(run) >= 3:
            for member in run:
                member.item = True
        run.clear()

    for at, segment in enumerate(segments):
        if segment.level:
            close()
            continue
        if segment.joint == "bullet":
            segment.item = True
        chained = bool(run) and segment.joint != "line"
        loose = not segment.finished and not segment.text.endswith(":")
        if chained and (loose or not run[-1].finished or starts_item(segment)):
            run.append(segment)
        else:
            close()
            if loose or (at and segments[at - 1].text.endswith(":") and starts_item(segment)):
                run.append(segment)
        if segment.text.endswith(":"):
            close()
    close()


def _blocks(segments: list[Segment]) -> list[Block]:
    blocks: list[Block] = []
    open_start = -1
    open_end = -1

    def close() -> None:
        nonlocal open_start
        if open_start >= 0:
            blocks.append(Block(open_start, open_end, BlockType.PARAGRAPH))
            open_start = -1

    for segment in segments:
        if segment.level or segment.item:
            close()
            kind = BlockType.HEADING if segment.level else BlockType.ITEM
            blocks.append(Block(segment.start, segment.end, kind, segment.level))
        else:
            if open_start < 0:
                open_start = segment.start
            open_end = segment.end
        if segment.last_of_line:
            close()
    close()
    return blocks
