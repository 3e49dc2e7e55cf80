"""A bridge as it is printed: what is known of it, and parts that add up."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from varstat.estimands.change.bridge import Bridge
from varstat.estimands.change.rounded import round_bridge

AMOUNTS = st.floats(-1e6, 1e6, allow_nan=False)


def make_bridge(first, parts, noise):
    """A bridge of which all intervals have the same SD."""
    estimate = np.array([first, *parts, first + sum(parts)])
    change = estimate[-1] - first
    named = np.array([change, parts[1] + parts[2]])
    half = 1.6448536 * noise
    return Bridge(
        effect=("from", "volume", "rate", "target", "to"),
        estimate=estimate,
        lower=estimate - half,
        upper=estimate + half,
        named=("change", "performance"),
        named_estimate=named,
        named_lower=named - half,
        named_upper=named + half,
        units={},
        level=0.9,
    )


@given(AMOUNTS, st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), st.floats(0.01, 1e5))
def test_printed_parts_add_up_and_none_is_off_by_more_than_a_step(first, parts, noise):
    bridge = make_bridge(first, parts, noise)
    rounded = round_bridge(bridge)
    step, shown = rounded.step, rounded.bridge
    # At least ten steps in an SD, and fewer than a hundred.
    assert 0.01 * noise <= step * (1 + 1e-6)
    assert step <= 0.1 * noise * (1 + 1e-6)
    assert np.sum(shown.estimate[:-1]) == pytest.approx(shown.estimate[-1], abs=0.01 * step)
    assert np.all(np.abs(shown.estimate - bridge.estimate) <= step * (1 + 1e-6) + 1e-6)
    change, performance = shown.of("change")[0], shown.of("performance")[0]
    assert change == pytest.approx(shown.estimate[-1] - shown.estimate[0], abs=0.01 * step)
    assert performance == pytest.approx(shown.estimate[2] + shown.estimate[3], abs=0.01 * step)


def test_a_total_is_printed_to_two_digits_of_its_noise():
    rounded = round_bridge(make_bridge(373_729.4, (31_962.1, -162_107.0, 162_788.3), 7_300.0))
    shown = rounded.bridge
    assert [rounded.write(shown.of(name)[0]) for name in ("from", "to")] == ["373,700", "406,400"]
    parts = [rounded.write_signed(shown.of(name)[0]) for name in ("volume", "rate", "target")]
    assert parts == ["+32,000", "−162,100", "+162,800"]


def test_a_part_that_rounds_to_nothing_has_no_sign():
    rounded = round_bridge(make_bridge(500.0, (0.2, 40.0, -40.3), 12.0))
    assert rounded.write_signed(rounded.bridge.of("volume")[0]) == "0"
    assert rounded.write_signed(-0.4) == "0"


def with_part(estimate, lower, upper):
    """A bridge of millions, whose first part is small, with an interval of its own."""
    made = make_bridge(5e6, (estimate, 4e6, -3e6), 1.2e6)
    ends = {"lower": made.lower.copy(), "upper": made.upper.copy()}
    ends["lower"][1], ends["upper"][1] = lower, upper
    return round_bridge(replace(made, **ends))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ((41_300.0, 900.0, 300_000.0), "+41,000 (+1,000 to +300,000)"),
        ((41_300.0, 0.0, 300_000.0), "+41,000 (0 to +300,000)"),
        ((-41_300.0, -300_000.0, 0.0), "−41,000 (−300,000 to 0)"),
        # Smaller than two digits of its own noise.
        ((300.0, 0.0, 300_000.0), "under 1,000 (0 to +300,000)"),
        # None in truth, and none within its interval.
        ((0.0, 0.0, 0.0), "0 (0 to 0)"),
        ((3_000.0, -290_000.0, 310_000.0), "0 (−300,000 to +300,000)"),
    ],
)
def test_a_small_part_is_not_called_none_beside_an_interval_to_one_side(part, said):
    assert with_part(*part).span("volume") == said


@given(st.floats(0.0, 9e4), st.floats(0.0, 1.0), st.floats(1.0, 50.0))
def test_no_nought_stands_beside_an_interval_that_does_not_hold_it(estimate, low, high):
    text = with_part(estimate, low * estimate, high * estimate).span("volume")
    shown, ends = text.split(" (")
    if shown == "0" and estimate > 0:
        assert ends == "0 to 0)"
