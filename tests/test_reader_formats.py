"""What each reader makes of its own format: structure, pages, rows, properties, damage."""

from __future__ import annotations

import time
import zipfile
from datetime import datetime
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest
import reader_files as files
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_files import blocks_of, keeps_contract, reason, write

from index.cleaning import clean
from index.errors import ReadError
from index.passages import make_passages
from index.readers import read_document
from index.readers.decoding import decode
from index.readers.inline import inline_marks
from index.readers.limits import MAX_WORDS
from index.records import BlockType

PLANS = Path(__file__).resolve().parents[2] / "shared" / "plans"

# -- text --------------------------------------------------------------------------------------

NORDIC = "Ærlig talt: å bo i Øvre Årdal er bra – «ja», sa Märta på Öland.\r\nNy linje\rog en til.\n"


def test_utf8_is_the_file_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", NORDIC)
    assert read_document(path).text == path.open(newline="", encoding="utf-8").read()
    marked = read_document(write(tmp_path / "b.txt", b"\xef\xbb\xbf" + NORDIC.encode()))
    assert marked.text == NORDIC


@pytest.mark.parametrize(
    "encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "mac_roman"]
)
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    assert read_document(write(tmp_path / "a.txt", NORDIC.encode(encoding))).text == NORDIC


def test_dos_and_latin1(tmp_path: Path) -> None:
    plain = "Kommunen skal være på høyde med sine nabokommuner i år og få åpne møteplasser."
    for encoding in ("cp865", "latin-1", "iso8859_15"):
        assert read_document(write(tmp_path / "a.txt", plain.encode(encoding))).text == plain


def test_a_few_bad_bytes_in_utf8_are_warned_of(tmp_path: Path) -> None:
    data = NORDIC.encode() * 20
    document = read_document(write(tmp_path / "a.txt", data[:-30] + b"\xff\xc3 slutt"))
    assert "\ufffd" in document.text and "Ærlig" in document.text
    assert "damaged characters" in document.warnings[0]


def test_form_feeds_make_pages(tmp_path: Path) -> None:
    document = read_document(write(tmp_path / "a.txt", "Side en\n\fSide to\n\f\fSide fire\n\f"))
    keeps_contract(document)
    spans = [document.text[p.start : p.end] for p in document.pages]
    assert spans == ["Side en\n", "Side to\n", "", "Side fire\n"]


@settings(max_examples=200)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff\ufffe")))
def test_decoding_gives_utf8_back(text: str) -> None:
    controls = sum(ord(c) < 32 or c == "\x7f" for c in text)
    if controls > 8:
        return
    decoded, _ = decode(text.encode("utf-8"))
    assert decoded == text


@pytest.mark.skipif(not PLANS.is_dir(), reason="the real plans are not here (../shared/plans)")
def test_the_real_plans_are_read_unchanged() -> None:
    paths = sorted(PLANS.glob("*.txt"))
    assert len(paths) == 5
    for path in paths:
        document = read_document(path)
        assert document.text == path.open(newline="", encoding="utf-8").read()
        assert document.warnings == () and document.blocks is None


# -- markdown ----------------------------------------------------------------------------------

MARKDOWN = """---
title: "Klimaplan"
kommune: Fjellvik
year: 2021-2030
---
# Klimaplan for Fjellvik #

*Oppdiktet kommune, skrevet for å vise hvordan Nabo virker.*

**Dette er viktig**

Første linje
går videre her.
## Mål
- [ ] Vi skal kutte
  utslippene
- To
1. Tre

Undertittel
-----------

| Tiltak | Ansvar |
|:-------|-------:|
| Sykkel | Teknisk |

![bilde](a.png)
<!-- skjult
tekst -->
> Sitat fra en innbygger
***
```
kode # ikke overskrift
```
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_markdown_blocks(tmp_path: Path, line_end: str) -> None:
    source = MARKDOWN.replace("\n", line_end)
    document = read_document(write(tmp_path / "a.md", source))
    keeps_contract(document)
    assert document.text == source
    assert blocks_of(document, BlockType.HEADING) == [
        "Klimaplan for Fjellvik",
        "Mål",
        "Undertittel",
    ]
    levels = [b.level for b in document.blocks or () if b.type is BlockType.HEADING]
    assert levels == [1, 2, 2]
    items = [item.split() for item in blocks_of(document, BlockType.ITEM)]
    assert items == [["Vi", "skal", "kutte", "utslippene"], ["To"], ["Tre"]]
    assert blocks_of(document, BlockType.ROW) == ["Tiltak | Ansvar", "Sykkel | Teknisk"]
    assert blocks_of(document, BlockType.PARAGRAPH) == [
        "Oppdiktet kommune, skrevet for å vise hvordan Nabo virker.",
        "Dette er viktig",
        f"Første linje{line_end}går videre her.",
        "Sitat fra en innbygger",
        "kode # ikke overskrift",
    ]
    reasons = {b.reason for b in document.blocks or () if b.reason}
    assert reasons == {"front matter", "image", "comment", "markup"}
    assert document.metadata.title == "Klimaplan"
    assert (document.metadata.municipality, document.metadata.year) == ("Fjellvik", 2021)


# -- html --------------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html lang="nb-NO"><head>
<title>Frivillighetspolitikk - Fjellvik kommune</title>
<meta property="og:site_name" content="Fjellvik kommune">
<meta property="article:published_time" content="2021-04-03">
<link rel="canonical" href="https://fjellvik.example/plan">
<style>p {color: red}</style><script>var x = "skjult";</script></head>
<body class="cookies-accepted"><div id="cookie-banner"><p>Vi bruker informasjonskapsler</p></div>
<header><a href="/">Hjem</a></header><nav><ul><li>Barnehage</li></ul></nav>
<div class="menu">Meny</div>
<h1>Frivillighetspolitikk</h1>
<p>Kommunen   skal <b>støtte</b>
lag&nbsp;og foreninger.<br><br>Nytt avsnitt.</p>
<h2>Mål</h2><ul><li>Flere <i>møteplasser</i><ul><li>Under</li></ul></li><li><p>To</p></li></ul>
<table><tr><th>Tiltak</th><th>Frist</th></tr>
<tr><td><p>Lån av</p><p>utstyr</p></td><td>2024</td></tr></table>
<div hidden>Trekkspill</div><noscript>Slå på</noscript>
<aside>Les også</aside><footer>Postboks 1</footer></body></html>"""


def test_html_blocks_and_furniture(tmp_path: Path) -> None:
    document = read_document(write(tmp_path / "a.html", PAGE))
    keeps_contract(document)
    assert blocks_of(document, BlockType.HEADING) == ["Frivillighetspolitikk", "Mål"]
    assert blocks_of(document, BlockType.PARAGRAPH) == [
        "Kommunen skal støtte lag\u00a0og foreninger.",
        "Nytt avsnitt.",
        "Trekkspill",
    ]
    assert blocks_of(document, BlockType.ITEM) == ["Flere møteplasser", "Under", "To"]
    assert blocks_of(document, BlockType.ROW) == ["Tiltak | Frist", "Lån av utstyr | 2024"]
    furniture = {
        document.text[b.start : b.end]: b.reason for b in document.blocks or () if b.reason
    }
    assert furniture == {
        "Vi bruker informasjonskapsler": "cookie notice",
        "Hjem": "page header",
        "Barnehage": "navigation",
        "Meny": "navigation",
        "Les også": "aside",
        "Postboks 1": "page footer",
    }
    assert "skjult" not in document.text and "Slå på" not in document.text
    assert document.metadata.title == "Frivillighetspolitikk"
    assert document.metadata.municipality == "Fjellvik kommune"
    assert document.metadata.url == "https://fjellvik.example/plan"
    assert (document.dated, document.language) == (2021, "nb")


def test_html_outside_main_is_furniture(tmp_path: Path) -> None:
    prose = "<p>" + "Kommunen skal satse på frivillighet. " * 20 + "</p>"
    page = f"<body><div>Aktuelt nå</div><main><h1>Plan</h1>{prose}</main><p>Les mer</p></body>"
    document = read_document(write(tmp_path / "a.html", page))
    reasons = {document.text[b.start : b.end]: b.reason for b in document.blocks or ()}
    assert reasons["Aktuelt nå"] == reasons["Les mer"] == "outside the main text"
    assert reasons["Plan"] == ""


def test_html_charset_from_meta_and_deep_nesting(tmp_path: Path) -> None:
    page = '<meta charset="iso-8859-1"><p>Blåbærsyltetøy</p>'.encode("latin-1")
    assert read_document(write(tmp_path / "a.html", page)).text == "Blåbærsyltetøy"
    for tag in ("div", "b", "ul", "blockquote", "x-unknown"):
        deep = f"<{tag}>" * 10_000 + "<p>Innerst inne</p>" + "<p>Etterpå</p>" * 3
        begun = time.perf_counter()
        document = read_document(write(tmp_path / "deep.html", deep))
        keeps_contract(document)
        assert "Innerst inne" in document.text and "Etterpå" in document.text, tag
        assert time.perf_counter() - begun < 60


# -- pdf ---------------------------------------------------------------------------------------


def test_pdf_paragraphs_pages_and_properties(tmp_path: Path) -> None:
    made = files.pdf(
        [[(18, "Helse og omsorg"), (11, files.BODY), (11, files.BODY)], [(11, "Slutt")]]
    )
    made.set_title("Helseplan 2020")
    made.set_author("Fjellvik kommune")
    made.set_creation_date(datetime(2019, 5, 1))
    made.set_lang("nb-NO")
    made.output(str(tmp_path / "a.pdf"))
    document = read_document(tmp_path / "a.pdf")
    keeps_contract(document)
    first, second = (document.text[p.start : p.end] for p in document.pages)
    paragraphs = [" ".join(part.split()) for part in first.split("\n\n")]
    assert paragraphs == ["Helse og omsorg", files.BODY, files.BODY]
    assert second == "Slutt"
    assert document.metadata.title == "Helseplan 2020"
    assert document.metadata.municipality == "Fjellvik kommune"
    assert (document.dated, document.language) == (2019, "nb")


def test_pdf_hyphens_at_line_ends_stay(tmp_path: Path) -> None:
    made = files.pdf(
        [[(11, "Satsing på velferds-\nteknologi, kultur- og fritid og bin-\ndestrek")]]
    )
    made.output(str(tmp_path / "a.pdf"))
    text = read_document(tmp_path / "a.pdf").text
    assert text == "Satsing på velferds-\nteknologi, kultur- og fritid og bin-\ndestrek"


@pytest.mark.parametrize("junk", ["Microsoft Word - plan v3.docx", "untitled", "plan.indd", "12-3"])
def test_pdf_junk_titles_are_ignored(tmp_path: Path, junk: str) -> None:
    made = files.pdf([[(11, files.BODY)]])
    made.set_title(junk)
    made.output(str(tmp_path / "a.pdf"))
    assert read_document(tmp_path / "a.pdf").metadata.title is None


def test_pdf_with_a_password(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=str(files.make(tmp_path / "a.pdf")))
    writer.encrypt(user_password="hemmelig", algorithm="RC4-128")
    writer.write(tmp_path / "b.pdf")
    assert "password-protected" in reason(tmp_path / "b.pdf")
    writer = pypdf.PdfWriter(clone_from=str(tmp_path / "a.pdf"))
    writer.encrypt(user_password="", owner_password="eier", algorithm="RC4-128")
    writer.write(tmp_path / "c.pdf")
    assert files.ITEM in read_document(tmp_path / "c.pdf").text


def test_pdf_scanned_wholly_or_in_part(tmp_path: Path) -> None:
    files.scanned(3).output(str(tmp_path / "a.pdf"))
    assert "no text layer" in reason(tmp_path / "a.pdf")
    assert "ocrmypdf" in reason(tmp_path / "a.pdf")
    files.scanned(12, text_on=9).output(str(tmp_path / "b.pdf"))
    document = read_document(tmp_path / "b.pdf")
    assert document.warnings[0].startswith("3 of 12 pages have no text (scanned?)")
    blank = FPDF()
    blank.add_page()
    blank.output(str(tmp_path / "c.pdf"))
    reason(tmp_path / "c.pdf")


def test_pdf_of_unreadable_fonts(tmp_path: Path) -> None:
    soup = " ".join(f"(cid:{number})" for number in range(200))
    files.pdf([[(11, soup)]]).output(str(tmp_path / "a.pdf"))
    assert "--force-ocr" in reason(tmp_path / "a.pdf")
    files.pdf([[(11, files.BODY * 10), (11, soup[:100])]]).output(str(tmp_path / "b.pdf"))
    assert "unreadable" in read_document(tmp_path / "b.pdf").warnings[0]


def test_pdf_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    data = files.make(tmp_path / "a.pdf").read_bytes()
    for part in (0.1, 0.3, 0.6, 0.9, 0.98):
        message = reason(write(tmp_path / "b.pdf", data[: int(len(data) * part)]))
        assert "incomplete" in message or "damaged" in message


# -- docx --------------------------------------------------------------------------------------


def test_docx_structure_in_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "Helseplan"
    document.core_properties.author = "Fjellvik kommune"
    document.core_properties.created = datetime(2018, 3, 1)
    styles = document.styles
    styles.add_style("Overskrift 2", WD_STYLE_TYPE.PARAGRAPH)
    mine = styles.add_style("Vår kapitteltittel", WD_STYLE_TYPE.PARAGRAPH)
    mine.base_style = styles["Heading 3"]
    styles.add_style("TOC 1", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("Helseplan", style="Title")
    document.add_paragraph("1 Innledning\t3", style="TOC 1")
    document.add_paragraph("Forord", style="Overskrift 2")
    document.add_paragraph("Kapittel", style="Vår kapitteltittel")
    document.add_paragraph("Løpende tekst.")
    document.add_paragraph("Punkt", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("Tiltak", "Frist", "A", "2024"), strict=True
    ):
        cell.text = text
    document.add_paragraph("Etter tabellen")
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>I innholdskontroll</w:t></w:r>"
            "</w:p></w:sdtContent></w:sdt>"
        ),
    )
    deleted = document.add_paragraph("Står igjen")
    deleted._p.append(
        parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>strøket</w:delText></w:r></w:del>")
    )
    document.save(str(tmp_path / "a.docx"))
    read = read_document(tmp_path / "a.docx")
    keeps_contract(read)
    assert [(b.type.value, b.level, read.text[b.start : b.end]) for b in read.blocks or ()] == [
        ("paragraph", 0, "I innholdskontroll"),
        ("heading", 1, "Helseplan"),
        ("furniture", 0, "1 Innledning\t3"),
        ("heading", 2, "Forord"),
        ("heading", 3, "Kapittel"),
        ("paragraph", 0, "Løpende tekst."),
        ("item", 0, "Punkt"),
        ("row", 0, "Tiltak | Frist"),
        ("row", 0, "A | 2024"),
        ("paragraph", 0, "Etter tabellen"),
        ("paragraph", 0, "Står igjen"),
    ]
    assert read.metadata.title == "Helseplan"
    assert (read.metadata.municipality, read.dated) == ("Fjellvik kommune", 2018)


def test_docx_text_boxes_are_read_once(tmp_path: Path) -> None:
    document = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>I en boks</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    document.add_paragraph("Utenfor")._p.append(
        parse_xml(
            f"<w:r {nsdecls('w')} {mc}><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    document.save(str(tmp_path / "a.docx"))
    assert read_document(tmp_path / "a.docx").text == "Utenfor\n\nI en boks"


def test_docx_with_a_damaged_part(tmp_path: Path) -> None:
    assert "Word" in reason(files.zip_bomb(tmp_path / "a.docx", "word/document.xml", 10))


# -- tables ------------------------------------------------------------------------------------


def test_table_columns_and_synonyms(tmp_path: Path) -> None:
    source = (
        "\ufeffID;Kommune;Land;År;Språk;Kind;Tekst;Tittel;Annet\r\n"
        'g1;Larvik;Norge;2018-2020;bokmål;tiltak;"Vi skal; hver dag, møtes";Plan A;x\r\n'
        "g2;Malmö;Sverige;ukjent;svenska;rart;Vi ska mötas;Plan B;y\r\n"
        "g3;Aarhus;DK;2016;;;;;\r\n"
    )
    document = read_document(write(tmp_path / "a.csv", source))
    keeps_contract(document)
    assert document.text == "Vi skal; hver dag, møtes\n\nVi ska mötas"
    first, second = document.rows
    assert (first.number, first.id, first.language, first.kind) == (1, "g1", "nb", "measure")
    known = first.metadata
    assert (known.municipality, known.country, known.year, known.title) == (
        *("Larvik", "NO", 2018, "Plan A"),
    )
    assert (second.metadata.year, second.metadata.country, second.kind) == (None, "SE", None)
    assert document.warnings == (
        "1 rows have no text and are left out",
        "kinds not known are inferred instead: rart",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_table_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    source = f"title{delimiter}text\nPlan{delimiter}Bedre vår\n"
    document = read_document(write(tmp_path / "a.csv", source.encode(encoding)))
    assert document.text == "Bedre vår" and document.rows[0].metadata.title == "Plan"


def test_table_without_text_names_its_columns(tmp_path: Path) -> None:
    for name, source in (("a.csv", "navn,mål\nx,y\n"), ("a.jsonl", '{"navn": 1, "mål": "x"}\n')):
        assert "columns found: navn, mål" in reason(write(tmp_path / name, source))
    files.workbook([["navn", "mål"], ["x", "y"]], tmp_path / "a.xlsx")
    assert "columns found: navn, mål" in reason(tmp_path / "a.xlsx")
    assert "no row with text" in reason(write(tmp_path / "b.csv", "text\n\n"))


def test_jsonl_keeps_the_good_lines(tmp_path: Path) -> None:
    lines = [
        '{"text": "En"}',
        "{oops",
        "[1]",
        '{"text": "T\\ud800o", "year": 2020.0}',
        '"x"',
        "[" * 99,
    ]
    document = read_document(write(tmp_path / "a.jsonl", "\n".join(lines) + "\n"))
    keeps_contract(document)
    assert document.text == "En\n\nT\ufffdo"
    assert [row.number for row in document.rows] == [1, 4]
    assert document.rows[1].metadata.year == 2020
    assert document.warnings[0].startswith("line 2 is not JSON")
    assert document.warnings[1] == "line 3 is not a JSON object"


def test_csv_with_stray_quotes_and_long_rows_is_warned_of(tmp_path: Path) -> None:
    quoted = read_document(write(tmp_path / "a.csv", 'text\nEn\n"To er aldri lukket\nTre\n'))
    assert "quotation marks out of place" in quoted.warnings[0]
    longer = read_document(write(tmp_path / "b.csv", "text,id\nEn, to og tre,1\n"))
    assert "more cells than the header" in longer.warnings[0]


def test_xlsx_second_sheet_numbers_and_formulas(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Om arket"])
    sheet = book.create_sheet("Mål")
    sheet.append([])
    sheet.append(["Year", "Text", "id"])
    sheet.append([2019, "Vi skal", 7.0])
    sheet.append([2020, "=A1", 8])
    book.save(tmp_path / "a.xlsx")
    document = read_document(tmp_path / "a.xlsx")
    keeps_contract(document)
    assert document.text == "Vi skal"
    assert (document.rows[0].id, document.rows[0].metadata.year) == ("7", 2019)
    assert document.warnings == ("1 rows have no text and are left out",)


# -- markup within blocks ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Visjonen er *Plass til én til*, og **alle** skal med.",
         "Visjonen er Plass til én til, og alle skal med."),
        ("Se [planen](https://example.org/a_(b)) og <https://example.org>.",
         "Se planen og https://example.org."),
        ("***Mål.*** Vi `skal` ~~ikke~~ ha __to__ og _tre_ __hus_nummer__.",
         "Mål. Vi skal ikke ha to og tre hus_nummer."),
        ("Fem * tre * to, snake_case_navn og 2*3*4 står.",
         "Fem * tre * to, snake_case_navn og 2*3*4 står."),
        (r"Stjerne \*her\* og note[^1] og ![kart](a.png) bilde.", "Stjerne *her* og note og bilde."),
        ("**Situasjon.** Det er *trangt*. *Ny* plan kommer.",
         "Situasjon. Det er trangt. Ny plan kommer."),
        ("En linje<br>med *utheving\nover to* linjer.", "En linje med utheving over to linjer."),
    ],
)  # fmt: skip
def test_markdown_s_marks_are_no_words(tmp_path: Path, source: str, words: str) -> None:
    document = read_document(write(tmp_path / "a.md", f"# Plan for *alt*\n\n{source}\n"))
    passages = make_passages(document, clean(document))
    assert [" ".join(p.clean.split()) for p in passages] == [words]
    assert passages[0].text == source
    assert passages[0].heading == ("Plan for alt",)


@given(st.text(alphabet="*_`[]()<>\\~! \nab#>", max_size=80))
def test_marks_lie_in_order_within_the_block(source: str) -> None:
    spans = inline_marks(source, 0, len(source))
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(source) for start, end in spans)


def test_a_word_document_of_endless_text_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "a.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b" " * (MAX_WORDS + 1))
    with pytest.raises(ReadError, match="split it"):
        read_document(bomb)
