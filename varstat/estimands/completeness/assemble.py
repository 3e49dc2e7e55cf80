"""Events and suspect periods as a reader gets them, out of what was found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from varstat.data.volumes.volumes import Volumes
from varstat.estimands.completeness.classify import (
    LOSSES,
    classify_passing,
    classify_succession,
    column_effects,
)
from varstat.estimands.completeness.detect import Found
from varstat.estimands.completeness.gaps import Certain
from varstat.estimands.completeness.overrule import Stated
from varstat.estimands.completeness.posterior import Prior, estimate_completeness
from varstat.estimands.completeness.result import Event, Suspect
from varstat.estimands.completeness.successors import Succession
from varstat.estimands.completeness.usual import Usual
from varstat.estimands.completeness.windows import Bools
from varstat.measure import Floats

_CHANGE = "service or recording change"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assembly:
    """What events are told from.

    Attributes
    ----------
    volumes : Volumes
    level : float
    large : ndarray of bool, shape (units,)
    usual : Usual
        Of the units that the model looks at.
    paths : ndarray of float, shape (columns, periods)
    certain : tuple of Certain
    successors : tuple of Succession
    """

    volumes: Volumes
    level: float
    large: Bools
    usual: Usual
    paths: Floats
    certain: tuple[Certain, ...]
    successors: tuple[Succession, ...]


def list_events(
    made: Assembly, found: Sequence[Found], stated: Sequence[Stated] | None
) -> tuple[Event, ...]:
    """List what is certain and what was found, or what a file states, by unit and time.

    Parameters
    ----------
    made : Assembly
    found : sequence of Found
        Events of the model, with the places of units among all.
    stated : sequence of Stated or None

    Returns
    -------
    tuple of Event
    """
    if stated is None:
        listed = [*_certain(made, found), *(_passing(made, each, found) for each in found)]
    else:
        by_window = {(each.unit, each.start, each.end): each for each in found}
        listed = [
            _stated(made, each, by_window.get((each.unit, each.start, each.end))) for each in stated
        ]
    place = {label: at for at, label in enumerate(made.volumes.period)}
    return tuple(sorted(listed, key=lambda e: (e.unit, place[e.start], place[e.end])))


def list_suspects(
    made: Assembly, found: Sequence[Found], stated: Sequence[Stated] | None, prior: Prior
) -> tuple[Suspect, ...]:
    """Estimate the completeness of each period of each loss.

    Parameters
    ----------
    made : Assembly
    found : sequence of Found
    stated : sequence of Stated or None
        A share that it states is taken as it is.
    prior : Prior

    Returns
    -------
    tuple of Suspect
    """
    shares = {(e.unit, e.start, e.end): e for e in stated or ()}
    suspects: list[Suspect] = []
    for each in found:
        given = shares.get((each.unit, each.start, each.end))
        class_ = given.class_ if given else _class_of(made, each, found)[0]
        if class_ in LOSSES and (given or each.effect < 0):
            share = given.share if given else np.nan
            suspects += _suspect(made, each, found, prior, share)
    return tuple(suspects)


def _suspect(
    made: Assembly, event: Found, found: Sequence[Found], prior: Prior, share: float
) -> Iterator[Suspect]:
    others = [(e.start, e.end) for e in found if e.unit == event.unit and e is not event]
    mean, covariance = made.usual.predict(event.unit, (event.start, event.end), others)
    sd = np.sqrt(np.diag(covariance))
    for at, when in enumerate(range(event.start, event.end + 1)):
        reported = made.volumes.counts[0, event.unit, when]
        if not reported > 0:
            continue
        if np.isfinite(share):
            p, estimate, lower, upper = 1.0, share, share, share
        else:
            posterior = estimate_completeness(
                float(reported), mean[at], sd[at], prior, level=made.level
            )
            p, estimate = posterior.p_incomplete, posterior.estimate
            lower, upper = posterior.lower, posterior.upper
        yield Suspect(
            unit=str(made.volumes.unit[event.unit]),
            period=made.volumes.period[when],
            reported=float(reported),
            expected=float(np.exp(mean[at])),
            estimate=estimate,
            lower=lower,
            upper=upper,
            p_incomplete=p,
        )


def _class_of(
    made: Assembly, event: Found, found: Sequence[Found]
) -> tuple[str, tuple[str, ...], float]:
    """The class of an event of the model, its partners and their share."""
    if event.kind == "shift":
        donors = [
            each
            for each in made.successors
            if each.new == event.unit and abs(each.since - event.start) <= 1
        ]
        if event.effect > 0 and donors:
            return _succession(made, donors)
        return _CHANGE, (), np.nan
    effects = _effects(made, event.unit, event.start, event.end, kind=event.kind)
    parts = made.volumes.parts
    own = np.array([event.effect]) if parts is None else effects[list(parts)]
    others = np.delete(effects, [0, *(parts or ())])
    lost = _lost_before(event, found, made.volumes.seasons)
    return classify_passing(event.effect, own, others, lost=lost), (), np.nan


def _succession(made: Assembly, donors: Sequence[Succession]) -> tuple[str, tuple[str, ...], float]:
    """The class of a rise that is due to codes that ended."""
    many = {each.old: sum(other.old == each.old for other in made.successors) for each in donors}
    new = bool(np.isinf(donors[0].z))
    share = donors[0].share if len(donors) == 1 else np.nan
    partners = tuple(str(made.volumes.unit[each.old]) for each in donors)
    return classify_succession(many, new=new), partners, share


def _lost_before(event: Found, found: Sequence[Found], seasons: int) -> float:
    """What dips of the year before lost, as a part of what a rise gains."""
    if event.effect <= 0:
        return 0.0
    lost = sum(
        (1 - np.exp(each.effect)) * (each.end - each.start + 1)
        for each in found
        if each.unit == event.unit
        and each.effect < 0
        and each.kind == "dip"
        and event.start - seasons <= each.end < event.start
    )
    return float(lost / ((np.exp(event.effect) - 1) * (event.end - event.start + 1)))


def _effects(made: Assembly, unit: int, start: int, end: int, *, kind: str) -> Floats:
    return column_effects(
        made.volumes.counts[:, unit],
        made.paths,
        start,
        end,
        lasting=kind == "shift",
        seasons=made.volumes.seasons,
    )


def _passing(made: Assembly, event: Found, found: Sequence[Found]) -> Event:
    class_, partner, share = _class_of(made, event, found)
    kind = "spike" if event.kind == "dip" and event.effect > 0 else event.kind
    return _event(made, event, kind=kind, class_=class_, partner=partner, share=share)


def _stated(made: Assembly, stated: Stated, found: Found | None) -> Event:
    """An event of a file; a unit that the model doesn't look at has no factor."""
    event = found or Found(
        unit=stated.unit,
        start=stated.start,
        end=stated.end,
        kind="dip",
        effect=np.nan,
        sd=np.nan,
        log_bayes_factor=np.nan,
    )
    return _event(made, event, kind="stated", class_=stated.class_, share=stated.share)


def _event(
    made: Assembly,
    event: Found,
    *,
    kind: str,
    class_: str,
    partner: tuple[str, ...] = (),
    share: float = np.nan,
) -> Event:
    volumes = made.volumes
    half = float(norm.ppf((1 + made.level) / 2)) * event.sd
    effects = np.exp(_effects(made, event.unit, event.start, event.end, kind=event.kind))
    return Event(
        unit=str(volumes.unit[event.unit]),
        unit_name=volumes.unit_name[event.unit],
        kind=kind,
        class_=class_,
        start=volumes.period[event.start],
        end=volumes.period[event.end],
        factor=float(np.exp(event.effect)),
        lower=float(np.exp(event.effect - half)),
        upper=float(np.exp(event.effect + half)),
        log_bayes_factor=event.log_bayes_factor,
        columns=dict(zip(volumes.column[1:], effects[1:].tolist(), strict=True)),
        partner=partner,
        share=share,
    )


def _certain(made: Assembly, found: Sequence[Found]) -> Iterator[Event]:
    """Gaps, and codes that start or end, of units of some size or that are in a succession."""
    placed = {unit for each in made.successors for unit in (each.old, each.new)}
    for each in made.certain:
        if not (made.large[each.unit] or each.unit in placed):
            continue
        class_, partner, share = _certain_class(made, each)
        low, middle, high = _missing(made, each, found)
        volumes = made.volumes
        yield Event(
            unit=str(volumes.unit[each.unit]),
            unit_name=volumes.unit_name[each.unit],
            kind=each.kind,
            class_=class_,
            start=volumes.period[each.start],
            end=volumes.period[each.end],
            factor=np.nan,
            lower=np.nan,
            upper=np.nan,
            log_bayes_factor=np.nan,
            columns={},
            partner=partner,
            share=share,
            missing=middle,
            missing_lower=low,
            missing_upper=high,
        )


def _certain_class(made: Assembly, each: Certain) -> tuple[str, tuple[str, ...], float]:
    if each.kind == "gap":
        return "not submitted", (), np.nan
    if each.kind == "start":
        donors = [s for s in made.successors if s.new == each.unit and s.since == each.start]
        return _succession(made, donors) if donors else (_CHANGE, (), np.nan)
    heirs = [s for s in made.successors if s.old == each.unit]
    if not heirs:
        return "not submitted or closed", (), np.nan
    partners = tuple(str(made.volumes.unit[s.new]) for s in heirs)
    share = sum(s.share for s in heirs)
    if len(heirs) > 1:
        return "split", partners, share
    joined = [s for s in made.successors if s.new == heirs[0].new and s.since == heirs[0].since]
    class_, _, _ = _succession(made, joined)
    return ("merger" if class_ == "split" else class_), partners, share


def _missing(made: Assembly, each: Certain, found: Sequence[Found]) -> tuple[float, float, float]:
    """The volume of a gap with its interval; the error of its mean is common to its periods."""
    if each.kind != "gap" or each.unit not in made.usual.examined:
        return np.nan, np.nan, np.nan
    others = [(e.start, e.end) for e in found if e.unit == each.unit]
    mean, covariance = made.usual.predict(each.unit, (each.start, each.end), others)
    half = float(norm.ppf((1 + made.level) / 2) * np.sqrt(covariance.sum())) / len(mean)
    total = float(np.exp(mean).sum())
    return total * np.exp(-half), total, total * np.exp(half)
