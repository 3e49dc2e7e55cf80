"""The NUTS engine: the same posterior as by quadrature, from Markov chains.

Where quadrature integrates the units' effects out, the no-U-turn sampler [1]_ moves through them
and the hyper-parameters together. It asks nothing of the model but a density with slopes, and so is
the reference that quadrature is held against, and the way where hyper-parameters are too many for
it. nutpie runs it when installed (`pip install "varstat[nuts]"`, several times as fast), else
PyMC; the two give different draws of one posterior. Either compiles by Numba and needs no C
compiler.

References
----------
.. [1] Hoffman & Gelman (2014). The no-U-turn sampler: adaptively setting path lengths in
   Hamiltonian Monte Carlo. JMLR 15, 1593-1623.
"""

import contextlib
import logging
import multiprocessing
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from varstat.errors import ModelError
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.nuts.check import check_chains
from varstat.hierarchical.nuts.model import build_model, effect_draws, hyper_draws, plan_sampling
from varstat.hierarchical.posterior import Stored
from varstat.measure import Floats

with warnings.catch_warnings():
    # ArviZ 0.23 announces at import that ArviZ 1 will differ.
    warnings.simplefilter("ignore")
    import pymc as pm

CHAINS = 4
TUNE = 1000
# Steps of which one is kept where what passes is estimated: its SD and tau share what rows of small
# counts show, and chains move slowly along that.
_THIN = 3
# Above the usual 0.8: shorter steps diverge less where a scale may be near zero.
_ACCEPT = 0.9

_NO_START = (
    "NUTS found no place to start from: the density isn't finite there. Look for counts, standard "
    "errors or covariates in other units than the rest, state priors that are less wide, or use "
    "--engine quadrature."
)
_STOPPED = (
    "NUTS stopped before its end. Ask for fewer draws if memory may have run out, or use --engine "
    "quadrature."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nuts:
    """What the NUTS engine finds.

    Attributes
    ----------
    hyper : ndarray of float, shape (draws, dimension)
        Unconstrained, in the order of `design.names`; chains one after the other.
    effects : Stored
        The units' persistent effects on the link scale.
    chains : int
    diagnostics : Diagnostics
    """

    hyper: Floats
    effects: Stored
    chains: int
    diagnostics: Diagnostics

    def __post_init__(self) -> None:
        self.hyper.setflags(write=False)
        self.effects.effect.setflags(write=False)


def fit_nuts(design: Design, *, draws: int, seed: int, progress: bool = False) -> Nuts:
    """Fit a model by NUTS, in four chains of 1,000 steps of tuning each.

    Where what passes is estimated, one step of three is kept.

    Parameters
    ----------
    design : Design
    draws : int
        Of all chains together; rounded up to a multiple of four.
    seed : int
        The same design, seed and sampler give the same draws, on however many cores.
    progress : bool
        Whether to show on stderr how far the chains have come.

    Returns
    -------
    Nuts

    Raises
    ------
    ModelError
        If no chain finds a place to start from, or the sampler stops.
    """
    plan = plan_sampling(design)
    model = build_model(design, plan)
    per_chain = -(-draws // CHAINS)
    thin = _THIN if design.transient is None else 1
    with _quiet():
        found = _sample(model, per_chain * thin, seed=seed, progress=progress)
    posterior = _group(found, "posterior")
    kept = {str(name): posterior[name].values[:, ::thin] for name in posterior.data_vars}
    flat = {name: each.reshape(CHAINS * per_chain, *each.shape[2:]) for name, each in kept.items()}
    hyper, effect = hyper_draws(design, flat), effect_draws(design, plan, flat)
    diverging = _group(found, "sample_stats")["diverging"].values
    return Nuts(
        hyper=hyper,
        effects=Stored(effect=effect),
        chains=CHAINS,
        diagnostics=check_chains(
            hyper,
            effect,
            chains=CHAINS,
            # Of all steps, as a share of the draws.
            divergences=int(np.ceil(np.sum(diverging) / thin)),
            names=design.names,
        ),
    )


def _sample(model: pm.Model, draws: int, *, seed: int, progress: bool) -> Any:
    """Run the chains; what comes back is InferenceData or, from ArviZ 1 on, a DataTree."""
    try:
        if find_spec("nutpie"):
            import nutpie

            return nutpie.sample(
                nutpie.compile_pymc_model(model, backend="numba"),
                draws=draws,
                tune=TUNE,
                chains=CHAINS,
                cores=min(CHAINS, _cores()),
                seed=seed,
                target_accept=_ACCEPT,
                save_warmup=False,
                progress_bar=progress,
            )
        return pm.sample(
            draws,
            tune=TUNE,
            chains=CHAINS,
            # A daemon, such as a worker of a task runner, may have no children.
            cores=1 if multiprocessing.current_process().daemon else min(CHAINS, _cores()),
            random_seed=seed,
            target_accept=_ACCEPT,
            model=model,
            nuts_sampler="pymc",
            progressbar=progress,
            compute_convergence_checks=False,
            # By C, this would be some hundred times as slow where there is no compiler.
            compile_kwargs={"mode": "NUMBA"},
        )
    except RuntimeError as error:
        # As PyMC's SamplingError is. Both samplers say "initial" where they could not begin.
        begun = "initial" not in str(error).lower()
        raise ModelError("posterior", _STOPPED if begun else _NO_START) from error


def _group(found: Any, name: str) -> Any:
    """One group of what a sampler returns, as a Dataset."""
    group = found[name]
    return group.to_dataset() if hasattr(group, "to_dataset") else group


def _cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what samplers log, warn and print away from stdout, which is for results."""
    loggers = [logging.getLogger(name) for name in ("pymc", "pytensor", "nutpie")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
