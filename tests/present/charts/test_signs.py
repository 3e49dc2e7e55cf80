"""Parts of a whole have the same sign in the table, the sentence and the chart, and add up."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text
from present.opportunities import build_comparison, build_opportunity

from varstat import draw
from varstat.estimands.comparison.words import say_comparison
from varstat.estimands.opportunity.words import say_opportunity, total_step, write_total
from varstat.present.kind import load_kind
from varstat.prose.number import MINUS, figure

SEEDS = [pytest.param(i, marks=[pytest.mark.slow] if i >= 20 else []) for i in range(200)]


def _parts(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make up parts that add up to a whole, the first, with intervals about each."""
    chance = np.random.default_rng(seed)
    parts = chance.normal(0.0, 10.0 ** chance.uniform(-2, 4), count - 1)
    if seed % 2:
        parts = np.abs(parts)
    parts = np.concatenate([[parts.sum()], parts])
    width = np.abs(parts) * chance.uniform(0.1, 2.0, count)
    width[0] = 0.0
    return parts, parts - width, parts + width


def _drawn(result: Any, chart: str) -> list[str]:
    figure_ = draw(result, chart=chart)
    return [each.get_text() for each in figure_.findobj(Text) if each.get_gid() == "value"]


def _tabled(kind: str, result: Any, rows: int) -> list[str]:
    block = load_kind(kind).blocks(result)[0]
    (cells,) = block.numbers.values()
    assert len(cells) == rows
    return [cell.partition(" (")[0] for cell in cells]


def _sign(text: str) -> int:
    assert "-" not in text
    digits = text.strip(f"{MINUS}+ %points")
    return 0 if not digits.strip("0.,") else -1 if text.startswith(MINUS) else 1


def _number(text: str) -> float:
    return float(text.replace(MINUS, "-").replace(",", ""))


@pytest.fixture(scope="module", name="opportunity")
def _opportunity() -> Any:
    return build_opportunity(12)


@pytest.fixture(scope="module", name="comparison")
def _comparison() -> Any:
    return build_comparison()


@pytest.mark.parametrize("seed", SEEDS)
def test_an_opportunity_is_made_of_the_same_parts_everywhere(seed: int, opportunity: Any) -> None:
    count = len(opportunity.waterfall.component)
    parts, lower, upper = _parts(seed, count)
    fall = replace(opportunity.waterfall, estimate=parts, lower=lower, upper=upper)
    found = replace(opportunity, waterfall=fall)
    signs = [_sign(figure(value)) for value in parts]
    assert [_sign(text) for text in _drawn(found, "waterfall")] == signs
    assert [_sign(text) for text in _tabled("opportunity", found, count)] == signs
    step = total_step(found)
    if _sign(write_total(parts[0], step)):
        said = say_opportunity(found)
        made = re.search(r"is made of (.*?); (\S+) remains", said)
        assert made
        assert made[2] == write_total(parts[-1], step)
        shares = re.findall(rf"({MINUS}?[\d.,]*\d) of ", made[1])
        for value, text in zip(parts[1:-1], shares, strict=True):
            assert _sign(text) in (0, np.sign(value))
            assert _number(text) == pytest.approx(value, abs=1.001 * step)
        # As printed the parts come to what is left.
        first = _number(write_total(parts[0], step))
        assert first - sum(map(_number, shares)) == pytest.approx(_number(made[2]), abs=1e-6 * step)
        # The parts that are named are taken from the first to give the last.
        assert parts[0] - parts[1:-1].sum() == pytest.approx(parts[-1])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_difference_is_made_of_the_same_parts_everywhere(seed: int, comparison: Any) -> None:
    count = len(comparison.component)
    parts, lower, upper = (each / 1e5 for each in _parts(seed, count))
    found = replace(comparison, part=parts, part_lower=lower, part_upper=upper)
    drawn = _drawn(found, "comparison")
    tabled = _tabled("comparison", found, count)
    assert all("-" not in text for text in [*drawn, *tabled, say_comparison(found)])
    for value, one, other in zip(parts.tolist(), drawn, tabled, strict=True):
        for text in (one, other):
            assert _sign(text) in (0, np.sign(value))
