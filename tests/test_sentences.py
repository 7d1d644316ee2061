"""Sentence borders in five languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.sentences import sentence_spans

# "|" marks the borders.
CASES = [
    "Vi skal f.eks. bygge flere boliger.| Det gjelder bl.a. unge.",
    "Planen ble vedtatt 13. juni 2018.| Den gjelder fra 1. januar 2019.",
    "Jf. kommuneloven § 14-2 nr. 3 og pkt. 4.| Kommunen følger opp.",
    "Idrett, kultur, friluftsliv mv.| Og så videre.",
    "Vi støtter lag, foreninger o.l.| Kommunen betaler leien.",
    "Det koster ca. 3,5 mill. kr i året.| Pengene finnes.",
    "Møtet er kl. 18.00 den 2. mai.| Alle er velkomne.",
    "Professor H. C. Dahl talte.| Han var klar.",
    "«Vi vil bli flere.»| Ordføreren smilte.",
    "Hvorfor er dette viktig?| Det gjelder alle!| Ja.",
    "Se www.fjordvik.kommune.no for mer.| Der ligger planen.",
    "Den andre verdenskrigen, dvs. 2. verdenskrig, er omtalt.| Ferdig.",
    "Kommunen har 45 skoler.| I 2030 er målet 40.| Da skal flere gå.",
    "Inkl. mva. blir prisen høyere, jfr. vedlegg 2.| Prisen er fast.",
    "Kommunerne skal samarbejde, jf. aftalen, fx om it, m.fl.| Det sker nu.",
    "Byrådet vedtog planen d. 4. oktober.| Den gælder straks.",
    "Det er 2 pct. af budgettet.| Resten er fri.",
    "Vi vill bl.a. öka tryggheten, t.ex. i parker.| Det är viktigt.",
    "Planen gäller t.o.m. 2026.| Därefter revideras den.",
    "Kommunen ska, dvs. alla nämnder, bidra o.s.v.| Ansvaret är delat.",
    "The plan, e.g. the budget, is set.| It runs to 2030.",
    "Vi vil ...| Det er alt.",
    "Mål 1. Kommunen skal vokse.| Mål 2. Alle skal trives.",
]


@pytest.mark.parametrize("case", CASES)
def test_borders(case: str) -> None:
    wanted = [part.strip() for part in case.split("|")]
    text = case.replace("|", "")
    assert [text[a:b] for a, b in sentence_spans(text)] == wanted


def test_a_missing_space_after_a_full_stop() -> None:
    text = "Vi nærmer oss slutten.Kommunen skal følge opp."
    assert len(sentence_spans(text)) == 2


def test_a_numbered_list_in_running_text() -> None:
    text = "Områdene er: 1. Parker og stier 2. Strand og sjø 3. Skog. Vi måler alle."
    parts = [text[a:b] for a, b in sentence_spans(text)]
    assert parts == [
        "Områdene er:",
        "1. Parker og stier",
        "2. Strand og sjø",
        "3. Skog.",
        "Vi måler alle.",
    ]


def test_bullets_and_blank_lines_are_borders() -> None:
    text = "Vi skal:\n- bygge boliger\n- plante trær\n\nDette haster • Mer kultur • Flere lag"
    parts = [text[a:b] for a, b in sentence_spans(text)]
    assert parts == [
        "Vi skal:", "- bygge boliger", "- plante trær", "Dette haster", "• Mer kultur",
        "• Flere lag",
    ]  # fmt: skip


def test_only_the_asked_stretch() -> None:
    text = "En setning her. To setninger der. Tre."
    assert sentence_spans(text, 16, 33) == [(16, 33)]


@given(
    st.text(alphabet='abA1. \n?!•-«»"…:;§', max_size=120),
    st.integers(0, 60),
    st.integers(0, 120),
)
@settings(max_examples=500, deadline=None)
def test_spans_cover_in_order(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    position = start
    for left, right in sentence_spans(text, start, end):
        assert position <= left < right <= end
        assert not text[position:left].strip()
        assert text[left:right] == text[left:right].strip()
        position = right
    assert not text[position:end].strip()
