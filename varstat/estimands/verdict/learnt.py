r"""Leave-one-out predictive p-values where the distribution of effects is learnt.

With :math:`T_i(v)` the tail of what unit i reports at v (`varstat.estimands.verdict.misfit`), and
draws s of the density g weighed by :math:`1/m_{is}` as they would be without the unit,

.. math:: p_i = \sum_s w_{is} \sum_k g_{sk}\, T_i(v_k), \qquad
          w_{is} \propto 1 \Big/ \sum_k L_i(v_k)\, g_{sk}.

Offsets of covariates and peer groups are taken at their mean.
"""

import numpy as np

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.predictive import tail_of_rows
from varstat.hierarchical.quadrature.learnt.density import mean_offset, shapes_in
from varstat.hierarchical.quadrature.learnt.integrate import integrate
from varstat.measure import Floats


def predict_learnt(design: Design, h: Floats) -> Floats:
    """Give each unit's mid-p among what a new unit would report; NaN where it was withheld.

    Parameters
    ----------
    design : Design
        With learnt effects.
    h : ndarray of float, shape (points, dimension)
        Draws of the hyper-parameters.

    Returns
    -------
    ndarray of float, shape (units,)
    """
    g = design.effects.masses(shapes_in(design, h)).T
    offset = mean_offset(design, h)
    predictive = np.empty(design.units)
    for columns, part in design.blocks(4.0 * len(g)):
        within = offset[columns]
        likelihood = integrate(part, within, slopes=False).value
        weight = 1.0 / np.maximum(likelihood @ g, 1e-300)
        weight /= weight.sum(axis=1, keepdims=True)
        spread = np.full((1, 1), design.transient or 0.0)
        tail = tail_of_rows(part, design.effects.grid[:, None] + within, spread)
        predictive[columns] = np.sum(weight * (tail.T @ g), axis=1)
    return np.where(np.isnan(design.event), np.nan, predictive)
