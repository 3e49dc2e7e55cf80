"""Tables as other specifications have them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from multiverses import OWN

from varstat.data import read_table
from varstat.data.table import Table
from varstat.errors import ModelError
from varstat.review.multiverse.specify import specify


def _table(**said: Any) -> Table:
    rows = [
        (f"u{i}", period, age, "big" if i > 4 else "small", 10 * i + j, 100 * i + 50, 0.5 + i + j)
        for i in range(1, 9)
        for j, period in enumerate(("2019", "2020"))
        for age in ("young", "old")
    ]
    names = ["unit", "period", "age", "kind", "numerator", "denominator", "imd"]
    frame = pd.DataFrame(rows, columns=names)
    return read_table(
        frame, period="period", stratum=("age",), peer_group="kind", covariates=("imd",), **said
    )


def _choice(**other: str) -> dict[str, str]:
    own = OWN | {"peers": "declared", "covariates": "imd", "strata": "age"}
    return own | {name.replace("_", "-"): option for name, option in other.items()}


def test_the_users_own_leaves_everything_as_it_is() -> None:
    table = _table()
    made = specify(table, _choice())
    pd.testing.assert_frame_equal(made.table.frame, table.frame)
    assert (made.table.strata, made.covariates, made.multiplier) == (("age",), ("imd",), 1.0)


def test_counts_are_added_up_over_strata_and_periods() -> None:
    table = _table()
    made = specify(table, _choice(strata="none", period="added-up"))
    frame = made.table.frame.set_index("unit")
    whole = table.frame.groupby("unit")[["numerator", "denominator", "event_upper"]].sum()
    for name in whole:
        assert frame[name].to_dict() == whole[name].to_dict()
    assert made.table.strata == ()
    assert len(frame) == 8
    assert frame["imd"]["u1"] == pytest.approx(2.0)
    assert made.multiplier == 1.0


def test_a_sum_with_a_withheld_count_is_withheld_and_keeps_its_range() -> None:
    table = _table()
    frame = table.frame.copy()
    frame.loc[0, ["numerator", "event_lower", "event_upper"]] = (np.nan, 1.0, 7.0)
    made = specify(replace(table, frame=frame), _choice(strata="none", period="added-up"))
    first = made.table.frame.set_index("unit").loc["u1"]
    rest = table.frame.loc[(table.frame["unit"] == "u1"), "numerator"].iloc[1:].sum()
    assert np.isnan(first["numerator"])
    assert (first["event_lower"], first["event_upper"]) == (rest + 1, rest + 7)


def test_a_total_of_one_period_is_brought_to_all_of_them() -> None:
    made = specify(_table(), _choice(period="2020"))
    assert made.multiplier == pytest.approx(2.0)
    assert set(made.table.frame["period"]) == {"2020"}


def test_the_smallest_units_are_left_out_by_share_or_by_size() -> None:
    table = _table()
    for least, left in (("25%", {"u3", "u4"}), ("1000", {"u3", "u4"}), ("10%", {"u1"})):
        units = set(specify(table, _choice(exclude_smallest=least)).table.frame["unit"])
        assert left <= units
        assert ("u1" in units) is (least == "10%")
    with pytest.raises(ModelError, match="no units are left"):
        specify(table, _choice(exclude_smallest="1e9"))


def test_model_and_peers_are_those_of_the_specification() -> None:
    made = specify(
        _table(),
        _choice(peers="none", covariates="none", effects="student-t", tau_prior="half-normal:0.5"),
    )
    assert made.table.frame["peer_group"].isna().all()
    assert made.covariates == ()
    model = made.table.card.model
    assert (model.effects, model.priors.tau.distribution) == ("student-t", "half-normal")


def test_means_are_not_added_up() -> None:
    frame = pd.DataFrame(
        {"unit": list("aabb"), "period": ["1", "2"] * 2, "value": [1.0, 2, 3, 4], "se": 0.1}
    )
    table = read_table(frame, period="period")
    with pytest.raises(ModelError, match="don't add up"):
        specify(table, OWN | {"likelihood": "normal", "period": "added-up"})
