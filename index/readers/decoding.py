"""Bytes to text: which encoding a file is in, found in linear time and without a guess at random.

Tried in this order: byte order mark; UTF-16 without one (every other byte is NUL); UTF-8; then
the single-byte encodings that Nordic offices have used, by how many of the characters outside ASCII
come out as letters and signs that Nordic text has; then charset-normalizer.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from index.errors import ReadError

_MARKS = (  # longest first: the UTF-32 mark begins with the UTF-16 one
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SINGLE_BYTE = ("cp1252", "mac_roman", "cp865", "cp850")
_NORDIC = frozenset("æøåäöÆØÅÄÖéÉèàüÜôóáíúýþðšžčŋđŧÁŠŽČ–—’‘“”„«»…•·§°½¼€£©®´\u00a0\u00ad")
_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1b\x1a") + b"\x7f"
_SURROGATE = re.compile("[\ud800-\udfff]")
_SAMPLE = 1 << 18

NOT_TEXT = "is not text (binary content)"


def decode(data: bytes, declared: str | None = None) -> tuple[str, list[str]]:
    """The text of `data` without its byte order mark, and what is worth a warning.

    `declared` is an encoding the format itself names (an HTML meta element); it is believed where
    it decodes without error. Raises ReadError where `data` is no text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _tolerant(data[len(mark) :], name)
    if wide := _utf16(data):
        return _tolerant(data, wide)
    controls = len(data) - len(data.translate(None, _CONTROL))
    if controls > max(8, len(data) // 200):
        raise ReadError(NOT_TEXT)
    warnings = [f"holds {controls} control characters"] if controls else []
    try:
        return data.decode("utf-8"), warnings
    except UnicodeDecodeError:
        pass
    if declared:
        try:
            return data.decode(declared), warnings
        except (LookupError, UnicodeError):
            warnings.append(f"is not in {declared}, the encoding it names")
    if text := _damaged_utf8(data):
        lost = text.count("\ufffd") - data.count("\ufffd".encode())
        return text, [*warnings, f"{lost} damaged characters (broken UTF-8) are shown as \ufffd"]
    return _single_byte(data), warnings


def sound(text: str) -> str:
    """`text` of the same length with lone surrogates, which no file can hold, replaced."""
    return _SURROGATE.sub("\ufffd", text)


def _tolerant(data: bytes, encoding: str) -> tuple[str, list[str]]:
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    if lost > max(8, len(text) // 100):
        raise ReadError(NOT_TEXT)
    return text, [f"{lost} damaged characters ({encoding}) are shown as \ufffd"] if lost else []


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: in Latin script one byte of each pair is nearly always NUL."""
    sample = data[: _SAMPLE & ~1]
    if len(sample) < 4 or len(data) % 2:
        return None
    pairs = len(sample) // 2
    even, odd = sample[::2].count(0) / pairs, sample[1::2].count(0) / pairs
    if odd > 0.7 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 and odd < 0.05 else None


def _damaged_utf8(data: bytes) -> str | None:
    """UTF-8 with a few bad bytes: the good sequences outnumber the bad ones ten to one."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(map(text.count, "æøåäöÆØÅÄÖé–’”«•"))
    return text if good > 10 * bad else None


def _single_byte(data: bytes) -> str:
    outside = bytes(b for b in data if b > 127)[:_SAMPLE]
    best, best_share = "", 0.0
    for name in _SINGLE_BYTE:
        try:
            decoded = outside.decode(name)
        except UnicodeDecodeError:
            continue
        share = sum(c in _NORDIC for c in decoded) / len(decoded)
        if share > best_share:
            best, best_share = name, share
    if best_share >= 0.6:
        return data.decode(best, "replace")
    match = from_bytes(data[:_SAMPLE]).best()
    if match is None or match.encoding in ("ascii", "utf_8"):
        if best_share >= 0.3:
            return data.decode(best, "replace")
        raise ReadError(NOT_TEXT)
    return data.decode(match.encoding, "replace")
