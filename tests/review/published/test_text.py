"""What publishers print, read."""

import numpy as np
import pytest

from varstat.review.published.text import read_amounts, read_flags, read_quarters, read_ranks


@pytest.mark.parametrize(
    ("printed", "rank"),
    [("1", 1), ("1st", 1), ("=22nd", 22), ("3=", 3), ("4 of 120", 4), ("5/120", 5), ("2.5", 2.5)],
)
def test_a_rank_is_read(printed: str, rank: float) -> None:
    assert read_ranks([printed]).tolist() == [rank]


def test_what_is_no_rank_is_not_read_as_one() -> None:
    assert np.isnan(read_ranks(["", None, "n/a", "-3", "first?", "1 2"])).all()


@pytest.mark.parametrize(
    ("printed", "quarters", "counted"),
    [
        (["Best", "Worst quartile", "Top", "bottom"], [1, 4, 1, 4], "merit"),
        (["Lowest", "High"], [1, 4], "value"),
        (["Q1", "2nd", "Quartile 3", "fourth quartile"], [1, 2, 3, 4], "number"),
        (["Best 25%", "Middle"], [1, 2.5], "merit"),
    ],
)
def test_quarters_are_read_with_the_way_they_are_counted(
    printed: list[str], quarters: list[float], counted: str
) -> None:
    found, way = read_quarters(printed)
    assert (found.tolist(), way) == (quarters, counted)


def test_a_quarter_beyond_the_fourth_is_none() -> None:
    assert np.isnan(read_quarters(["5", "Q9", "good", None])[0]).all()


def test_flags_of_every_kind_are_read() -> None:
    assert read_flags(["High", "LOWER THAN EXPECTED", "As expected", None, "red", "gibberish"]) == [
        "high", "low", "none", "none", "worse", None,
    ]  # fmt: skip
    assert read_flags(["yes", "No"]) == ["any", "none"]
    assert read_flags(["1", "0"]) == ["any", "none"]


def test_numbers_keep_the_unit_of_their_last_digit() -> None:
    value, step = read_amounts(["12.30%", "9.75%", "(none)", None])
    assert value[:2].tolist() == [12.3, 9.75]
    assert step[:2] == pytest.approx([0.01, 0.01])
    assert np.isnan(value[2:]).all()
    value, step = read_amounts(["€2.5 million", "$310k"])
    assert value.tolist() == [2.5e6, 310e3]
    assert step.tolist() == pytest.approx([1e5, 1e3])
