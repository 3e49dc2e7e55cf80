"""Whether effects of strata differ between units: asked before anything is adjusted for them."""

import numpy as np
from scipy import sparse

from varstat.adjust.interaction import Interaction, check_interactions
from varstat.hierarchical.posterior import Posterior

# Data sets that are drawn: p-values to half a percent.
_DRAWS = 199


def ask_interactions(posterior: Posterior) -> tuple[Interaction, ...]:
    """Test each factor of the strata for an interaction with the units; none without strata.

    Adjusting by a common effect where there is none can make a comparison worse: the
    constant-risk fallacy.

    Parameters
    ----------
    posterior : Posterior

    Returns
    -------
    tuple of Interaction
    """
    design = posterior.design
    if not design.strata:
        return ()
    known = np.isfinite(design.event)
    explains = [
        at
        for at, name in enumerate(design.locations)
        if name.startswith(("stratum[", "coefficient[", "period["))
    ]
    levels = {
        factor: np.unique(design.cell_levels[:, at], return_inverse=True)[1]
        for at, factor in enumerate(design.strata)
    }
    return check_interactions(
        sparse.csr_array(design.matrix[known][:, explains]),
        design.measure.own_scale(design.event)[known],
        design.size[known] if design.measure.counts else design.size[known] ** 2,
        unit=design.row_unit[known],
        factors={
            factor: level[design.row_cell[known]].astype(np.int64)
            for factor, level in levels.items()
        },
        covariates={},
        measure=design.measure,
        draws=_DRAWS,
        seed=posterior.seed,
    )
