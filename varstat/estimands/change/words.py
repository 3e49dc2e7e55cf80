"""What a change between two periods says in plain English."""

import numpy as np

from varstat.estimands.change.result import Change
from varstat.estimands.change.rounded import round_bridge
from varstat.prose.number import count, count_units, figure, first_count, listed, percent
from varstat.prose.text import MOST_SENTENCES, clean
from varstat.target.rule import say_target

_MOST = 6
# What each part of a bridge is, for a manager.
EFFECTS = {
    "from": "total before",
    "structure": "mergers and splits",
    "refit": "change of model",
    "exit": "units that left",
    "completeness": "share reported",
    "volume": "volume",
    "mix": "case-mix",
    "unit_cost": "unit cost",
    "rate": "own rates",
    "target": "target",
    "entry": "units that came",
    "to": "total after",
}
_UNTOLD = (
    "Which units truly improved can't be told from these periods: what lasts and what passes look "
    "alike. Whose rate differed in them stands under 'P better in period'."
)
EXPLAINED = {
    "structure": "same care, other units",
    "refit": "new model less the old",
    "exit": "no data after",
    "completeness": "more or less was reported",
    "volume": "more or fewer cases",
    "unit_cost": "dearer or cheaper events",
    "rate": "rates, at one target",
    "target": "target, at the same rates",
    "entry": "no data before",
}


def name_effects(change: Change) -> dict[str, str]:
    """Name the parts of a bridge: structure by what changed, organisations or peer groups.

    Parameters
    ----------
    change : Change

    Returns
    -------
    dict of str to str
    """
    merged = "refit" in change.bridge.effect
    return EFFECTS | ({} if merged else {"structure": "peer groups"})


def say_change(change: Change) -> str:
    """Say why the total moved, and who truly changed.

    Parameters
    ----------
    change : Change

    Returns
    -------
    str
        A sentence a line.
    """
    lines = [*_say_total(change), *_say_money(change), *_say_units(change)]
    # What it is made of goes before what would have been expected.
    if len(lines) < MOST_SENTENCES:
        lines.append(_say_fallback(change))
    return "\n".join(lines).strip()


def _say_total(change: Change) -> list[str]:
    bridge, rounded = change.bridge, round_bridge(change.bridge)
    first, last = (rounded.write(rounded.bridge.of(name)[0]) for name in ("from", "to"))
    _, lower, upper = bridge.of("change")
    verb = "rose" if lower > 0 else "fell" if upper < 0 else "may have risen or fallen"
    if not any(rounded.bridge.of("change")):
        verb = "stayed the same"
    against = say_target(change.target_rule, "")
    whole = (
        f"From {clean(change.before)} to {clean(change.after)} the opportunity {verb}, "
        f"{first} to {last}: {rounded.span('change', f'{percent(change.level)} interval ')}, "
        f"against {against}, found anew each time."
    )
    lines = [whole]
    parts = [name for name in bridge.effect if name not in ("from", "to", "refit")]
    organisations = [name for name in parts if name in ("structure", "exit", "entry")]
    if organisations:
        names = name_effects(change)
        said = listed([f"{names[name]} {rounded.span(name)}" for name in organisations])
        lines.append(f"Organisations alone made this much of it: {said}.")
    if "completeness" in parts:
        said = f"{rounded.span('completeness')}; had all been reported, the units with both "
        said += f"periods would have changed by {rounded.span('complete_change')}"
        lines.append(f"How much was reported made {said}.")
    _, low, high = bridge.of("performance")
    sure = "better" if high < 0 else "worse" if low > 0 else "neither surely better nor worse"
    lines.append(
        f"Of {count_units(bridge.units['common'])} with both periods, performance is {sure}: "
        f"their rates and the target together made {rounded.span('performance')}, volume "
        f"{rounded.span('volume')}."
    )
    return lines


def _say_money(change: Change) -> list[str]:
    if change.money is None:
        return []
    cost, rounded = change.money.cost, round_bridge(change.money.bridge)
    money, (then, now) = cost.money, cost.price
    later = f" in {clean(change.before)} and {figure(now)} in {clean(change.after)}"
    first, last = (rounded.write(rounded.bridge.of(name)[0]) for name in ("from", "to"))
    said = (
        f"At {figure(then)} per {clean(money.per)}{'' if then == now else later} (prices of "
        f"{clean(money.price_year)}; {clean(money.source)}) that is {first} and {last}: "
        f"{rounded.span('change')}"
    )
    if "unit_cost" in change.money.bridge.effect:
        said += f", of which the unit cost made {rounded.span('unit_cost')}"
    return [f"{said}, gross: money is freed only where capacity is closed."]


def _say_units(change: Change) -> list[str]:
    units = change.units
    if not change.lasting:
        return [_UNTOLD]
    said: list[str] = []
    for verdict, verb in (("improved", "truly improved"), ("worsened", "truly worsened")):
        names = [clean(str(u)) for u in units.unit[units.verdict == verdict]]
        names = names if verdict == "improved" else names[::-1]
        some = ", ".join(names[:_MOST]) + (" …" if len(names) > _MOST else "")
        number = count(len(names)) if said else first_count(len(names))
        said.append(f"{number} {verb} beside the nation{f' ({some})' if names else ''}")
    structural = int(np.sum(units.verdict == "structure"))
    if structural:
        said.append(f"{structural} more changed as organisations did")
    chosen = int(np.sum(units.verdict == "reporting"))
    if chosen:
        said.append(f"{chosen} more changed in what was reported of a selective loss")
    false = f"at most {percent(change.fdr)} of either list are expected to be false"
    return [f"{', '.join(said)}; {false}."]


def _say_fallback(change: Change) -> str:
    lasts, raw = (change.measure.factor * value for value in change.fallback)
    if not np.isfinite([lasts, raw]).all() or raw == 0.0:
        return ""
    sign = " points" if change.measure.percent else f" {change.measure.unit}".rstrip()
    better = raw > lasts if change.direction == "higher-is-better" else raw < lasts
    passed = "luck and a bad spell that passed, and was no improvement"
    return (
        "Regression to the mean: the tenth of units that were worst at first changed by "
        f"{raw:+.2g}{sign} on average as reported, of which {lasts:+.2g} lasts; the rest is "
        f"{passed if better else 'luck and what passed, which hid some of it'}."
    ).replace("-", "−")
