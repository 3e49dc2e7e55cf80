"""What stands beside a size: the error of expected events, or of how many cases it is a sample."""

import numpy as np

from varstat.card.schema import Card
from varstat.data.account import Ledger
from varstat.data.rows.counts import WHOLE_TO, Counts
from varstat.data.rows.covariates import Covariate
from varstat.errors import TableError

_MERGED = {
    "expected_se": "standard errors of expected events can't be added up over periods: that takes "
    "the correlation between them. Add the rows up in the file and give the standard error of the "
    "sum, or leave --{what} out and analyse each period.",
    "sampled_from": "samples of several periods aren't one random sample of all their cases. Leave "
    "--{what} out and analyse each period, or leave --sampled-from out.",
}


def refuse_beside(third: Covariate, counts: Counts, ledger: Ledger, *, role: str, of: str) -> None:
    """Refuse standard errors of expected events, or numbers of cases sampled from, that can't be.

    A standard error of zero says that the number is known.

    Parameters
    ----------
    third : Covariate
    counts : Counts
    ledger : Ledger
    role : {"expected_se", "sampled_from"}
        What the column holds.
    of : str
        The column of sizes, for messages.
    """
    if role == "expected_se":
        _refuse_errors(third, counts, ledger, of=of)
    else:
        _refuse_populations(third, counts, ledger, of=of)


def _refuse_errors(third: Covariate, counts: Counts, ledger: Ledger, *, of: str) -> None:
    error = third.numbers.values
    ledger.refuse(
        error < 0,
        f"a negative standard error in {third.place}",
        mend="Give zero where the number of events expected is known without error.",
    )
    ledger.refuse(
        np.isfinite(counts.size) & (counts.size > 0) & (error > counts.size),
        f"a standard error in {third.place} that is greater than the number itself in {of!r}",
        mend="Such a number says nothing of what was to be expected: leave such rows out. If the "
        "column holds variances or percentages, give the standard error of the number of events.",
    )


def _refuse_populations(third: Covariate, counts: Counts, ledger: Ledger, *, of: str) -> None:
    cases = third.numbers.values
    with np.errstate(invalid="ignore"):
        torn = np.abs(cases - np.rint(cases)) > WHOLE_TO
    ledger.refuse(
        torn,
        f"a number of cases in {third.place} is not a whole number",
        mend="Give of how many cases the sample was drawn; a share isn't that number.",
    )
    ledger.refuse(
        cases < counts.size,
        f"a sample in {of!r} that is greater than the number of cases in {third.place}",
        mend="A sample is of all cases at most: check that the two columns are not exchanged. One "
        "case that is drawn twice counts once.",
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
        raise TableError(what, _MERGED[card.measure.beside].format(what=what))
