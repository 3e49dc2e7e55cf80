"""What holds of any funnel."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import varstat

# Many tables are sought.
pytestmark = pytest.mark.slow
OPTIONS = settings(max_examples=40)


@st.composite
def proportions(draw, least=1):
    sizes = draw(st.lists(st.integers(1, 3000), min_size=least, max_size=25))
    events = [draw(st.integers(0, n)) for n in sizes]
    return pd.DataFrame(
        {
            "unit": [f"U{i:02d}" for i in range(len(sizes))],
            "numerator": events,
            "denominator": sizes,
        }
    )


@st.composite
def ratios(draw):
    expected = draw(st.lists(st.floats(0.05, 2000), min_size=1, max_size=25))
    observed = [draw(st.integers(0, int(4 * e) + 6)) for e in expected]
    assume(any(observed))
    return pd.DataFrame(
        {
            "unit": [f"U{i:02d}" for i in range(len(expected))],
            "observed": observed,
            "expected": expected,
        }
    )


def compute(frame, **options):
    return varstat.compute_funnel(varstat.read_table(frame), **options)[0]


def assert_same_units(one, other):
    left, right = (
        funnel.to_frame().sort_values("unit", ignore_index=True) for funnel in (one, other)
    )
    pd.testing.assert_frame_equal(left, right, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("dispersion", ["none", "multiplicative", "dl", "pm", "reml"])
@OPTIONS
@given(frame=proportions(), seed=st.integers(0, 99))
def test_the_order_of_rows_never_matters(dispersion, frame, seed):
    shuffled = frame.sample(frac=1, random_state=seed)
    assert_same_units(
        compute(frame, dispersion=dispersion), compute(shuffled, dispersion=dispersion)
    )


@OPTIONS
@given(frame=proportions(least=2))
def test_counting_failures_instead_of_successes_turns_the_funnel_over(frame):
    assume(0 < frame["numerator"].sum() < frame["denominator"].sum())
    turned = frame.assign(numerator=frame["denominator"] - frame["numerator"])
    up, down = compute(frame), compute(turned)
    assert up.tau == pytest.approx(down.tau, rel=1e-6, abs=1e-9, nan_ok=True)
    np.testing.assert_allclose(up.units.z, -down.units.z, atol=1e-8)
    np.testing.assert_allclose(up.units.p_value, down.units.p_value, atol=1e-8)
    other = {"high": "low", "low": "high", None: None}
    # A tail that equals its area to the last digit may fall on either side of it.
    same = [
        other[flag] == mirrored
        for flag, mirrored in zip(up.units.flag, down.units.flag, strict=True)
    ]
    assert sum(same) >= len(same) - 1


@OPTIONS
@given(frame=ratios())
def test_nothing_in_a_table_is_missing_that_need_not_be(frame):
    funnel = compute(frame)
    table = funnel.to_frame()
    for column in ("observed", "expected", "ratio", "target", "z", "p_value", "q_value"):
        assert np.isfinite(table[column].to_numpy(dtype=float)).all(), column
    assert table["p_value"].between(0, 1).all()
    assert (table["q_value"] >= table["p_value"] - 1e-12).all()
    assert table["flag"].isna().eq(table["flag_level"].isna()).all()
    limits = funnel.limits()
    assert np.isfinite(limits[["lower", "upper"]].to_numpy()).all()
    assert (limits["lower"] <= limits["upper"]).all()


@OPTIONS
@given(frame=ratios())
def test_flags_at_a_stricter_level_are_among_those_at_a_laxer_one(frame):
    strict = compute(frame, levels=(0.998,)).units.flag
    lax = compute(frame, levels=(0.8,)).units.flag
    assert all(loose == tight for tight, loose in zip(strict, lax, strict=True) if tight)


@OPTIONS
@given(frame=proportions(least=2), k=st.integers(1, 3))
def test_groups_are_as_if_each_had_been_alone(frame, k):
    grouped = pd.concat([frame.assign(group=str(i)) for i in range(k)])
    funnels = varstat.compute_funnel(varstat.read_table(grouped, by="group"))
    assert len(funnels) == k
    alone = compute(frame)
    for funnel in funnels:
        assert funnel.target == pytest.approx(alone.target)
        np.testing.assert_allclose(funnel.units.p_value, alone.units.p_value, rtol=1e-6, atol=1e-10)


@OPTIONS
@given(frame=proportions(least=2))
def test_a_suppressed_count_is_flagged_only_if_both_ends_would_be(frame):
    hidden = frame.astype({"numerator": object})
    hidden.loc[0, "numerator"] = "*"
    size = int(frame.loc[0, "denominator"])
    assume(frame.loc[1:, "numerator"].sum() > 0)
    target = float(frame.loc[1:, "numerator"].sum() / frame.loc[1:, "denominator"].sum())
    assume(0 < target < 1)
    options = {"target": f"rate:{target!r}", "dispersion": "none"}
    flag = varstat.compute_funnel(varstat.read_table(hidden, suppressed=(1, 7)), **options)[0]
    ends = {
        compute(
            frame.assign(numerator=[min(end, size), *frame["numerator"][1:]]), **options
        ).units.flag[0]
        for end in (1, 7)
    }
    expected = ends.pop() if len(ends) == 1 else None
    assert flag.units.flag[0] == expected
    assert np.isnan(flag.units.rate[0])
