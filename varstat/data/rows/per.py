"""For how much of an exposure rates are shown."""

import math

import numpy as np

from varstat.card import Card, override_card
from varstat.measure import Floats

# Rates below this are shown for a thousand or more of the exposure.
_SMALL = 0.01
_LEAST, _MOST = 3, 15


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
