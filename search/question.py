"""A question, taken apart: what it is about, its words, and the phrases it insists on."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache

from index.errors import QueryError
from index.paths import DATA
from index.stemming import words

MAX_QUESTION = 20_000  # characters: a pasted chapter is welcome, a pasted book is a mistake

_QUOTED = re.compile(r"\"([^\"]+)\"|“([^“”]+)[”“]|«([^«»]+)»|»([^«»]+)«|„([^„“”]+)[“”]|”([^”]+)”")


@dataclass(frozen=True, slots=True)
class Question:
    """`topic` is the text without function and question words ("hvordan jobber andre med"): what a
    bag-of-words encoder should see. `words` are the distinct words of the topic, lower case."""

    text: str
    topic: str
    words: tuple[str, ...]
    phrases: tuple[str, ...]


def parse_question(query: str) -> Question:
    """Take a question apart. Raises QueryError where it is empty or too long."""
    text = _well_formed(query.replace("\x00", " ")).strip()
    if not text:
        raise QueryError("The question is empty; write a word or a sentence")
    if len(text) > MAX_QUESTION:
        raise QueryError(
            f"The question has {len(text):,} characters; at most {MAX_QUESTION:,} are searched"
        )
    kept = [word for word in text.split() if not _is_stop_word(word)]
    topic = " ".join(kept) if any(words(word) for word in kept) else text
    return Question(
        text=text,
        topic=topic,
        words=tuple(dict.fromkeys(words(topic))),
        phrases=tuple(quoted_phrases(text)),
    )


def _well_formed(text: str) -> str:
    """Without lone surrogates, which no encoder takes: what an argument's bytes become where the
    locale is not theirs is read as the UTF-8 that it was."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")


def quoted_phrases(text: str) -> list[str]:
    """The phrases between quotation marks, of any Nordic or English style."""
    found = [next(part for part in match if part) for match in _QUOTED.findall(text)]
    return [phrase.strip() for phrase in found if words(phrase)]


@cache
def stop_words() -> frozenset[str]:
    """Function and question words of the five languages, which say nothing of the topic."""
    with (DATA / "stopwords.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        return frozenset(word for row in rows if len(row) > 1 for word in words(row[1]))


def _is_stop_word(token: str) -> bool:
    found = words(token)
    return bool(found) and all(word in stop_words() for word in found)


def has_phrase(text: str, phrase: str) -> bool:
    """Whether the phrase's words stand in the text one after the other, whatever the case."""
    return f" {' '.join(words(phrase))} " in f" {' '.join(words(text))} "
