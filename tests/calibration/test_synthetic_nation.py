"""In the synthetic nation the parts of a change lie where they truly were."""

import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "decomposition.py"
SEEDS = (301, 302, 303)
# Each interval holds the truth nine times in ten: fewer than six of nine would be a chance of 1%.
LEAST = 6


@pytest.mark.slow
@pytest.mark.skipif(not SCRIPT.is_file(), reason="benchmarks aren't part of a source archive")
def test_losses_mergers_and_rates_lie_in_their_intervals() -> None:
    judge = runpy.run_path(str(SCRIPT))["judge"]
    held = []
    for seed in SEEDS:
        found = judge("preop", seed)
        for part in ("structure", "completeness", "rate"):
            truth, _, lower, upper = found[part]
            held.append(lower <= truth <= upper)
    assert sum(held) >= LEAST
