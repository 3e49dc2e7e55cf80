"""What verdicts say in plain English."""

from collections.abc import Sequence

from varstat.estimands.verdict.compute import VERDICTS, Verdict


def say_verdicts(verdicts: Sequence[Verdict]) -> str:
    """Count verdicts in plain English.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Of one level, and of funnels with the same levels.

    Returns
    -------
    str
        Above it, on a line of its own, that a posterior is not to be trusted, where one failed
        its checks.
    """
    return "\n".join(filter(None, [say_doubt(verdicts), count_verdicts(verdicts)]))


def say_doubt(verdicts: Sequence[Verdict]) -> str:
    """Say that posteriors are not to be trusted, and why; empty if all passed their checks.

    Parameters
    ----------
    verdicts : sequence of Verdict

    Returns
    -------
    str
    """
    failed = [verdict for verdict in verdicts if not verdict.diagnostics.passed]
    if not failed:
        return ""
    if len(verdicts) == 1:
        why = " ".join(failed[0].diagnostics.problems)
        return (
            "NOT TO BE TRUSTED: the posterior failed its checks. Don't use or publish its "
            f"estimates, probabilities and verdicts; flags don't rest on it. {why}"
        )
    return (
        f"NOT TO BE TRUSTED: {len(failed):,} of {len(verdicts):,} posteriors failed their checks. "
        "Don't use or publish estimates, probabilities and verdicts of those groups; flags don't "
        "rest on them."
    )


def count_verdicts(verdicts: Sequence[Verdict]) -> str:
    """Count verdicts in plain English, without regard to the checks.

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
        f'"uncertain" for {uncertain} (flagged, but not as surely beyond it), "ordinary" for '
        f"{ordinary} (as surely beyond it, but within the {flagged} limits) and "
        f'"no evidence" for {neither}.'
    )
