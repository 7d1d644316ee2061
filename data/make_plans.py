"""Make the demo plans that are not Markdown: data/plans_source/*.md → data/plans/*.{pdf,docx,html,txt}.

    python data/make_plans.py

The file's ending in data/plans/plans.csv says which format a source becomes. Output is the same on
every run (fixed dates), so that only a changed source changes a file.
"""

from __future__ import annotations

import csv
import html
import re
import textwrap
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

DATA = Path(__file__).resolve().parent
LANGUAGE = {"NO": "nb", "DK": "da", "SE": "sv"}
PAGE_WORD = {"NO": "Side", "DK": "Side", "SE": "Sida"}


@dataclass(frozen=True)
class Part:
    """One block of a source: its tag (h1–h4, p, li, note, or tr (HTML only)), its plain text."""

    tag: str
    text: str


def parts(source: str) -> list[Part]:
    """The blocks of a source. Sources use headings, paragraphs, lists and emphasis only."""
    found: list[Part] = []
    for block in re.split(r"\n\s*\n", source.strip()):
        if match := re.fullmatch(r"(#{1,4}) (.+)", block):
            found.append(Part(f"h{len(match[1])}", _plain(match[2])))
        elif re.match(r"(?:[-*]|\d+\.) ", block):
            items = re.split(r"\n(?=(?:[-*]|\d+\.) )", block)
            found += [Part("li", _plain(re.sub(r"^([-*]|\d+\.) ", "", item))) for item in items]
        elif block.startswith("|"):
            lines = [line for line in block.splitlines() if not re.fullmatch(r"[|:\- ]+", line)]
            found += [Part("tr", _plain(line.strip().strip("|"))) for line in lines]
        else:
            note = re.fullmatch(r"\*[^*]+\*", block) is not None
            quote = re.sub(r"(?m)^> ?", "", block)
            found.append(Part("note" if note and len(found) == 1 else "p", _plain(quote)))
    return found


def _plain(text: str) -> str:
    return re.sub(r"\*\*?([^*]+)\*\*?", r"\1", " ".join(text.split()))


def to_txt(blocks: list[Part], row: dict[str, str]) -> bytes:
    lines: list[str] = []
    for part in blocks:
        if part.tag.startswith("h"):
            lines += ["", part.text.upper() if part.tag == "h1" else part.text, ""]
        elif part.tag == "li":
            lines += textwrap.wrap(part.text, 92, initial_indent="• ", subsequent_indent="  ")
        else:
            lines += ["", *textwrap.wrap(part.text, 92), ""]
    return (re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n").encode()


def to_html(blocks: list[Part], row: dict[str, str]) -> bytes:
    title = html.escape(row["title"])
    body: list[str] = []
    for part in blocks:
        text = html.escape(part.text, quote=False)
        if part.tag == "li" and not (body and body[-1] == "</ul>"):
            body += ["<ul>", f"<li>{text}</li>", "</ul>"]
        elif part.tag == "li":
            body[-1:] = [f"<li>{text}</li>", "</ul>"]
        elif part.tag == "tr":
            cells = "".join(f"<td>{cell.strip()}</td>" for cell in text.split("|"))
            if body[-1] == "</table>":
                body[-1:] = [f"<tr>{cells}</tr>", "</table>"]
            else:
                body += ["<table>", f"<tr>{cells.replace('td>', 'th>')}</tr>", "</table>"]
        elif part.tag == "note":
            body.append(f"<p><em>{text}</em></p>")
        else:
            body.append(f"<{part.tag}>{text}</{part.tag}>")
    page = f"""<!DOCTYPE html>
<html lang="{LANGUAGE[row["country"]]}">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<nav><a href="/">{html.escape(row["municipality"])}</a></nav>
<main>
{chr(10).join(body)}
</main>
<footer>{html.escape(row["municipality"])} {row["year"]}</footer>
</body>
</html>
"""
    return page.encode()


def to_docx(blocks: list[Part], row: dict[str, str]) -> bytes:
    import docx

    document = docx.Document()
    document.core_properties.title = row["title"]
    document.core_properties.author = row["municipality"]
    day = datetime(int(row["year"]), 6, 1, tzinfo=UTC)
    document.core_properties.created = document.core_properties.modified = day
    for part in blocks:
        if part.tag.startswith("h"):
            document.add_heading(part.text, level=int(part.tag[1]) if part.tag != "h1" else 0)
        else:
            document.add_paragraph(part.text, style="List Bullet" if part.tag == "li" else None)
    raw = BytesIO()
    document.save(raw)
    # The zip's own time stamps would differ from run to run.
    fixed = BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            new.writestr(entry, old.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def to_pdf(blocks: list[Part], row: dict[str, str]) -> bytes:
    from fpdf import FPDF

    class Pdf(FPDF):
        def header(self) -> None:
            if self.page_no() > 1:
                self.set_font("helvetica", size=8)
                self.cell(0, 8, row["title"], align="L", new_x="LMARGIN", new_y="NEXT")

        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("helvetica", size=8)
            self.cell(0, 8, f"{PAGE_WORD[row['country']]} {self.page_no()}", align="C")

    pdf = Pdf(format="A4")
    pdf.core_fonts_encoding = "windows-1252"  # the built-in fonts hold all letters of the plans
    pdf.set_title(row["title"])
    pdf.set_author(row["municipality"])
    pdf.set_lang(LANGUAGE[row["country"]])
    pdf.set_creation_date(datetime(int(row["year"]), 6, 1, tzinfo=UTC))
    pdf.set_margins(25, 22, 25)
    pdf.set_auto_page_break(True, margin=22)
    pdf.add_page()
    sizes = {"h1": 22, "h2": 15, "h3": 12.5, "h4": 11.5}
    for part in blocks:
        if part.tag in sizes:
            pdf.ln(4)
            pdf.set_font("helvetica", style="B", size=sizes[part.tag])
            height = sizes[part.tag] * 0.5
            pdf.multi_cell(0, height, part.text, align="L", new_x="LMARGIN", new_y="NEXT")
            pdf.ln(1.5)
            continue
        pdf.set_font("helvetica", style="I" if part.tag == "note" else "", size=10.5)
        text = f"• {part.text}" if part.tag == "li" else part.text
        pdf.multi_cell(0, 5.4, text, align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(1.2 if part.tag == "li" else 2.6)
    return bytes(pdf.output())


MAKERS: dict[str, Callable[[list[Part], dict[str, str]], bytes]] = {
    ".txt": to_txt,
    ".html": to_html,
    ".docx": to_docx,
    ".pdf": to_pdf,
}


def main() -> None:
    """Write every plan that has a source."""
    with (DATA / "plans" / "plans.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        target = DATA / "plans" / row["file"]
        if target.suffix == ".md":
            continue
        source = DATA / "plans_source" / f"{target.stem}.md"
        target.write_bytes(MAKERS[target.suffix](parts(source.read_text("utf-8")), row))
        print(f"{target.relative_to(DATA.parent)}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
