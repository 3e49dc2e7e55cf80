"""Rates per so many, averages, ranks and deviations in the place of counts and errors."""

import numpy as np
import pandas as pd
import pytest

from varstat import read_table
from varstat.data.rows.figures import describe_spread, find_level, find_per
from varstat.errors import TableError

RNG = np.random.default_rng(5)
SIZE = RNG.integers(200, 3000, 30)
RATE = np.rint(1000 * RNG.uniform(0.05, 0.4, 30)).astype(int)
UNITS = [f"U{at:02}" for at in range(30)]


def table(event: str, figures: object, size: str = "Population", sizes: object = SIZE) -> object:
    return pd.DataFrame({"unit": UNITS, event: figures, size: sizes})


@pytest.mark.parametrize(
    "heading",
    [
        *("Mortality per 100,000", "Sterbefälle je 1.000", "Décès pour 100 000", "Falls /1000"),
        *("cases per 100k", "Número por 10.000", "Deaths (‰)", "Rate", "SMR", "Taux"),
        *(
            "Average length of stay",
            "Rank",
            "Sterblichkeit, Mittelwert",
            "mortality_rate",
            "DSR",
            "ASR",
        ),
    ],
)
@pytest.mark.parametrize("role", ["observed", "numerator"])
def test_a_rate_in_whole_numbers_is_no_count(heading, role):
    size = {"observed": "exposure", "numerator": "denominator"}[role]
    frame = table(heading, RATE, sizes=SIZE * 100)
    with pytest.raises(TableError, match="Give the number of events"):
        read_table(frame, unit="unit", **{role: heading, size: "Population"})


@pytest.mark.parametrize("per", ["100,000", "1.000", "10 000"])
def test_the_product_that_the_refusal_names_gives_the_events(per):
    heading, size = f"deaths per {per}", SIZE * 100
    number = find_per(heading)
    events = RNG.binomial(size, 0.03)
    frame = table(heading, np.round(events / size * number, 4), sizes=size)
    with pytest.raises(TableError, match=rf"\* COLUMN / {number}"):
        read_table(frame, unit="unit", observed=heading, exposure="Population")


@pytest.mark.parametrize("heading", ["Rate per 1000", "Mortality %", "je 100.000"])
def test_a_rate_is_nothing_that_events_are_out_of(heading):
    frame = table("Deaths", RATE // 20, heading, RATE + 500)
    with pytest.raises(TableError, match="number of cases"):
        read_table(frame, unit="unit", numerator="Deaths", denominator=heading)


@pytest.mark.parametrize(
    "heading", ["Average inpatients", "Index admissions", "rate", "Crude rate numerator", "mean"]
)
def test_counts_that_grow_with_sizes_are_counts_whatever_they_are_called(heading):
    frame = table(heading, RNG.binomial(SIZE, 0.3))
    read = read_table(frame, unit="unit", numerator=heading, denominator="Population")
    assert read.account.units == 30


@pytest.mark.parametrize(
    ("heading", "cure"),
    [
        ("SD", "square root"),
        ("Std. Dev.", "square root"),
        ("Standardabweichung", "square root"),
        ("Variance", "square root"),
        ("95% CI", "`95% CI` / 1.96"),
        ("Margin (MOE)", "--lower and --upper"),
    ],
)
def test_a_deviation_is_no_standard_error(heading, cure):
    frame = table("Mean", RNG.normal(5, 0.3, 30), heading, np.full(30, 2.0))
    with pytest.raises(TableError) as error:
        read_table(frame, unit="unit", value="Mean", se=heading)
    assert cure in str(error.value)


def test_the_formula_that_the_refusal_names_is_taken():
    frame = table("Mean", RNG.normal(5, 0.3, 30), "95% CI", np.full(30, 1.96))
    read = read_table(frame, unit="unit", value="Mean", se="`95% CI` / 1.96")
    assert read.frame["se"].to_numpy() == pytest.approx(1.0)


@pytest.mark.parametrize("heading", ["SE", "Std Error", "SE of mean (SD/sqrt n)", "precision"])
def test_a_standard_error_is_one(heading):
    assert describe_spread(heading) is None


@pytest.mark.parametrize(
    ("low", "high", "level"),
    [("Lower 99.8%", "Upper 99.8%", 0.998), ("LL 90", "UL 90", 0.9), ("99_lo", "99_hi", 0.99)],
)
def test_limits_whose_headings_say_their_level_are_not_taken_for_others(low, high, level):
    value = RNG.normal(20, 2, 30)
    frame = pd.DataFrame({"unit": UNITS, "v": value, low: value - 3, high: value + 3})
    names = {"unit": "unit", "value": "v", "lower": low, "upper": high}
    with pytest.raises(TableError, match=f"--limits-level {level}"):
        read_table(frame, **names)
    assert read_table(frame, **names, limits_level=level).account.units == 30
    assert read_table(frame, **names, limits_level=0.95).account.units == 30


def test_a_year_is_no_level():
    assert find_level("Lower 1995") is None
