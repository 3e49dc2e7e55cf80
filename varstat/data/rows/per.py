"""For how much of an exposure rates are shown, and exposures that only say so."""

import math

import numpy as np

from varstat.card import Card, override_card
from varstat.measure import Floats, Measure

# Rates below this are shown for a thousand or more of the exposure.
_SMALL = 0.01
_LEAST, _MOST = 3, 15
# In so many rows an exposure of the same power of ten is hardly one that was counted.
_ROWS = 5


def choose_per(card: Card, event: Floats, size: Floats) -> Card:
    """Choose a power of ten where rates of an exposure are small and the card says nothing.

    The least, from a thousand on, for which the rate of all together is one or more.

    Parameters
    ----------
    card : Card
    event, size : ndarray of float, shape (rows,)
        An event is NaN where it is withheld.

    Returns
    -------
    Card
        With `indicator.per`, if rates are to be shown for more than one.
    """
    if card.measure.noun != "rate" or card.indicator.per is not None:
        return card
    known = np.isfinite(event)
    events, exposure = float(event[known].sum()), float(size[known].sum())
    if not 0 < events < _SMALL * exposure:
        return card
    power = min(max(math.ceil(math.log10(exposure / events)), _LEAST), _MOST)
    return override_card(card, {"indicator": {"per": 10.0**power}}, where="per")


def ask_base(measure: Measure, column: str, size: Floats) -> tuple[str, ...]:
    """Ask whether an exposure is only what a rate is given for, such as 100,000 in all rows.

    Parameters
    ----------
    measure : Measure
    column : str
        Of exposures.
    size : ndarray of float, shape (rows,)

    Returns
    -------
    tuple of str
        What to note.

    Examples
    --------
    >>> from varstat.measure import EXPOSURE_RATIO
    >>> print(ask_base(EXPOSURE_RATIO, "per", np.full(9, 1000.0))[0][:72])
    is 'per' what a rate is given for, and no exposure? It is 1,000 in all r
    >>> ask_base(EXPOSURE_RATIO, "days", np.arange(1000.0, 1009.0))
    ()
    """
    if measure.noun != "rate" or len(size) < _ROWS or size.min() != size.max():
        return ()
    power = math.log10(size[0])
    if power < _LEAST or power != round(power):
        return ()
    note = (
        f"is {column!r} what a rate is given for, and no exposure? It is {size[0]:,.0f} in all "
        "rows, so that large and small units would be taken to be as sure. If so, give the "
        "exposure, and the number of events"
    )
    return (note,)
