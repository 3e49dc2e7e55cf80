"""What stands beside a size: the standard error of the number of events expected."""

import numpy as np

from varstat.card.schema import Card
from varstat.data.account import Ledger
from varstat.data.rows.counts import Counts
from varstat.data.rows.covariates import Covariate
from varstat.errors import TableError


def refuse_beside(third: Covariate, counts: Counts, ledger: Ledger, *, size: str) -> None:
    """Refuse standard errors of expected events that can't be.

    One of zero says that the number is known.

    Parameters
    ----------
    third : Covariate
        The column of standard errors.
    counts : Counts
    ledger : Ledger
    size : str
        The column of the expected events, for messages.
    """
    error = third.numbers.values
    ledger.refuse(
        error < 0,
        f"a negative standard error in {third.place}",
        mend="Give zero where the number of events expected is known without error.",
    )
    ledger.refuse(
        np.isfinite(counts.size) & (counts.size > 0) & (error > counts.size),
        f"a standard error in {third.place} that is greater than the number itself in {size!r}",
        mend="Such a number says nothing of what was to be expected: leave such rows out. If the "
        "column holds variances or percentages, give the standard error of the number of events.",
    )


def refuse_merging(card: Card, *, what: str) -> None:
    """Refuse to add up rows of which something stands beside the size.

    Parameters
    ----------
    card : Card
    what : str
        The option that adds up.

    Raises
    ------
    TableError
    """
    if card.measure.beside in card.needed:
        raise TableError(
            what,
            "standard errors of expected events can't be added up over periods: that takes the "
            "correlation between them. Add the rows up in the file and give the standard error of "
            f"the sum, or leave --{what} out and analyse each period.",
        )
