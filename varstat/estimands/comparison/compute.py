r"""Compare two units: which is better, by how much, and what their difference is made of.

The difference between the raw rates of units A and B is what chance, case-mix and peer group make
of it, and what remains. With :math:`f(S)` the difference of rates once S is allowed for,

- without *chance* rates are those reported, with it :math:`\theta`;
- without *case-mix* each unit's rate is at its own cells and covariates, with it both are at the
  reference case-mix;
- without *peer group* each has its group's mean, with it both have the mean of the two,

the parts are the Shapley shares of [1]_ and add up to the raw difference in every draw.

References
----------
.. [1] Shapley (1953). A value for n-person games. Contributions to the Theory of Games 2,
   307-317. doi:10.1515/9781400881970-018
"""

from dataclasses import dataclass, replace

import numpy as np

from varstat.errors import WHOLE_NAME, ModelError, UsageError, did_you_mean, expect
from varstat.estimands.comparison.result import Comparison, Comparisons
from varstat.estimands.comparison.words import say_comparison
from varstat.estimands.league.raw import raw_rates
from varstat.estimands.monte_carlo import probability_mcse
from varstat.estimands.opportunity.gaps import reported_levels
from varstat.estimands.opportunity.shapley import share_out
from varstat.estimands.ranks.ranks import check_level
from varstat.estimands.rates.drawn import effective_of
from varstat.estimands.rates.rate import reference_rate, to_rate
from varstat.estimands.target import case_mix_of_rows
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Fits, Posterior
from varstat.measure import Floats


def compare_units(fits: Fits, units: tuple[str, str], *, level: float = 0.95) -> Comparisons:
    r"""Compare two units: which is better, by how much, and why.

    Parameters
    ----------
    fits : Fits
    units : tuple of str
        A and B: codes or whole names of two units.
    level : float
        Of all intervals, in (0, 1).

    Returns
    -------
    Comparisons
        One for each group that has both units.

    Raises
    ------
    UsageError
        If no group has both, they are the same, or the level can't be.

    Notes
    -----
    :math:`P(\theta_A > \theta_B)` is of joint draws. Two intervals that overlap don't say that
    units are alike, nor do two tiers say that they differ.

    Examples
    --------
    >>> import varstat
    >>> table = varstat.read_table("example:star98", direction="higher-is-better")
    >>> found = varstat.compare_units(varstat.fit_model(table), ("D001", "D002"))[0]
    >>> bool(abs(found.part[0] - found.part[1:].sum()) < 1e-9)
    True
    """
    expect("compare_units", fits, Fits, mend="Fit its model first: fit_model(table).")
    check_level(level)
    if not len(fits):
        raise ModelError("compare", "there is no posterior.")
    a, b = units
    pairs = [(each, _find(each, a), _find(each, b)) for each in fits]
    problems = []
    for name, at in ((a, 1), (b, 2)):
        if all(pair[at] is None for pair in pairs):
            known = {str(u) for each in fits for u in each.design.unit}
            named = {str(n) for each in fits for n in each.design.unit_name if n is not None}
            nearest = did_you_mean(name, known | named) or WHOLE_NAME
            problems.append(f"no unit has the code or name {name!r}.{nearest}")
    if problems:
        raise UsageError("compare", problems)
    both = [(each, i, j) for each, i, j in pairs if i is not None and j is not None]
    if not both:
        raise UsageError("compare", f"no group has both {a!r} and {b!r}. Leave out --by.")
    if both[0][1] == both[0][2]:
        raise UsageError("compare", f"{a!r} and {b!r} are the same unit. Name two.")
    return Comparisons(
        groups=tuple(_compare(each, i, j, level=level) for each, i, j in both),
        accounts=fits.accounts,
        provenance=fits.provenance.then(
            "compare",
            options={"level": level, "units": [a, b]},
            asking={"a": a, "b": b, "level": level},
        ),
    )


def _find(posterior: Posterior, name: str) -> int | None:
    """Where a unit stands; None if it isn't there. Codes come before names, and case comes last.

    Raises
    ------
    UsageError
        If several units go by the name.
    """
    columns = [
        [None if text is None else str(text).strip() for text in column]
        for column in (posterior.design.unit, posterior.design.unit_name)
    ]
    wanted = name.strip()
    for match in (str, str.casefold):
        for column in columns:
            at = [i for i, text in enumerate(column) if text and match(text) == match(wanted)]
            if len(at) > 1:
                codes = ", ".join(str(posterior.design.unit[i]) for i in at[:5])
                raise UsageError(
                    "compare", f"{len(at)} units go by {name!r}: {codes}. Name one by its code."
                )
            if at:
                return at[0]
    return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Side:
    """One of the two units, in all draws."""

    part: Design
    case_mix: Floats
    peer: Floats
    true: Floats
    seen: Floats

    def rate(self, posterior: Posterior, parts: frozenset[str], common: Floats) -> Floats:
        """Its rate once some parts are allowed for: (draws,)."""
        level = self.true if "chance" in parts else self.seen
        if "peer_group" in parts:
            level = level - self.peer + common
        beta, transient = posterior.beta, posterior.transient
        if "casemix" in parts:
            return reference_rate(self.part, beta, level[:, None], transient)[:, 0]
        part = self.part
        shift = beta @ self.case_mix.T
        weight = part.measure.weight(part.size)
        if not part.measure.counts and np.all(part.volume > 0):
            weight = part.volume
        return np.asarray(
            to_rate(part, level[:, None] + shift, transient) @ (weight / weight.sum())
        )


def _side(posterior: Posterior, at: int, case_mix: Floats) -> _Side:
    design = posterior.design
    part = design.part(at, at + 1)
    first = int(design.row_start[at])
    rows = case_mix[first : first + part.rows]
    # What informs is the unit's own, and is no part of what its peers have in common.
    peer = posterior.beta[:, int(part.peer[0])]
    effect = posterior.effects.of_units(at, at + 1)
    true = posterior.beta @ part.reference.T + effect
    seen = reported_levels(part, rows, posterior.beta, true, posterior.transient)
    return _Side(part=part, case_mix=rows, peer=peer, true=true[:, 0], seen=seen[:, 0])


def _compare(posterior: Posterior, i: int, j: int, *, level: float) -> Comparison:
    design = posterior.design
    case_mix = case_mix_of_rows(design)
    a, b = (_side(posterior, at, case_mix) for at in (i, j))
    common = 0.5 * (a.peer + b.peer)
    # Or for when, where the two report in different periods.
    adjusted = any(n.startswith(("coefficient[", "stratum[")) for n in design.locations) or (
        not np.array_equal(a.part.row_period, b.part.row_period)
    )
    apart = bool(design.peer[i] != design.peer[j])
    parts = ("chance", *(("casemix",) * adjusted), *(("peer_group",) * apart))

    def gap(some: frozenset[str]) -> Floats:
        return a.rate(posterior, some, common) - b.rate(posterior, some, common)

    shares, before, after = share_out(parts, gap)
    drawn = np.stack([before, *shares, after])
    raw = raw_rates(posterior)[2][[i, j]]
    if not np.isfinite(raw).all():
        # Of a difference that nobody knows there are no parts.
        drawn[:-1] = np.nan
    ends = [0.5 * (1.0 - level), 0.5 * (1.0 + level)]
    lower, upper = np.quantile(drawn, ends, axis=1)
    allowed = frozenset(("chance", "casemix"))
    rates = np.stack([a.rate(posterior, allowed, common), b.rate(posterior, allowed, common)])
    difference = rates[0] - rates[1]
    low, high = np.quantile(difference, ends)
    better, error = _better(posterior, difference)
    rate_lower, rate_upper = np.quantile(rates, ends, axis=1)
    comparison = Comparison(
        indicator=posterior.indicator,
        measure=design.measure,
        direction=design.direction,
        by=posterior.by,
        engine=posterior.engine,
        diagnostics=posterior.diagnostics,
        unit=(str(design.unit[i]), str(design.unit[j])),
        unit_name=(_text(design.unit_name[i]), _text(design.unit_name[j])),
        peer_group=(_text(design.peer_group[i]), _text(design.peer_group[j])),
        raw=raw,
        estimate=rates.mean(axis=1),
        lower=rate_lower,
        upper=rate_upper,
        difference=float(difference.mean()),
        difference_lower=float(low),
        difference_upper=float(high),
        p_better=better,
        p_better_mcse=error,
        p_better_within=_better(posterior, after)[0],
        component=("raw", *parts, "remaining"),
        part=drawn.mean(axis=1),
        part_lower=lower,
        part_upper=upper,
        shared=(_shared(a.part, b.part), _shared(b.part, a.part)),
        level=level,
        findings="",
        notes=design.notes,
    )
    return replace(comparison, findings=say_comparison(comparison))


def _better(posterior: Posterior, difference: Floats) -> tuple[float, float]:
    """Probability that A is better, by draws of the difference, and its Monte Carlo error."""
    sign = -1.0 if posterior.design.direction == "lower-is-better" else 1.0
    better = (sign * difference > 0) + 0.5 * (difference == 0)
    effective = np.ravel(effective_of(posterior, better[:, None]))[:1]
    share = better.mean(keepdims=True)
    return float(share[0]), float(probability_mcse(share, effective)[0])


def _text(value: object) -> str | None:
    return None if value is None or value != value else str(value)


def _shared(one: Design, other: Design) -> float:
    """Share of a unit's volume in cells that another has as well."""
    weight = one.measure.weight(one.size)
    there = np.isin(one.row_cell, other.row_cell)
    return float(weight[there].sum() / weight.sum())
