"""Words and their stems, each language by its own Snowball stemmer, for the lexical leg.

Snowball has one Norwegian stemmer, written for bokmål; nynorsk uses it too, which is right for most
inflections (-ane, -ar, -inga) and merely leaves the rest unstemmed.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

_STEMMERS = {
    "nb": "norwegian",
    "nn": "norwegian",
    "da": "danish",
    "sv": "swedish",
    "en": "english",
}
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_local = threading.local()  # a Snowball stemmer must not be shared between threads


def words(text: str) -> list[str]:
    """Lower-case words and numbers of a text; hyphenated words give the whole and its parts."""
    found: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFC", text)):
        word = match.group().casefold().replace("’", "'")
        found.append(word)
        if "-" in word:
            found.extend(part for part in word.split("-") if part)
    return found


def _stemmer(language: str) -> Stemmer.Stemmer | None:
    name = _STEMMERS.get(language)
    if name is None:
        return None
    stemmers = getattr(_local, "stemmers", None)
    if stemmers is None:
        stemmers = _local.stemmers = {}
    if name not in stemmers:
        stemmers[name] = Stemmer.Stemmer(name)
    return stemmers[name]


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """The word's stem in a language; the word itself where there is no stemmer ("other")."""
    stemmer = _stemmer(language)
    return word if stemmer is None else str(stemmer.stemWord(word))


def stemmed(text: str, language: str) -> str:
    """The text's stems in order, space-separated: what the full-text index stores."""
    return " ".join(stem(word, language).replace("-", "").replace("'", "") for word in words(text))


def query_stems(word: str) -> tuple[str, ...]:
    """All distinct stems a question's word can have in the languages of the plans, sorted."""
    stems = {word, *(stem(word, language) for language in _STEMMERS)}
    return tuple(sorted({s.replace("-", "").replace("'", "") for s in stems} - {""}))
