"""What a fitted model is: draws, the model they are from, and how far they can be trusted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
from scipy.special import expit

from varstat.card.schema import Card
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.moment import Moment
from varstat.hierarchical.quadrature.lattice import Lattice
from varstat.hierarchical.storage.layout import by_kind, count_chains, theta_blocks
from varstat.hierarchical.words import say_fit, say_fits
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays
from varstat.results import Result, Results

EngineName = Literal["quadrature", "nuts"]
# Of the intervals of hyper-parameters, unless another is asked for.
HYPER_LEVEL = 0.95


class EffectDraws(Protocol):
    """Where draws of the units' effects come from: a sampler, or what was stored."""

    def blocks(self, numbers: int = ...) -> Iterator[tuple[slice, Floats]]:
        """Give blocks of draws: which, and the effects, of shape (draws, units)."""

    def of_units(self, first: int, last: int) -> Floats:
        """Give all draws of some neighbouring units: shape (draws, units)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stored:
    """Draws of effects that are held in memory.

    Attributes
    ----------
    effect : ndarray of float, shape (draws, units)
    """

    effect: Floats

    def blocks(self, numbers: int = 4_000_000) -> Iterator[tuple[slice, Floats]]:
        """Give blocks of draws: which, and the effects, of shape (draws, units)."""
        step = max(numbers // max(self.effect.shape[1], 1), 1)
        for first in range(0, len(self.effect), step):
            some = slice(first, min(first + step, len(self.effect)))
            yield some, np.asarray(self.effect[some], dtype=float)

    def of_units(self, first: int, last: int) -> Floats:
        """Give all draws of some neighbouring units: shape (draws, units)."""
        return np.asarray(self.effect[:, first:last], dtype=float)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HyperSummary:
    """What is known of the hyper-parameters, one element each.

    Attributes
    ----------
    name : tuple of str
    mean, sd, lower, upper : ndarray of float, shape (hyper-parameters,)
        On their own scale: a tau as a standard deviation, a contamination as a share; of a
        mean, in the units of its values.
    level : float
        Of the interval from `lower` to `upper`.
    mcse : ndarray of float, shape (hyper-parameters,)
        Monte Carlo error of the mean; 0 where it is exact.
    """

    name: tuple[str, ...]
    mean: Floats
    sd: Floats
    lower: Floats
    upper: Floats
    level: float
    mcse: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate, one row a hyper-parameter: `name, mean, sd, lower, upper, level, mcse`."""
        return pd.DataFrame(
            {
                "name": list(self.name),
                "mean": self.mean,
                "sd": self.sd,
                "lower": self.lower,
                "upper": self.upper,
                "level": self.level,
                "mcse": self.mcse,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Posterior(Result):
    """The posterior of one group of units.

    Attributes
    ----------
    indicator : str
        Title of the indicator.
    by : dict of str to str
        What this group of units has in common; empty where there is one group.
    card : Card
        States the model completely.
    design : Design
    engine : {"quadrature", "nuts"}
    seed : int
    hyper : ndarray of float, shape (draws, hyper-parameters)
        Draws in unconstrained form: logs of scales, the logit of a contamination.
    effects : EffectDraws
        Draws of the units' effects on the link scale, in blocks; the same draws each time.
    chains : int
        Equally long runs that the draws consist of, one after the other. Draws by quadrature
        are independent.
    lattice : Lattice or None
        Points that sum the hyper-posterior; None where it is known by draws alone.
    diagnostics : Diagnostics
    moment : Moment or None
        The time that levels are of, where they are those of one period in a series.
    """

    indicator: str
    by: dict[str, str]
    card: Card
    design: Design
    engine: EngineName
    seed: int
    hyper: Floats
    effects: EffectDraws
    chains: int
    lattice: Lattice | None
    diagnostics: Diagnostics
    moment: Moment | None = None

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.hyper)

    @property
    def independent(self) -> bool:
        """Whether draws are independent of each other."""
        return self.engine == "quadrature"

    @property
    def beta(self) -> Floats:
        """Draws of the locations on the model's scale: shape (draws, locations)."""
        return self.hyper[:, : len(self.design.locations)]

    @property
    def transient(self) -> Floats:
        """Draws of the transient SD on the model's scale: shape (draws,)."""
        return transient_of(self.design, self.hyper)

    def natural(self) -> dict[str, Floats]:
        """Draws of the hyper-parameters on their own scale, by name."""
        return natural_scale(self.design, self.hyper)

    def theta_draws(self) -> pd.DataFrame:
        """Draws of the units' underlying rates.

        Returns
        -------
        DataFrame
            A row a draw and a column a unit, by its code: rates at the unit's own mean covariates,
            in the average period and case-mix cells, as `theta` in a saved fit.

        Examples
        --------
        >>> import varstat
        >>> varstat.fit("example:star98", draws=200)[0].theta_draws().shape
        (200, 303)
        """
        theta = np.empty((self.draws, self.design.units))
        for some, _, rate in theta_blocks(self.design, self.beta, self.effects):
            theta[some] = rate
        return pd.DataFrame(
            theta, columns=pd.Index([str(u) for u in self.design.unit], name="unit")
        )

    def to_arviz(self) -> Any:
        """Make of all draws what ArviZ plots and diagnoses.

        Returns
        -------
        arviz.InferenceData or xarray.DataTree
            The first with ArviZ 0.x, the second with 1.x. The group `posterior` has the
            hyper-parameters on their own scales by kind, each unit's `effect` on the link scale and
            its `theta`; `observed_data` the rows. Draws by quadrature are independent, and are laid
            out as four chains.

        Examples
        --------
        >>> import varstat
        >>> tree = varstat.fit("example:star98", draws=200)[0].to_arviz()
        >>> tree["posterior"]["theta"].shape
        (4, 50, 303)
        """
        # Imported here: ArviZ takes longer to import than most models to fit.
        from varstat.hierarchical.storage.tree import build_tree

        effect = np.empty((self.draws, self.design.units))
        theta = np.empty_like(effect)
        for some, block, rate in theta_blocks(self.design, self.beta, self.effects):
            effect[some], theta[some] = self.design.spread * block, rate
        units = {"effect": (("unit",), effect), "theta": (("unit",), theta)}
        return build_tree(
            self.design,
            by_kind(self.design, self.natural()) | units,
            chains=count_chains(self.draws, chains=self.chains, independent=self.independent),
            about={"inference_library": "varstat", "engine": self.engine, "seed": self.seed},
        )

    def to_frame(self, *, level: float = HYPER_LEVEL) -> pd.DataFrame:
        """Tabulate the hyper-parameters, one row each.

        Parameters
        ----------
        level : float
            Of the intervals, in (0, 1).

        Returns
        -------
        DataFrame
            The group's by columns, then `name, mean, sd, lower, upper, level, mcse`.
        """
        frame = summarise_hyper(self, level=level).to_frame()
        group = {name: [value] * len(frame) for name, value in self.by.items()}
        return pd.DataFrame(group | {name: frame[name] for name in frame})

    def summary(self) -> str:
        """Say what was fitted, how, and whether it passed its checks, a sentence a line."""
        return say_fit(self.design, self.diagnostics, engine=self.engine, draws=self.draws)


def transient_of(design: Design, h: Floats) -> Floats:
    """Transient SDs, on the model's scale, of unconstrained hyper-parameters."""
    if design.transient is not None:
        return np.full(len(h), design.transient)
    return np.exp(h[:, len(design.locations) + len(design.taus)])


def natural_scale(design: Design, h: Floats) -> dict[str, Floats]:
    """Turn unconstrained hyper-parameters (points, dimension) into what they are called by."""
    out: dict[str, Floats] = {}
    for column, name in enumerate(design.names):
        kind, x = name.partition("[")[0], h[:, column]
        if kind in ("intercept", "peer_mean"):
            out[name] = design.centre + design.spread * x
        elif kind in ("coefficient", "inform", "stratum", "period"):
            out[name] = design.spread * x
        elif kind == "contamination":
            out[name] = expit(x)
        elif kind in ("shape", "sd_by_size"):
            out[name] = x
        else:
            out[name] = design.spread * np.exp(x)
    return out


def summarise_hyper(posterior: Posterior, *, level: float) -> HyperSummary:
    """Summarise the hyper-parameters: means and SDs summed where there is a lattice.

    Intervals are of the draws. The coefficients of a learnt density say nothing one by one, and
    are left out: its mean is the intercept, its SD tau. What a series has besides stands last.
    """
    natural = posterior.natural()
    if posterior.moment is not None:
        natural |= posterior.moment.hyper
    names = (*posterior.design.reported, *(posterior.moment.hyper if posterior.moment else ()))
    drawn = np.stack([natural[name] for name in names], axis=1)
    mean, sd = drawn.mean(axis=0), drawn.std(axis=0, ddof=1)
    mcse = sd / np.sqrt(min(posterior.diagnostics.ess_bulk, posterior.draws))
    lattice = posterior.lattice
    if lattice is not None:
        at = np.stack(list(natural_scale(posterior.design, lattice.h).values()), axis=1)
        mean = lattice.weight @ at
        sd = np.sqrt(np.maximum(lattice.weight @ (at - mean) ** 2, 0.0))
        mcse = np.zeros_like(mean)
    lower, upper = np.quantile(drawn, [0.5 * (1.0 - level), 0.5 * (1.0 + level)], axis=0)
    return HyperSummary(
        name=names,
        mean=mean,
        sd=sd,
        lower=lower,
        upper=upper,
        level=level,
        mcse=mcse,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Fits(Results[Posterior]):
    """Posteriors of all groups of a table, each one `Posterior`."""

    @property
    def trusted(self) -> bool:
        """Whether every posterior passed its checks."""
        return all(each.diagnostics.passed for each in self.groups)

    def summary(self) -> str:
        """Say how many models were fitted, of what, and whether they passed their checks."""
        if len(self) == 1:
            return self[0].summary()
        return say_fits([each.design.units for each in self], [each.diagnostics for each in self])
