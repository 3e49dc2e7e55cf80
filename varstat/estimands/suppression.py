r"""Whether withheld counts can lie in the range that their mark is said to stand for.

Publishers put one mark on small counts and on larger ones that would give a small one away
(*secondary* suppression). Read as a small count, a large one makes its unit look good or bad. Let
any count be marked with probability s whatever it is, besides those in the range from a to b. Of
unit i, with :math:`m_i(h)` the marginal likelihood of what was reported, of a marked one
:math:`P(a \le y_i \le b \mid h)`, the likelihood is

.. math:: s + (1 - s)\,m_i(h) \text{ if marked}, \qquad (1 - s)\,m_i(h) \text{ if not}.

That s is zero is tested by the ratio of the likelihoods, each at its best s and
hyper-parameters h: half a :math:`\chi^2_1` [1]_. A marked unit hides something else with
probability :math:`s / (s + (1 - s) m_i)`.

References
----------
.. [1] Self & Liang (1987). Asymptotic properties of maximum likelihood estimators and likelihood
   ratio tests under nonstandard conditions. JASA 82(398), 605-610.
   doi:10.1080/01621459.1987.10478472
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, ndtr

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.effects import normal_effects
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.quadrature.fit import nodes_for
from varstat.hierarchical.quadrature.marginal import condition, log_prior, unpack
from varstat.measure import Floats
from varstat.prose.number import listed, p_text
from varstat.prose.text import clean

# P-values below these are worth a note: of all marks together, and of one unit's range.
TOO_MANY, HARDLY = 0.035, 0.001
_NAMED = 5
# Logits of s where the search begins; more units, or hyper-parameters, than it takes seconds for.
_START = -2.0
_MOST_UNITS, _MOST_HYPER = 2000, 8
_STEP = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What the data say of the range that a suppression mark stands for.

    Attributes
    ----------
    marked : int
        Units whose count is withheld.
    p : float
        That a mark hides the counts in its range and nothing else; NaN where it isn't tested.
    other : float
        Of how many marked units the count is to be expected outside the range.
    hardly : int
        Units whose count lies in the range with a probability below 0.001.
    unit : tuple of str
        The marked units that are least likely to lie in their range, at most five.
    """

    marked: int
    p: float
    other: float
    hardly: int
    unit: tuple[str, ...]

    @property
    def doubtful(self) -> bool:
        """Whether some marks must hide something else."""
        return self.hardly > 0 or self.p < TOO_MANY


UNMARKED = Marks(marked=0, p=float("nan"), other=float("nan"), hardly=0, unit=())


def check_marks(posterior: Posterior) -> Marks:
    """Test whether withheld counts can lie in their ranges, where units have one row each.

    Parameters
    ----------
    posterior : Posterior

    Returns
    -------
    Marks
        Untested where units have several rows, or there are more than 2,000.
    """
    design = posterior.design
    marked = np.isnan(design.event) & (design.event_upper > design.event_lower)
    if not (marked.any() and design.single and design.measure.counts):
        return UNMARKED
    design, at = _start(posterior)
    if design.units > _MOST_UNITS or design.dimension > _MOST_HYPER:
        return UNMARKED
    plain = _maximise(lambda x: _log_likelihood(design, x, marked, share=False), at)
    mixed = _maximise(
        lambda x: _log_likelihood(design, x, marked, share=True), np.append(plain[0], _START)
    )
    ratio = 2.0 * max(mixed[1] - plain[1], 0.0)
    h, share = (mixed[0][:-1], float(expit(mixed[0][-1]))) if ratio > 0 else (plain[0], 0.0)
    inside = np.exp(_log_marginal(design, h[None])[0, marked])
    other = share / (share + (1.0 - share) * inside)
    order = np.argsort(inside, kind="stable")[:_NAMED]
    return Marks(
        marked=int(marked.sum()),
        p=float(ndtr(-np.sqrt(ratio))),
        other=float(other.sum()),
        hardly=int(np.sum(inside < HARDLY)),
        unit=tuple(str(unit) for unit in design.unit[marked][order]),
    )


def _start(posterior: Posterior) -> tuple[Design, Floats]:
    """Where the search begins; normal effects stand for learnt ones, which learn the marks too."""
    design = posterior.design
    if not design.effects.learnt:
        return design, posterior.hyper.mean(axis=0)
    _, effect = next(posterior.effects.blocks())
    log_tau = np.full(len(design.taus), np.log(max(float(effect.std()), 1e-3)))
    at = np.concatenate([posterior.beta.mean(axis=0), log_tau])
    return replace(design, effects=normal_effects()), at


def _log_marginal(design: Design, h: Floats) -> Floats:
    """Log marginal likelihood of each unit: (points, units)."""
    return condition(design, unpack(design, h), nodes=nodes_for(design)).log_marginal


def _log_likelihood(design: Design, x: Floats, marked: np.ndarray, *, share: bool) -> Floats:
    """Log posterior density of points (points, dimension), the logit of s last if it is free."""
    h = x[:, :-1] if share else x
    log_m = _log_marginal(design, h)
    prior = log_prior(design, h)[0]
    if not share:
        return np.asarray(prior + log_m.sum(axis=1))
    s = x[:, -1:]
    log_s, log_rest = -np.logaddexp(0.0, -s), -np.logaddexp(0.0, s)
    each = np.where(marked, np.logaddexp(log_s, log_rest + log_m), log_rest + log_m)
    return np.asarray(prior + each.sum(axis=1))


def _maximise(value: Callable[[Floats], Floats], start: Floats) -> tuple[Floats, float]:
    """Find where a function of points is largest, and how large; slopes are differences."""
    from scipy.optimize import minimize

    step = _STEP * np.concatenate([np.zeros((1, start.size)), np.eye(start.size)])

    def with_slope(x: Floats) -> tuple[float, Floats]:
        found = value(x + np.concatenate([step, -step[1:]]))
        up, down = found[1 : start.size + 1], found[start.size + 1 :]
        return -float(found[0]), (down - up) / (2.0 * _STEP)

    found = minimize(with_slope, start, jac=True, method="BFGS", options={"gtol": 1e-3})
    return np.asarray(found.x), -float(found.fun)


def say_marks(marks: Marks) -> list[str]:
    """Say that marks must hide something else; nothing where they needn't.

    Parameters
    ----------
    marks : Marks

    Returns
    -------
    list of str
    """
    if not marks.doubtful:
        return []
    units = listed([clean(each) for each in marks.unit])
    about = max(round(marks.other), marks.hardly, 1)
    mark = "1 mark hides" if about == 1 else f"{about:,} marks hide"
    why = p_text(marks.p) if marks.p < TOO_MANY else f"p < {HARDLY:g} for {marks.hardly:,}"
    note = (
        f"Of {marks.marked:,} withheld counts about {mark} another count than the stated range, "
        f"by what the other units lead to expect ({why}; least likely: {units}): publishers also "
        "withhold larger counts, so that smaller ones can't be worked out. Rates, ranks and totals "
        "are then wrong. State a range that holds them too, or leave those units out."
    )
    return [note]
