"""Which municipality a text is about, and the country whose language it speaks.

A text is about the municipality that it names most, where the title and the beginning count for
more. Municipalities that are not in the register are found by their form ("Fjellvik kommune"), with
less trust. Unknown is better than wrong: no clear winner, no municipality.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.municipalities import Municipality, Register, name_key

_WORD = re.compile(
    r"\b(?:(?P<no_dk>(?:regions|by)?kommune(?:ns?|s)?)|(?P<se>kommuns?|stads?)|(?P<no>herad))\b",
    re.I,
)
_TOKEN = re.compile(r"[^\W\d_][\w'’-]*")
_BREAK = re.compile(r"[.,:;!?()\[\]\"«»“”|/•–—\t]|\n\s*\n|\s{3,}")
_NAME_WORDS = 4  # longest name looked for, in words ("Lyngby-Taarbæk" is one)
_BEFORE = 70  # characters before "kommune" in which the name stands
_HEAD = 2000  # characters that count as a text's beginning
_SCANNED = 1_000_000
_TITLE_WEIGHT, _HEAD_WEIGHT = 6.0, 3.0
_DOMINATES = 1.3  # times the runner-up's weight

# First words of place names of more than one word ("Nordre Fjellvik").
_DIRECTIONS = frozenset(
    "nordre søndre øvre nedre indre ytre østre vestre nye ny nord sør syd øst vest store lille stor"
    " gamle norra södra östra västra övre yttre inre stora lilla midt".split()
)
_NO_TOWN = frozenset(
    "norge noreg danmark sverige finland island norden skandinavia skandinavien europa eu usa"
    " grønland færøyene færøerne jylland sjælland fyn skåne småland norrland svealand götaland"
    " sápmi".split()
)
# Words with a capital before "kommune" that name no place.
_NO_PLACE = frozenset(
    "i for vi vår vårt våre vores denne den det dette en ei ett et hver hvert kvar kvart varje"
    " alle ingen noen nokon nogen hele heile hela egen eigen eget min din deres som at att og och"
    " er är har skal ska vil vill kan må av af till til fra från med ved vid om på når hvis hvor"
    " oppdiktet oppdikta opdigtet påhittad påhittat fiktiv kommunen kommunens kommune kommunal"
    " kommunale by stad land norsk norske dansk danske svensk svenska nordisk samme samma andre"
    " andra annen anden hvilken hvilke vilken flere fler mange små store stora lille liten ny nye"
    " nya åpen åben öppen grønn grøn grön smart sunn sund trygg tryg god bedre bättre bærekraftig"
    " bæredygtig hållbar attraktiv moderne modern levende levande strategi plan politikk politik"
    " policy vision visjon rapport vedtatt godkendt antagen rådmannen borgmester ordfører"
    " kommunedirektøren utgiver udgiver vurdere vertskommune".split()
)


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality found: its name as the register spells it, or as the text does."""

    name: str
    country: str | None = None


def resolve(name: str, language_country: str | None, known: Register) -> Place | None:
    """The municipality that a property or a table names ("Larvik kommune", "Larvik").

    None where `name` is empty; a name that the register has not is taken as it stands, without the
    word for municipality.
    """
    name = " ".join(name.split())
    if not name:
        return None
    if found := known.named(name):
        return _place(found, None, language_country)
    mentions = list(_mentions(name, known))
    for mention in mentions:
        if mention.known:
            return _place(mention.known, mention.country, language_country)
    if mentions:
        return Place(mentions[0].name, mentions[0].country or language_country)
    return None if _WORD.search(name) else Place(name, None)


def find_municipality(
    text: str, title: str | None, language_country: str | None, known: Register
) -> Place | None:
    """The municipality that `text` is about; None where none is named clearly more than others.

    `language_country` is the country whose language the text is in, if that is known: it decides
    between municipalities of one name in two countries.
    """
    weights: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    best: dict[str, _Mention] = {}
    in_title: set[str] = set()
    words = frozenset(m[0] for m in _TOKEN.finditer(text[:_SCANNED]))
    for source, weight in ((title or "", _TITLE_WEIGHT), (text[:_SCANNED], 1.0)):
        for mention in _mentions(source, known):
            key = _mention_key(mention, words)
            early = weight == 1.0 and mention.at < _HEAD
            weights[key] += _HEAD_WEIGHT if early else weight
            counts[key] += 1
            best.setdefault(key, mention)
            if weight == _TITLE_WEIGHT:
                in_title.add(key)
    for found in _bare_in_title(title or "", text, known):
        key = "known " + name_key(found[0].name)
        weights[key] += _TITLE_WEIGHT / 2
        counts[key] += 2
        best.setdefault(key, _Mention(found[0].name, 0, None, tuple(found)))
        in_title.add(key)
    for name in _unknown_in_title(title or "", text, known):
        key = "unknown " + name_key(name)
        weights[key] += _TITLE_WEIGHT / 2
        counts[key] += 1
        best.setdefault(key, _Mention(name, len(text), None))
        in_title.add(key)
    ranked = sorted(weights, key=lambda key: (-weights[key], best[key].at, key))
    if not ranked:
        return None
    first = ranked[0]
    mention = best[first]
    enough = first in in_title or weights[first] >= (2 if mention.known else 3)
    if not mention.known and counts[first] < 2 and first not in in_title:
        enough = False
    clear = len(ranked) == 1 or weights[first] >= _DOMINATES * weights[ranked[1]]
    if not (enough and clear):
        return None
    if mention.known:
        return _place(mention.known, mention.country, language_country)
    return Place(_unknown_name(mention, words), mention.country or language_country)


def language_country(text: str, declared: str | None = None) -> str | None:
    """NO, DK or SE by the small words of `text`; where they are too few, by the one declared."""
    words = re.findall(r"[a-zæøåäö]+", text[:60_000].lower())
    counts: dict[str, int] = defaultdict(int)
    for word in words:
        for country in _CUES.get(word, ()):
            counts[country] += 1
    swedish, both = counts["SE"], counts["NO/DK"]
    if swedish >= 5 and swedish > 3 * both:
        return "SE"
    if both >= 3 and both > 3 * swedish:
        norwegian, danish = counts["NO"], counts["DK"]
        if norwegian >= 4 and norwegian > 3 * danish:
            return "NO"
        if danish >= 4 and danish > 3 * norwegian:
            return "DK"
    return {"nb": "NO", "nn": "NO", "no": "NO", "da": "DK", "sv": "SE"}.get(declared or "")


_CUE_WORDS = {
    "SE": "och att är för inte från också",
    "NO/DK": "og ikke ikkje jeg eg også er fra for",
    "NO": "av mer blant gjennom etter hva noen tiltak innbyggere innbyggerne samfunn utvikling nå"
    " opp mellom mye ikkje eit ein kva meir frå vere noko dei kommunestyret arbeid skole språk",
    "DK": "af mere blandt gennem efter hvad nogle indsats indsatser borgere borgerne samfund"
    " udvikling nu op mellem meget byrådet kommunalbestyrelsen arbejde sprog medarbejdere",
}
_CUES: dict[str, tuple[str, ...]] = {
    word: tuple(c for c, w in _CUE_WORDS.items() if word in w.split())
    for words in _CUE_WORDS.values()
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class _Mention:
    name: str
    at: int
    country: str | None  # what the form alone says: "kommun" is Swedish
    known: tuple[Municipality, ...] = ()


def _mentions(text: str, known: Register) -> Iterator[_Mention]:
    """Names that stand before a word for municipality. Linear: a fixed stretch before each word."""
    for word in _WORD.finditer(text):
        before = text[max(0, word.start() - _BEFORE) : word.start()]
        if not before or not before[-1].isspace():
            continue
        cut = [match.end() for match in _BREAK.finditer(before.rstrip(" \n\u00a0"))]
        before = before[cut[-1] :] if cut else before
        tokens = [m[0] for m in _TOKEN.finditer(before)][-_NAME_WORDS:]
        form = "SE" if word["se"] else "NO" if word["no"] else None
        if mention := _named(tokens, word.start(), form, known, word["no_dk"] is None):
            yield mention


def _named(
    tokens: list[str], at: int, form: str | None, known: Register, only: bool
) -> _Mention | None:
    for length in range(len(tokens), 0, -1):
        candidate = " ".join(tokens[-length:])
        if not candidate[0].isupper():
            continue
        found = known.named(candidate)
        # "kommune" is not Swedish, "kommun" and "stad" are nothing else.
        fitting = [m for m in found if (m.country == "SE") == (form == "SE")] if found else []
        if fitting:
            return _Mention(fitting[0].name, at, form, tuple(fitting))
    if not tokens or (only and form == "NO"):
        return None
    last = tokens[-1]
    plain = last.casefold()
    if len(last) < 3 or not last[0].isupper() or plain in _NO_PLACE or plain.endswith("kommune"):
        return None
    first = tokens[-2] if len(tokens) > 1 else ""
    compound = first[:1].isupper() and first.casefold() in _DIRECTIONS
    return _Mention(f"{first} {last}" if compound else last, at, form)


def _mention_key(mention: _Mention, words: frozenset[str]) -> str:
    if mention.known:
        return "known " + name_key(mention.known[0].name)
    return "unknown " + name_key(_unknown_name(mention, words))


@lru_cache(1024)
def _word_pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")


@lru_cache(1024)
def _place_pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:i|på|til|till|fra|från|frå)\s{re.escape(name)}(?!\w)", re.I)


def _unknown_name(mention: _Mention, words: frozenset[str]) -> str:
    """The name in its basic form: "Granviks kommun" → Granvik, "FJELLVIK" → Fjellvik."""
    name = mention.name
    if name.isupper():
        name = name.title()
    if not name.endswith("s"):
        return name
    stem = name[:-1]
    if stem.split()[-1] in words:  # the text has the name without its genitive, too
        return stem
    if mention.country != "SE" or name.endswith(("ås", "fors", "näs", "ss")):
        return name
    return stem


def _bare_in_title(title: str, text: str, known: Register) -> Iterator[list[Municipality]]:
    """Known names in a title without the word "kommune" ("Nye Oslo"), if the text has them too."""
    tokens = [m[0] for m in _TOKEN.finditer(title)]
    taken: set[int] = set()
    for length in range(min(_NAME_WORDS, len(tokens)), 0, -1):
        for start in range(len(tokens) - length + 1):
            span = range(start, start + length)
            candidate = " ".join(tokens[i] for i in span)
            if taken & set(span) or len(candidate) < 4 or not candidate[0].isupper():
                continue
            found = known.named(candidate)
            following = tokens[start + length] if start + length < len(tokens) else ""
            if not found or _WORD.fullmatch(following):
                continue
            name = found[0].name
            if len(_word_pattern(name).findall(text[:_SCANNED])) >= 3:
                taken |= set(span)
                yield found


def _unknown_in_title(title: str, text: str, known: Register) -> Iterator[str]:
    """Names in a title that the text uses as a place ("i Fjellvik"), though no register has them.

    Often, as a place, and never without its capital: so "Digitalisering" is no place.
    """
    head = text[:_SCANNED]
    for token in dict.fromkeys(m[0] for m in _TOKEN.finditer(title)):
        name = token.title() if token.isupper() else token
        plain = name.casefold()
        if len(name) < 4 or not name[0].isupper() or plain in _NO_PLACE or plain in _NO_TOWN:
            continue
        if known.named(name) or known.is_county(name) or _word_pattern(plain).search(head):
            continue
        often = len(_word_pattern(name).findall(head)) >= 6
        if often and len(_place_pattern(name).findall(head)) >= 2:
            yield name


def _place(found: Iterable[Municipality], form: str | None, language_country: str | None) -> Place:
    rows = list(found)
    countries = {row.country for row in rows}
    if form in countries:
        country: str | None = form
    elif len(countries) == 1:
        country = next(iter(countries))
    else:  # Lund is in Skåne and in Rogaland
        country = language_country if language_country in countries else None
    names = [row.name for row in rows if row.country == country] or [rows[0].name]
    return Place(names[0], country)
