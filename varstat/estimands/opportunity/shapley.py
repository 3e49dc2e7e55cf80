r"""Shapley shares of what has been allowed for.

For parts K and a value v of what remains once the parts S are allowed for,

.. math:: \phi_x = \sum_{S \subseteq K \setminus x} \frac{|S|!\,(|K| - |S| - 1)!}{|K|!}
          \{v(S) - v(S \cup x)\},

so that :math:`v(\emptyset) = \sum_x \phi_x + v(K)`: the mean of what allowing for x takes away,
over all orders in which the parts can be allowed for. A share may be negative: allowing for x then
shows more than there was before.

References
----------
The shares are those of [1]_; as a decomposition of inequality see [2]_.

.. [1] Shapley (1953). A value for n-person games. Contributions to the Theory of Games 2,
   307-317. doi:10.1515/9781400881970-018
.. [2] Shorrocks (2013). Decomposition procedures for distributional analysis: a unified framework
   based on the Shapley value. J Econ Inequal 11, 99-126. doi:10.1007/s10888-011-9214-z
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial

from varstat.measure import Floats


def share_out(
    parts: Sequence[str], value: Callable[[frozenset[str]], Floats]
) -> tuple[list[Floats], Floats, Floats]:
    """Share out what allowing for all parts takes away.

    Parameters
    ----------
    parts : sequence of str
    value : callable
        Of a set of parts: arrays of one shape. Called once for each set.

    Returns
    -------
    shares : list of ndarray
        Of each part.
    before, after : ndarray
        The value with nothing, and with everything, allowed for.

    Examples
    --------
    >>> shares, before, after = share_out("ab", lambda s: 10.0 - 3.0 * len(s))
    >>> shares, before, after
    ([3.0, 3.0], 10.0, 4.0)
    """
    values = {
        frozenset(some): value(frozenset(some))
        for size in range(len(parts) + 1)
        for some in combinations(parts, size)
    }
    shares = []
    for part in parts:
        share = None
        for some, worth in values.items():
            if part in some:
                continue
            weight = factorial(len(some)) * factorial(len(parts) - len(some) - 1)
            term = (weight / factorial(len(parts))) * (worth - values[some | {part}])
            share = term if share is None else share + term
        assert share is not None
        shares.append(share)
    return shares, values[frozenset()], values[frozenset(parts)]
