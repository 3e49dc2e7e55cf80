"""From a specification to the levels that a league table of one period ranks."""

from typing import TYPE_CHECKING

from varstat.analysis.asking import LeagueAsking
from varstat.analysis.inputs import FIT_SUFFIX, is_fit
from varstat.analysis.steps import Setting, read_indicator
from varstat.errors import UsageError
from varstat.period.named import AVERAGE

if TYPE_CHECKING:
    from varstat.hierarchical import Fits

# What is said of a unit by its rows in one model, and not by its level in a series.
_OF_ROWS = ("robust", "misfit")


def ranks_average(asking: LeagueAsking) -> bool:
    """Say whether ranks are of the average over all periods, rather than of one of them.

    Examples
    --------
    >>> ranks_average(LeagueAsking()), ranks_average(LeagueAsking(at="2016-03"))
    (True, False)
    """
    return asking.at == AVERAGE


def fit_levels_of(setting: Setting, asking: LeagueAsking) -> "Fits":
    """Read the table of a league, and fit the series whose levels it ranks.

    Parameters
    ----------
    setting : Setting
    asking : LeagueAsking

    Returns
    -------
    Fits

    Raises
    ------
    VarstatError
        If the table can't be read, or a series can't be of it.
    """
    from varstat.hierarchical.series.level import fit_levels

    (source, card), *_ = setting.asked.reading.pair_up()
    table, _ = read_indicator(setting, source, card)
    modelling = setting.asked.modelling
    return fit_levels(
        table, at=asking.at, draws=modelling.draws, seed=modelling.seed, tell=setting.tell
    )


def refuse_at(setting: Setting, asking: LeagueAsking) -> None:
    """Refuse, before anything is read, what can't be had of levels in one period.

    Parameters
    ----------
    setting : Setting
    asking : LeagueAsking

    Raises
    ------
    UsageError
        If something can't, every problem at once.
    """
    if ranks_average(asking):
        return
    problems = []
    if any(is_fit(source) for source in setting.asked.reading.source):
        problems.append("a saved fit holds no series: give the table that it was fitted to.")
    if any(name.lower().endswith(FIT_SUFFIX) for name in setting.stored_as):
        problems.append(f"a series isn't stored as a fit: write something else than {FIT_SUFFIX}.")
    if setting.asked.modelling.engine == "nuts":
        problems.append("a series isn't sampled by NUTS: leave --engine out.")
    if asking.unmeasured:
        problems.append("what unmeasured case-mix does isn't known of a series: leave it out.")
    if without := [name for name in asking.also if name in _OF_ROWS]:
        problems.append(f"--also {' and '.join(without)} can't be had of a series: leave it out.")
    if problems:
        raise UsageError("--at", problems, further=["Without --at, ranks are of the average."])
