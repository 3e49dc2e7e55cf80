"""What every part of a review starts from."""

import pandas as pd

from varstat.data import read_table
from varstat.review.reviewed import make_reviewed, split_groups


def _frame() -> pd.DataFrame:
    rows = [
        (f"u{i:02}", group, 40 + (7 * i) % 23, 200)
        for i in range(12)
        for group in ("north", "south")
    ]
    return pd.DataFrame(rows, columns=["unit", "region", "numerator", "denominator"])


def test_each_group_becomes_a_table_of_its_own() -> None:
    table = read_table(_frame(), by=("region",))
    found = split_groups(table)
    assert [by for by, _ in found] == [{"region": "north"}, {"region": "south"}]
    assert sum(len(one.frame) for _, one in found) == len(table.frame)
    assert all(one.by == () for _, one in found)


def test_there_is_no_opportunity_where_no_direction_is_good() -> None:
    for direction, has in (("neither", False), ("lower-is-better", True)):
        (by, one), _ = split_groups(read_table(_frame(), by=("region",), direction=direction))
        reviewed = make_reviewed(one, by=by, target=None, level=0.9, draws=200, seed=1)
        assert (reviewed.opportunity is not None) is has
        assert set(reviewed.league.units.unit) == set(reviewed.posterior.design.unit)
