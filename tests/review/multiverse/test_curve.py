"""What each choice makes of a total, and where units stand by all methods."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from varstat.review.multiverse.axes import Axis, AxisName, Option
from varstat.review.multiverse.curve import share_variance, tabulate_choices, tabulate_units
from varstat.review.multiverse.run import Answers


def _axis(name: AxisName, *options: str) -> Axis:
    return Axis(name=name, options=tuple(Option(name=o, reason="Tested.") for o in options))


AXES = (_axis("effects", "normal", "learnt"), _axis("target", "best:0.25", "median", "pooled"))


def _table(total: Any) -> pd.DataFrame:
    rows = []
    for effects, target in product(*(axis.names for axis in AXES)):
        row = dict.fromkeys(
            ("likelihood", "tau_prior", "peers", "covariates", "strata", "period"), "as it is"
        )
        row |= {"exclude_smallest": "0", "comparability": "exclude"}
        own = (effects, target) == ("normal", "best:0.25")
        rows.append(row | {"effects": effects, "target": target, "own": own})
    frame = pd.DataFrame(rows)
    return frame.assign(total=total(frame))


def test_shares_add_to_one_where_choices_multiply() -> None:
    factor = {"normal": 1.0, "learnt": 1.1, "best:0.25": 9.0, "median": 4.0, "pooled": 3.0}
    table = _table(lambda f: f["effects"].map(factor) * f["target"].map(factor))
    shares = share_variance(table, AXES)
    effects = 0.25 * np.log(1.1) ** 2
    target = np.var(np.log([9.0, 4.0, 3.0]))
    assert shares["effects"] == pytest.approx(effects / (effects + target))
    assert sum(shares.values()) == pytest.approx(1.0)


def test_what_choices_do_together_is_left_over() -> None:
    table = _table(lambda f: np.where(f["own"], 2.0, 1.0))
    assert 0 < sum(share_variance(table, AXES).values()) < 1


def test_totals_that_never_vary_or_are_zero_have_no_shares() -> None:
    assert np.isnan(share_variance(_table(lambda f: np.ones(len(f))), AXES)["target"])
    assert np.isnan(share_variance(_table(lambda f: np.zeros(len(f))), AXES)["target"])


def test_each_option_is_told_alone_and_with_all_others() -> None:
    table = _table(lambda f: np.arange(1.0, len(f) + 1))
    found = tabulate_choices(table, AXES).set_index(["choice", "option"])
    row = found.loc[("target", "median")]
    assert (row["total_alone"], row["total_lower"], row["total_upper"]) == (2.0, 2.0, 5.0)
    assert found["own"].tolist() == [True, False, True, False, False]
    assert found.loc[("effects", "learnt"), "share_same_target"] == pytest.approx(1.0)
    assert np.isnan(found.loc[("target", "median"), "share_same_target"])


def _answers(rank: list[float], unit: str = "abcdefgh") -> Answers:
    value = np.array(rank)
    return Answers(
        problem="",
        tau=0.1,
        unit=list(unit),
        rank=value,
        p_best=1.0 - value / 10,
        p_worst=value / 10,
        totals=np.zeros((0, 5)),
        problems=[],
    )


def test_a_unit_is_robust_where_every_method_leaves_it_in_its_quarter() -> None:
    own = _answers([1, 2, 3, 4, 5, 6, 7, 8])
    # b and c change places, and h is left out.
    other = _answers([1, 3, 2, 4, 5, 6, 7], unit="abcdefg")
    found = tabulate_units([own, other], robust=0.95)
    # Of seven units a quarter is one: b and c are between, and so is every other but a and g.
    assert found["share_of_specs"].to_dict() == {
        "a": 1.0, "b": 0.5, "c": 1.0, "d": 1.0, "e": 1.0, "f": 1.0, "g": 1.0, "h": 1.0
    }  # fmt: skip
    assert found["robust"].tolist() == [True, False] + [True] * 6
    # A rank of 3 among seven is one of 3.4 among eight.
    assert found.loc["b", ["rank_min", "rank_max"]].tolist() == pytest.approx([2.0, 3.357143])
    assert found.loc["h", "rank_max"] == 8.0
    assert found.loc["c", "p_best_max"] == pytest.approx(0.8)


def test_to_move_within_the_middle_half_is_no_change() -> None:
    own, other = _answers([1, 2, 3, 4, 5, 6, 7, 8]), _answers([1, 2, 6, 5, 4, 3, 8, 7])
    assert tabulate_units([own, other], robust=0.95)["robust"].all()


def test_a_unit_without_a_rank_of_its_own_has_no_share() -> None:
    own = _answers([1, 2, np.nan, 4, 5, 6, 7, 8])
    found = tabulate_units([own, _answers([1, 2, 3, 4, 5, 6, 7, 8])], robust=0.95)
    assert np.isnan(found.loc["c", "share_of_specs"])
    assert not found.loc["c", "robust"]


def test_a_choice_is_not_told_from_others_by_one_specification_an_option() -> None:
    table = _table(lambda f: np.arange(1.0, len(f) + 1))
    sampled = table.iloc[[0, 4, 5]]
    assert np.isnan(share_variance(sampled, AXES)["target"])
    alone = table.iloc[:3]
    assert share_variance(alone, AXES)["target"] == pytest.approx(1.0)
