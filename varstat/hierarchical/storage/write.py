r"""Store a fit as netCDF, as ArviZ lays out a posterior, a block of draws at a time.

=========================  ====================================================================
group                      what stands in it
=========================  ====================================================================
`posterior`                draws, of dimensions chain and draw: `intercept` or `peer_mean`,
                           `coefficient`, `stratum`, `period`, `tau`, `tau_transient`,
                           `contamination`, `shape` (of a learnt density), each unit's `effect`
                           and its `theta`, the rate at its own covariates and the reference
                           case-mix
`unconstrained_posterior`  `hyper`: the same hyper-parameters as the sampler has them
`observed_data`            the rows as they were modelled
`constant_data`            what stands beside them: names, peer groups, the design, the lattice
=========================  ====================================================================

Attributes of the file hold the card, account, provenance and diagnostics as JSON. Draws by
quadrature are independent, and are laid out as four chains for those who look at chains.

All is exact (float64) but `theta`, and beyond 25 million of them `effect`, in which float32 keeps
seven digits. Effects of a mean are in units of the model, with a `scale_factor` that readers of
netCDF apply.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from varstat.errors import OutputError
from varstat.files import check_path
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared
from varstat.hierarchical.posterior import Fits, Posterior
from varstat.hierarchical.storage.layout import by_kind, count_chains, members, theta_blocks
from varstat.hierarchical.storage.netcdf import chain_parts, put_numbers, put_text, written_netcdf
from varstat.hierarchical.storage.text import escape, state_diagnostics, to_json
from varstat.version import __version__

SUFFIX = ".nc"
FORMAT = 1
# Beyond this many draws of effects they are stored in single precision.
_MOST_EXACT = 25_000_000


def write_fit(fits: Fits, path: str | os.PathLike[str]) -> None:
    r"""Write the posterior of one group of units to a netCDF file, which ArviZ opens as well.

    The file appears whole or not at all. What was written can be read back by `load_fit`.

    Parameters
    ----------
    fits : Fits
        Of one group.
    path : path
        Ends in `.nc`.

    Raises
    ------
    OutputError
        If there are several groups, or the file can't be written.

    Notes
    -----
    In the group `posterior`, for draw s and unit i,

    .. math:: \theta_{si} = \sum_c W_c\, g^{-1}(\bar x_i'\beta_s + \gamma_{s,g(i)}
              + \alpha_{sc} + u_{si})

    at the unit's own mean covariates, in the average period, over the population's cells. Where a
    transient effect is added to a binomial or a Poisson it is at zero here, not integrated out as
    it is in a league table.

    Never more than a block of draws is in memory. The same fit gives the same bytes.

    Examples
    --------
    >>> import tempfile, varstat
    >>> fits = varstat.fit_model(varstat.read_table("example:star98"), draws=100)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     varstat.write_fit(fits, f"{folder}/fit.nc")
    ...     again = varstat.load_fit(f"{folder}/fit.nc")
    >>> bool((again[0].hyper == fits[0].hyper).all())
    True
    """
    path = check_path(path, suffixes=(SUFFIX,))
    refuse_groups(len(fits), name=path.name)
    posterior = fits[0]
    _check_room(path, posterior)
    with written_netcdf(path) as file:
        _write_about(file, fits, posterior)
        chains = _chains(posterior)
        _write_posterior(file.create_group("posterior"), posterior, chains)
        _write_hyper(file.create_group("unconstrained_posterior"), posterior, chains)
        _write_rows(file.create_group("observed_data"), posterior.design)
        _write_constants(file.create_group("constant_data"), posterior)


def refuse_groups(number: int, *, name: str) -> None:
    """Refuse to store several groups in one file.

    Raises
    ------
    OutputError
        If there isn't exactly one.
    """
    if number != 1:
        raise OutputError(
            name,
            f"there are {number} groups here, and a file holds the posterior of one. Leave out "
            "--by, or fit a table with the rows of one group.",
        )


def _check_room(path: Path, posterior: Posterior) -> None:
    """Check that the disk has room, rather than run out of it after some minutes."""
    design, draws = posterior.design, posterior.draws
    width = 8 if _is_exact(posterior) else 4
    needed = draws * (design.units * (width + 4) + 16 * design.dimension)
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise OutputError(
            str(path),
            f"this needs {needed / 1e9:.3g} GB, and the disk has {free / 1e9:.3g} GB left.",
        )


def _is_exact(posterior: Posterior) -> bool:
    """Whether effects are stored in double precision."""
    return posterior.draws * posterior.design.units <= _MOST_EXACT


def _chains(posterior: Posterior) -> int:
    return count_chains(posterior.draws, chains=posterior.chains, independent=posterior.independent)


def _write_about(file: Any, fits: Fits, posterior: Posterior) -> None:
    design = posterior.design
    text = {
        "inference_library": "varstat",
        "inference_library_version": __version__,
        "engine": posterior.engine,
        "effects": design.effects.name,
        "indicator": escape(posterior.indicator),
        "by": to_json(posterior.by),
        "card": to_json(posterior.card.model_dump(mode="json")),
        "account": to_json(fits.account.to_dict()),
        "provenance": to_json(fits.provenance.to_dict()),
        "diagnostics": to_json(state_diagnostics(posterior.diagnostics)),
        "notes": to_json(list(design.notes)),
        "text": "in codes and names, a backslash, null or lone surrogate is \\u and four digits",
    }
    numbers = {
        "varstat_format": FORMAT,
        "seed": posterior.seed,
        "chains": posterior.chains,
        "centre": design.centre,
        "spread": design.spread,
        "error_degrees": design.error_degrees,
    }
    for name, value in (text | numbers).items():
        file.attrs[name] = value


def _write_posterior(group: Any, posterior: Posterior, chains: int) -> None:
    design = posterior.design
    _chain_dimensions(group, chains, posterior.draws // chains)
    put_text(group, "unit", "unit", design.unit)
    for name, (inner, values) in by_kind(design, posterior.natural()).items():
        if inner and inner[0] not in group.dimensions:
            put_text(group, inner[0], inner[0], members(design.names, name))
        shape = (chains, -1, values.shape[1]) if inner else (chains, -1)
        put_numbers(group, name, ("chain", "draw", *inner), values.reshape(shape))
    _write_effects(group, posterior, chains)


def _write_effects(group: Any, posterior: Posterior, chains: int) -> None:
    design, draws = posterior.design, posterior.draws
    dimensions = ("chain", "draw", "unit")
    effect = group.create_variable(
        "effect", dimensions, dtype="f8" if _is_exact(posterior) else "f4"
    )
    if design.spread != 1.0:
        effect.attrs["scale_factor"] = design.spread
    effect.attrs["long_name"] = "effect of the unit, on the link scale"
    theta = group.create_variable("theta", dimensions, dtype="f4")
    theta.attrs["long_name"] = (
        "rate of the unit at its own covariates, in the average period and case-mix cells"
    )
    if isinstance(design.family, Smeared):
        theta.attrs["note"] = "at a transient effect of zero: transient effects aren't integrated"
    for some, block, rate in theta_blocks(design, posterior.beta, posterior.effects):
        for chain, within, part in chain_parts(some, draws // chains):
            effect[chain, within] = block[part]
            theta[chain, within] = rate[part]


def _write_hyper(group: Any, posterior: Posterior, chains: int) -> None:
    _chain_dimensions(group, chains, posterior.draws // chains)
    put_text(group, "parameter", "parameter", posterior.design.names)
    values = posterior.hyper.reshape(chains, -1, posterior.hyper.shape[1])
    put_numbers(group, "hyper", ("chain", "draw", "parameter"), values)
    group["hyper"].attrs["long_name"] = "logs of scales, the logit of a contamination"


def _write_rows(group: Any, design: Design) -> None:
    put_numbers(group, "unit_index", ("row",), design.row_unit)
    put_numbers(group, "period_index", ("row",), design.row_period)
    names = {"event": design.measure.event, "size": design.measure.size}
    for name in ("event", "event_lower", "event_upper", "size"):
        put_numbers(group, name, ("row",), getattr(design, name))
        if name in names:
            group[name].attrs["long_name"] = names[name]
    if not design.measure.counts and not np.isnan(design.volume).all():
        put_numbers(group, "count", ("row",), design.volume)
    if design.strata:
        put_text(group, "factor", "factor", design.strata)
        for at in range(len(design.strata)):
            put_text(group, f"stratum_{at}", "row", design.cell_levels[design.row_cell, at])
    _put_columns(group, design, "coefficient", "covariate", "standardised")
    _put_columns(group, design, "inform", "informing", "standardised_informing")


def _put_columns(group: Any, design: Design, kind: str, dimension: str, name: str) -> None:
    """Write the z-scores of one kind of column, and what they are of."""
    named = members(design.locations, kind)
    if named:
        put_text(group, dimension, dimension, named)
        columns = [design.locations.index(f"{kind}[{each}]") for each in named]
        put_numbers(group, name, ("row", dimension), design.matrix[:, columns])
        group[name].attrs["long_name"] = f"{dimension}s, of mean 0 and SD 1 over the rows".replace(
            "informings", "columns that inform"
        )


def _write_constants(group: Any, posterior: Posterior) -> None:
    design, lattice = posterior.design, posterior.lattice
    put_text(group, "unit", "unit", design.unit)
    put_text(group, "unit_name", "unit", design.unit_name)
    put_text(group, "peer_group", "unit", design.peer_group)
    if design.period:
        put_text(group, "period", "period", design.period)
    put_text(group, "location", "location", design.locations)
    put_numbers(group, "matrix", ("row", "location"), design.matrix)
    put_numbers(group, "own", ("unit", "location"), design.own)
    if lattice is not None:
        put_text(group, "parameter", "parameter", design.names)
        put_numbers(group, "lattice_z", ("point", "parameter"), lattice.z)
        put_numbers(group, "lattice_h", ("point", "parameter"), lattice.h)
        put_numbers(group, "lattice_log_density", ("point",), lattice.log_density)
        put_numbers(group, "lattice_weight", ("point",), lattice.weight)
        group["lattice_z"].attrs["step"] = lattice.step


def _chain_dimensions(group: Any, chains: int, length: int) -> None:
    put_numbers(group, "chain", ("chain",), np.arange(chains))
    put_numbers(group, "draw", ("draw",), np.arange(length))
