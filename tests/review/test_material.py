"""What is said of the data that a review rests on."""

import pandas as pd
import pytest

from varstat.data import read_table
from varstat.review.material import describe_material
from varstat.review.reviewed import make_reviewed


@pytest.mark.parametrize(("chosen", "status"), [(True, "holds"), (False, "with care")])
def test_rows_are_a_loss_unless_the_user_left_them_out(chosen: bool, status: str) -> None:
    frame = pd.DataFrame(
        {
            "unit": [f"u{at}" for at in range(12)],
            "year": ["2020"] * 10 + ["2021"] * 2,
            "numerator": [20, 31, 25, 40, 28, 33, 37, 22, 30, 26, 29, 35 if chosen else None],
            "denominator": 100,
        }
    )
    only = {"year": "2020"} if chosen else None
    table = read_table(frame, only=only, direction="lower-is-better", lenient=True)
    reviewed = make_reviewed(table, by={}, target=None, level=0.9, draws=200, seed=1)
    assert describe_material(reviewed).status == status
