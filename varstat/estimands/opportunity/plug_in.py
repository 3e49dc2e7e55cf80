"""The point method on posterior means: what shrunken rates alone would give."""

import numpy as np

from varstat.estimands.opportunity.gaps import expected
from varstat.estimands.opportunity.setting import Setting
from varstat.estimands.opportunity.sums import Sums
from varstat.estimands.target import invert
from varstat.measure import Floats


def find_plug_in(setting: Setting, sums: Sums) -> Floats:
    """The point method on posterior means: its target is found among them."""
    posterior, design = setting.posterior, setting.design
    volume = setting.reported.volume
    safe = np.where(volume > 0, volume, 1.0)
    if "casemix" not in setting.parts:
        target = setting.among
        rate = np.where(volume > 0, sums.own / safe, np.nan)
        goal = target.of_units(target.of_rates(rate[None], volume))[0]
        gap = setting.sign * (sums.own - goal * volume)
    else:
        beta = posterior.beta.mean(axis=0)[None]
        transient = posterior.transient.mean()[None]

        def rates(level: Floats) -> tuple[Floats, Floats]:
            step = 1e-5
            at = expected(setting, design, beta, level, transient) / safe
            above = expected(setting, design, beta, level + step, transient) / safe
            return at, (above - at) / step

        # Levels at which the units' own case-mix gives their mean rates.
        theta = invert(rates, (sums.own / safe)[None], design=design)
        goal = setting.among.of_units(setting.among.levels(design, beta, theta, transient))
        gap = setting.sign * (sums.own - expected(setting, design, beta, goal, transient)[0])
    return np.where(setting.counted, np.maximum(np.nan_to_num(gap), 0.0), 0.0)
