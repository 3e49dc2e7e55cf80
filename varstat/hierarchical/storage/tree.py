"""A posterior as ArviZ plots it: `InferenceData` of ArviZ 0.x, `DataTree` of 1.x."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.storage.layout import members
from varstat.measure import Floats

with warnings.catch_warnings():
    # ArviZ 0.23 announces at import that ArviZ 1 will differ.
    warnings.simplefilter("ignore")
    import arviz as az


def build_tree(
    design: Design,
    variables: Mapping[str, tuple[tuple[str, ...], Floats]],
    *,
    chains: int,
    about: Mapping[str, Any],
) -> Any:
    """Build what ArviZ plots.

    Parameters
    ----------
    design : Design
    variables : mapping of str to (tuple of str, ndarray)
        Of each variable the dimensions beside chain and draw, and its draws, chains one after the
        other.
    chains : int
    about : mapping of str to object
        Attributes of the posterior.

    Returns
    -------
    arviz.InferenceData or xarray.DataTree
        With the groups `posterior` and `observed_data`.
    """
    coordinates: dict[str, Any] = {"unit": [str(unit) for unit in design.unit]}
    for name, (inner, _) in variables.items():
        if inner and inner[0] not in coordinates:
            coordinates[inner[0]] = members(design.names, name)
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *inner), values.reshape(chains, -1, *values.shape[1:]))
            for name, (inner, values) in variables.items()
        },
        coords={
            **coordinates,
            "chain": np.arange(chains),
            "draw": np.arange(len(next(iter(variables.values()))[1]) // chains),
        },
        attrs=dict(about),
    )
    observed = xr.Dataset(
        {name: ("row", getattr(design, name)) for name in ("event", "size")},
        coords={"row_unit": ("row", [str(design.unit[at]) for at in design.row_unit])},
    )
    # By its version: to ask ArviZ 1 for the old class is to be warned that it is gone.
    if int(az.__version__.split(".")[0]) == 0:
        return az.InferenceData(posterior=posterior, observed_data=observed)
    return xr.DataTree.from_dict({"posterior": posterior, "observed_data": observed})
