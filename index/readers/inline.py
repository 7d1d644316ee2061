"""Markdown's marks within a block: emphasis, links, code, escapes. Found, not removed.

What is found are spans of the file's text that carry no words. CommonMark's rules are followed as far as
plans need them; a mark that has no partner is a character like any other ("5 * 3", "snake_case").
"""

from __future__ import annotations

import re

# No pattern has nested repetition, and every length is bounded: linear on any line.
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]{1,500})(?<!`)\1(?!`)")
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^()\s]{0,1000}(?:[ \t]+\"[^\"\n]{0,300}\")?\)")
_LINK = re.compile(
    r"(?<!!)(\[)([^\[\]]{1,500})(\](?:\([^()\s]{0,1000}(?:\([^()\s]{0,200}\)[^()\s]{0,1000})?"
    r"(?:[ \t]+\"[^\"\n]{0,300}\")?\)|\[[^\[\]\n]{0,200}\]))"
)
_NOTE = re.compile(r"\[\^[^\[\]\s]{1,40}\]")
_ADDRESS = re.compile(r"(<)(?:https?://|mailto:)[^<>\s]{1,1000}(>)")
_TAG = re.compile(r"</?(?:br|b|i|em|strong|u|s|sub|sup|span|mark|small)\b[^<>\n]{0,200}/?>", re.I)
_ESCAPE = re.compile(r"\\(?=[!\"#$%&'()*+,\-./:;<=>?@\[\]^_`{|}~])")
_BREAK = re.compile(r"\\(?=\r?\n)")
_QUOTE = re.compile(r"(?<=\n)[ \t]{0,3}>[ \t]?")
_BOTH = re.compile(r"(?<![\w*])(\*{3})(?=[^\s*])([^*\n]{1,1000})(\*{3})(?!\w)")
_STRONG = re.compile(r"(?<!\*)(\*\*)(?=[^\s*])([^*\n]{1,1000}(?:\n[^*\n]{1,1000}){0,9})(\*\*)")
_STRONG_LOW = re.compile(r"(?<!\w)(__)(?=[^\s_])([^\n]{0,1000}?[^\s_])(__)(?!\w)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*)(?=[^\s*])([^*\n]{0,500}(?:\n[^*\n]{1,500}){0,5})(\*)(?!\w)")
_EMPHASIS_LOW = re.compile(r"(?<!\w)(_)(?=[^\s_])([^_\n]{0,500}(?:\n[^_\n]{1,500}){0,5})(_)(?!\w)")
_STRUCK = re.compile(r"(~~)(?=\S)([^~\n]{1,500})(~~)")
_ANY = re.compile(r"[`\[<\\*_~>]")
_SILENT = "\x00"  # stands in for a mark that has been found: no pattern begins with it


def inline_marks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the marks within `text[start:end]`, in order, none overlapping."""
    if not _ANY.search(text, start, end):
        return []
    rest = text[start:end]
    masked = list(
        rest
    )  # what has been found stands in it as a character that no pattern begins with
    found: list[tuple[int, int]] = []

    def take(begin: int, stop: int) -> None:
        found.append((start + begin, start + stop))
        masked[begin:stop] = _SILENT * (stop - begin)

    for match in _CODE.finditer(rest):  # what stands in code is as it stands
        take(match.start(), match.start(2))
        take(match.end(2), match.end())
        masked[match.start(2) : match.end(2)] = "x" * (match.end(2) - match.start(2))
    rest = "".join(masked)
    for match in _ESCAPE.finditer(rest):
        take(match.start(), match.end())
        masked[match.end()] = "x"
    for pattern in (_BREAK, _IMAGE, _NOTE, _TAG, _QUOTE):
        rest = "".join(masked)
        for match in pattern.finditer(rest):
            take(match.start(), match.end())
    for pattern in (_ADDRESS, _LINK):
        rest = "".join(masked)
        for match in pattern.finditer(rest):
            last = match.lastindex or 1
            take(match.start(last), match.end(last))
            take(match.start(1), match.end(1))
    for pattern in (_BOTH, _STRONG, _STRONG_LOW, _EMPHASIS, _EMPHASIS_LOW, _STRONG, _STRUCK):
        rest = "".join(masked)
        for match in pattern.finditer(rest):
            if not rest[match.end(2) - 1].isspace():
                take(match.start(3), match.end(3))
                take(match.start(1), match.end(1))
    return sorted(found)
