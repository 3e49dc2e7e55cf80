r"""What the published method would give if units didn't differ.

Data are drawn for units of the same sizes that share one persistent effect within their peer group
and stratum, and the average covariates,

.. math:: y^*_r \sim p(\cdot \mid \theta_r),\quad g(\theta_r) = \gamma_{g(i)} + \alpha_c
          + \delta_t + w,

with what passes from period to period as the model has it, and the point method is applied to
them: targets are found again, within peer groups where the rule heeds them, and floored after
strata are added up. For units of equal size and a top-quartile target the mean is some 0.824
standard errors a unit.

With one period nothing is known of what passes, and this is the least that chance would give.
"""

import numpy as np

from varstat.estimands.opportunity.gaps import in_ratios
from varstat.estimands.opportunity.reported import point_method, standard_of
from varstat.estimands.opportunity.setting import Setting
from varstat.hierarchical.marginal import unpack
from varstat.hierarchical.predictive import draw_rows
from varstat.measure import Floats

# Replicated data sets, and numbers kept of them and worked on at a time.
_MOST, _LEAST, _KEPT, _AT_ONCE = 1000, 200, 50_000_000, 2_000_000


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
    posterior, design = setting.posterior, setting.design
    number = int(np.clip(_KEPT // design.units, _LEAST, _MOST))
    chosen = np.linspace(0, posterior.draws - 1, min(number, posterior.draws)).astype(int)
    rng = np.random.default_rng([posterior.seed, 7])
    target = in_ratios(setting, setting.crude)
    step = max(_AT_ONCE // design.rows, 1)
    # The point method on raw rates would take what covariates explain for an opportunity.
    explained = np.array([name.startswith("coefficient[") for name in design.locations])
    alike = np.where(explained, 0.0, design.matrix)
    out: Floats = np.empty((len(chosen), design.units), dtype=np.float32)
    for first in range(0, len(chosen), step):
        some = chosen[first : first + step]
        spread = unpack(design, posterior.hyper[some]).spread[:, None]
        rows = draw_rows(design, posterior.beta[some] @ alike.T, spread, rng)
        rate = rows / design.size
        if not design.measure.counts:
            rate = design.centre + design.spread * rows
        row_event = rate * setting.row_volume
        event = design.gather(row_event)
        standard = standard_of(design, row_event, setting.row_volume)
        found, _ = point_method(event, standard, target, sign=setting.sign)
        out[first : first + step] = np.where(setting.eligible, found, 0.0)
    return out
