"""What unmeasured case-mix would do, in plain English."""

import numpy as np

from varstat.estimands.unmeasured.own import SHOWN
from varstat.estimands.unmeasured.result import UnmeasuredRanks, UnmeasuredTotal
from varstat.measure import Floats
from varstat.prose.number import count, figure, listed, percent

CAVEAT = "These data can't tell how large that share is."


def say_unmeasured_ranks(found: UnmeasuredRanks) -> str:
    """Say how many units stay surely in their quarter."""
    if not (found.sure_top[0] or found.sure_bottom[0]):
        return (
            "No unit is surely in the best or the worst quarter, so that there is nothing for "
            "case-mix that nobody recorded to undo."
        )
    at = [_place(found.share, share) for share in SHOWN]
    best, worst = (
        f"{listed([count(int(sure[i])) for i in at])} {where} (now {count(int(sure[0]))})"
        for sure, where in (
            (found.sure_top, "would surely be in the best quarter"),
            (found.sure_bottom, "in the worst"),
        )
    )
    return (
        "Were a quarter, a half or three quarters of the variance between units unrecorded "
        f"case-mix (these data can't tell), {best}, {worst}."
    )


def say_unmeasured_total(found: UnmeasuredTotal) -> str:
    """Say what the total would be."""
    quarter, half = (
        f"{figure(found.estimate[i])} ({percent(found.level)} interval {figure(found.lower[i])} to "
        f"{figure(found.upper[i])})"
        for i in (_place(found.share, share) for share in SHOWN[:2])
    )
    return (
        "Were a quarter of the variance between units unrecorded case-mix (these data can't tell), "
        f"the total would be {quarter}; were it a half, {half}."
    )


def _place(shares: Floats, share: float) -> int:
    return int(np.argmin(np.abs(shares - share)))
