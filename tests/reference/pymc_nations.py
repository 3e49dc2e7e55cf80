"""Coverage and posterior SBC of ten units by PyMC alone, for `test_calibration.py`.

Nothing here is varstat's. Nations are drawn from the posterior of ten units, and each is fitted by
NUTS (the model PyMC's, compiled once for nutpie): with its own report alone (coverage), and with
both reports added up (SBC). Run it from this folder; it takes some minutes::

    python pymc_nations.py data/pymc_nations.json
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
Y = np.array([100, 24, 21, 10, 20, 45, 26, 62, 130, 32])
N = np.array([399, 56, 57, 40, 93, 274, 87, 187, 310, 108])
NATIONS, LEVEL, SEED = 100, 0.9, 20


def compile_model() -> Any:
    """Compile a binomial with normal effects: mu about the pooled logit, tau ~ Exponential(1)."""
    import nutpie
    import pymc as pm

    with pm.Model() as model:
        y, n = pm.Data("y", Y), pm.Data("n", N)
        centre = pm.Data("centre", 0.0)
        mu = pm.Normal("mu", centre, 2.5)
        tau = pm.Exponential("tau", 1.0)
        z = pm.Normal("z", shape=len(Y))
        pm.Binomial("events", n, logit_p=mu + tau * z, observed=y)
    return nutpie.compile_pymc_model(model)


def sample(model: Any, y: Floats, n: Floats, *, draws: int, seed: int) -> tuple[Floats, ...]:
    """Draw mu, tau and the logits (draws, units)."""
    import nutpie

    centre = float(np.log((y.sum() + 0.5) / (n.sum() - y.sum() + 0.5)))
    found = nutpie.sample(
        model.with_data(y=y, n=n, centre=centre),
        draws=draws,
        tune=1000,
        chains=1,
        cores=1,
        seed=seed,
        target_accept=0.95,
        progress_bar=False,
    ).posterior
    mu, tau = found["mu"].to_numpy()[0], found["tau"].to_numpy()[0]
    return mu, tau, mu[:, None] + tau[:, None] * found["z"].to_numpy()[0]


def total(p: Floats) -> Floats:
    """Events short of the best quarter, higher being better: (draws,)."""
    goal = np.quantile(p, 0.75, axis=-1, keepdims=True)
    return (N * np.maximum(goal - p, 0.0)).sum(axis=-1)


def ranks(p: Floats) -> Floats:
    """Rank 1 is the highest: (draws, units)."""
    return 1.0 + (-p).argsort(axis=-1).argsort(axis=-1)


def summarise(theta: Floats) -> dict[str, Any]:
    """Intervals of rates, ranks and the total."""
    p, ends = expit(theta), [0.5 * (1 - LEVEL), 0.5 * (1 + LEVEL)]
    low, high = np.quantile(p, ends, axis=0)
    first, last = np.quantile(ranks(p), ends, axis=0, method="inverted_cdf")
    return {
        "rate": [low.tolist(), high.tolist()],
        "rank": [first.tolist(), last.tolist()],
        "total": [*np.quantile(total(p), ends), float(total(p).mean())],
    }


def main(path: Path) -> None:
    """Simulate, fit and write."""
    model, rng = compile_model(), np.random.default_rng(SEED)
    mu, tau, theta = sample(model, Y, N, draws=4000, seed=SEED)
    nations = []
    for at in range(NATIONS):
        k = rng.integers(len(mu))
        true = mu[k] + tau[k] * rng.standard_normal(len(Y))
        y = rng.binomial(N, expit(true))
        one = summarise(sample(model, y, N, draws=2000, seed=at)[2])
        again = rng.binomial(N, expit(theta[k]))
        both = sample(model, Y + again, 2 * N, draws=2000, seed=at)
        place = {
            "intercept": float(np.mean(both[0] < mu[k])),
            "tau": float(np.mean(both[1] < tau[k])),
            "total opportunity": float(np.mean(total(expit(both[2])) < total(expit(theta[k])))),
        }
        nations.append({"y": y.tolist(), "true": expit(true).tolist(), **one, "place": place})
        print(at, flush=True)  # noqa: T201 - says how far it is
    found = {"level": LEVEL, "n": N.tolist(), "nations": nations}
    rounded = json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 6))
    path.write_text(json.dumps(rounded) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
