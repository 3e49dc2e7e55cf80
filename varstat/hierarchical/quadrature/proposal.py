"""What hyper-parameters are drawn from by importance: a Student-t about the mode, and others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from varstat.hierarchical.quadrature.folded import MOST_FOLDED, Folded, fold
from varstat.hierarchical.quadrature.hyper import Whitened
from varstat.hierarchical.quadrature.student import draw_student, log_student
from varstat.measure import Floats


class Proposal(Protocol):
    """A density over whitened coordinates."""

    def draw(self, rng: np.random.Generator, number: int) -> Floats:
        """Draw points: (number, dimension)."""

    def log_density(self, z: Floats) -> Floats:
        """Log density at points (points, dimension)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Student:
    """A Student-t of a mean and scale: about the mode with the curvature there, or as fitted.

    Attributes
    ----------
    mean : ndarray of float, shape (dimension,)
    root : ndarray of float, shape (dimension, dimension)
    """

    mean: Floats
    root: Floats

    def draw(self, rng: np.random.Generator, number: int) -> Floats:
        """Draw points: (number, dimension)."""
        return np.asarray(self.mean + draw_student(rng, number, len(self.mean)) @ self.root.T)

    def log_density(self, z: Floats) -> Floats:
        """Log density at points (points, dimension)."""
        apart: Floats = np.asarray(np.linalg.solve(self.root, (z - self.mean).T).T, dtype=float)
        return np.asarray(log_student(apart) - np.linalg.slogdet(self.root)[1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OfScales:
    """A folded Student-t, in whitened coordinates.

    Attributes
    ----------
    white : Whitened
    folded : Folded
    """

    white: Whitened
    folded: Folded

    def draw(self, rng: np.random.Generator, number: int) -> Floats:
        """Draw points: (number, dimension)."""
        apart = self.folded.draw(rng, number) - self.white.mode
        return np.asarray(np.linalg.solve(self.white.scale, apart.T).T)

    def log_density(self, z: Floats) -> Floats:
        """Log density at points (points, dimension)."""
        determinant = np.linalg.slogdet(self.white.scale)[1]
        return np.asarray(self.folded.log_density(self.white.place(z)) + determinant)


def about_mode(white: Whitened) -> Student:
    """Make the Student-t about the mode."""
    d = len(white.mode)
    return Student(mean=np.zeros(d), root=np.eye(d))


def adapt(white: Whitened, z: Floats, weight: Floats, scales: list[int]) -> Proposal:
    """Fit a proposal to weighted points: folded at zero if scales are few.

    Parameters
    ----------
    white : Whitened
    z : ndarray of float, shape (points, dimension)
    weight : ndarray of float, shape (points,)
        Add to one.
    scales : list of int
        Which hyper-parameters are logs of scales.

    Returns
    -------
    Proposal
    """
    if 0 < len(scales) <= MOST_FOLDED:
        return OfScales(white=white, folded=fold(white.place(z), weight, scales))
    mean = weight @ z
    apart = z - mean
    # A little of the curvature at the mode keeps it whole where few points have all the weight.
    spread = 0.98 * (apart.T @ (apart * weight[:, None])) + 0.02 * np.eye(len(mean))
    return Student(mean=mean, root=np.asarray(np.linalg.cholesky(spread), dtype=float))


def draw_mixture(
    proposals: Sequence[Proposal], rng: np.random.Generator, number: int
) -> tuple[Floats, Floats]:
    """Draw as many points from each proposal: points, and the mixture's log density there."""
    ends = np.linspace(0, number, len(proposals) + 1).astype(int)
    parts = [
        each.draw(rng, last - first)
        for each, first, last in zip(proposals, ends, ends[1:], strict=False)
    ]
    z = np.concatenate(parts)
    log_q = np.logaddexp.reduce([each.log_density(z) for each in proposals], axis=0)
    return z, np.asarray(log_q - np.log(len(proposals)))
