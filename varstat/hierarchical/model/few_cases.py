"""What is said where standard errors of means are found from few cases."""

import numpy as np

from varstat.measure import Floats
from varstat.measure.moderate import FEW_CASES


def note_few_cases(count: Floats, degrees: float) -> list[str]:
    """Say what becomes of standard errors of few cases.

    Parameters
    ----------
    count : ndarray of float, shape (means,)
        Of how many cases each mean is; NaN where that isn't known.
    degrees : float
        Degrees of freedom that standard errors were given; 0 where they are as given.
    """
    few = int(np.sum(count < FEW_CASES))
    if not few:
        return []
    note = f"{few:,} {'mean is' if few == 1 else 'means are'} of fewer than {FEW_CASES} cases"
    if degrees:
        note += (
            ", whose standard errors are often far off: all are drawn towards one SD, as far as "
            "SDs differ by chance (Smyth 2004), and then taken for known."
        )
    else:
        note += (
            ", and the model takes their standard errors for known: estimates of these units look "
            "surer than they are."
        )
    return [note]
