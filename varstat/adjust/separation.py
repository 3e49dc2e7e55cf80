r"""Separation: rows that a regression can only fit by a coefficient that is infinite.

If no death was seen in a stratum, the likelihood grows for ever as its coefficient falls. In the
limit the stratum's expected deaths are 0, and the other rows are fitted as if it weren't there.
In general a direction :math:`b` separates if :math:`x_r'b \le 0` wherever no event was seen,
:math:`\ge 0` wherever there was nothing but events, :math:`= 0` everywhere else, and not 0
throughout; it is found by linear programming [1]_.

References
----------
.. [1] Konis (2007). Linear programming algorithms for detecting separated data in binary logistic
   regression models. DPhil thesis, University of Oxford.
.. [2] Albert & Anderson (1984). On the existence of maximum likelihood estimates in logistic
   regression models. Biometrika 71(1), 1-10. doi:10.1093/biomet/71.1.1
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from varstat.measure import Floats

_TOLERANCE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Separation:
    """What can only be fitted in the limit.

    Attributes
    ----------
    rows : ndarray of bool, shape (rows,)
        Rows whose fitted events are none, or all.
    direction : ndarray of float, shape (columns,)
        Along which coefficients go to infinity; zero where they don't.
    """

    rows: NDArray[np.bool_]
    direction: Floats


def find_separation(matrix: sparse.csr_array, event: Floats, most: Floats) -> Separation:
    """Find the rows that a regression with a log or logit link separates.

    Parameters
    ----------
    matrix : sparse array, shape (rows, columns)
        Of full rank.
    event : ndarray of float, shape (rows,)
    most : ndarray of float, shape (rows,)
        As many events as there can be; infinite for counts with no bound.

    Returns
    -------
    Separation

    Examples
    --------
    >>> x = sparse.csr_array(np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 0.0]]))
    >>> found = find_separation(x, np.array([3.0, 0.0, 2.0]), np.array([9.0, 9.0, 9.0]))
    >>> found.rows, found.direction
    (array([False,  True, False]), array([ 0., -1.]))
    """
    rows, columns = matrix.shape
    apart = np.zeros(rows, dtype=np.bool_)
    direction = np.zeros(columns)
    sign = np.where(event <= 0, -1.0, np.where(event >= most, 1.0, 0.0))
    while True:
        free = _free(matrix[~apart & (sign == 0)], columns)
        edge = np.flatnonzero(~apart & (sign != 0))
        if not free.shape[1] or not edge.size:
            break
        pull = sign[edge, None] * np.asarray(matrix[edge] @ free)
        found = optimize.linprog(
            -pull.sum(axis=0),
            A_ub=-pull,
            b_ub=np.zeros(len(edge)),
            bounds=(-1.0, 1.0),
            method="highs",
        )
        weight = np.zeros(free.shape[1]) if found.x is None else np.asarray(found.x)
        along = free @ weight
        new = edge[pull @ weight > _TOLERANCE]
        if not new.size:
            break
        # Rows that are apart already go on the way they went, only faster than those.
        gone, turned = matrix[apart] @ direction, matrix[apart] @ along
        room = np.abs(gone).min(initial=np.inf) / max(np.abs(turned).max(initial=0.0), 1e-300)
        direction += along * min(1.0, 0.5 * room)
        apart[new] = True
    return Separation(rows=apart, direction=np.where(np.abs(direction) > 1e-6, direction, 0.0))


def _free(matrix: sparse.csr_array, columns: int) -> Floats:
    """Directions in which no row moves, as columns: shape (columns, directions)."""
    if not matrix.shape[0]:
        return np.eye(columns)
    value, vector = np.linalg.eigh(np.asarray((matrix.T @ matrix).toarray()))
    return np.asarray(vector[:, value <= 1e-10 * value[-1]])
