"""How draws are laid out for others: hyper-parameters by kind, thetas, chains."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from varstat.hierarchical.model.design import Design
from varstat.measure import Floats

if TYPE_CHECKING:
    from typing import Protocol

    class Blocks(Protocol):
        """Draws of the units' effects, a block at a time."""

        def blocks(self) -> Iterator[tuple[slice, Floats]]:
            """Give blocks of draws: which, and the effects, of shape (draws, units)."""


_CHAINS = 4
_PARTS = {
    "peer_mean": "peer_group",
    "coefficient": "covariate",
    "inform": "informing",
    "stratum": "stratum_contrast",
    "period": "contrast",
    "shape": "function",
}


def by_kind(
    design: Design, natural: Mapping[str, Floats]
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Put hyper-parameters together that are of one kind.

    Parameters
    ----------
    design : Design
    natural : mapping of str to ndarray of float, shape (draws,)
        Draws on their own scale, by name: "intercept", "peer_mean[acute]".

    Returns
    -------
    dict of str to (tuple of str, ndarray of float)
        Of each kind its dimension, if it has one, and draws of shape (draws,) or (draws, members).
    """
    kinds: dict[str, list[Floats]] = {}
    for name, values in natural.items():
        kinds.setdefault(name.partition("[")[0], []).append(values)
    out: dict[str, tuple[tuple[str, ...], Floats]] = {}
    for kind, columns in kinds.items():
        inner = _PARTS.get(kind)
        if kind == "tau" and len(design.taus) > 1:
            inner = "peer_group"
        out[kind] = ((inner,), np.stack(columns, axis=1)) if inner else ((), columns[0])
    return out


def members(names: Sequence[str], kind: str) -> list[str]:
    """List what stands in brackets after a kind: `peer_mean[acute]` gives `acute`.

    Parameters
    ----------
    names : sequence of str
    kind : str

    Returns
    -------
    list of str
    """
    return [name[len(kind) + 1 : -1] for name in names if name.startswith(f"{kind}[")]


def count_chains(draws: int, *, chains: int, independent: bool) -> int:
    """Say in how many chains draws are laid out; independent ones in four, where that divides them.

    Parameters
    ----------
    draws : int
    chains : int
        Of the sampler.
    independent : bool

    Returns
    -------
    int
    """
    if not independent:
        return chains
    return _CHAINS if draws % _CHAINS == 0 else 1


def theta_blocks(
    design: Design, beta: Floats, effects: "Blocks"
) -> Iterator[tuple[slice, Floats, Floats]]:
    r"""Give the units' effects and rates, a block of draws at a time.

    .. math:: \theta_{si} = \sum_c W_c\, g^{-1}(\bar x_i'\beta_s + \gamma_{s,g(i)}
              + \alpha_{sc} + u_{si})

    Parameters
    ----------
    design : Design
    beta : ndarray of float, shape (draws, locations)
    effects : Blocks

    Yields
    ------
    slice
        Which draws.
    ndarray of float, shape (draws, units)
        Effects on the link scale.
    ndarray of float, shape (draws, units)
        Rates at the unit's own mean covariates, in the average period, over the population's
        cells, and at a transient effect of zero.
    """
    for some, block in effects.blocks():
        base = beta[some] @ design.own.T + block
        rate = np.zeros_like(base)
        for cell, weight in zip(design.cells, design.cell_weight, strict=True):
            rate += weight * design.from_link(base + (beta[some] @ cell)[:, None])
        yield some, block, rate
