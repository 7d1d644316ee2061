"""Writes bokmål as nynorsk, word for word, with word forms counted from translations.

Pairs of nynorsk with Danish and Swedish hardly exist. A word-for-word nynorsk is poor prose but a
good bag of words, which is all that a static encoder sees.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

_WORD = re.compile(r"\w+")
_MIN_COUNT = 2
_MIN_SHARE = 0.5
# A wrong function word stands in every sentence, so the commonest are set by hand.
_FUNCTION_WORDS = {
    "ikke": "ikkje", "jeg": "eg", "hvordan": "korleis", "hva": "kva", "hvor": "kvar",
    "hvem": "kven", "hvilke": "kva", "hvorfor": "kvifor", "en": "ein", "et": "eit", "ei": "ei",
    "være": "vere", "er": "er", "har": "har", "og": "og", "også": "òg", "fra": "frå",
    "til": "til", "av": "av", "på": "på", "for": "for", "om": "om", "med": "med", "som": "som",
    "at": "at", "å": "å", "de": "dei", "dem": "dei", "dere": "de", "hun": "ho", "noe": "noko",
    "noen": "nokon", "mye": "mykje", "mer": "meir", "flere": "fleire", "flest": "flest",
    "hver": "kvar", "hvert": "kvart", "bare": "berre", "sin": "sin", "deres": "deira",
    "skal": "skal", "vil": "vil", "bør": "bør", "må": "må", "kan": "kan", "ved": "ved",
    "mellom": "mellom", "gjennom": "gjennom", "etter": "etter", "før": "før", "uten": "utan",
    "selv": "sjølv", "slik": "slik", "hvis": "dersom", "når": "når", "da": "då", "nå": "no",
    "kommunen": "kommunen", "den": "den", "det": "det", "i": "i", "seg": "seg", "vi": "vi",
}  # fmt: skip


class NynorskWriter:
    """Learns word forms from sentence pairs of equal length, then rewrites text."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._forms: dict[str, str] = dict(_FUNCTION_WORDS)

    def learn(self, bokmal: str, nynorsk: str) -> None:
        """Counts word pairs; only sentences with the same number of words are read."""
        left, right = _WORD.findall(bokmal.lower()), _WORD.findall(nynorsk.lower())
        if len(left) != len(right):
            return
        # A pair of single words comes from a word list and needs no second witness.
        weight = _MIN_COUNT if len(left) == 1 else 1
        for word, form in zip(left, right, strict=True):
            self._counts[word][form] += weight

    def finish(self) -> None:
        """Keeps the forms that are seen often enough and are not in doubt."""
        for word, forms in self._counts.items():
            form, count = forms.most_common(1)[0]
            sure = count >= _MIN_COUNT and count >= _MIN_SHARE * forms.total()
            if sure and word not in _FUNCTION_WORDS:
                self._forms[word] = form
        self._counts.clear()

    def rewrite(self, text: str) -> str:
        """Bokmål → nynorsk; unknown words stay as they are, a capital stays a capital."""

        def form(match: re.Match[str]) -> str:
            word = match.group()
            written = self._forms.get(word.lower(), word)
            return written.capitalize() if word[0].isupper() else written

        return _WORD.sub(form, text)

    def __len__(self) -> int:
        return len(self._forms)
