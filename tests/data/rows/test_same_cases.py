"""Levels that count the same cases are refused, though none is a total."""

import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.errors import TableError

UNITS = [f"U{at:02}" for at in range(12)]


def read(rows, **how):
    columns = ["unit", "group", "numerator", "denominator"]
    return read_table(pd.DataFrame(rows, columns=columns), **how)


def split(rng, size, event, parts):
    """Split each unit's cases in some parts."""
    sizes = np.array([rng.multinomial(n, parts) for n in size])
    drawn = zip(sizes, event, strict=True)
    events = np.array([rng.multivariate_hypergeometric(n, y) for n, y in drawn])
    return events, sizes


def two_splits(seed):
    rng = np.random.default_rng(seed)
    size = rng.integers(300, 1500, len(UNITS))
    event = rng.binomial(size, rng.uniform(0.05, 0.3, len(UNITS)))
    rows = []
    for levels, parts in ((("Men", "Women"), (0.48, 0.52)), ("abc", (0.2, 0.5, 0.3))):
        events, sizes = split(rng, size, event, parts)
        rows += [
            [unit, level, events[at, of], sizes[at, of]]
            for at, unit in enumerate(UNITS)
            for of, level in enumerate(levels)
        ]
    return rows


@pytest.mark.parametrize("how", [{"stratum": "group"}, {"roll_up": "all"}])
def test_two_splits_of_the_same_cases_in_one_column_are_refused(how):
    with pytest.raises(TableError, match=r"'Men' and 'Women' add up .* --only group=Men,Women"):
        read(two_splits(1), **how)


def test_one_of_two_splits_can_be_chosen():
    table = read(two_splits(1), stratum="group", only={"group": ["Men", "Women"]})
    assert table.account.rows_kept == 2 * len(UNITS)


@pytest.mark.parametrize("how", [{"stratum": "group"}, {"roll_up": "all"}])
def test_a_table_at_two_times_is_refused_by_name_and_else_asked_about(how):
    rng = np.random.default_rng(2)
    size = rng.integers(300, 1500, len(UNITS))
    event = rng.binomial(size, 0.12)
    early = [(event[at] - at % 2, size[at] - at % 5) for at in range(len(UNITS))]
    for names, refused in ((("Provisional", "Final"), True), (("a", "b"), False)):
        rows = [[unit, names[0], *early[at]] for at, unit in enumerate(UNITS)]
        rows += [[unit, names[1], event[at], size[at]] for at, unit in enumerate(UNITS)]
        if refused:
            with pytest.raises(TableError, match="differ by far less than chance"):
                read(rows, **how)
        else:
            (note,) = read(rows, **how).account.notes
            assert "if they do, choose with --only group=a or --only group=b" in note


@pytest.mark.parametrize("seed", range(20))
def test_strata_of_their_own_are_kept_however_alike_their_sizes(seed):
    rng = np.random.default_rng(seed)
    levels = ["a", "b", "c", "d", "e"]
    size = np.repeat(rng.integers(30, 900, (len(UNITS), 1)), len(levels), axis=1)
    event = rng.binomial(size, rng.uniform(0.02, 0.98))
    rows = [
        [unit, level, event[at, of], size[at, of]]
        for at, unit in enumerate(UNITS)
        for of, level in enumerate(levels)
    ]
    assert read(rows, stratum="group").account.rows_kept == len(rows)


@pytest.mark.parametrize("parts", [2, 4, 6])
def test_equal_parts_of_a_table_are_strata(parts):
    rng = np.random.default_rng(4)
    size = rng.integers(300, 1500, len(UNITS))
    event = rng.binomial(size, 0.12)
    rows = [
        [unit, f"part {of}", event[at] // parts, size[at] // parts]
        for at, unit in enumerate(UNITS)
        for of in range(parts)
    ]
    assert read(rows, stratum="group").account.rows_kept == len(rows)


def test_a_total_is_found_though_a_mark_hides_more_than_small_counts():
    rng = np.random.default_rng(3)
    size = rng.integers(200, 900, (len(UNITS), 3))
    event = rng.binomial(size, 0.2)
    rows = [
        [unit, level, "*" if of == 0 and at < 4 else event[at, of], size[at, of]]
        for at, unit in enumerate(UNITS)
        for of, level in enumerate("abc")
    ]
    rows += [[unit, "zz", event[at].sum(), size[at].sum()] for at, unit in enumerate(UNITS)]
    frame = read(rows, stratum="group").frame
    assert frame["numerator"].sum() == event.sum() - event[:4, 0].sum()
