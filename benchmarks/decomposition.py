"""How often the parts of a change lie in their intervals, where the truth is known.

In nations of `varstat.data.nation`, seed by seed: losses are found in the volumes of ten quarters
(`varstat.completeness`), what moved the total of one indicator between 2006-07 Q1 and 2007-08 Q1
is taken apart (`compute_change`), and each part is held against what truly was
(`share_known_change`). Half of the nation's organisations are taken, to save time.

    python benchmarks/decomposition.py preop 200 > preop.jsonl
"""

import json
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

import varstat
from varstat.data import read_table
from varstat.data.nation import make_nation
from varstat.data.nation.indicator import FIRST, QUARTERS, YEAR_LATER
from varstat.data.organisations.read import read_successors
from varstat.estimands.change.compute import compute_change
from varstat.estimands.change.frames import Standard
from varstat.estimands.change.known import Known, share_known_change
from varstat.estimands.completeness.overrule import EventFile, read_event_file
from varstat.target.rule import parse_target

LEVEL, DRAWS = 0.9, 400
PARTS = ("structure", "completeness", "volume", "rate", "target", "performance")


def judge(name: str, seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Give the truth, estimate and interval of each part, in one nation.

    Parameters
    ----------
    name : str
        Of the indicator.
    seed : int
        Of the nation.

    Returns
    -------
    dict of str to (float, float, float, float)
    """
    nation = make_nation(seed)
    activity = nation.of(name)
    organisations, indicator = activity.organisations, activity.indicator
    _, family = np.unique(organisations.successor.astype(str), return_inverse=True)
    half = family % 2 == 0
    frame = nation.history_frame() if indicator.level == "acute" else nation.to_frame()
    codes = {*organisations.unit[half], *organisations.successor[half]}
    frame = frame[(frame.indicator == name) & frame.unit.isin(codes)]
    who = nation.successors_frame()
    change = compute_change(
        read_table(frame, card=name, period="quarter"),
        before=QUARTERS[FIRST],
        after=QUARTERS[YEAR_LATER],
        successors=read_successors(who[who["from"].isin(codes)]),
        events=find_losses(frame, name) if indicator.loss == "cases" else None,
        level=LEVEL,
        draws=DRAWS,
    )[0]
    known = [
        Known(
            rate=activity.rate[half, at],
            whole=activity.whole[half, at],
            reported=activity.reported[half, at],
        )
        for at in (FIRST, YEAR_LATER)
    ]
    then, now = (
        each.share[:, half][each.share[:, half].any(axis=1)]
        for each in (organisations.then, organisations.now)
    )
    direction = "higher-is-better" if indicator.higher else "lower-is-better"
    standard = Standard(rule=parse_target("best:0.25"), direction=direction)
    truth = share_known_change(*known, standard, then=then, now=now)
    truth["performance"] = truth["rate"] + truth["target"]
    bridge = change.bridge
    there = {*bridge.effect, *bridge.named}
    return {part: (truth[part], *bridge.of(part)) for part in PARTS if part in there}


def find_losses(frame: pd.DataFrame, name: str) -> EventFile | None:
    """Find what wasn't reported, as a user would who takes what is found for what is so."""
    found = varstat.completeness(frame, card=name, period="quarter", least=100.0)
    events = found[0].events_frame()
    losses = events[events["class"].str.contains("incomplete|loss")]
    return read_event_file(losses) if len(losses) else None


def main() -> None:
    """Judge nations, a line of JSON each, and sum up on stderr."""
    name, seeds = sys.argv[1], int(sys.argv[2])
    inside: dict[str, list[bool]] = {}
    for seed in range(1, seeds + 1):
        found = judge(name, seed)
        print(json.dumps({"indicator": name, "seed": seed, "parts": found}), flush=True)
        for part, (truth, _, lower, upper) in found.items():
            inside.setdefault(part, []).append(lower <= truth <= upper)
    for line in sum_up(inside):
        print(line, file=sys.stderr)


def sum_up(inside: dict[str, list[bool]]) -> Iterator[str]:
    """Say how often each part lay in its interval."""
    for part, some in inside.items():
        yield f"{part}: {np.mean(some):.3f} of {len(some)}"


if __name__ == "__main__":
    main()
