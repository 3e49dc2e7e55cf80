"""Two vintages, reconciled."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from varstat.errors import ModelError, UsageError
from varstat.estimands.vintages.reconcile import STATUSES, reconcile


def vintage(counts):
    index = pd.MultiIndex.from_tuples(list(counts))
    return pd.Series(list(counts.values()), index=index, dtype=float)


EARLIER = vintage({("A", "Q1"): 100, ("A", "Q2"): 90, ("B", "Q1"): 50, ("C", "Q1"): 7})
LATER = vintage({("A", "Q1"): 100, ("A", "Q2"): 99, ("B", "Q1"): 45, ("B", "Q2"): 60})


def test_every_cell_has_one_status():
    found = reconcile(EARLIER, LATER)
    assert found.counts == {"same": 1, "up": 1, "down": 1, "new": 1, "gone": 1}
    assert len(found.cells) == 5


def test_the_factor_is_of_the_cells_in_both():
    found = reconcile(EARLIER, LATER)
    assert found.factor == pytest.approx(244 / 240)
    assert found.lower < found.factor < found.upper


def test_a_vintage_against_itself_is_the_same_throughout():
    found = reconcile(EARLIER, EARLIER)
    assert found.counts["same"] == 4
    assert (found.factor, found.lower, found.upper) == (1.0, 1.0, 1.0)


def test_one_unit_gives_no_interval():
    found = reconcile(EARLIER[["A"]], LATER[["A"]])
    assert np.isnan(found.lower)
    assert np.isnan(found.upper)


def test_tables_without_a_common_cell_are_refused():
    with pytest.raises(ModelError, match="no count is in both"):
        reconcile(EARLIER[["C"]], LATER[["A"]])


def test_a_cell_that_stands_twice_is_refused():
    with pytest.raises(ModelError, match="stands twice"):
        reconcile(pd.concat([EARLIER, EARLIER[["C"]]]), LATER)


def test_a_level_that_is_none_is_refused():
    with pytest.raises(UsageError, match="no level"):
        reconcile(EARLIER, LATER, level=95)


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(0, 99)), min_size=1, max_size=20))
def test_the_statuses_account_for_every_cell(pairs):
    index = pd.MultiIndex.from_tuples([(f"U{at}", "Q1") for at in range(len(pairs))])
    was, now = zip(*pairs, strict=True)
    found = reconcile(pd.Series(was, index, dtype=float), pd.Series(now, index, dtype=float))
    assert sum(found.counts.values()) == len(pairs)
    assert set(found.counts) == set(STATUSES)
    assert found.factor == pytest.approx(sum(now) / sum(was))
