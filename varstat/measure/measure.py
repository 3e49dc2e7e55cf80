"""What every measure knows of itself."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from varstat.measure.scale import Floats, MeasureName, ScaleName, from_scale, scale_slope, to_scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(ABC):
    r"""What a unit's numbers are, how they vary by chance, and how they are written.

    A new measure is a class of its own with the abstract methods below, an entry in
    `varstat.measure.MEASURES` and a default card. A likelihood that is new as well has its place
    in `varstat.hierarchical.model`, and in the tables by likelihood of `varstat.adjust`.

    Attributes
    ----------
    name : str
        In cards and in output.
    noun : str
        In a sentence: "proportion", "ratio", "rate", "mean".
    event : str
        Canonical column of what is measured.
    size : str
        Canonical column of how much there was to measure.
    rate : str
        Column name of what a unit's numbers say.
    title : str
        What a unit's numbers say, over an axis.
    columns : tuple of tuple of str
        Sets of columns; a table has one of them.
    counts : bool
        Whether the event is a count of things that happen, so that exact tails exist.
    of_cases : bool
        Whether sizes, or the counts that means are of, are numbers of cases; expected events say
        nothing of how many cases there were.
    size_is_error : bool
        Whether the size is a standard error: the smaller, the surer.
    ends : tuple of float
        Between which rates lie.
    scales : tuple of str
        Scales on which tau may be stated; the first is the model's link.
    likelihoods : tuple of str
        Those of a model, in a card's words; the first is the usual one.
    recipes : tuple of tuple of str
        Published recipes of a funnel that are defined for the measure, each with its scale.
    per : float
        For how much of the size rates are shown, where that isn't one.
    of : str
        What the size is of, after `per`: "bed days".
    beside : str
        Canonical column of what may stand beside the size: the standard error of expected events,
        or of how many cases a denominator is a sample.
    """

    name: MeasureName
    noun: str
    event: str
    size: str
    rate: str
    title: str
    columns: tuple[tuple[str, ...], ...]
    counts: bool
    of_cases: bool
    size_is_error: bool
    ends: tuple[float, float]
    scales: tuple[ScaleName, ...]
    likelihoods: tuple[str, ...]
    recipes: tuple[tuple[str, ScaleName], ...] = ()
    per: float = 1.0
    of: str = ""
    beside: str = ""

    @property
    def link(self) -> ScaleName:
        """The scale on which units' effects add."""
        return self.scales[0]

    @property
    def bounded(self) -> bool:
        """Whether events are part of the size, so that there can't be more of them."""
        return bool(np.isfinite(self.ends[1]))

    @property
    def percent(self) -> bool:
        """Whether rates are written as percentages."""
        return self.ends == (0.0, 1.0) and self.per in (1.0, 100.0)

    @property
    def factor(self) -> float:
        """By what rates are multiplied where they are shown; never in files of data."""
        return 100.0 if self.percent else self.per

    @property
    def unit(self) -> str:
        """For how much of what rates are shown, as "per 1,000 bed days"; empty if for one."""
        if self.percent or self.per == 1.0 or not self.counts:
            return ""
        return f"per {self.per:,.15g} {self.of or self.size}"

    def text(self, rate: float) -> str:
        """Write a rate in a sentence."""
        if self.percent:
            return f"{100 * rate:.3g}%"
        return f"{rate * self.per:.4g} {self.unit}".rstrip()

    def rates(self, event: Floats, size: Floats) -> Floats:
        """Divide events by sizes; a value that isn't a count is its own rate."""
        return event / size if self.counts else event

    def most_events(self, size: Floats) -> Floats:
        """Give the most events there can be."""
        return size if self.bounded else np.full_like(size, np.inf)

    def weight(self, size: Floats) -> Floats:
        """Weights by which units are averaged: sizes, or the inverse of squared errors."""
        return size**-2.0 if self.size_is_error else size

    def to_link(self, rate: Floats) -> Floats:
        """Put rates on the link scale; those at an end go to infinity."""
        return to_scale(self.link, rate)

    def from_link(self, theta: Floats) -> Floats:
        """Bring values on the link scale back to rates."""
        return from_scale(self.link, theta)

    def slope(self, rate: Floats) -> Floats:
        """Slope of the link-scale value in the rate."""
        return scale_slope(self.link, rate)

    def slope_on(self, scale: ScaleName, rate: Floats) -> Floats:
        """Slope of what a rate is on one of the measure's scales."""
        return scale_slope(scale, rate)

    @property
    def own(self) -> "Measure":
        """The measure of what `own_scale` gives."""
        return self

    def own_scale(self, event: Floats) -> Floats:
        """Put values on the scale that their standard errors are of; counts are as they are."""
        return event

    def from_own(self, value: Floats) -> Floats:
        """Bring back what `own_scale` has made of values."""
        return value

    def straight(self, rate: Floats, at: Floats) -> Floats:
        r"""Give the rate that is as far from `at` as its error has it.

        .. math:: t + \frac{h(r) - h(t)}{h'(t)}

        with the scale :math:`h` of its standard error, so that it is normal about :math:`t`.
        """
        return rate

    def away(self, target: Floats, distance: Floats) -> Floats:
        """Give the rate that lies so far from a target: the inverse of `straight`."""
        return np.asarray(target + distance)

    def shift(self, sd: Floats) -> Floats | None:
        r"""Shift of a link-scale value by which averaging its rate over a normal comes out.

        .. math:: E\,g^{-1}(\theta + w) = g^{-1}(\theta + s), \qquad w \sim N(0, \mathrm{sd}^2)

        None for a link on which there is no such shift.
        """
        match self.link:
            case "log":
                return 0.5 * sd**2
            case "identity":
                return 0.0 * sd
            case _:
                return None

    def shown(self, size: Floats) -> Floats:
        r"""Share of the variance of the underlying rate that a unit's rate shows.

        :math:`1 - 1/n` for a proportion, whose sampling adds less the nearer its underlying rate
        is to an end: one out of one shows nothing of it. One for the others.
        """
        return np.ones_like(size)

    def inflated(self, inflation: Floats, size: Floats, target: Floats) -> Floats:
        r"""Variance of the underlying rate that inflates the variance of a unit's rate.

        :math:`(\phi - 1)\,s^2 / c`, with :math:`\phi` the inflation, :math:`s^2` the variance by
        chance and :math:`c` the share that is `shown`.
        """
        return (inflation - 1.0) * self.chance_variance(size, target)

    def deviate(self, event: Floats, size: Floats, target: Floats, variance: Floats) -> Floats:
        """Distance of a unit's rate from the target in SDs; none where both are the same."""
        rate = self.rates(event, size)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (rate - target) / np.sqrt(variance)
        # Without variance (zero events, all at the target) nothing is far from anything.
        return np.where((rate == target) & ~np.isnan(variance), 0.0, z)

    @abstractmethod
    def chance_variance(self, size: Floats, target: Floats) -> Floats:
        """Variance of a unit's rate by chance alone, were its underlying rate the target.

        Parameters
        ----------
        size, target : ndarray of float, shape (units,) or broadcastable

        Returns
        -------
        ndarray of float
            In squared units of the rate.
        """

    @abstractmethod
    def at_least(self, event: Floats, size: Floats, target: Floats, extra: Floats) -> Floats:
        """P(X >= event) for each unit.

        Parameters
        ----------
        event, size : ndarray of float, shape (units,)
        target, extra : ndarray of float, shape (units,)
            Mean and variance of the underlying rate.

        Returns
        -------
        ndarray of float, shape (units,)
        """

    @abstractmethod
    def at_most(self, event: Floats, size: Floats, target: Floats, extra: Floats) -> Floats:
        """P(X <= event) for each unit; see `at_least`."""

    @abstractmethod
    def next_probability(
        self, event: Floats, size: Floats, target: Floats, extra: Floats
    ) -> Floats:
        """P(X = event + 1) / P(X = event) for each unit; see `at_least`. NaN for no count."""

    @abstractmethod
    def quantile(self, share: float, mean: Floats, variance: Floats) -> Floats:
        """Quantile of the distribution of rates that has a mean and a variance: a beta, say.

        Parameters
        ----------
        share : float
        mean, variance : ndarray of float, shape (units,)

        Returns
        -------
        ndarray of float, shape (units,)
            NaN where there is no such distribution.
        """

    @abstractmethod
    def jeffreys(self, share: Floats, event: Floats, size: Floats) -> Floats:
        """Quantiles of a unit's underlying rate given its event alone, under Jeffreys' prior.

        Parameters
        ----------
        share : ndarray of float, broadcast against the others
        event, size : ndarray of float, shape (units,)

        Returns
        -------
        ndarray of float
            Inside the ends of what a rate can be.
        """

    @abstractmethod
    def smoothed(self, event: Floats, size: Floats) -> tuple[Floats, Floats]:
        """Give each unit's own rate on the link scale, off its ends, and its variance by chance.

        Parameters
        ----------
        event, size : ndarray of float, shape (..., units)

        Returns
        -------
        rate, variance : ndarray of float, shape (..., units)
        """

    @abstractmethod
    def cumulant(self, theta: Floats) -> Floats:
        r"""Cumulant function :math:`b` of the likelihood in the link-scale value.

        Up to a constant the log-likelihood is :math:`x\theta - n\,b(\theta)`, with the canonical
        link; :math:`b' = g^{-1}`, and :math:`n\,b''` is the information.
        """

    @abstractmethod
    def information(self, size: Floats | float, rate: Floats) -> Floats:
        """Information of a unit on its link-scale value: the variance of its event by chance.

        With a size of one, the slope of the rate in the link-scale value. Of values that aren't
        counts the size is the number of cases, and the information a multiple of that of one.

        Parameters
        ----------
        size, rate : ndarray of float, broadcast against each other

        Returns
        -------
        ndarray of float
        """

    @abstractmethod
    def deviance(self, event: Floats, size: Floats, mean: Floats) -> float:
        """Sum the deviance of events from their means.

        Parameters
        ----------
        event, size, mean : ndarray of float, shape (rows,)
            Of values that aren't counts, totals over numbers of cases.

        Returns
        -------
        float
        """

    @abstractmethod
    def draw(self, rate: Floats, size: Floats, rng: np.random.Generator) -> Floats:
        """Draw events of units with given underlying rates.

        Parameters
        ----------
        rate, size : ndarray of float, broadcast against each other
        rng : Generator

        Returns
        -------
        ndarray of float
        """

    def redraw(self, event: Floats, size: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """Draw how events would fall among units that share one rate, given their total.

        Unless a measure knows better, each unit's are drawn at the rate of all.

        Parameters
        ----------
        event : ndarray of float, shape (units,)
        size : ndarray of float, shape (units,)
            Of ratios, (draws, units) where it is drawn too.
        draws : int
        rng : Generator

        Returns
        -------
        ndarray of float, shape (draws, units)
        """
        weight = self.weight(size)
        pooled = np.sum(weight * self.rates(event, size)) / np.sum(weight)
        shape = (draws, size.size)
        return self.draw(np.full(shape, pooled), np.broadcast_to(size, shape), rng)
