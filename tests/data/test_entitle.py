"""What no card describes is called what the file calls it."""

import pandas as pd
import pytest

from varstat import compute_funnel, read_table
from varstat.present.captions.funnel import caption

ROWS = {"Org": ["A", "B", "C"]}


def table_of(event: str, size: str, **options: str):  # type: ignore[no-untyped-def]
    frame = pd.DataFrame(ROWS | {event: [1, 5, 9], size: [20, 40, 60]})
    return read_table(frame, unit="Org", **options)


def test_charts_and_tables_are_titled_by_headings() -> None:
    names = {"numerator": "Over 4 hours", "denominator": "Attendances"}
    table = table_of("Over 4 hours", "Attendances", **names)
    assert table.card.indicator.title == "Over 4 hours as a share of Attendances"
    said = caption(compute_funnel(table)[0])
    assert said.title == "Over 4 hours as a share of Attendances"
    assert said.axis == "Share: Over 4 hours"
    assert said.sizes["linear"] == "Size of the unit (Attendances)"


def test_rates_are_titled_likewise() -> None:
    table = table_of("Falls", "Bed days", observed="Falls", exposure="Bed days")
    assert table.card.indicator.title == "Falls per Bed days"


@pytest.mark.parametrize(
    ("size_is", "title"),
    [
        ("denominator", "Day cases as a share of all_spells"),
        ("expected", "Day cases against all_spells"),
        ("exposure", "Day cases per all_spells"),
    ],
)
def test_headings_are_said_in_words(size_is: str, title: str) -> None:
    event = "numerator" if size_is == "denominator" else "observed"
    names = {event: "day_cases", size_is: "all_spells"}
    said = table_of("day_cases", "all_spells", **names).card.indicator
    assert said.title == title.replace("_", " ")
    assert (said.numerator, said.denominator) == ("day cases", "all spells")


def test_a_rate_per_so_much_says_its_size_once() -> None:
    table = table_of("falls", "bed_days", observed="falls", exposure="bed_days", per=1000.0)
    assert caption(compute_funnel(table)[0]).title == "Falls, per 1,000 bed days"


def test_a_title_that_is_given_wins_and_so_does_a_card() -> None:
    names = {"numerator": "Late", "denominator": "All"}
    assert table_of("Late", "All", title="Mine", **names).card.indicator.title == "Mine"
    told = table_of("Late", "All", card="statin", **names)
    assert told.card.indicator.title == "Low-cost statins as a share of all statin items"


def test_varstats_own_words_title_nothing() -> None:
    assert table_of("numerator", "denominator").card.indicator.title == "Proportion"


@pytest.mark.parametrize("heading", ["x" * 500, "a\x1b[31m\nb", "\u202eevil"])
def test_headings_are_cleaned_and_bounded(heading: str) -> None:
    table = table_of(heading, "All", numerator=heading, denominator="All")
    title = table.card.indicator.title
    assert len(title) <= 130
    assert title.isprintable()


def test_a_mean_is_titled_by_its_value() -> None:
    frame = pd.DataFrame(ROWS | {"Mean wait": [3.1, 4.0, 5.2], "Error": [0.2, 0.3, 0.2]})
    table = read_table(frame, unit="Org", value="Mean wait", se="Error")
    assert table.card.indicator.title == "Mean wait"
