"""What verdicts say in plain English."""

from collections.abc import Sequence

from varstat.estimands.verdict.result import VERDICTS, Verdict


def say_verdicts(verdicts: Sequence[Verdict]) -> str:
    """Count verdicts in plain English.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Of one level, and of funnels with the same levels.

    Returns
    -------
    str
    """
    units = sum(verdict.unit.size for verdict in verdicts)
    number = {name: sum(verdict.count(name) for verdict in verdicts) for name in VERDICTS}
    differs, uncertain, ordinary, neither = (
        f"{each:,}" if each else "none" for each in number.values()
    )
    sure = f"{50 * (1 + verdicts[0].level):.12g}%"
    flagged = f"{100 * verdicts[0].flag_level:.15g}%"
    return (
        f'Of {units:,} unit{"" if units == 1 else "s"} the verdict is "differs" for {differs} '
        f"(flagged at {flagged}, and beyond the target with a probability over {sure}), "
        f'"uncertain" for {uncertain}, "ordinary" for {ordinary} and "no evidence" for {neither}.'
    )
