"""What must be withheld from a reader: the one place that every output passes."""

from collections.abc import Sequence
from typing import TypeVar

Shown = TypeVar("Shown")


def disclose(results: Shown, rules: Sequence[object] = ()) -> Shown:
    """Withhold from results what rules of publication don't allow to be shown.

    Every table, tooltip, chart, page and file is made from what this gives, and so is what a
    notebook shows. There are no rules yet, and nothing is withheld.

    Parameters
    ----------
    results : Result or Results
    rules : sequence of object
        Of publication.

    Returns
    -------
    Result or Results
        Of the same type.
    """
    if rules:
        raise NotImplementedError("no rule of publication is known yet")
    return results
