"""From a specification to a review of what its league table and opportunity would claim."""

from typing import TYPE_CHECKING

from varstat.analysis.asking import ReviewAsking
from varstat.analysis.steps import Setting, read_indicator

if TYPE_CHECKING:
    from varstat.review.result import Reviews


def ask_review(setting: Setting, asking: ReviewAsking) -> "Reviews":
    """Review a table.

    Parameters
    ----------
    setting : Setting
    asking : ReviewAsking

    Returns
    -------
    Reviews

    Raises
    ------
    VarstatError
        If anything can't be what is asked.
    """
    from varstat.review.compute import compute_review

    (source, card), *_ = setting.asked.reading.pair_up()
    table, _ = read_indicator(setting, source, card)
    modelling = setting.asked.modelling
    return compute_review(
        table,
        target=asking.target,
        over=asking.over,
        level=asking.level,
        draws=modelling.draws,
        seed=modelling.seed,
        tell=setting.tell,
    )
