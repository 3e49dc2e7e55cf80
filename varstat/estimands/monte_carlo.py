r"""How far what is averaged over draws may be from the posterior, for want of more draws."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

from varstat.errors import UsageError
from varstat.measure import Floats

# Mass of a normal up to one standard deviation below its mean, and above.
_ONE_SD = special.ndtr(np.array([-1.0, 1.0]))


def effective_draws(
    series: Floats | NDArray[np.uint16] | NDArray[np.bool_], *, chains: int | None
) -> Floats:
    r"""Count the independent draws that would tell the mean of each series as well.

    Each chain is split into halves, and with :math:`\hat\rho_t` their pooled autocorrelation at
    lag t,

    .. math:: S_{eff} = S \Big/ \Big(-1 + 2 \sum_{k=0}^{K} \hat P_k\Big),
              \qquad \hat P_k = \hat\rho_{2k} + \hat\rho_{2k+1},

    summed while :math:`\hat P_k` is positive and made to decrease (Geyer's initial monotone
    sequence). What differs between chains counts as correlation at every lag.

    Parameters
    ----------
    series : ndarray of float, shape (draws, units)
        Chains one after another.
    chains : int or None
        Number of equally long chains. None if draws are independent: then the count is that of
        the draws.

    Returns
    -------
    ndarray of float, shape (units,)
        Above the number of draws where they are antithetic; the number of draws where a series
        never changes.

    Raises
    ------
    UsageError
        If the draws can't be divided into `chains` of at least four draws.

    References
    ----------
    .. [1] Geyer (1992). Practical Markov chain Monte Carlo. Stat Sci 7(4), 473-483.
       doi:10.1214/ss/1177011137
    .. [2] Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021). Rank-normalization, folding, and
       localization. Bayesian Anal 16(2), 667-718. doi:10.1214/20-BA1221

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> sticky = np.repeat(rng.normal(size=(500, 1)), 4, axis=0)
    >>> effective_draws(sticky, chains=None), bool(effective_draws(sticky, chains=4)[0] < 700)
    (array([2000.]), True)
    """
    draws, units = series.shape
    if chains is None:
        return np.full(units, float(draws))
    if chains < 1 or draws % chains or draws // chains < 4:
        raise UsageError(
            "chains", "the draws don't divide into that many chains of at least four draws."
        )
    length, half = draws // chains, draws // chains // 2
    by_chain = np.asarray(series.T, dtype=float).reshape(units, chains, length)
    split = np.concatenate([by_chain[..., :half], by_chain[..., length - half :]], axis=1)
    rho = _autocorrelation(split)
    pairs = rho[:, 0 : 2 * (half // 2) : 2] + rho[:, 1::2][:, : half // 2]
    falling = np.minimum.accumulate(pairs, axis=1)
    positive = falling > 0
    # The first lag after the last positive pair still tells something of antithetic draws.
    last = np.minimum(positive.sum(axis=1), half // 2 - 1)
    next_even = np.maximum(rho[np.arange(units), 2 * last], 0.0)
    total = -1.0 + 2.0 * np.where(positive, falling, 0.0).sum(axis=1)
    total += np.where(last == positive.sum(axis=1), next_even, 0.0)
    counted = float(split.shape[1] * half)
    effective = counted / np.maximum(total, 1.0 / np.log10(counted))
    still = np.ptp(split, axis=(1, 2)) == 0
    return np.where(still, float(draws), effective)


def _autocorrelation(split: Floats) -> Floats:
    """Autocorrelation pooled over chains, shape (units, lags), of (units, chains, draws)."""
    length = split.shape[-1]
    mean = split.mean(axis=-1, keepdims=True)
    spectrum = fft.rfft(split - mean, n=fft.next_fast_len(2 * length, real=True), axis=-1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    lagged = fft.irfft(power.mean(axis=1), n=fft.next_fast_len(2 * length, real=True), axis=-1)[
        :, :length
    ]
    covariance = lagged / length
    within = covariance[:, :1] * length / (length - 1.0)
    total = covariance[:, :1] + mean[..., 0].var(axis=1, ddof=1)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = 1.0 - (within - covariance) / total
    rho[:, 0] = 1.0
    return np.asarray(np.nan_to_num(rho), dtype=float)


def probability_mcse(probability: Floats, effective: Floats) -> Floats:
    r"""Monte Carlo standard error of a share of draws.

    The standard deviation of the probability under Jeffreys' prior,
    :math:`\sqrt{\tilde p (1 - \tilde p) / (S + 2)}` with :math:`\tilde p = (Sp + 1/2)/(S + 1)`.
    It is :math:`\sqrt{p(1-p)/S}` but for shares near 0 and 1: what was seen in none of the draws
    isn't known to be impossible.

    Parameters
    ----------
    probability : ndarray of float
    effective : ndarray of float
        Independent draws, or the number that are worth as much.

    Returns
    -------
    ndarray of float

    Examples
    --------
    >>> probability_mcse(np.array([0.0, 0.5]), np.array([4000.0, 4000.0])).round(5)
    array([0.00018, 0.0079 ])
    """
    smoothed = (effective * probability + 0.5) / (effective + 1.0)
    return np.asarray(np.sqrt(smoothed * (1.0 - smoothed) / (effective + 2.0)))


def quantile_places(
    share: float, *, draws: int, effective: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    r"""Places, among the draws in order, one standard error below and above a quantile.

    The share of the posterior below the q-quantile of S draws is about
    Beta(Sq + 1, S(1 - q) + 1); its 16% and 84% quantiles are turned into places. Half the
    distance between the draws at these places is the Monte Carlo standard error of the quantile.

    Parameters
    ----------
    share : float
        q.
    draws : int
    effective : ndarray of float, shape (units,)

    Returns
    -------
    low, high : ndarray of int, shape (units,)
        From 0 to draws - 1.

    Examples
    --------
    >>> quantile_places(0.5, draws=100, effective=np.array([100.0]))
    (array([44]), array([54]))
    """
    above, below = effective * share + 1.0, effective * (1.0 - share) + 1.0
    low, high = (special.betaincinv(above, below, mass) for mass in _ONE_SD)
    last = draws - 1
    return (
        np.clip(np.floor(low * draws).astype(np.intp) - 1, 0, last),
        np.clip(np.ceil(high * draws).astype(np.intp) - 1, 0, last),
    )
