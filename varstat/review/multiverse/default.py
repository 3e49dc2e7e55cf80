"""The default multiverse: what is defensible for a measure and data."""

from collections.abc import Mapping

from varstat.review.multiverse.axes import ASKED, AXES, Axis, AxisName, Option
from varstat.review.multiverse.facts import ADDED_UP, NONE, Facts
from varstat.review.multiverse.refuse import PLAIN

# Models of a default multiverse of at most so many units, and of more.
_MODELS, _LEAST_MODELS = ((1_000, 16), (5_000, 8)), 4
# From so many on, units have enough to learn the shape of their effects from.
_THOUSANDS = 2_000
_TARGETS = {
    "best:0.25": "What national programmes have asked of everyone.",
    "median": "Half of the units reach it already.",
    "pooled": "The rate of all together is what is known and reported.",
    "best:0.1": "A stricter standard, which some programmes set.",
}


def propose_axes(facts: Facts) -> tuple[Axis, ...]:
    """Declare the multiverse that is defensible for a measure and data, within seconds of fits.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    tuple of Axis
        In the order of `AXES`; choices of the model that matter less are left as the user has
        them where there would be too many models.
    """
    most = next((models for units, models in _MODELS if facts.units <= units), _LEAST_MODELS)
    # The likelihood goes with the period: each combination of the two has but one that fits.
    free = (*ASKED, "likelihood")
    chosen: dict[AxisName, Axis] = {}
    made = 1
    for name, options in _wanted(facts).items():
        axis = _axis(name, options, facts)
        if name not in free:
            axis = Axis(name=name, options=axis.options[: max(most // made, 1)])
            made *= len(axis.options)
        if len(axis.options) > 1:
            chosen[name] = axis
    return tuple(chosen[name] for name in AXES if name in chosen)


def _axis(name: AxisName, options: Mapping[str, str], facts: Facts) -> Axis:
    own = facts.own[name]
    first = Option(name=own, reason=options.get(own, "What was published, or would be."))
    others = (Option(name=each, reason=why) for each, why in options.items() if each != own)
    return Axis(name=name, options=(first, *others))


def _wanted(facts: Facts) -> dict[AxisName, dict[str, str]]:
    """Options by choice, those that matter most first."""
    wanted: dict[AxisName, dict[str, str]] = {"target": _TARGETS}
    if facts.peers:
        wanted["peers"] = {NONE: "Patients may expect the same of all kinds of unit."}
    if facts.covariates:
        wanted["covariates"] = {NONE: "Crude rates are what is usually published."}
    if facts.strata and facts.counts:
        wanted["strata"] = {NONE: "Crude rates are what is usually published."}
    if facts.periods:
        added = {ADDED_UP: "One rate over all the time is what most tables have."}
        last = {facts.periods[-1]: "The last period is nearest to now."}
        wanted["period"] = (added if facts.counts else {}) | last
        plain = PLAIN.get(facts.own["likelihood"])
        if plain is not None and not facts.stated_transient:
            wanted["likelihood"] = {plain: "With one row a unit what passes can't be told."}
    wanted["exclude-smallest"] = {
        "10%": "The smallest units say least of themselves, and are often left out."
    }
    wanted["effects"] = {"normal": "What models of league tables nearly always assume."}
    if facts.units < _THOUSANDS:
        wanted["effects"]["normal-mixture"] = "Units may be of two kinds, or a few lie far out."
    else:
        wanted["effects"]["learnt"] = "Takes no shape of how units differ for granted."
    wanted["tau-prior"] = {
        "half-cauchy:0.5": "Usual where little is known of how units differ (Gelman 2006).",
    }
    if facts.incomparable:
        wanted["comparability"] = {
            "include": "Published totals leave nobody out for treating other cases."
        }
    return wanted
