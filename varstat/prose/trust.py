"""How a result says that its posterior failed its checks."""

from collections.abc import Iterable, Sequence
from typing import Protocol

# What a failed check leaves as it is.
_HOLDS = "Raw rates, and a funnel's flags, don't rest on it."


class Checks(Protocol):
    """What was checked of a posterior."""

    @property
    def passed(self) -> bool:
        """Whether nothing was found against it."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What was found, one sentence each."""


def say_distrust(checks: Checks) -> str:
    """Say that a posterior is not to be trusted, and why; empty if it passed its checks.

    Parameters
    ----------
    checks : Checks

    Returns
    -------
    str
    """
    if checks.passed:
        return ""
    why = " ".join(_sentence(problem) for problem in checks.problems)
    return (
        "NOT TO BE TRUSTED: the posterior failed its checks. Don't use or publish these "
        f"results. {why} {_HOLDS}"
    )


def say_distrust_of_many(every: Iterable[Checks]) -> str:
    """Say how many posteriors are not to be trusted; of one alone, why; empty if all passed.

    Parameters
    ----------
    every : iterable of Checks
        One a group.

    Returns
    -------
    str
    """
    checks = list(every)
    failed = sum(not each.passed for each in checks)
    if not failed:
        return ""
    if len(checks) == 1:
        return say_distrust(checks[0])
    return (
        f"NOT TO BE TRUSTED: {failed:,} of {len(checks):,} posteriors failed their checks. Don't "
        "use or publish what is said of those groups."
    )


def say_doubt(every: Sequence[Checks]) -> str:
    """Say that posteriors beside flags are not to be trusted, and why; empty if all passed.

    Parameters
    ----------
    every : sequence of Checks
        One a funnel.

    Returns
    -------
    str
    """
    failed = [each for each in every if not each.passed]
    if not failed:
        return ""
    if len(every) == 1:
        why = " ".join(failed[0].problems)
        return (
            "NOT TO BE TRUSTED: the posterior failed its checks. Don't use or publish its "
            f"estimates, probabilities and verdicts; flags don't rest on it. {why}"
        )
    return (
        f"NOT TO BE TRUSTED: {len(failed):,} of {len(every):,} posteriors failed their checks. "
        "Don't use or publish estimates, probabilities and verdicts of those groups; flags don't "
        "rest on them."
    )


def _sentence(text: str) -> str:
    """A problem as a sentence of its own."""
    text = " ".join(text.split())
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
