"""What is said of nations that depart from the model."""

from varstat.review.calibration.bounds import Cover, Coverage
from varstat.review.calibration.departures import _say


def make(share: float, verdict: Cover) -> Coverage:
    return Coverage(share=share, mcse=0.1, nations=5, verdict=verdict)


def test_what_cannot_be_told_is_not_said_to_fail() -> None:
    found = {
        "heavy tails": {"rate": make(0.9, "holds"), "total": make(0.6, "can't tell")},
        "silence": {"rate": make(0.7, "fails"), "total": make(0.8, "can't tell")},
    }
    text = _say(found, {}, level=0.9)
    assert "still hold of rates in 1; of the total so few nations can't tell." in text
    assert "in none" not in text
    assert "those of rates where half of the worst quarter" in text


def test_some_that_cannot_be_told_are_counted() -> None:
    found = {
        "heavy tails": {"rate": make(0.9, "can't tell")},
        "silence": {"rate": make(0.7, "fails")},
    }
    assert "of rates in none (1 can't be told)." in _say(found, {}, level=0.9)


def test_where_nothing_can_be_told_nothing_is_counted() -> None:
    text = _say({"silence": {"total": make(0.8, "can't tell")}}, {}, level=0.9)
    assert "still hold" not in text
    assert "of the total so few nations can't tell" in text
