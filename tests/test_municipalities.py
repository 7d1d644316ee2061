"""The table of municipalities: complete, unique, current (Norway as of 2024), sorted."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

TABLE = Path(__file__).parents[1] / "data" / "municipalities.csv"

Row = dict[str, str]

# The first two digits of a Norwegian or Swedish code are the county's.
NORWEGIAN_COUNTIES = {
    "03": "Oslo",
    "11": "Rogaland",
    "15": "Møre og Romsdal",
    "18": "Nordland",
    "31": "Østfold",
    "32": "Akershus",
    "33": "Buskerud",
    "34": "Innlandet",
    "39": "Vestfold",
    "40": "Telemark",
    "42": "Agder",
    "46": "Vestland",
    "50": "Trøndelag",
    "55": "Troms",
    "56": "Finnmark",
}
DANISH_REGIONS = {
    "Region Hovedstaden": 29,
    "Region Sjælland": 17,
    "Region Syddanmark": 22,
    "Region Midtjylland": 19,
    "Region Nordjylland": 11,
}
# A former municipality carries its last year: "Skedsmo (to 2019)".
FORMER = re.compile(r" \(to 20\d\d\)$")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def others(row: Row) -> list[str]:
    return row["other_names"].split("|") if row["other_names"] else []


def test_header_and_cells(rows: list[Row]) -> None:
    assert list(rows[0]) == ["country", "code", "name", "county", "other_names"]
    for row in rows:
        assert None not in row and None not in row.values(), row
        assert row["name"] and row["county"], row
        for cell in row.values():
            assert cell == " ".join(cell.split()), row


def test_every_municipality_of_three_countries(rows: list[Row]) -> None:
    assert Counter(row["country"] for row in rows) == {"NO": 357, "DK": 98, "SE": 290}


def test_codes_are_unique_in_their_country(rows: list[Row]) -> None:
    codes = [(row["country"], row["code"]) for row in rows]
    assert len(set(codes)) == len(codes)


def test_sorted_by_country_and_code(rows: list[Row]) -> None:
    keys = [(row["country"], row["code"]) for row in rows]
    assert keys == sorted(keys)


def test_codes_have_the_country_s_form(rows: list[Row]) -> None:
    form = {"NO": r"\d{4}", "DK": r"\d{3}", "SE": r"\d{4}"}
    span = {"NO": ("0301", "5636"), "DK": ("101", "860"), "SE": ("0114", "2584")}
    for row in rows:
        low, high = span[row["country"]]
        assert re.fullmatch(form[row["country"]], row["code"]), row
        assert low <= row["code"] <= high, row


def test_norwegian_county_follows_from_the_code(rows: list[Row]) -> None:
    for row in rows:
        if row["country"] == "NO":
            assert row["county"] == NORWEGIAN_COUNTIES[row["code"][:2]], row


def test_dissolved_counties_are_gone(rows: list[Row]) -> None:
    counties = {row["county"] for row in rows}
    assert not counties & {"Viken", "Vestfold og Telemark", "Troms og Finnmark"}


def test_swedish_county_follows_from_the_code(rows: list[Row]) -> None:
    by_prefix: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["country"] == "SE":
            by_prefix[row["code"][:2]].add(row["county"])
    assert len(by_prefix) == 21
    assert all(len(counties) == 1 for counties in by_prefix.values())
    assert len({county for counties in by_prefix.values() for county in counties}) == 21
    assert all(c.endswith(" län") for counties in by_prefix.values() for c in counties)


def test_danish_regions(rows: list[Row]) -> None:
    assert Counter(row["county"] for row in rows if row["country"] == "DK") == DANISH_REGIONS


def test_only_real_namesakes_share_a_name(rows: list[Row]) -> None:
    codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        codes[row["country"], row["name"]].add(row["code"])
    shared = {key: value for key, value in codes.items() if len(value) > 1}
    assert shared == {("NO", "Herøy"): {"1515", "1818"}, ("NO", "Våler"): {"3114", "3419"}}


def test_other_names_are_unambiguous(rows: list[Row]) -> None:
    """No other name is a current name of the country; two former ones were divided, none else."""
    current = {(row["country"], row["name"]) for row in rows}
    uses: Counter[tuple[str, str]] = Counter()
    for row in rows:
        names = others(row)
        assert len(set(names)) == len(names), row
        for name in names:
            assert name and name != row["name"], row
            assert (row["country"], name) not in current, row
            assert ("(" in name) == bool(FORMER.search(name)), row
            uses[row["country"], name] += 1
    divided = {key: n for key, n in uses.items() if n > 1}
    assert divided == {("NO", "Tysfjord (to 2019)"): 2, ("NO", "Snillfjord (to 2019)"): 3}


@pytest.mark.parametrize(
    ("country", "code", "name", "county"),
    [
        ("NO", "0301", "Oslo", "Oslo"),
        ("NO", "1508", "Ålesund", "Møre og Romsdal"),
        ("NO", "1580", "Haram", "Møre og Romsdal"),
        ("NO", "3201", "Bærum", "Akershus"),
        ("NO", "3301", "Drammen", "Buskerud"),
        ("NO", "3905", "Tønsberg", "Vestfold"),
        ("NO", "4003", "Skien", "Telemark"),
        ("NO", "4601", "Bergen", "Vestland"),
        ("NO", "5061", "Rindal", "Trøndelag"),
        ("NO", "5501", "Tromsø", "Troms"),
        ("DK", "101", "København", "Region Hovedstaden"),
        ("DK", "400", "Bornholm", "Region Hovedstaden"),
        ("DK", "461", "Odense", "Region Syddanmark"),
        ("DK", "615", "Horsens", "Region Midtjylland"),
        ("DK", "851", "Aalborg", "Region Nordjylland"),
        ("SE", "0180", "Stockholm", "Stockholms län"),
        ("SE", "0331", "Heby", "Uppsala län"),
        ("SE", "0980", "Gotland", "Gotlands län"),
        ("SE", "1480", "Göteborg", "Västra Götalands län"),
        ("SE", "2480", "Umeå", "Västerbottens län"),
    ],
)
def test_known_municipalities(
    rows: list[Row], country: str, code: str, name: str, county: str
) -> None:
    found = [
        (row["name"], row["county"])
        for row in rows
        if row["country"] == country and row["code"] == code
    ]
    assert found == [(name, county)]


@pytest.mark.parametrize(
    ("country", "code", "other"),
    [
        ("NO", "5610", "Kárášjohka"),
        ("NO", "5540", "Gáivuotna"),
        ("NO", "3205", "Skedsmo (to 2019)"),
        ("NO", "3905", "Re (to 2019)"),
        ("NO", "4204", "Søgne (to 2019)"),
        ("DK", "751", "Århus"),
        ("SE", "1280", "Malmö stad"),
        ("SE", "2584", "Giron"),
    ],
)
def test_known_other_names(rows: list[Row], country: str, code: str, other: str) -> None:
    (row,) = [row for row in rows if row["country"] == country and row["code"] == code]
    assert other in others(row)
