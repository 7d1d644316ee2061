"""Which segments of flattened lines are headings.

A short segment without a finite verb, between a finished sentence and a full one; a number, capitals
or a place in the document's own contents list speak for it. Precision comes first: a wrong heading
is carried by every passage below it, a missed one only by its own words.
"""

from __future__ import annotations

import re

from index.cleaning.contents import strip_numbering
from index.cleaning.joints import CAPS, Known, Segment, Vocabulary
from index.cleaning.words import (
    CONNECTORS,
    FINITE_VERBS,
    ITEM_STARTS,
    OPENS_SENTENCE,
    PLAIN_TITLES,
    ROLE_TITLES,
    STARTERS,
)

_WORD = re.compile(r"[^\W\d_][\w-]*")
_QUESTION = re.compile(
    r"(?:H[vw]|K[vo]|V[aei]|Når|När|Who|What|Why|How|Er |Är )(?:\S+ ){1,9}\S+\?", re.I
)
_NUMBER_START = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?=[^\W\d_])")

MAX_TITLE_WORDS = 10
INLINE_LEVEL = 5  # of a heading that has neither a number nor capitals nor a place in the contents


def mark_headings(segments: list[Segment], known: Known, vocabulary: Vocabulary) -> None:
    """Sets the level of the segments that are headings."""
    for at, level in _known_headings(segments, known).items():
        segments[at].level = level
    for at, segment in enumerate(segments):
        if segment.level or not could_be_title(segment):
            continue
        before = segments[at - 1] if at else None
        after = segments[at + 1] if at + 1 < len(segments) else None
        bare, depth = strip_numbering(segment.text)
        placed = _fresh(segments, at) and not _in_numbered_list(segments, at)
        if not placed and not (before and _is_second_title(before, segment, after)):
            continue
        if depth:
            if _full(after) or (after and _deeper(after, depth)):
                segment.level = depth
        elif CAPS.fullmatch(bare) and len(bare) >= 6 and _opens_text(after):
            segment.level = 1
        elif (
            after
            and _full(after)
            and (_is_question(bare, after) or _inline_title(bare, after, vocabulary))
        ):
            segment.level = INLINE_LEVEL + (bare.casefold() in ROLE_TITLES)
            if before and _is_second_title(before, segment, after):
                before.level = INLINE_LEVEL - 1


def _fresh(segments: list[Segment], at: int) -> bool:
    """Whether what stands before a segment is complete, so that a title may stand here."""
    segment = segments[at]
    before = segments[at - 1] if at else None
    if before is None or before.level > 0 or segment.joint == "line":
        return segment.text[0].isupper() or segment.text[0].isdigit()
    if segment.joint == "colon":
        following = segments[at + 1 : at + 3]
        return (
            len(following) == 2
            and all(after.finished and _full(after) for after in following)
            and _has_verb(following[0])
        )
    return segment.joint != "bullet" and before.finished


def _is_second_title(before: Segment, segment: Segment, after: Segment | None) -> bool:
    """ "Skovplan Indledning Træerne vokser …": a page that opens with two titles."""
    return (
        before.joint == "line"
        and not before.finished
        and before.text[0].isupper()
        and len(before.text.split()) <= 6
        and segment.text.casefold() in PLAIN_TITLES
        and _full(after)
    )


def _known_headings(segments: list[Segment], known: Known) -> dict[int, int]:
    """Where the titles of the contents list stand in the text: segment index to level.

    A title may come up many times (in a list, under a diagram): of all ways to find the titles in
    their order, the one with the best places in sum is taken.
    """
    if not known.order:
        return {}
    places: list[tuple[int, int, float]] = []  # segment, place in the list, how good
    for at, segment in enumerate(segments):
        if not could_be_title(segment):
            continue
        title = known.at(segment.text)
        if title is None or len(segment.text) - title[1] > 1 or _in_numbered_list(segments, at):
            continue
        after = segments[at + 1] if at + 1 < len(segments) else None
        score = 0.5 + 2.0 * _fresh(segments, at) + 1.0 * (_full(after) or not after)
        score += 0.5 * bool(CAPS.fullmatch(segment.text)) + 1.0 * segment.text[0].isdigit()
        if segment.joint == "inside" and len(segment.text) < 15 and score < 2:
            continue
        places.append((at, title[0], score))
    places = places[:2000]
    best: list[float] = []
    back: list[int] = []
    for index, (_, place, score) in enumerate(places):
        total, previous = score, -1
        for earlier in range(max(0, index - 400), index):
            if places[earlier][1] < place and best[earlier] + score > total:
                total, previous = best[earlier] + score, earlier
        best.append(total)
        back.append(previous)
    levels: dict[int, int] = {}
    index = max(range(len(places)), key=lambda i: best[i], default=-1)
    while index >= 0:
        at, place, _ = places[index]
        levels[at] = max(strip_numbering(segments[at].text)[1], known.depth[place])
        index = back[index]
    return levels


def could_be_title(segment: Segment) -> bool:
    """Whether a line is short, open-ended and wordy enough to be a heading."""
    text = segment.text
    if len(text) > 110 or text[-1] in ",;:-–/(" or (segment.finished and text[-1] != "?"):
        return False
    words = text.split()
    if len(words) > MAX_TITLE_WORDS + 4 or not any(len(word) >= 4 for word in _WORD.findall(text)):
        return False
    return words[-1].casefold() not in CONNECTORS


def _is_question(bare: str, after: Segment) -> bool:
    """ "Hvorfor trenger vi parker?" above its answer."""
    return bool(_QUESTION.fullmatch(bare)) and not after.text.endswith("?")


def _inline_title(bare: str, after: Segment, vocabulary: Vocabulary) -> bool:
    words = _WORD.findall(bare)
    if not 1 <= len(words) <= MAX_TITLE_WORDS or not bare[0].isupper():
        return False
    low = [word.casefold() for word in words]
    if bare[-1] == "?" or not vocabulary.common(words[0]):
        return False
    if any(word in FINITE_VERBS for word in low) or any(c.isdigit() for c in bare[:-5]):
        return False
    if len(low) == 1 and (low[0] in STARTERS or low[0] in CONNECTORS or len(low[0]) < 4):
        return False
    if low[-1] in STARTERS or low[0] in OPENS_SENTENCE:
        return False
    if low[0] in ITEM_STARTS and starts_item(after):
        return False  # two points of a list
    return not (low[0] in STARTERS and len(low) > 6)


def _full(segment: Segment | None) -> bool:
    """Whether a segment reads as a sentence."""
    if segment is None:
        return False
    words = len(segment.text.split())
    if segment.finished or segment.text.endswith(":"):
        return words >= 5
    return words >= 12 and _has_verb(segment)


def _has_verb(segment: Segment) -> bool:
    return any(word.casefold() in FINITE_VERBS for word in _WORD.findall(segment.text))


def _opens_text(segment: Segment | None) -> bool:
    return segment is not None and (len(segment.text.split()) >= 3 or segment.level > 0)


def _deeper(segment: Segment, depth: int) -> bool:
    return strip_numbering(segment.text)[1] == depth + 1


def _number(segment: Segment) -> int:
    match = _NUMBER_START.match(segment.text)
    return int(match.group(1)) if match and "." not in match.group(1) else 0


def _in_numbered_list(segments: list[Segment], at: int) -> bool:
    """Whether a numbered segment has another right beside it: "1. A 2. B 3. C"."""
    if not _number(segments[at]):
        return False
    beside = segments[max(at - 1, 0) : at] + segments[at + 1 : at + 2]
    return any(_number(other) and not other.level and not other.finished for other in beside)


def starts_item(segment: Segment) -> bool:
    """Whether a segment opens as the points of plans do ("Utvikle …", "Øge …")."""
    match = _WORD.search(segment.text[:40])
    return match is not None and match.group().casefold() in ITEM_STARTS
