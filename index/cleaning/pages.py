"""Page numbers, running headers and footers: found, taken out, and pages inferred from them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from statistics import median

from index.cleaning.lines import Cut, Line
from index.records import Page

PAGE_NUMBER = "page number"
RUNNING = "running header or footer"
_PAGE_WORD = re.compile(
    r"(?:side|sida|sidan|s\.|page|p\.)?\s*[-–—]?\s*(?P<n>\d{1,4})\s*[-–—]?"
    r"(?:\s*(?:av|af|of|/|\()\s*\d{1,4}\)?)?",
    re.I,
)
_NAMED_PAGE = re.compile(
    r"(?:.{0,80}\s)?(?:side|sida|page)\s*(?P<n>\d{1,4})(?:\s*(?:av|af|of|/)\s*\d{1,4})?"
    r"|(?P<m>\d{1,4})\s*(?:av|af|of|/)\s*\d{1,4}"
    r"|[-–—]\s*(?P<k>\d{1,4})\s*[-–—]",
    re.I,
)
_LEADING = re.compile(r"(\d{1,4})(?:\s+(?=\S)|$)")
_TRAILING = re.compile(r"(?:(?<=\s)|^)(\d{1,4})$")
_DIGITS = re.compile(r"\d+")


# --- one page a line, its number glued on -----------------------------------------------------


def cut_glued_numbers(
    document: str, lines: list[Line], framed: bool
) -> tuple[list[Cut], tuple[Page, ...]]:
    """Takes page numbers off the lines of a dump that has one page a line; the pages they tell.

    Returns no pages where the lines do not count up. Lines are shortened in place.
    """
    body = [line for line in lines if line.open]
    if not body or (not framed and (len(body) < 3 or median(len(b.text) for b in body) < 250)):
        return [], ()
    leading = _chain([_first_number(line) for line in body])
    need = 0.6 if framed else 0.8
    cuts: list[Cut] = []
    if leading and leading[min(leading)] <= 3 and len(leading) >= need * len(body):
        numbers = _fill(leading, len(body))
        for at, number in leading.items():
            line = body[at]
            width = len(str(number)) if line.text.startswith(str(number)) else 0
            cuts.append(Cut(line.start, line.start + width, PAGE_NUMBER))
            line.cut(document, line.start + width, line.end)
        cuts += _cut_trailing(document, body, numbers)
        return cuts, _pages(body, numbers, cuts)
    trailing = _chain([_last_number(line) for line in body])
    ending = sum(_last_number(line) is not None for line in body)
    if len(trailing) >= max(3, 0.6 * ending, 0.4 * len(body)):
        numbers = _fill_backwards(trailing, len(body))
        for at, number in trailing.items():
            line = body[at]
            border = line.end - len(str(number))
            cuts.append(Cut(border, line.end, PAGE_NUMBER))
            line.cut(document, line.start, border)
        return cuts, _pages(body, numbers, cuts)
    return [], ()


def _first_number(line: Line) -> int | None:
    match = _LEADING.match(line.text)
    return int(match.group(1)) if match and not match.group(1).startswith("0") else None


def _last_number(line: Line) -> int | None:
    match = _TRAILING.search(line.text[-6:])
    return int(match.group(1)) if match and not match.group(1).startswith("0") else None


def _chain(numbers: list[int | None]) -> dict[int, int]:
    """The longest run of numbers that count up by one (two where a page is blank), by position."""
    best: dict[int, int] = {}
    starts = [at for at, number in enumerate(numbers) if number is not None][:4]
    for start in starts:
        chain: dict[int, int] = {}
        last = 0
        for at in range(start, len(numbers)):
            number = numbers[at]
            if number is not None and (not chain or last < number <= last + 2):
                chain[at] = last = number
        if len(chain) > len(best):
            best = chain
    return best


def _fill(chain: dict[int, int], count: int) -> list[int]:
    """Page numbers of all lines, a line without one belonging to the page before."""
    numbers, last = [], min(chain.values())
    for at in range(count):
        last = chain.get(at, last)
        numbers.append(last)
    return numbers


def _fill_backwards(chain: dict[int, int], count: int) -> list[int]:
    """As `_fill` where the number stands at the page's end: lines before belong to the next."""
    numbers = [0] * count
    following = max(chain.values()) + 1
    for at in range(count - 1, -1, -1):
        if at in chain:
            following = chain[at]
        elif following > 1 and chain.get(at + 1) == following and at - 1 not in chain and at == 0:
            following -= 1  # a title page without a number
        numbers[at] = following
    return numbers


def _cut_trailing(document: str, body: list[Line], numbers: list[int]) -> list[Cut]:
    """Printed page numbers at the lines' ends: they run beside the viewer's own."""
    offsets: Counter[int] = Counter()
    found: dict[int, int] = {}
    for at, line in enumerate(body):
        number = _last_number(line)
        if number is not None:
            found[at] = number
            offsets[number - numbers[at]] += 1
    if not offsets:
        return []
    offset, count = max(offsets.items(), key=lambda item: (item[1], -abs(item[0])))
    if count < max(2, 0.3 * len(body)) and not (count == 1 and len(body) <= 2 and abs(offset) <= 2):
        return []
    cuts = []
    for at, number in found.items():
        if number - numbers[at] == offset:
            line = body[at]
            border = line.end - len(str(number))
            cuts.append(Cut(border, line.end, PAGE_NUMBER))
            line.cut(document, line.start, border)
    return cuts


def _pages(body: list[Line], numbers: list[int], cuts: list[Cut]) -> tuple[Page, ...]:
    """Pages over the lines (with the numbers cut off them)."""
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for line, number in zip(body, numbers, strict=True):
        starts.setdefault(number, line.start)
        ends[number] = line.end
    order = sorted(starts)
    for cut in cuts:  # the numbers themselves belong to their page
        for number in _near(order, starts, ends, cut):
            starts[number] = min(starts[number], cut.start)
            ends[number] = max(ends[number], cut.end)
    return tuple(Page(number, starts[number], ends[number]) for number in order)


def _near(order: list[int], starts: dict[int, int], ends: dict[int, int], cut: Cut) -> list[int]:
    low, high = 0, len(order)
    while low < high:  # first page that ends after the cut starts
        middle = (low + high) // 2
        if ends[order[middle]] < cut.start - 2:
            low = middle + 1
        else:
            high = middle
    candidates = order[low : low + 2]
    return [n for n in candidates if starts[n] - cut.end <= 2 and cut.start - ends[n] <= 2][:1]


# --- pages of many lines ------------------------------------------------------------------------


def mark_running_lines(lines: list[Line], page_count: int) -> None:
    """Labels page numbers and repeated lines at the pages' upper and lower edges."""
    by_page: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.open and line.page >= 0:
            by_page[line.page].append(line)
    edges: dict[int, tuple[list[Line], list[Line]]] = {
        page: (members[:3], members[-3:][::-1]) for page, members in by_page.items()
    }
    _mark_repeated(edges, page_count)
    for top, bottom in edges.values():
        for edge in (top, bottom):
            for line in [line for line in edge if line.open][:1]:
                if _PAGE_WORD.fullmatch(line.text):
                    line.reason = PAGE_NUMBER
            for line in edge:
                if line.open and _NAMED_PAGE.fullmatch(line.text) and len(line.text) < 60:
                    line.reason = PAGE_NUMBER


def _mark_repeated(edges: dict[int, tuple[list[Line], list[Line]]], page_count: int) -> None:
    seen: dict[tuple[bool, str], dict[int, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for page, (top, bottom) in edges.items():
        for lower, edge in ((False, top), (True, bottom)):
            for line in edge:
                if len(line.text) <= 160:
                    key = _DIGITS.sub("#", line.text.casefold())
                    if key.strip("# .-–") or len(edge) > 0:
                        seen[lower, key][page].append(line)
    for (_, key), pages in seen.items():
        if len(pages) < 3 or not any(character.isalpha() for character in key):
            continue
        order = sorted(pages)
        everywhere = len(order) >= 0.5 * page_count
        nearby = order[-1] - order[0] <= 2 * len(order)  # the header of one chapter
        if not everywhere and not nearby:
            continue
        texts = {line.text for page in order for line in pages[page]}
        keep_first = not everywhere and len(texts) == 1
        for page in order[1:] if keep_first else order:
            for line in pages[page]:
                line.reason = RUNNING


def infer_pages(lines: list[Line], length: int) -> tuple[Page, ...]:
    """Pages of a text that says "Side 3 av 20", or a lone number, now and then; labels those lines.

    `length` is the document's length in characters. Empty where no such lines count up.
    """
    named: list[tuple[Line, int]] = []
    bare: list[tuple[Line, int]] = []
    for line in lines:
        if line.open and len(line.text) < 60:
            match = _NAMED_PAGE.fullmatch(line.text)
            if match:
                value = match.group("n") or match.group("m") or match.group("k")
                named.append((line, int(value)))
            elif line.text.isdecimal() and len(line.text) <= 3 and line.gap:
                bare.append((line, int(line.text)))
    for found in (named, bare):
        chain = _chain([number for _, number in found])
        if len(chain) >= 3 and len(chain) >= 0.7 * len(found):
            marks = [(found[at][0], number) for at, number in chain.items()]
            for line, _ in marks:
                line.reason = PAGE_NUMBER
            return _pages_at(marks, lines, length)
    return ()


def _pages_at(marks: list[tuple[Line, int]], lines: list[Line], length: int) -> tuple[Page, ...]:
    header = next(line for line in lines if line.reason in ("", PAGE_NUMBER)) is marks[0][0]
    pages = []
    if header:
        ends = [line.start for line, _ in marks[1:]] + [length]
        for (line, number), end in zip(marks, ends, strict=True):
            pages.append(Page(number, line.start, end))
        return tuple(pages)
    start = 0
    for line, number in marks:
        pages.append(Page(number, start, line.end))
        start = line.end
    if lines[-1].start >= start:
        pages.append(Page(marks[-1][1] + 1, start, length))
    return tuple(pages)


def pages_of_form_feeds(text: str) -> tuple[Page, ...]:
    """Pages of a text with form feeds between them; empty where there are none."""
    if "\f" not in text.strip("\f \n\r"):
        return ()
    pages, start = [], 0
    for number, piece in enumerate(text.split("\f"), 1):
        pages.append(Page(number, start, start + len(piece)))
        start += len(piece) + 1
    return tuple(pages)
