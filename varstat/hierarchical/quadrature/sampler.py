r"""Draws of the units' effects, given draws of the hyper-parameters.

Given hyper-parameters :math:`h_s` each effect is drawn by its quantile function,
:math:`u_{si} = Q_i(z_{si}; h_s)` with z standard normal. The function is smooth in z (it is nearly
a straight line) and in h, so that for many units it is tabulated at some tens of hyper-parameters,
fitted by a polynomial in both,

.. math:: Q_i(z; h) \approx \sum_{q,m} C_{iqm}\, z^q\, \phi_m(h),

and checked against the exact function elsewhere: the fit is used for a unit only where its error
is some thousandths of the effect's own SD, else the exact function is, as it is for few units.

Random numbers come in tiles of draws and units that have a generator each, in the order of the
units' keys: the same data and seed give the same draws, whatever the order of rows. A block of
draws is the same whether drawn alone or among others, up to rounding. Of some units alone, exact
quantiles of effects that aren't normal differ by up to some thousandth of the effect's SD from
those drawn among others, as tables drawn together have as many points as the widest needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Stored
from varstat.hierarchical.quadrature.combined import combine
from varstat.hierarchical.quadrature.hyper_draws import HyperDraws
from varstat.hierarchical.quadrature.lattice import LATTICE_DIMENSION
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.hierarchical.quadrature.polynomial import monomial_values, monomials
from varstat.hierarchical.quadrature.quantile import on_grid, table_points, tabulate
from varstat.hierarchical.quadrature.surrogate import whiten_again
from varstat.hierarchical.quadrature.threads import one_thread
from varstat.measure import Floats

# A tile of random numbers, whose working arrays stay in the cache.
_DRAWS, _RANDOM_UNITS = 64, 1024
# Normal scores beyond this are one in ten million; the fit is not trusted there.
_Z = 5.2
# What the fit may be off by, in SDs of a unit's effect: root mean square over all units and of any
# one, and at most. Drawing 4,000 times leaves a mean 0.016 SDs off.
_TYPICAL = 8e-3
_TYPICAL_OF_ONE = 1e-2
_LARGEST = 5e-2
# One unit in so many may be missed, and is drawn by its exact function.
_FEW = 10
# Draws at which the fit is checked, in all units: by the share of draws nearer to the centre.
_CHECKED = (0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
# Draws that a polynomial may be fitted at.
_MOST_FITTED = 600
# Numbers that are kept in memory rather than drawn again each time they are gone through.
_KEPT = 50_000_000
# Terms from which on a polynomial is there for what bends.
_BENT = 10
# Units by which hyper-parameters are well known.
_MANY = 500
# What a row's likelihood takes on a grid of rates and transient SDs, about, and rows of which all
# are kept on one.
_GRID, _ROWS = 500, 2000

# Units, draws of their hyper-parameters in a polynomial's coordinates, and how many are scales.
Kind = tuple[NDArray[np.int64], Floats, int]
# Terms in hyper-parameters, and powers of the normal score.
Basis = tuple[list[tuple[int, ...]], int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """A polynomial for the quantile functions of units with hyper-parameters in common.

    Attributes
    ----------
    units : ndarray of int
        Which they are, in order.
    place : ndarray of float, shape (draws, dimension)
        The draws of their hyper-parameters, in the polynomial's coordinates.
    terms : list of tuple of int
        Monomials of these.
    coefficients : ndarray of float32, shape (degree + 1, terms, units)
        What is lost beside 64 bits is less than a thousandth of what the polynomial is off by,
        and half the memory is gone through.
    """

    units: NDArray[np.int64]
    place: Floats
    terms: list[tuple[int, ...]]
    coefficients: NDArray[np.float32]

    def inside(self, first: int, last: int) -> tuple[slice, slice | NDArray[np.int64]]:
        """Say which of its units lie between two of all, and where among these."""
        begin, end = np.searchsorted(self.units, (first, last))
        at = self.units[begin:end] - first
        # Neighbours needn't be copied.
        every = len(at) == last - first
        return slice(int(begin), int(end)), slice(0, len(at)) if every else at


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Polynomials for the quantile functions of many units.

    Attributes
    ----------
    pieces : list of Piece
    exact : ndarray of int
        Units whose quantile function the polynomials miss.
    """

    pieces: list[Piece]
    exact: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sampler:
    """Draws the effects of all units, a block of draws at a time.

    Attributes
    ----------
    design : Design
    hyper : HyperDraws
    seed : int
    fit : Fit or None
        None where every effect is drawn by its exact quantile function.
    """

    design: Design
    hyper: HyperDraws
    seed: int
    fit: Fit | None

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.hyper.h)

    def blocks(self, numbers: int = 4_000_000) -> Iterator[tuple[slice, Floats]]:
        """Give blocks of draws: which, and the effects, of shape (draws, units)."""
        step = max(numbers // self.design.units // _DRAWS, 1) * _DRAWS
        for first in range(0, self.draws, step):
            some = slice(first, min(first + step, self.draws))
            with one_thread():
                block = self._block(some)
            yield some, block

    def of_units(self, first: int, last: int) -> Floats:
        """Give all draws of some neighbouring units: shape (draws, units)."""
        with one_thread():
            return self._block(slice(0, self.draws), slice(first, last))

    def _block(self, some: slice, units: slice | None = None) -> Floats:
        """Draw some units, or all; whole tiles are drawn, so that a draw is the same in any."""
        units = units or slice(0, self.design.units)
        out = np.empty((some.stop - some.start, units.stop - units.start))
        fit = self.fit
        if fit is None:
            for rows, columns, tile in self._tiles(some, units):
                out[rows, columns] = tile
            for columns, part in self.design.part(units.start, units.stop).blocks(_GRID):
                self._exact(part, some, out, columns)
            return out
        missed = fit.exact[(fit.exact >= units.start) & (fit.exact < units.stop)] - units.start
        scores = np.empty((len(out), len(missed)))
        bases = [
            monomial_values(each.place[some], each.terms).astype(np.float32) for each in fit.pieces
        ]
        for rows, columns, tile in self._tiles(some, units):
            among = (missed >= columns.start) & (missed < columns.stop)
            scores[rows, among] = tile[:, missed[among] - columns.start]
            start = units.start + columns.start
            for piece, basis in zip(fit.pieces, bases, strict=True):
                inside, within = piece.inside(start, units.start + columns.stop)
                value = _apply(piece.coefficients[..., inside], basis[rows], tile[:, within])
                out[rows, columns][:, within] = value
        for column, at in enumerate(missed):
            alone, unit = slice(at, at + 1), units.start + int(at)
            out[:, alone] = scores[:, [column]]
            self._exact(self.design.part(unit, unit + 1), some, out, alone)
        return out

    def _tiles(self, some: slice, units: slice) -> Iterator[tuple[slice, slice, Floats]]:
        """Draw normal scores: where tiles of them stand among draws and units asked for."""
        start = units.start // _RANDOM_UNITS * _RANDOM_UNITS
        for first in range(some.start, some.stop, _DRAWS):
            rows = slice(first - some.start, min(first + _DRAWS, some.stop) - some.start)
            for unit in range(start, units.stop, _RANDOM_UNITS):
                end = min(unit + _RANDOM_UNITS, self.design.units)
                rng = np.random.default_rng([self.seed, 2, first // _DRAWS, unit // _RANDOM_UNITS])
                tile = rng.standard_normal((rows.stop - rows.start, end - unit))
                low, high = max(unit, units.start), min(end, units.stop)
                columns = slice(low - units.start, high - units.start)
                yield rows, columns, tile[:, low - unit : high - unit]

    def _exact(self, part: Design, some: slice, z: Floats, columns: slice) -> None:
        """Turn normal scores of a part's units into effects by exact quantiles, in their place."""
        # A grid that serves for all draws, so that each is the same whatever block it is in.
        part = on_grid(part, self.hyper.h)
        z[:, columns] = exact_quantiles(part, self.hyper.h[some], z[:, columns])


def _apply(
    coefficients: NDArray[np.float32], basis: NDArray[np.float32], z: Floats
) -> NDArray[np.float32]:
    """Turn normal scores (draws, units) into effects, by Horner's rule in the score."""
    score = z.astype(np.float32)
    score *= np.float32(1.0 / _Z)
    np.clip(score, np.float32(-1.0), np.float32(1.0), out=score)
    value, more = basis @ coefficients[-1], np.empty_like(score)
    for of_power in coefficients[-2::-1]:
        value *= score
        value += np.matmul(basis, of_power, out=more)
    return np.asarray(value)


def draw_effects(design: Design, hyper: HyperDraws, *, seed: int) -> Sampler | Stored:
    """Draw the effects of all units: by polynomials where they pay, else exactly and only once."""
    fit = None
    # Where it takes little memory, a grid for all rows serves whatever is asked of any.
    grid = on_grid(design, hyper.h) if design.rows <= _ROWS else design
    if design.units * len(hyper.h) > 20_000:
        fit = fit_quantiles(grid, hyper)
    sampler = Sampler(design=design if fit else grid, hyper=hyper, seed=seed, fit=fit)
    if fit is None and design.units * len(hyper.h) <= _KEPT:
        return Stored(effect=np.concatenate([block for _, block in sampler.blocks()]))
    return sampler


def exact_quantiles(design: Design, h: Floats, z: Floats) -> Floats:
    """Evaluate quantile functions: effects of normal scores z (batch, units) given h."""
    out = np.empty_like(z)
    step = max(int(150_000 / (design.rows * table_points(design))), 1)
    for first in range(0, len(h), step):
        some = slice(first, first + step)
        for columns, part in design.blocks(len(h[some]) * table_points(design)):
            tables = tabulate(part, unpack(part, h[some]))
            out[some, columns] = tables.quantile(z[some, columns])
    return out


def fit_quantiles(design: Design, hyper: HyperDraws) -> Fit | None:
    """Fit polynomials to the quantile functions; None if that is no gain."""
    place = _coordinates(design, hyper.h)
    kinds, every = _kinds(design, place), _whitened(place)
    least, alone = min(len(units) for units, _, _ in kinds), len(kinds) == 1
    bases = [_bases(place.shape[1], scales, least, alone) for _, place, scales in kinds]
    for tried in zip(*bases, strict=False):
        numbers = [
            _points(len(terms), place.shape[1], len(kinds))
            for (terms, _), (_, place, _) in zip(tried, kinds, strict=True)
        ]
        if sum(numbers) + len(_CHECKED) > len(hyper.h) // 4 or max(numbers) > _MOST_FITTED:
            return None
        spread = [_spread(x, many) for (_, x, _), many in zip(kinds, numbers, strict=True)]
        train = np.unique(np.concatenate(spread))
        rest = np.setdiff1d(np.arange(len(hyper.h)), train)
        far = np.argsort((every[rest] ** 2).sum(axis=1), kind="stable")
        check = rest[far[(np.array(_CHECKED) * len(rest)).astype(int)]]
        pieces, off = _fit_pieces(design, hyper, (train, check), kinds, tried)
        typical = np.sqrt(np.mean(off**2, axis=0))
        missed = np.flatnonzero(
            ~((typical < _TYPICAL_OF_ONE) & (np.abs(off).max(axis=0) < _LARGEST))
        )
        fitted_well = np.delete(typical, missed)
        few = len(missed) <= max(design.units // _FEW, 1) and len(fitted_well) > 0
        if few and float(np.sqrt(np.mean(fitted_well**2))) < _TYPICAL:
            return Fit(pieces=pieces, exact=missed)
    return None


def _fit_pieces(
    design: Design,
    hyper: HyperDraws,
    draws: tuple[np.ndarray, np.ndarray],
    kinds: list[Kind],
    bases: tuple[Basis, ...],
) -> tuple[list[Piece], Floats]:
    """Fit a polynomial to each kind of unit at some draws, and see what it is off by at others.

    Returns
    -------
    pieces : list of Piece
    off : ndarray of float, shape (checked, units)
        In SDs of a unit's effect.
    """
    train, check = draws
    powers = max(powers for _, powers in bases)
    scores = _Z * np.cos(np.pi * (np.arange(powers) + 0.5) / powers)
    vandermonde = np.linalg.inv(np.vander(scores / _Z, powers, increasing=True))
    z = np.random.default_rng([powers, hyper.z.shape[1]]).standard_normal(
        (len(check), design.units)
    )
    at, exact = np.empty((len(train), powers, design.units)), np.empty_like(z)
    for columns, part in design.blocks(len(train) * table_points(design)):
        part = on_grid(part, hyper.h)
        at[:, :, columns] = _tabulated(part, hyper.h[train], scores)
        exact[:, columns] = exact_quantiles(part, hyper.h[check], z[:, columns])
    pieces, off = [], np.empty_like(exact)
    for (units, place, _), (terms, _) in zip(kinds, bases, strict=True):
        basis = np.linalg.pinv(monomial_values(place[train], terms))
        found = np.einsum("tn,qp,npu->qtu", basis, vandermonde, at[:, :, units], optimize=True)
        power = np.power.outer(z[:, units] / _Z, np.arange(powers))
        at_checked = monomial_values(place[check], terms)
        fitted = np.einsum("st,qtu,suq->su", at_checked, found, power, optimize=True)
        off[:, units] = (fitted - exact[:, units]) / np.maximum(found[1, 0] / _Z, 1e-100)
        coefficients = found.astype(np.float32)
        pieces.append(Piece(units=units, place=place, terms=terms, coefficients=coefficients))
    return pieces, off


def _points(terms: int, dimension: int, kinds: int) -> int:
    """How many draws to fit a polynomial of so many terms at."""
    if kinds > 1:
        # Each kind is fitted at the draws that were chosen for the others as well.
        return terms * 3 // 4 + 2
    if dimension > LATTICE_DIMENSION:
        # A few draws leave directions in which nothing holds a polynomial.
        return terms * 5 // 2 + 2
    return terms * 3 // 2 + 2 if terms >= _BENT else terms * 5 // 4 + 1


def _kinds(design: Design, place: Floats) -> list[Kind]:
    """Part units by the scale that is theirs, and give each kind the hyper-parameters it has."""
    locations, taus = len(design.locations), len(design.taus)
    of_units = np.add.reduceat(np.abs(design.matrix), design.row_start, axis=0) > 0
    kinds = []
    for j in range(taus):
        units = np.flatnonzero(design.tau_of == j)
        others = np.delete(np.arange(taus), j) + locations
        matters = np.ones(design.dimension, dtype=np.bool_)
        matters[others] = False
        if taus > 1:
            matters[:locations] = of_units[units].any(axis=0)
        scales = design.dimension - locations - len(others)
        kinds.append((units, _whitened(place[:, matters]), scales))
    return kinds


def _whitened(place: Floats) -> Floats:
    """Give coordinates of draws mean zero and unit covariance."""
    centre, inverse = whiten_again(place, np.full(len(place), 1.0 / len(place)))
    return np.asarray((place - centre) @ inverse.T)


def _coordinates(design: Design, h: Floats) -> Floats:
    r"""Give draws of hyper-parameters in coordinates in which quantile functions are smooth.

    With v the variance of chance, an effect is shrunk by :math:`\tau^2/(\tau^2 + v)` and as wide
    as the root of that, which is smooth in the root, also where tau is nothing and its log has no
    end. What passes adds to v by its square alone.
    """
    combined = combine(design)
    place = combined.place(h)
    tau = np.arange(len(design.locations), len(design.locations) + len(design.taus))
    place[:, tau] = np.exp(h[:, tau] - place[:, tau])
    return place


def _bases(d: int, scales: int, units: int, alone: bool) -> Iterator[Basis]:
    """Polynomials to try, the cheapest first: terms in hyper-parameters and powers of the score.

    Many hyper-parameters are each well known, so that straight lines in most of them do, or in
    all but scales, which stand behind the locations.
    """
    quadratic = monomials(d, 2)
    if d > LATTICE_DIMENSION:
        straight = [t for t in quadratic if len(set(t)) < 2]
        yield straight, 5
        pairs = [t for t in quadratic if len(set(t)) < 2 or max(t) >= d - scales]
        yield pairs, 11
        yield [*pairs, *combinations_with_replacement(range(d - scales, d), 3)], 11
        yield [*quadratic, *((j,) * k for k in (3, 4) for j in range(d))], 11
        return
    # Of thousands of units hyper-parameters are so well known that a straight line does, and of
    # hospitals with hundreds of cases four powers are off by a thousandth of an effect's SD.
    if units > _MANY:
        yield monomials(d, 1), 4
    # A small group's own scale is never known so well that a quadratic does.
    if alone or units > _MANY:
        yield quadratic, 4
        yield quadratic, 7
    yield monomials(d, 3), 9
    yield monomials(d, 4), 12


def _spread(z: Floats, number: int) -> np.ndarray:
    """Choose draws at all distances from the centre, the farthest among them."""
    order = np.argsort((z**2).sum(axis=1), kind="stable")
    at = np.linspace(0.0, 1.0, number) ** 0.5 * (len(order) - 1)
    chosen = order[np.unique(at.astype(int))]
    more = np.setdiff1d(order, chosen, assume_unique=True)
    return np.concatenate([chosen, more[:: max(len(more) // max(number, 1), 1)]])[:number]


def _tabulated(design: Design, h: Floats, scores: Floats) -> Floats:
    """Quantile functions at given scores: shape (batch, scores, units)."""
    tables = tabulate(design, unpack(design, h))
    return np.stack([tables.quantile_at(float(score)) for score in scores], axis=1)
