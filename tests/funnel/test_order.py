"""A funnel doesn't depend on the order of a file's rows."""

import numpy as np
import pandas as pd
import pytest

from varstat import compute_funnel, read_table


@pytest.mark.parametrize("robust", ["none", "winsorise", "trim"])
def test_rows_in_another_order_give_the_very_same_numbers(robust: str) -> None:
    rng = np.random.default_rng(3)
    size = rng.integers(50, 5_000, 120)
    frame = pd.DataFrame(
        {
            "unit": [f"u{at:03}" for at in range(120)],
            "site": ["a", "b", "c"] * 40,
            "numerator": rng.binomial(size, rng.beta(8, 20, 120)),
            "denominator": size,
        }
    )
    mixed = frame.sample(frac=1, random_state=1)
    one, other = (
        compute_funnel(read_table(each, by="site"), robust=robust) for each in (frame, mixed)
    )
    for name in ("a", "b", "c"):
        assert (one[name].target, one[name].phi, one[name].tau) == (
            other[name].target,
            other[name].phi,
            other[name].tau,
        )
        ordered = other[name].to_frame().sort_values("unit", ignore_index=True)
        pd.testing.assert_frame_equal(one[name].to_frame(), ordered, check_exact=True)
    assert list(other["a"].units.unit) == list(mixed["unit"][mixed["site"] == "a"])
