r"""What the published method would give if units didn't differ.

Data are drawn for units of the same sizes and strata that share one persistent effect, with the
average covariates, period and peer group,

.. math:: y^*_r \sim p(\cdot \mid \theta_r),\quad g(\theta_r) = \bar\gamma + \alpha_c + w,

with what passes from period to period as the model has it, and the point method is applied to them
just as it is published: targets are found again, over all units, and floored after strata are added
up. Differences between peer groups are no chance, and so are not replicated. For units of equal
size and a top-quartile target the mean is some 0.824 standard errors a unit.

With one period nothing is known of what passes, and this is the least that chance would give.
"""

import numpy as np

from varstat.estimands.opportunity.reported import overall_rate, point_method, standard_of
from varstat.estimands.opportunity.setting import Setting
from varstat.hierarchical.predictive import draw_rows
from varstat.hierarchical.quadrature.marginal import unpack
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
    target = setting.crude_all
    step = max(_AT_ONCE // design.rows, 1)
    alike = _alike(setting)
    out: Floats = np.empty((len(chosen), design.units), dtype=np.float32)
    for first in range(0, len(chosen), step):
        some = chosen[first : first + step]
        spread = unpack(design, posterior.hyper[some]).spread[:, None]
        rows = draw_rows(design, posterior.beta[some] @ alike.T, spread, rng)
        rate = rows / design.size
        if not design.measure.counts:
            rate = design.from_link(rows)
        row_event = rate * setting.row_volume
        event = design.gather(row_event)
        standard = standard_of(design, row_event, setting.row_volume)
        found = point_method(
            event,
            standard,
            target,
            sign=setting.sign,
            overall=overall_rate(design, row_event, setting.row_volume),
        )
        out[first : first + step] = np.where(setting.eligible, found, 0.0)
    return out


def _alike(setting: Setting) -> Floats:
    """Rows of a design matrix in which units differ by nothing but their strata."""
    design = setting.design
    kind = np.array([name.partition("[")[0] for name in design.locations])
    # The point method would take what covariates and periods explain for an opportunity.
    alike = np.where((kind == "coefficient") | (kind == "period"), 0.0, design.matrix)
    peers = kind == "peer_mean"
    if peers.any():
        weight = setting.row_volume / setting.row_volume.sum()
        alike[:, peers] = weight @ design.matrix[:, peers]
    return alike
