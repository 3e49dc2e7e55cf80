r"""What the published method would give if units didn't differ.

Data are drawn for units of the same sizes and strata that don't differ and have the same total
between them (`varstat.estimands.alike`), and the point method is applied to them just as it is
published: targets are found again, and floored after strata are added up. Differences between
peer groups, and what covariates and periods explain, are no chance, and so are not replicated.
For units of equal size and a top-quartile target the mean is some 0.824 standard errors a unit.

With one period nothing is known of what passes, and this is the least that chance would give.
"""

import numpy as np

from varstat.estimands.alike import draw_alike
from varstat.estimands.opportunity.reported import overall_rate, point_method, standard_of
from varstat.estimands.opportunity.setting import Setting
from varstat.measure import Floats

# Replicated data sets, and numbers kept of them.
_MOST, _LEAST, _KEPT = 1000, 200, 50_000_000


def replicate_published(setting: Setting) -> Floats:
    """Apply the point method to data of units that don't differ.

    Parameters
    ----------
    setting : Setting

    Returns
    -------
    ndarray of float, shape (replications, units)
        In single precision.
    """
    design, target = setting.design, setting.published
    number = int(np.clip(_KEPT // design.units, _LEAST, _MOST))
    out: list[Floats] = []
    for rows in draw_alike(setting.posterior, group=setting.published.group, draws=number):
        rate = design.measure.rates(rows, design.size)
        row_event = rate * setting.row_volume
        found = point_method(
            design.gather(row_event),
            standard_of(design, row_event, setting.row_volume),
            target,
            sign=setting.sign,
            overall=overall_rate(design, row_event, setting.row_volume),
        )
        out.append(np.where(setting.eligible, found, 0.0).astype(np.float32))
    return np.concatenate(out)
