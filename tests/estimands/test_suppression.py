"""Marks that hide more than they are said to are noticed, and others are not."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import varstat
from varstat.estimands import compute_league
from varstat.estimands.suppression import HARDLY, TOO_MANY, UNMARKED, check_marks, say_marks


def league_of(seed, second, units=80):
    frame = marked(seed, second, units)
    return compute_league(fits_of(frame))[0]


def marked(seed, second, units=80):
    rng = np.random.default_rng([77, seed])
    size = np.maximum(np.round(np.exp(rng.normal(np.log(80), 0.9, units))), 3).astype(int)
    event = rng.binomial(size, expit(-2.2 + 0.4 * rng.normal(size=units)))
    small = (event >= 1) & (event <= 7)
    more = (event > 7) & (rng.random(units) < second)
    return pd.DataFrame(
        {
            "unit": [f"u{i:03}" for i in range(units)],
            "numerator": np.where(small | more, "*", event.astype(str)),
            "denominator": size,
        }
    )


def fits_of(frame):
    table = varstat.read_table(frame, direction="lower-is-better", suppressed=(1, 7))
    return varstat.fit_model(table, draws=200)


def test_larger_counts_behind_the_mark_of_small_ones_are_noted_with_their_units():
    league = league_of(1, 0.4)
    marks = league.assumptions.marks
    assert marks.p < TOO_MANY
    assert 1 <= len(marks.unit) <= 5
    note = next(note for note in league.notes if "withheld counts" in note)
    assert marks.unit[0] in note
    sizes = dict(zip(league.units.unit, league.units.size, strict=True))
    assert sizes[marks.unit[0]] > np.median(league.units.size)


def test_a_mark_that_hides_what_it_says_is_not_noted():
    assert say_marks(league_of(1, 0.0).assumptions.marks) == []


def test_one_large_unit_that_can_hardly_have_so_few_is_noted():
    frame = marked(2, 0.0)
    frame.loc[0, ["numerator", "denominator"]] = ["*", 2000]
    marks = check_marks(fits_of(frame)[0])
    assert marks.hardly == 1
    assert marks.unit[0] == "u000"
    assert f"{HARDLY:g}" in say_marks(marks)[0] or "p" in say_marks(marks)[0]


def test_without_marks_nothing_is_tested():
    frame = marked(3, 0.0)
    frame["numerator"] = frame["denominator"] // 10
    assert check_marks(fits_of(frame)[0]) == UNMARKED


@pytest.mark.slow
def test_secondary_suppression_is_noticed_in_nine_of_ten_nations():
    found = [
        [check_marks(fits_of(marked(seed, second))[0]).doubtful for seed in range(60)]
        for second in (0.25, 0.0)
    ]
    # Of 60 nations, three standard errors beside nine in ten and three in a hundred.
    assert np.mean(found[0]) >= 0.78
    assert np.mean(found[1]) <= 0.10
