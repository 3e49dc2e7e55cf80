"""Opportunities of several indicators in one: money adds up, events of different kinds don't."""

from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np

from varstat.errors import ModelError, UsageError
from varstat.estimands.opportunity.parts import CombinedTotal
from varstat.estimands.opportunity.result import Opportunities
from varstat.estimands.opportunity.words import say_opportunities
from varstat.provenance import Provenance

_INDEPENDENT = (
    "Indicators are taken as independent of each other given the data: where they count some of "
    "the same cases, so that the errors of their estimates go together, the interval of the sum is "
    "too narrow."
)
_NO_MONEY = (
    "Indicators count different things, so that only money can be added up, and not all of these "
    "have a unit cost."
)


def combine_opportunities(
    several: Sequence[Opportunities], *, allow_overlap: str | None = None
) -> Opportunities:
    r"""Put the opportunities of several indicators together, and add up their money.

    For draw s and indicators k with unit costs :math:`c_k`,

    .. math:: M_s = \sum_k c_k\, O_{k,\pi_k(s)}

    with the draws of each indicator in an order :math:`\pi_k` of its own: given the data,
    indicators are taken as independent.

    Parameters
    ----------
    several : sequence of Opportunities
        One an indicator.
    allow_overlap : str, optional
        Why indicators that overlap may be added up all the same; it is printed.

    Returns
    -------
    Opportunities
        With a combined total for each group that all indicators have, where each has a unit
        cost.

    Raises
    ------
    UsageError
        If indicators overlap, by what their cards say, and no reason is given.
    ModelError
        If their prices are of different years, their events of a quarter here and of a year
        there, or their intervals of different levels.

    Notes
    -----
    Opportunities must not be added blindly: a bed day freed by shorter stays can't be freed again
    by fewer pre-operative days.

    Examples
    --------
    >>> import varstat
    >>> table = varstat.read_table("example:star98",
    ...                            direction="higher-is-better")
    >>> found = varstat.compute_opportunity(varstat.fit_model(table, draws=200))
    >>> varstat.combine_opportunities([found]).combined
    ()
    """
    if not several:
        raise UsageError("combine", "there is no opportunity to combine; expected one or more.")
    every = tuple(each for one in several for each in one)
    overlaps = find_overlaps([(one[0].card, one[0].overlaps) for one in several])
    refuse_overlaps(overlaps, allow_overlap)
    combined, notes = _combine(several, reason=(allow_overlap or "").strip() if overlaps else "")
    if overlaps:
        notes = (
            *notes,
            *(f"{a!r} and {b!r} overlap; added up because: {allow_overlap}." for a, b in overlaps),
        )
    said = notes if len(several) > 1 else ()
    first = several[0].provenance
    return Opportunities(
        groups=every,
        findings=say_opportunities(every, combined, said),
        combined=combined,
        accounts=tuple(account for one in several for account in one.accounts),
        origin=tuple(at for at, one in enumerate(several) for _ in one),
        provenance=Provenance(
            verb="opportunity",
            source=" + ".join(dict.fromkeys(one.provenance.source for one in several)),
            data_hash=" + ".join(dict.fromkeys(one.provenance.data_hash for one in several)),
            card=" + ".join(one.provenance.card for one in several),
            card_hash=" + ".join(one.provenance.card_hash for one in several),
            options=first.options | {"allow_overlap": allow_overlap},
            asking={} if allow_overlap is None else {"allow_overlap": allow_overlap},
            parts=tuple(one.provenance.to_dict() for one in several),
        ),
        notes=said,
    )


def find_overlaps(cards: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, str]]:
    """Find the pairs of cards of which one says that they overlap.

    Parameters
    ----------
    cards : sequence of (str, sequence of str)
        Each card's name, and those that it says it overlaps with.

    Returns
    -------
    list of (str, str)

    Examples
    --------
    >>> find_overlaps([("los", ["preop"]), ("preop", []), ("statin", [])])
    [('los', 'preop')]
    """
    return [
        (a, b)
        for (a, of_a), (b, of_b) in combinations(cards, 2)
        if a != b and (b in of_a or a in of_b)
    ]


def refuse_overlaps(overlaps: Sequence[tuple[str, str]], reason: str | None) -> None:
    """Refuse to add up indicators that overlap, unless a reason is given.

    Raises
    ------
    UsageError
    """
    if overlaps and not (reason or "").strip():
        raise UsageError(
            "overlap",
            [
                f"{a!r} and {b!r} overlap, as their cards say: their sum would count some of the "
                "same twice. Give one of them, or say why they may be added up: --allow-overlap "
                "REASON."
                for a, b in overlaps
            ],
        )


def refuse_years(years: Collection[str]) -> None:
    """Refuse to add up money at the prices of different years.

    Raises
    ------
    ModelError
    """
    if len(years) > 1:
        raise ModelError(
            "prices",
            f"unit costs are at prices of {len(years)} different years, which can't be added up. "
            "State all at the prices of one year.",
        )


def refuse_periods(periods: Collection[str | None]) -> None:
    """Refuse to add up a quarter's money, taken four times, and a year's.

    Parameters
    ----------
    periods : collection of str or None
        As cards state them; None is nothing stated, and goes with either.

    Raises
    ------
    ModelError
    """
    if {"quarter", "year"} <= set(periods):
        raise ModelError(
            "cost",
            "money is of a quarter's events, taken four times, for some of these and of a year's "
            "for others, as their cards say. Chance weighs twice as much in the first, and the "
            "season is in it. Read whole years for all, and say so: [cost] period.",
        )


def _combine(
    several: Sequence[Opportunities], *, reason: str
) -> tuple[tuple[CombinedTotal, ...], tuple[str, ...]]:
    if len(several) < 2:
        return (), ()
    if any(each.money is None for one in several for each in one):
        return (), (_NO_MONEY,)
    years = {each.money.price_year for one in several for each in one if each.money}
    refuse_years(years)
    refuse_periods({each.money.period for one in several for each in one if each.money})
    levels = {each.level for one in several for each in one}
    if len(levels) > 1:
        raise ModelError("level", "the intervals are of different levels. Compute all at one.")
    (year,), (level,) = years, levels
    shared = [
        each.by for each in several[0] if all(any(o.by == each.by for o in one) for one in several)
    ]
    totals = []
    for by in shared:
        parts = [next(o for o in one if o.by == by) for one in several]
        draws = min(part.draws.size for part in parts)
        money = np.zeros(draws)
        for at, part in enumerate(parts):
            assert part.money is not None
            # The same seed draws the same scores: side by side, indicators would seem to agree.
            order = np.random.default_rng([11, at]).permutation(part.draws.size)[:draws]
            money += part.money.unit_cost * part.draws[order]
        lower, upper = np.quantile(money, [0.5 * (1.0 - level), 0.5 * (1.0 + level)])
        costs = [part.money.unit_cost for part in parts if part.money]
        totals.append(
            CombinedTotal(
                indicators=tuple(part.indicator for part in parts),
                by=by,
                estimate=float(
                    sum(c * p.total.estimate for c, p in zip(costs, parts, strict=True))
                ),
                lower=float(lower),
                upper=float(upper),
                level=level,
                published=float(
                    sum(c * p.total.published for c, p in zip(costs, parts, strict=True))
                ),
                price_year=year,
                overlap_reason=reason,
            )
        )
    return tuple(totals), (_INDEPENDENT,)
