"""Cleaning: nothing lost, nothing overlapping; frames, furniture, headings, pages."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.cleaning import Cleaned, clean
from index.cleaning.repair import repair
from index.records import Block, BlockType, Document, Page, Row

PLANS = Path(__file__).parents[2] / "shared" / "plans"
BODIES = {  # characters of each real plan's own text
    "000": (51, 5295),
    "001": (212, 18996),
    "002": (359, 25742),
    "003": (5556, 30762),
    "004": (210, 50637),
}
MAY_BE_FURNITURE = {"contents list", "page number", "image file", "drop capital"}

SWEDISH_DUMP = """Kulturplan för Ekvattnets kommun 2021-2026

Storlek: px
Starta visningen från sidan:

Download "Kulturplan för Ekvattnets kommun 2021-2026"

Transkript

1 Kulturplan för Ekvattnets kommun Antagen av kommunfullmäktige

2 Innehåll Inledning Mål för kulturen Barn och unga Uppföljning

3 Inledning Kulturen är en grund för ett öppet samhälle. I Ekvattnet ska alla kunna ta del av kultur, oavsett ålder och bakgrund. Barn och unga Vi vill att varje barn möter konst och musik i skolan. Kommunen ska därför: Erbjuda kulturskola i alla tätorter Stärka skolbiblioteken med utbildad personal Utveckla samarbetet mellan förskolan och biblioteken Planen gäller för hela kommunen och följs upp varje år av kultur- 1

4 nämnden tillsammans med föreningslivet. Uppföljning Målen följs upp i nämndens årsredovisning. Ansvaret delas av flera nämnder. 2

Biblioteksplan för Ängsbro

Biblioteksplan för Ängsbro Biblioteksplan 2019-2022 Antagen av kommunfullmäktige Innehåll Inledning

Läs mer

Fritidspolitiskt program. Mörtsunda kommun

Fritidspolitiskt program Mörtsunda kommun 2018 Bakgrund Fritiden är viktig för

Läs mer
"""

DANISH_DUMP = """Ældrepolitik for Solbjerg Kommune

Relaterede dokumenter
Værdighedspolitik for Birkelund

Sundhedspolitik 2015-2019

Transkript:

Solbjerg Kommune Ældrepolitik

Indhold FORORD... 2 VISION... 3 ET AKTIVT LIV... 4 Forord Vi vil være en god kommune at blive ældre i. Derfor har vi lavet denne politik sammen med ældrerådet. Politikken gælder for alle borgere over 65 år og skal give de ansatte en fælles retning. 2

Vision Alle ældre skal kunne leve et godt liv og have indflydelse på deres egen hverdag. Kommunen vil understøtte fællesskaber, så ingen behøver at være ensom. Vi vil lytte og tage udgangspunkt i det enkelte menneske og dets ønsker og be- 3

hov. ET AKTIVT LIV Det skal være let at bevæge sig. Vi vil anlægge flere stier og bænke i de mindre byer. Frivillige skal have gode rammer. 4
"""


def spans(document: Document, kind: BlockType) -> list[str]:
    return [
        document.text[block.start : block.end]
        for block in clean(document).blocks
        if block.type is kind
    ]


def reasons(document: Document) -> dict[str, str]:
    return {
        document.text[block.start : block.end]: block.reason
        for block in clean(document).blocks
        if block.type is BlockType.FURNITURE
    }


def assert_covers(document: Document, cleaned: Cleaned) -> None:
    """Blocks lie in order, do not overlap, and leave out nothing but whitespace."""
    position = 0
    for block in cleaned.blocks:
        assert position <= block.start < block.end
        assert not document.text[position : block.start].strip()
        assert (block.level > 0) == (block.type is BlockType.HEADING)
        assert bool(block.reason) == (block.type is BlockType.FURNITURE)
        position = block.end
    assert not document.text[position:].strip()
    for left, right in pairwise(cleaned.pages):
        assert left.start <= left.end <= right.start


PIECES = st.sampled_from(
    [
        "Innhold", "Mål:", "1 Innledning", "2.1 Tiltak", "FOLKEHELSE OG MILJØ", "Detaljer", "Läs mer",
        "Kommunen skal styrke frivilligheten.", "Vi vil öka tryggheten i hemmet", "- bedre tilbud",
        "• flere boliger", "o Grundlag", "12", "3", "Side 3 av 20", "Forord .......... 4", "a\tb\tc",
        "| x | y |", "Transkript", "Størrelse: px", "# Tittel", "==", "f.eks. barn og unge", "bo-",
        "ende", "M Moderne kommune", "\xad", "\u200b", "\uf0b7", "ﬁnne", "  ", "Relaterte dokumenter",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.tuples(PIECES, st.sampled_from([" ", "\n", "\n\n", "\r\n", "\f", "\u2028"])), max_size=40).map(
        lambda pairs: "".join(piece + gap for piece, gap in pairs)
    ),
)  # fmt: skip


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_blocks_cover_any_text(text: str) -> None:
    document = Document(text)
    assert_covers(document, clean(document))


@given(st.lists(TEXTS, min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_blocks_cover_any_pages(texts: list[str]) -> None:
    pages, start = [], 0
    for number, text in enumerate(texts, 1):
        pages.append(Page(number, start, start + len(text)))
        start += len(text)
    document = Document("".join(texts), pages=tuple(pages))
    assert_covers(document, clean(document))


@given(TEXTS, st.data())
@settings(max_examples=150, deadline=None)
def test_blocks_cover_any_given_blocks(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    kinds = [kind for kind in BlockType if kind is not BlockType.FURNITURE]
    blocks = tuple(
        Block(left, right, kind, 2 if kind is BlockType.HEADING else 0)
        for left, right in pairwise(cuts)
        for kind in [data.draw(st.sampled_from(kinds))]
    )
    document = Document(text, blocks=blocks)
    assert_covers(document, clean(document))


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_flattened_text_is_covered(text: str) -> None:
    body = "Kommunen skal gjøre mye. " * 12 + " ".join(text.split())
    document = Document(
        f'Plan\n\nStørrelse: px\nDownload "Plan"\n\nTranskript\n\n1 {body}\n\n2 {body}'
    )
    assert_covers(document, clean(document))


def test_the_frame_of_a_swedish_dump_is_furniture() -> None:
    document = Document(SWEDISH_DUMP)
    cleaned = clean(document)
    assert_covers(document, cleaned)
    body = SWEDISH_DUMP[
        SWEDISH_DUMP.index("1 Kulturplan") : SWEDISH_DUMP.index("Biblioteksplan för Ängsbro")
    ]
    start = SWEDISH_DUMP.index(body)
    for block in cleaned.blocks:
        inside = start <= block.start and block.end <= start + len(body)
        if not inside:
            assert block.type is BlockType.FURNITURE, document.text[block.start : block.end]
        elif block.type is BlockType.FURNITURE:
            assert block.reason in MAY_BE_FURNITURE
    assert [page.number for page in cleaned.pages] == [1, 2, 3, 4]


def test_headings_inside_flattened_swedish_lines() -> None:
    headings = spans(Document(SWEDISH_DUMP), BlockType.HEADING)
    assert headings == ["Inledning", "Barn och unga", "Uppföljning"]
    items = spans(Document(SWEDISH_DUMP), BlockType.ITEM)
    assert "Erbjuda kulturskola i alla tätorter" in items
    assert "Stärka skolbiblioteken med utbildad personal" in items


def test_page_numbers_at_line_ends_tell_the_pages_of_a_danish_dump() -> None:
    document = Document(DANISH_DUMP)
    cleaned = clean(document)
    assert_covers(document, cleaned)
    assert [page.number for page in cleaned.pages] == [1, 2, 3, 4]
    assert spans(document, BlockType.HEADING) == ["Forord", "Vision", "ET AKTIVT LIV"]
    found = reasons(document)
    assert found["Relaterede dokumenter"] == "related documents"
    assert found["Sundhedspolitik 2015-2019"] == "related documents"
    assert found["Indhold FORORD... 2 VISION... 3 ET AKTIVT LIV... 4"] == "contents list"


def test_names_and_verbs_do_not_make_headings_inside_lines() -> None:
    body = (
        "Rådet vil gjøre Nye Fjordvik grønnere med flere trær. Solbjerg Kommune har plantet mange "
        "hundrede træer langs vejene. I år velger Rådet tre parker som prøves ut. Ideen kommer fra "
        "Anne Marie Dahl i Nordby. Det er rådet og parker som får midler. "
    )
    text = f'Plan\n\nStørrelse: px\nDownload "Plan"\n\nTranskript\n\n1 {body}\n\n2 {body}'
    assert spans(Document(text), BlockType.HEADING) == []


def test_drop_capitals_end_a_title() -> None:
    text = (
        'Plan\n\nStørrelse: px\nDownload "Plan"\n\nTranskript\n\n1 Plan for Fjordvik\n\n'
        "2 1. Grønne skolegårder F Fjordvik skal plante trær ved alle skoler. Det gir skygge og ly. 1\n\n"
        "3 2. Badeplasser K Kommunen vil rydde strendene hver vår. Det gjør lagene på dugnad. 2"
    )
    document = Document(text)
    assert spans(document, BlockType.HEADING) == ["1. Grønne skolegårder", "2. Badeplasser"]
    assert reasons(document)["F"] == "drop capital"


def test_headings_of_ordinary_text() -> None:
    text = (
        "# Klimaplan\n\n1 Innledning\nKommunen vil kutte utslipp. Det haster.\n\n2.1 Transport\n\n"
        "Flere skal sykle til jobb og skole hver dag.\n\nFOLKEHELSE OG MILJØ\nVi skal ha ren luft.\n\n"
        "Mål:\n- Halvere utslippene innen 2030.\n- Plante trær i alle tettsteder.\n\n"
        "Trygge skoleveier\nAlle barn skal kunne gå til skolen, og bilene må vike.\n"
    )
    document = Document(text)
    levels = [
        (document.text[b.start : b.end], b.level)
        for b in clean(document).blocks
        if b.type is BlockType.HEADING
    ]
    assert [words for words, _ in levels] == [
        "# Klimaplan", "1 Innledning", "2.1 Transport", "FOLKEHELSE OG MILJØ", "Mål:",
        "Trygge skoleveier",
    ]  # fmt: skip
    assert dict(levels)["2.1 Transport"] == 2
    assert len(spans(document, BlockType.ITEM)) == 2


def test_wrapped_lines_make_one_paragraph_and_one_item() -> None:
    text = (
        "Kommunen vil samarbeide med frivilligheten om gode møteplasser\n"
        "i hele kommunen, og planen skal rulleres hvert år av utvalget.\n"
        "• Lag og foreninger skal finne egnede lokaler i nærmiljøet\n"
        "  uten å betale leie.\n"
        "• Kommunen skal ha én fast kontaktperson for alle lag.\n"
    )
    document = Document(text)
    assert len(spans(document, BlockType.PARAGRAPH)) == 1
    assert len(spans(document, BlockType.ITEM)) == 2


def test_pdf_pages_lose_their_headers_footers_and_contents() -> None:
    texts = [
        "Solbacka kommun\nÄldreplan\n",
        "Äldreplan 2023–2030\nInnehåll\n1 Inledning ........ 3\n2 Mål ........ 4\nSida 2 av 4\n",
        "Äldreplan 2023–2030\n1 Inledning\nAndelen äldre väntas öka och det ställer nya krav på bo-\n"
        "ende. Planen anger vilka mål som\nSida 3 av 4\n",
        "Äldreplan 2023–2030\nska gälla för perioden.\n2 Mål\nÄldre ska känna sig trygga i hemmet.\n"
        "Sida 4 av 4\n",
    ]
    pages, start = [], 0
    for number, piece in enumerate(texts, 1):
        pages.append(Page(number, start, start + len(piece)))
        start += len(piece)
    document = Document("".join(texts), pages=tuple(pages))
    found = reasons(document)
    assert found["Äldreplan 2023–2030"] == "running header or footer"
    assert found["Sida 3 av 4"] in ("running header or footer", "page number")
    assert found["1 Inledning ........ 3"] == "contents list"
    assert spans(document, BlockType.HEADING) == ["1 Inledning", "2 Mål"]


def test_pages_are_inferred_from_page_lines() -> None:
    page = "Kommunen skal gjøre noe bra for alle.\n\nSide {} av 4\n\n"
    cleaned = clean(Document("".join(page.format(n) for n in range(1, 5))))
    assert [p.number for p in cleaned.pages] == [1, 2, 3, 4]


def test_image_files_and_page_links_are_furniture() -> None:
    text = (
        "Parkplan\n\nParkplan kart 640x480.jpg\n\nKommunen har tolv parker.\n\n"
        "Les også: Kommunens etikkplan\n\nTil toppen"
    )
    found = reasons(Document(text))
    assert found["Parkplan kart 640x480.jpg"] == "image file"
    assert found["Les også: Kommunens etikkplan"] == "page link"
    assert found["Til toppen"] == "page link"


def test_given_blocks_are_trusted_and_swept() -> None:
    parts = [
        ("Innhold", BlockType.HEADING), ("Mål og tiltak", BlockType.ITEM),
        ("Mål og tiltak", BlockType.HEADING), ("Vi skal bli flere.", BlockType.PARAGRAPH),
        ("Læs mere", BlockType.PARAGRAPH),
    ]  # fmt: skip
    text, blocks = "", []
    for words, kind in parts:
        blocks.append(
            Block(len(text), len(text) + len(words), kind, int(kind is BlockType.HEADING))
        )
        text += words + "\n"
    document = Document(text, blocks=tuple(blocks))
    assert spans(document, BlockType.HEADING) == ["Mål og tiltak"]
    assert spans(document, BlockType.PARAGRAPH) == ["Vi skal bli flere."]


def test_a_bold_word_over_a_list_is_a_heading_and_no_running_header() -> None:
    text, blocks = "", []
    for words, kind in [("Skole", 1), ("Tiltak.", 0), ("Bygge skole.", -1)] * 5:
        types = {1: BlockType.HEADING, 0: BlockType.PARAGRAPH, -1: BlockType.ITEM}
        blocks.append(Block(len(text), len(text) + len(words), types[kind], max(kind, 0)))
        text += words + "\n"
    document = Document(text, blocks=tuple(blocks))
    assert spans(document, BlockType.HEADING) == ["Skole", "Tiltak."] * 5
    assert reasons(document) == {}


def test_rows_of_a_table_are_kept_as_they_are() -> None:
    text = "id;mål\n1;Flere boliger\n2;Mer kultur\n"
    rows = (Row(9, 22, 1), Row(25, 35, 2))
    document = Document(text, rows=rows)
    assert spans(document, BlockType.ROW) == ["Flere boliger", "Mer kultur"]


def test_a_text_of_headings_alone_is_text() -> None:
    assert spans(Document("Mål for 2030"), BlockType.PARAGRAPH) == ["Mål for 2030"]
    assert clean(Document("")).blocks == ()
    assert clean(Document(" \n\xa0\n")).blocks == ()


def test_repair_mends_and_maps_back() -> None:
    text = "Kommu\xadnen vil ﬁnne bo-\nliger, pleie-\nog a\u030arsplan\u200b i  IT-\nsystem."
    repaired = repair(text, [(0, len(text))])
    assert repaired.text == "Kommunen vil finne boliger, pleie- og årsplan i IT-system."
    at = repaired.text.index("boliger")
    start, end = repaired.place(at, at + len("boliger"))
    assert text[start:end] == "bo-\nliger"


@given(st.text(alphabet="ab- \n\xad\u200b•ﬁA.a\u030a", max_size=80))
@settings(deadline=None)
def test_repair_has_no_odd_spaces_and_maps_in_order(text: str) -> None:
    repaired = repair(text, [(0, len(text))])
    assert "  " not in repaired.text
    assert repaired.text == repaired.text.strip()
    previous = 0
    for at in range(len(repaired.text)):
        start, end = repaired.place(at, at + 1)
        assert previous <= end and start <= end <= len(text)
        previous = start


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "Kommunen skal styrke tilbudet. Utvikle noe nytt Gi plass til barn " * 15000,
        "." * 500_000, "a" + " " * 500_000, "AB " * 150_000, "x" * 1_000_000, "1. " * 20_000,
        ("x" * 50 + ".... 3 ") * 10_000, "a-\n\n\n" * 20_000, "• " * 50_000, "a\tb\n" * 20_000,
    ],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_time_is_linear(text: str) -> None:
    started = time.process_time()
    clean(Document(text))
    assert time.process_time() - started < 15


@pytest.mark.skipif(not PLANS.is_dir(), reason="the real plans are not part of the repository")
@pytest.mark.parametrize("key", sorted(BODIES))
def test_real_plans_keep_their_body_and_lose_their_frame(key: str) -> None:
    path = next(PLANS.glob(f"{key}*.txt"))
    with path.open(encoding="utf-8", newline="") as file:
        document = Document(file.read())
    cleaned = clean(document)
    assert_covers(document, cleaned)
    first, last = BODIES[key]
    for block in cleaned.blocks:
        words = document.text[block.start : block.end]
        if block.type is BlockType.FURNITURE:
            if block.start < last and block.end > first:
                assert block.reason in MAY_BE_FURNITURE, words
        else:
            assert first <= block.start and block.end <= last, words


@pytest.mark.parametrize(
    ("line", "notice"),
    [
        ("Oppdiktet kommune og plan, skrevet for å vise hvordan Nabo virker.", True),
        ("*Opdigtet kommune og opdigtet plan, skrevet for at vise, hvordan Nabo virker.*", True),
        ("Påhittad kommun och plan, skriven för att visa hur Nabo fungerar.", True),
        ("Elevene skriver om en oppdiktet kommune og presenterer den på biblioteket.", False),
    ],
)
def test_what_says_that_a_plan_is_invented_is_furniture(line: str, notice: bool) -> None:
    text = f"Klimaplan\n\n{line}\n\nMål\n\nKommunen skal kutte utslippene med halvparten.\n"
    reasons = {text[b.start : b.end]: b.reason for b in clean(Document(text)).blocks}
    assert (reasons.get(line) == "notice") is notice
