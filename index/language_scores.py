"""Log-probabilities of five languages for a text, from its words alone.

A linear model over hashed n-grams: each word, between two boundary marks, is cut into character
1–5-grams plus the word as a whole; every n-gram falls into one of 2^18 buckets, and a bucket holds
one weight per language (int8, one scale per language). A text's logits are the sum over its words,
divided by the square root of their number, plus a bias.

Because the model is linear, a word's share is a constant 5-vector. It is computed once, with all
new words of a call hashed together in numpy, and kept in a table that is emptied when it holds
`TABLE_WORDS` words. Words follow Zipf's law, so nearly every word of a plan is in the table and a
passage costs one dictionary look-up per word. The table never changes an answer, only its speed.

The same table remembers whether a word is known, that is, stood in the training text (a Bloom
filter with one hash). The share of known words tells a text in one of the five languages from
one in another.

Trained by `training/train_language.py`; the features live here so that training and use agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from index.errors import NaboError
from index.records import LANGUAGES

MODEL_FILE: Final = Path(__file__).resolve().parent.parent / "data/language/model.safetensors"
BUCKET_BITS: Final = 18
KNOWN_BITS: Final = 20
MAX_NGRAM: Final = 5
WHOLE_WORD_SCALE: Final = 4.0  # a whole word is stronger evidence than one of its n-grams
LONGEST_WORD: Final = 32  # characters; what follows is cut off
TABLE_WORDS: Final = 200_000  # about 4 MB of vectors and 20 MB of strings

_WORD = re.compile(r"[^\W\d_]+")
_START, _END = np.uint32(2), np.uint32(3)
_PRIME = np.uint32(0x01000193)  # FNV-1a

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


def words_of(text: str) -> list[str]:
    """The text's words, lower-cased: runs of letters of any script."""
    return _WORD.findall(text.lower())


def _mixed(hashes: NDArray[np.uint32], bits: int) -> Integers:
    """Spread FNV hashes (whose low bits are poor) and keep the low `bits`."""
    h = hashes ^ (hashes >> np.uint32(15))
    h = h * np.uint32(0x85EBCA6B)
    h = h ^ (h >> np.uint32(13))
    low: Integers = (h & np.uint32((1 << bits) - 1)).astype(np.int64)
    return low


def _code_points(words: Sequence[str]) -> tuple[NDArray[np.uint32], Integers]:
    """Words as rows of code points between boundary marks, and each row's length."""
    lengths = np.array([min(len(word), LONGEST_WORD) for word in words], dtype=np.int64)
    width = int(lengths.max()) + 2
    points = np.zeros((len(words), width), dtype=np.uint32)
    flat = "".join(word[:LONGEST_WORD] for word in words)
    # A lone surrogate cannot be encoded plainly; it is a code point like any other here.
    codes = np.frombuffer(flat.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    points[:, 1:-1][np.arange(width - 2)[None, :] < lengths[:, None]] = codes
    points[:, 0] = _START
    points[np.arange(len(words)), lengths + 1] = _END
    return points, lengths + 2


def ngrams(words: Sequence[str]) -> tuple[Integers, Integers, Floats]:
    """Hashed n-grams of words: (word's row, bucket, value) of every n-gram, unsummed."""
    points, lengths = _code_points(words)
    count, width = points.shape
    columns = np.arange(width)
    rows: list[Integers] = []
    buckets: list[Integers] = []
    rolling = np.full((count, width), 0x811C9DC5, dtype=np.uint32)
    for n in range(1, min(MAX_NGRAM, width) + 1):
        rolling = (rolling[:, : width - n + 1] ^ points[:, n - 1 :]) * _PRIME
        whole = columns[None, : width - n + 1] + n <= lengths[:, None]
        if n == 1:
            whole &= points > _END  # a boundary mark alone says nothing
        row, column = np.nonzero(whole)
        salt = np.uint32(n * 0x9E3779B1 & 0xFFFFFFFF)
        rows.append(row)
        buckets.append(_mixed(rolling[row, column] ^ salt, BUCKET_BITS))
    values = np.ones(sum(map(len, rows)) + count, dtype=np.float32)
    values[-count:] = WHOLE_WORD_SCALE
    rows.append(np.arange(count))
    buckets.append(_mixed(_word_hashes(points, lengths), BUCKET_BITS))
    return np.concatenate(rows), np.concatenate(buckets), values


def _word_hashes(points: NDArray[np.uint32], lengths: Integers) -> NDArray[np.uint32]:
    hashes = np.full(len(points), 0x9747B28C, dtype=np.uint32)
    for column in range(points.shape[1]):
        inside = column < lengths
        hashes = np.where(inside, (hashes ^ points[:, column]) * _PRIME, hashes)
    return hashes


def known_slots(words: Sequence[str]) -> Integers:
    """Where each word stands in the filter of known words."""
    points, lengths = _code_points(words)
    return _mixed(_word_hashes(points, lengths) ^ np.uint32(0x5BD1E995), KNOWN_BITS)


class LanguageScores:
    """The linear model and its table of words met so far.

    Raises NaboError where the weights are missing or damaged. Not safe for concurrent use.
    """

    def __init__(self, path: Path = MODEL_FILE) -> None:
        try:
            tensors = load_file(path)
            weights, scales = tensors["weights"], tensors["scales"]
            bias, known = tensors["bias"], tensors["known"]
        except (OSError, SafetensorError, KeyError) as error:
            raise NaboError(
                f"The language model {path} is missing or damaged ({error}). "
                "Restore it from the repository, or run: python -m training.train_language"
            ) from error
        classes = len(LANGUAGES)
        if weights.shape != (1 << BUCKET_BITS, classes) or known.shape != (1 << KNOWN_BITS >> 3,):
            raise NaboError(
                f"The language model {path} has another shape than this version of Nabo expects. "
                "Restore it from the repository, or run: python -m training.train_language"
            )
        self._weights = weights
        self._scales = scales.astype(np.float32)
        self._bias = bias.astype(np.float32)
        self._known = np.unpackbits(known, bitorder="little")
        self._empty_table()

    def _empty_table(self) -> None:
        self._rows: dict[str, int] = {}
        # One column per language, and one that is 1 for a known word.
        self._vectors = np.zeros((1024, len(LANGUAGES) + 1), dtype=np.float32)

    def _learn(self, words: Iterable[str]) -> None:
        """Add the vectors of new words to the table."""
        new = [word for word in dict.fromkeys(words) if word not in self._rows]
        if len(self._rows) + len(new) > TABLE_WORDS and self._rows:
            self._empty_table()
            # The caller's other words are gone too: it calls again, for all of them.
            return
        first, needed = len(self._rows), len(self._rows) + len(new)
        if needed > len(self._vectors):
            room = np.zeros((needed * 2, self._vectors.shape[1]), dtype=np.float32)
            room[:first] = self._vectors[:first]
            self._vectors = room
        for begin in range(0, len(new), 4096):
            part = new[begin : begin + 4096]
            rows, buckets, values = ngrams(part)
            at = slice(first + begin, first + begin + len(part))
            for language in range(len(LANGUAGES)):
                shares = self._weights[buckets, language] * values
                sums = np.bincount(rows, weights=shares, minlength=len(part))
                self._vectors[at, language] = sums * self._scales[language]
            self._vectors[at, -1] = self._known[known_slots(part)]
        self._rows.update(zip(new, range(first, needed), strict=True))

    def evidence(self, texts: Sequence[str]) -> tuple[Floats, Integers, Floats]:
        """(log-probabilities [n, 5], number of words [n], share of known words [n])."""
        summed = np.zeros((len(texts), len(LANGUAGES) + 1), dtype=np.float32)
        counts = np.zeros(len(texts), dtype=np.int64)
        for begin in range(0, len(texts), 512):
            part = texts[begin : begin + 512]
            summed[begin : begin + len(part)], counts[begin : begin + len(part)] = self._sums(part)
        many = np.maximum(counts, 1).astype(np.float32)[:, None]
        logits: Floats = (summed[:, :-1] / np.sqrt(many) + self._bias).astype(np.float32)
        logits -= logits.max(axis=1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        known: Floats = summed[:, -1] / many[:, 0]
        return logits, counts, known

    def scores(self, texts: Sequence[str]) -> Floats:
        """Log-probabilities [n, 5], columns as in `records.LANGUAGES`."""
        return self.evidence(texts)[0]

    def _sums(self, texts: Sequence[str]) -> tuple[Floats, Integers]:
        """The summed word vectors [n, 6] of texts and their numbers of words."""
        split = [words_of(text) for text in texts]
        counts = np.array([len(words) for words in split], dtype=np.int64)
        flat = [word for words in split for word in words]
        sums = np.zeros((len(texts), len(LANGUAGES) + 1), dtype=np.float32)
        if not flat:
            return sums, counts
        try:
            rows = [self._rows[word] for word in flat]
        except KeyError:
            self._learn(flat)
            if not self._rows:
                self._learn(flat)  # the table was full and has been emptied
            rows = [self._rows[word] for word in flat]
        vectors = self._vectors[rows]
        filled = np.flatnonzero(counts)
        begins = np.concatenate(([0], np.cumsum(counts[filled])[:-1]))
        sums[filled] = np.add.reduceat(vectors, begins, axis=0)
        return sums, counts


@lru_cache(maxsize=1)
def bundled() -> LanguageScores:
    """The model that comes with Nabo, loaded once."""
    return LanguageScores()
