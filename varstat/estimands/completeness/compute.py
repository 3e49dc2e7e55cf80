"""Computing the history of what units reported."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from varstat.data.volumes.volumes import Volumes
from varstat.errors import ModelError, UsageError
from varstat.estimands.completeness.assemble import Assembly, list_events, list_suspects
from varstat.estimands.completeness.detect import Found, detect, estimate_effects
from varstat.estimands.completeness.gaps import find_certain
from varstat.estimands.completeness.overrule import Stated
from varstat.estimands.completeness.posterior import Prior
from varstat.estimands.completeness.relative import national_path
from varstat.estimands.completeness.result import Histories, History, Listed, Proposal, Strips
from varstat.estimands.completeness.successors import find_successors
from varstat.estimands.completeness.usual import learn_usual, median_sizes
from varstat.estimands.completeness.words import list_notes, say_history
from varstat.measure import Floats
from varstat.provenance import Provenance


def compute_histories(
    volumes: Volumes,
    *,
    provenance: Provenance,
    least: float = 500.0,
    level: float = 0.9,
    prior: Prior | None = None,
    stated: Sequence[Stated] | None = None,
) -> Histories:
    """Find what happened to the volumes that units reported.

    Parameters
    ----------
    volumes : Volumes
    provenance : Provenance
    least : float
        Median volume of a period from which a unit is looked at by the model.
    level : float
        Of intervals, in (0, 1).
    prior : Prior, optional
        Of completeness.
    stated : sequence of Stated, optional
        Events that stand in place of those that would be found.

    Returns
    -------
    Histories

    Raises
    ------
    ModelError
        If no unit is large and long enough.
    UsageError
        If the level isn't in (0, 1), or `least` is negative.
    """
    if not 0 < level < 1:
        raise UsageError("level", f"{level:g} is no level of an interval; expected 0 to 1.")
    if not least >= 0:
        raise UsageError("least", "expected a volume of zero or more.")
    prior = prior or Prior()
    made = _assemble(volumes, least=least, level=level)
    if stated is None:
        found = detect(made.usual.values, made.usual.scales, longest=volumes.seasons)
    else:
        place = {int(unit): at for at, unit in enumerate(made.usual.examined)}
        known = np.isfinite(made.usual.values)
        windows = [
            (place[each.unit], each.start, each.end)
            for each in stated
            if each.unit in place and known[place[each.unit], each.start : each.end + 1].any()
        ]
        found = estimate_effects(made.usual.values, made.usual.scales, windows)
    found = tuple(_place(made, each) for each in found)
    events = list_events(made, found, stated)
    suspects = list_suspects(made, found, stated, prior)
    listed = Listed(
        unit=np.array([each.unit for each in events], dtype=object),
        unit_name=np.array([each.unit_name for each in events], dtype=object),
    )
    history = History(
        indicator=volumes.title,
        by={},
        units=listed,
        column=volumes.column,
        period=volumes.period,
        examined=len(made.usual.examined),
        unit_periods=int(np.isfinite(made.usual.values).sum()),
        small=len(volumes.unit) - len(made.usual.examined),
        events=events,
        suspects=suspects,
        successors=tuple(
            Proposal(
                old=str(volumes.unit[each.old]),
                new=str(volumes.unit[each.new]),
                since=volumes.period[each.since],
                share=each.share,
                cosine=each.cosine,
                z=each.z,
            )
            for each in made.successors
        ),
        prior=prior,
        level=level,
        strips=_strips(made, events),
        notes=(),
        findings="",
    )
    history = replace(history, notes=list_notes(history, volumes, stated=stated is not None))
    history = replace(history, findings=say_history(history))
    return Histories(groups=(history,), accounts=(volumes.account,), provenance=provenance)


def _place(made: Assembly, event: Found) -> Found:
    """Give an event the unit's place among all, and an edge the ends of the unit's life."""
    known = np.flatnonzero(np.isfinite(made.usual.values[event.unit]))
    start, end = event.start, event.end
    if event.kind == "edge":
        start, end = max(start, int(known[0])), min(end, int(known[-1]))
    return replace(event, unit=int(made.usual.examined[event.unit]), start=start, end=end)


def _assemble(volumes: Volumes, *, least: float, level: float) -> Assembly:
    volume = volumes.counts[0]
    usual = learn_usual(volume, months=volumes.months, least=least)
    if usual is None:
        raise ModelError(
            "completeness",
            f"no unit has a median of {least:g} a month or more over 18 months or more. Lower "
            "--least, or give a longer series.",
        )
    certain = find_certain(volumes.counts)
    apart = volumes.counts if volumes.parts is None else volumes.counts[1:]
    return Assembly(
        volumes=volumes,
        level=level,
        large=median_sizes(volume, months=volumes.months) >= least,
        usual=usual,
        paths=np.stack([national_path(each[usual.examined]) for each in volumes.counts]),
        certain=certain,
        successors=find_successors(
            apart, certain, months=volumes.months, least=least * volumes.months
        ),
    )


def _strips(made: Assembly, events: Sequence[object]) -> Strips:
    units = dict.fromkeys(getattr(each, "unit") for each in events)  # noqa: B009
    place = {unit: at for at, unit in enumerate(made.volumes.unit)}
    rows: list[Floats] = []
    for unit in units:
        row = made.usual.relative.values[place[unit]]
        known = row[np.isfinite(row)]
        rows.append(np.exp(row - (np.median(known) if len(known) else 0.0)))
    factor = np.array(rows) if rows else np.empty((0, len(made.volumes.period)))
    return Strips(unit=tuple(map(str, units)), factor=factor)
