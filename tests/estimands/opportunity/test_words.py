"""What an opportunity says: totals with two digits of their noise, and what they are made of."""

import re
from dataclasses import replace

import pytest
from present.opportunities import build_opportunity

from varstat.estimands.opportunity.words import say_opportunity, total_step, write_total

NUMBER = r"[\u2212\d,.]*\d"


def read(text: str) -> float:
    return float(text.replace(",", "").replace("\u2212", "-"))


@pytest.mark.parametrize(("width", "step"), [(36_000, 100), (9_000, 100), (90, 1), (4, 0.1)])
def test_a_total_is_said_with_two_digits_of_its_noise(width: float, step: float) -> None:
    made = build_opportunity(24)
    total = replace(
        made.total, estimate=46_667.3, lower=46_667.3 - width / 2, upper=46_667.3 + width / 2
    )
    found = replace(made, total=total)
    assert total_step(found) == pytest.approx(step)
    said = re.search(rf"there would be ({NUMBER}) ", say_opportunity(found))
    assert said
    assert read(said[1]) == pytest.approx(round(46_667.3 / step) * step)


def test_parts_add_up_but_for_how_the_total_is_rounded() -> None:
    made = build_opportunity(24, peers=True)
    said = say_opportunity(made)
    found = re.search(rf"({NUMBER}), is made of (.*); ({NUMBER}) remains", said)
    assert found
    parts = [read(each) for each in re.findall(rf"({NUMBER}) of ", found[2])]
    assert len(parts) >= 2
    rest = read(found[1]) - sum(parts)
    assert rest == pytest.approx(read(found[3]), abs=total_step(made))


def test_a_total_without_noise_is_written_as_any_figure() -> None:
    assert write_total(12_345.6, 0.0) == "12,346"
    assert write_total(float("nan"), 100.0) == "–"
