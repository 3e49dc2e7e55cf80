"""Nowcasts of tables at the edge: one count, growth that doesn't vary, nothing at all."""

import pandas as pd
import pytest

from varstat.data.volumes.published import read_vintages
from varstat.errors import ModelError, TableError
from varstat.estimands.vintages.compute import compute_nowcasts
from varstat.provenance import Provenance


def of_months(count, *, units=1, vintages=3):
    """Vintages that come monthly, of one month more each."""
    rows = [
        (f"U{unit}", f"2010-{month:02d}", f"2010-{published + 1:02d}-20", count(month, published))
        for unit in range(units)
        for published in range(1, vintages + 1)
        for month in range(1, published + 1)
    ]
    return pd.DataFrame(rows, columns=["unit", "period", "published", "n"])


def nowcast(table):
    vintages = read_vintages(table, as_of="published", unit="unit", period="period", columns=["n"])
    stated = Provenance(
        verb="completeness", source="", data_hash="", card="", card_hash="", options={}
    )
    return compute_nowcasts(vintages, provenance=stated).groups[0]


def test_growth_that_one_count_shows_is_no_measure_of_the_latest_vintage():
    found = nowcast(of_months(lambda month, at: 700 + 13 * month + 200 * (at > month)))
    assert [step.ratios for step in found.steps] == [2, 1]
    assert found.held is None
    assert "seems to have changed" not in found.summary()


def test_a_step_with_one_ratio_has_the_noise_of_the_only_other():
    found = nowcast(of_months(lambda month, at: 700 + (70 + 9 * month) * (at - month)))
    first, last = found.steps
    assert first.upper - first.lower > 0
    assert last.upper - last.lower > 0


def test_a_note_says_that_intervals_have_no_width_where_each_step_is_of_one_count():
    table = of_months(lambda month, at: 700 + 210 * (at - month), vintages=2)
    assert any("intervals have no width" in note for note in nowcast(table).notes)
    table = of_months(lambda month, at: 700 + 210 * (at - month), vintages=2, units=2)
    assert not any("no width" in note for note in nowcast(table).notes)


@pytest.mark.parametrize("factor", [1.07, 1.13, 4 / 3, 0.93])
def test_growth_that_never_varies_is_not_odd_by_rounding(factor):
    for units in (1, 5, 12):
        table = of_months(
            lambda month, at: (777 + 17 * month) * factor ** (at - month),
            units=units,
            vintages=5,
        )
        assert not nowcast(table).held.odd


def test_counts_that_all_fall_to_zero_are_refused():
    with pytest.raises(ModelError, match="all counts fall to zero 1 month after"):
        nowcast(of_months(lambda month, at: 50 * (at == month), units=12))


def test_a_table_in_which_no_count_is_known_is_refused():
    with pytest.raises(TableError, match="no count is known in column 'n'"):
        nowcast(of_months(lambda month, at: "*"))
