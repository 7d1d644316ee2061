"""Joints of flattened lines: where a title, a list item or a sentence begins without a mark before it.

The telling sign is a capital on a word that is no name, inside a line and not after an end mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from index.cleaning.contents import Title, key_of, strip_numbering
from index.cleaning.lines import Cut, Line, ends_sentence
from index.cleaning.words import CONNECTORS, ITEM_STARTS, PLAIN_TITLES, STARTERS
from index.sentences import sentence_spans

CAPS = re.compile(
    r"(?:(?<=\s)|^)[A-ZÆØÅÄÖ][A-ZÆØÅÄÖ/-]+(?:,? (?:[A-ZÆØÅÄÖ][A-ZÆØÅÄÖ/-]*|\d+|&|–|-))*"
)
_CAPITAL = re.compile(r"(?<=\s)[\"“”«»'(]?(?P<word>(?:[A-ZÆØÅÄÖ][a-zæøåäöéü]+|[IÅÖ](?=\s))[\w/-]*)")
_ANY_JOINT = re.compile(r"\s(?:[A-ZÆØÅÄÖ•▪●■◦‣⁃∙\uf0b7\uf0a7\"“”«»'(]|o\s|\d)")
_BULLET = re.compile(r"(?<=\s)(?:[•▪●■◦‣⁃∙\uf0b7\uf0a7]|o(?=\s[A-ZÆØÅÄÖ]))(?=\s)")
_LOWER = re.compile(r"(?<!\w)[a-zæøåäöéü]\w+")
_DROP_CAPITAL = re.compile(r"([A-ZÆØÅÄÖ]) (?=\1[a-zæøåäö])")
_DROP_INSIDE = re.compile(r"(?<=\s)([A-ZÆØÅÄÖ]) (?=\1[a-zæøåäö])")
_NEXT_NAME = re.compile(r" ([A-ZÆØÅÄÖ][a-zæøåäöéü]+)")
_NUMBER_ONLY = re.compile(r"\d{1,2}(\.\d{1,2}){0,3}\.?")
_END_MARK = re.compile(r"[.!?…][\"”“»«'’)\]]{0,3}$")

STEM = 6  # letters that make two forms of one word: "Samordne", "samordning"


@dataclass(slots=True)
class Segment:
    """A stretch between two joints of a line."""

    start: int
    end: int
    text: str
    joint: str  # what it follows: "line", "sentence", "inside", "colon", "bullet"
    finished: bool  # ends with an end mark
    last_of_line: bool = False
    level: int = 0  # above 0: a heading
    item: bool = False


class Vocabulary:
    """The words that a document (or the language) writes in lower case: a capital on one is a joint."""

    def __init__(self, text: str, lines: Iterable[Line]):
        self._lower: set[str] = set()
        for line in lines:
            if line.open:
                self._lower.update(_LOWER.findall(text, line.start, line.end))
        self._stems = {word[:STEM] for word in self._lower if len(word) >= STEM}

    def common(self, word: str) -> bool:
        """Whether `word` is no name."""
        low = word.casefold()
        return (
            low in STARTERS
            or low in ITEM_STARTS
            or low in PLAIN_TITLES
            or (low in self._lower or low[:STEM] in self._stems)
        )


class Known:
    """Titles of the document's own contents list, looked up by their words."""

    def __init__(self, titles: list[Title]):
        self.order = {key_of(title.text): at for at, title in reversed(list(enumerate(titles)))}
        self.depth = [title.depth for title in titles]
        self.sizes = sorted({len(key.split()) for key in self.order if key}, reverse=True)[:20]
        self.firsts = {key.split()[0] for key in self.order if key}

    def at(self, text: str) -> tuple[int, int] | None:
        """(place in the list, characters) of the longest known title that `text` starts with."""
        window = text[:240]
        bare = strip_numbering(window)[0] if window[:1].isdigit() else window
        offset = window.find(bare) if bare else 0
        words = list(re.finditer(r"\w+", bare))
        if not words or words[0].group().casefold() not in self.firsts:
            return None
        for size in self.sizes:
            if size <= len(words):
                key = " ".join(word.group().casefold() for word in words[:size])
                if key in self.order:
                    return self.order[key], max(offset, 0) + words[size - 1].end()
        return None


def segments_of(
    document: str, line: Line, vocabulary: Vocabulary, known: Known, cuts: list[Cut]
) -> list[Segment]:
    """The segments of one line, in order. Drop capitals before them are added to `cuts`."""
    segments: list[Segment] = []
    joint = "line"
    for start, end in sentence_spans(document, line.start, line.end):
        borders = _joints(document, start, end, vocabulary, known)
        edges = [(start, joint if segments or joint == "line" else "sentence"), *borders]
        for (left, kind), right in zip(edges, [at for at, _ in borders] + [end], strict=True):
            text = document[left:right].rstrip()
            drop = _DROP_CAPITAL.match(text)
            if drop and (kind in ("line", "inside", "sentence")):
                cuts.append(Cut(left, left + 1, "drop capital"))
                left += drop.end()
                text = text[drop.end() :]
            if text:
                finished = bool(_END_MARK.search(text[-5:]))
                segments.append(Segment(left, left + len(text), text, kind, finished))
        joint = "sentence" if segments and ends_sentence(segments[-1].text) else "inside"
        if segments and segments[-1].text.endswith(":"):
            joint = "colon"
    if segments:
        segments[-1].last_of_line = True
    return segments


def _joints(
    document: str, start: int, end: int, vocabulary: Vocabulary, known: Known
) -> list[tuple[int, str]]:
    """Places inside a sentence where a title, an item or another sentence seems to begin."""
    if not _ANY_JOINT.search(document, start, end):
        return []
    found: dict[int, str] = {}
    for match in _BULLET.finditer(document, start, end):
        found[match.start()] = "bullet"
    for match in CAPS.finditer(document, start, end):
        if _is_caps_title(match.group(), vocabulary):
            if match.start() > start:
                found[match.start()] = "caps"
            following = match.end() + 1
            if following < end and document[following].isupper():
                found[following] = "after caps"
    dropped = {start + 2} if _DROP_CAPITAL.match(document, start, end) else set()
    for match in _DROP_INSIDE.finditer(document, start, end):
        found[match.start()] = "inside"
        dropped.add(match.start() + 2)
    for match in _CAPITAL.finditer(document, start, end):
        at = match.start()
        if at <= start or at in found or at in dropped:
            continue
        before = document[max(start, at - 40) : at].split()
        if not before:
            continue
        word, last = match.group("word"), before[-1]
        if len(before) == 1 and _NUMBER_ONLY.fullmatch(last) and at - start <= len(last) + 2:
            continue
        if last[-1] in ":":
            found[at] = "colon"
            continue
        titled = at - start == len(last) + 1 and last.casefold() in PLAIN_TITLES
        if titled:  # "Baggrund Solbjerg Kommune har …"
            found[at] = "inside"
            continue
        if not vocabulary.common(word) or not _may_precede(last, word, vocabulary, at - start):
            title = known.at(document[at : min(end, at + 240)]) if known.firsts else None
            if not title or title[1] < 15 or last.casefold() in CONNECTORS or last[-1] in ",(/-":
                continue
        name = _NEXT_NAME.match(document, match.end(), min(end, match.end() + 40))
        if name and not vocabulary.common(name.group(1)):
            low = word.casefold()
            if low not in STARTERS and low not in ITEM_STARTS:
                continue  # "Nye Fjordvik", "Bydel Sørli"
        found[at] = "inside"
    if known.firsts:
        _add_title_ends(document, start, end, known, found)
    return sorted(found.items())


def _add_title_ends(
    document: str, start: int, end: int, known: Known, found: dict[int, str]
) -> None:
    """A joint after each title of the contents list that begins at a joint; none inside it."""
    for at in [start, *sorted(found)]:
        if at != start and at not in found:
            continue
        title = known.at(document[at : min(end, at + 240)])
        if not title:
            continue
        stop = at + title[1]
        while stop < end and not document[stop].isspace() and stop < at + title[1] + 2:
            stop += 1
        following = document[stop + 1 : stop + 2]
        if stop >= end or (
            document[stop].isspace() and (following.isupper() or following.isdigit())
        ):
            for inner in [place for place in found if at < place < stop]:
                del found[inner]
            if stop < end:
                found[stop + 1] = "after title"


def _may_precede(last: str, word: str, vocabulary: Vocabulary, offset: int) -> bool:
    """Whether a new phrase, starting with `word`, can begin after the word `last`.

    `offset` is how many characters into its sentence the phrase begins.
    """
    if last[-1] in ",;(/–-&\"“«'" or last in ("–", "-", "/", "&"):
        return False
    low = last.casefold().rstrip(".")
    if low in CONNECTORS:
        return False
    if not last[0].isupper() or last.isupper():
        return True
    first_word = offset <= len(last) + 1
    if word.casefold() in STARTERS:
        return first_word or low not in STARTERS
    # A name goes on: "Solbjerg Kommune", "Anne Dahl".
    return vocabulary.common(last) and (first_word or low not in STARTERS)


def _is_caps_title(text: str, vocabulary: Vocabulary) -> bool:
    words = re.findall(r"[^\W\d_]+", text)
    letters = sum(map(len, words))
    if len(words) >= 2:
        return letters >= 8 and max(map(len, words)) >= 5
    return letters >= 6 and vocabulary.common(words[0])
