"""The readable words of a stretch of a document, each still tied to its place in it.

Removes what printing and extraction left behind: line-break hyphens, soft hyphens, zero-width
characters, odd spaces, ligatures, decomposed letters, bullets of symbol fonts. Nothing is changed
in the document itself: `Repaired` carries the map back.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
# After a hyphen at a line's end these words show that the hyphen belongs there: "pleie- og omsorg".
_AFTER_KEPT_HYPHEN = frozenset("og eller samt och eller men and or und som til till".split())

_SPECIAL = re.compile(
    r"""
      (?P<soft>\xad\s*+)                                      # a soft hyphen and its line break
    | (?P<hyphen>(?<=\w)[-‐][^\S\n]*+\n\s*+(?=(?P<after>[^\W\d_]{1,8})))  # a hyphen at a line's end
    | (?P<gap>(?<=[a-zæøåäö])-[ ](?=[A-ZÆØÅÄÖ][a-zæøåäö]))    # "Nordli- Sørli"
    | (?P<drop>[\u200b-\u200f\u2060\ufeff\ue000-\uf8ff\x00-\x08\x0e-\x1b\x7f•▪●■◦‣⁃]+)
    | (?P<ligature>[ﬀ-ﬆ])
    | (?P<marks>\w[\u0300-\u036f]+)
    | (?P<space>[^\S ]\s*+|[ ]\s++)
    """,
    re.VERBOSE,
)
# Most stretches need none of it; this cheaper test lets them through whole.
_ANY_SPECIAL = re.compile(
    r"[\xad\u0300-\u036f\u200b-\u200f\u2060\ufeff\ue000-\uf8ffﬀ-ﬆ•▪●■◦‣⁃\x00-\x1f\x7f]"
    r"|[^\S ]| {2}|- "
)


@dataclass(slots=True)
class Repaired:
    """`text` is the repaired text; `place` maps its characters to the document.

    A piece i covers `text[starts[i]:starts[i+1]]` and comes from `document[begins[i]:ends[i]]`;
    it is verbatim (character by character) where both lengths are equal.
    """

    text: str = ""
    starts: list[int] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The document's span of `text[start:end]` (not empty)."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        begin = self.begins[first]
        if self._verbatim(first):
            begin += start - self.starts[first]
        stop = self.ends[last]
        if self._verbatim(last):
            stop = self.begins[last] + end - self.starts[last]
        return begin, stop

    def _verbatim(self, piece: int) -> bool:
        following = self.starts[piece + 1] if piece + 1 < len(self.starts) else len(self.text)
        return following - self.starts[piece] == self.ends[piece] - self.begins[piece]


def repair(
    text: str, spans: Iterable[tuple[int, int]], markup: Sequence[tuple[int, int]] = ()
) -> Repaired:
    """The words of `text` within `spans` (ordered), spans joined by one space or at a hyphen.

    `markup` (ordered, none overlapping) are spans that carry no words: they are left out. The
    result has no leading or trailing whitespace and never two spaces in a row.
    """
    out: list[str] = []
    result = Repaired()
    length = 0

    def add(piece: str, begin: int, end: int) -> None:
        nonlocal length
        if not piece:
            return
        if piece[0] == " " and (not out or out[-1][-1] == " "):
            if len(piece) == 1:
                return
            piece, begin = piece[1:], begin + 1
        result.starts.append(length)
        result.begins.append(begin)
        result.ends.append(end)
        out.append(piece)
        length += len(piece)

    previous = -1
    for start, end in spans:
        if out and previous >= 0:
            word = re.compile(r"\s*([^\W\d_]+)").match(text, start, min(end, start + 40))
            if _joins(out[-1], word):
                out[-1] = out[-1][:-1]
                length -= 1
                result.ends[-1] -= 1
                if not out[-1]:
                    out.pop()
                    del result.starts[-1], result.begins[-1], result.ends[-1]
            else:
                add(" ", previous, start)
        previous = end
        seen = start
        for begin, stop in _without(markup, start, end):
            if text[seen : seen + 3].lower() == "<br" and begin > seen:
                add(" ", seen, begin)
            seen = stop
            if not _ANY_SPECIAL.search(text, begin, stop):
                add(text[begin:stop], begin, stop)
                continue
            at = begin
            for match in _SPECIAL.finditer(text, begin, stop):
                if match.end() > stop:
                    break
                add(text[at : match.start()], at, match.start())
                add(_replacement(match, text), match.start(), match.end())
                at = match.end()
            add(text[at:stop], at, stop)
    result.text = "".join(out)
    stripped = result.text.rstrip()
    if len(stripped) < len(result.text):
        # Only ever one space: keep the last piece's map honest by shortening both sides.
        cut = len(result.text) - len(stripped)
        result.text = stripped
        while result.starts and result.starts[-1] >= len(stripped):
            del result.starts[-1], result.begins[-1], result.ends[-1]
            cut = 0
        if cut and result.ends:
            result.ends[-1] -= cut
    return result


def _without(markup: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is left of `[start, end)` beside the markup in it."""
    for at in range(bisect_left(markup, (start, start)), len(markup)):
        first, last = markup[at]
        if first >= end:
            break
        if first > start:
            yield start, first
        start = min(last, end)
    if start < end:
        yield start, end


def _joins(tail: str, word: re.Match[str] | None) -> bool:
    """Whether a page break stands inside a hyphenated word."""
    return (
        len(tail) > 1
        and tail[-1] in "-‐"
        and tail[-2].isalpha()
        and tail[-2].islower()
        and word is not None
        and word.group(1)[0].islower()
        and word.group(1) not in _AFTER_KEPT_HYPHEN
    )


def _replacement(match: re.Match[str], text: str) -> str:
    kind = match.lastgroup if match.lastgroup != "after" else "hyphen"
    found = match.group()
    if kind == "soft" or kind == "drop":
        return ""
    if kind == "hyphen":
        after = match.group("after")
        before = text[match.start() - 1]
        if not after[0].islower() or not before.islower():
            return "-"  # "IT-\nsystem", "Aust-\nAgder"
        return "- " if after in _AFTER_KEPT_HYPHEN else ""
    if kind == "gap":
        return "-"
    if kind == "ligature":
        return _LIGATURES[found]
    if kind == "marks":
        return unicodedata.normalize("NFC", found)
    return " "
