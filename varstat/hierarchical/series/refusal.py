"""What a panel can't say of lasting change, in words."""

from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import Panel
from varstat.prose.number import count_units

LEAST_UNITS, LEAST_REVERTING, MOST_WALK = 20, 12, 24
_ENOUGH = 8


def refuse_series(panel: Panel, model: SeriesModel) -> tuple[str, ...]:
    """Say why a model of these periods isn't identified; nothing if it is.

    Parameters
    ----------
    panel : Panel
    model : SeriesModel

    Returns
    -------
    tuple of str
        One sentence or more each.
    """
    found = []
    if panel.length < 2:
        found.append(
            "one period says nothing of change. Give several: three or more for what lasts."
        )
    elif panel.length == 2 and model.passing is None and model.kind != "none":
        found.append(
            "with two periods, a lasting change can't be told from one that passes: only the sum "
            "of both is known. Give three periods or more, or state the SD of what passes from "
            "period to period on the link scale (passing)."
        )
    if model.breaks and panel.length < 3:
        found.append("a break can't be told from drift with fewer than three periods.")
    if panel.units < LEAST_UNITS and model.kind != "none":
        found.append(
            f"{count_units(panel.units)} {'is' if panel.units == 1 else 'are'} too few to tell "
            "their own drift from the national path: "
            f"{LEAST_UNITS} are needed. Lasting change of so few is not estimated."
        )
    if model.kind == "walk" and panel.length > MOST_WALK:
        found.append(
            f"over {panel.length} periods a walk takes units further apart than they go: at most "
            f"{MOST_WALK} are fitted. Add them up, as months with --roll-up quarter; choose fewer; "
            'or say kind = "mean-reverting" under [model.evolution].'
        )
    if model.kind == "mean-reverting" and panel.length < LEAST_REVERTING:
        found.append(
            f"levels that return to their own need {LEAST_REVERTING} periods or more to be told "
            f'from ones that drift; there are {panel.length}. Say kind = "walk" under '
            "[model.evolution]."
        )
    if not panel.observed.any(axis=0).all():
        found.append("a period has no row of any unit. Leave it out.")
    return tuple(found)


def caution(panel: Panel, model: SeriesModel) -> tuple[str, ...]:
    """Say what a reader must know of a model that is identified, a sentence each."""
    notes = list(panel.notes)
    if 2 < panel.length < _ENOUGH and model.kind != "none":
        notes.append(
            f"{panel.length} periods say little of how much lasts and how much passes: intervals "
            f"of lasting change hang on the priors. {_ENOUGH} or more are better."
        )
    once = int((panel.observed.sum(axis=1) == 1).sum())
    if once:
        have, say = ("unit has", "says") if once == 1 else ("units have", "say")
        notes.append(f"{once:,} {have} one period only, and {say} nothing of change.")
    return tuple(notes)
