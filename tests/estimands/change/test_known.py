"""Changes whose truth is known."""

import numpy as np
import pytest

from varstat.estimands.change.frames import Standard
from varstat.estimands.change.known import Known, share_known_change
from varstat.target.rule import parse_target

LOW = Standard(rule=parse_target("best:0.25"), direction="lower-is-better")
RATE, VOLUME = np.array([0.1, 0.2, 0.3, 0.4]), np.full(4, 100.0)
SAME = np.eye(4)


def of(rate: np.ndarray = RATE, whole: np.ndarray = VOLUME, part: float = 1.0) -> Known:
    return Known(rate=rate, whole=whole, reported=part * whole)


def test_effects_add_up() -> None:
    found = share_known_change(of(), of(RATE - 0.03, 1.1 * VOLUME, 0.8), LOW, then=SAME, now=SAME)
    moved = sum(found.values()) - found["from"] - found["to"]
    assert moved == pytest.approx(found["to"] - found["from"])


def test_what_was_not_reported_is_completeness_alone() -> None:
    found = share_known_change(of(), of(part=0.8), LOW, then=SAME, now=SAME)
    assert found["completeness"] == pytest.approx(-0.2 * found["from"])
    assert [found[name] for name in ("structure", "volume", "rate", "target")] == [0.0] * 4


@pytest.mark.parametrize("target", ["pooled", "median"])
@pytest.mark.parametrize("part", [0.2, 0.0])
def test_a_loss_of_one_unit_moves_the_target_that_was_set_and_is_completeness(target, part) -> None:
    standard = Standard(rule=parse_target(target), direction="lower-is-better")
    lost = Known(rate=RATE, whole=VOLUME, reported=VOLUME * [1, 1, 1, part])
    found = share_known_change(of(), lost, standard, then=SAME, now=SAME)
    assert found["completeness"] == pytest.approx(found["to"] - found["from"])
    back = share_known_change(lost, of(), standard, then=SAME, now=SAME)
    assert back["from"] == pytest.approx(found["to"])
    assert [back[name] for name in ("structure", "volume", "rate", "target")] == [0.0] * 4


def test_a_merger_is_structure_alone() -> None:
    merged = np.array([[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]], dtype=float)
    found = share_known_change(of(), of(), LOW, then=SAME, now=merged)
    assert found["structure"] == pytest.approx(found["to"] - found["from"]) == -25.0
    assert [found[name] for name in ("completeness", "volume", "rate", "target")] == [0.0] * 4
