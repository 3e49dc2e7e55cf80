"""CPU time of the series engine, and of nutpie on the same model: python benchmarks/series.py."""

import argparse
import time
import warnings

import numpy as np
from scipy.special import expit

from varstat.hierarchical.series.fit import fit_series
from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import Panel, make_panel

SIZES = {"60x4": (60, 4), "152x20": (152, 20), "2000x20": (2000, 20), "7000x8": (7000, 8)}


def simulate(units: int, length: int) -> Panel:
    """Simulate levels that drift, a fifth of them with a break."""
    rng = np.random.default_rng(21)
    size = np.repeat(np.round(np.exp(rng.normal(6.0, 0.7, (units, 1)))) + 15.0, length, axis=1)
    drift = 0.05 * rng.standard_normal((units, length))
    drift[:, 0] = 0.5 * rng.standard_normal(units)
    at = np.where(rng.random(units) < 0.2, rng.integers(1, length, units), length)
    jump = 0.25 * rng.standard_normal((units, 1))
    level = np.cumsum(drift, axis=1) + np.where(np.arange(length) >= at[:, None], jump, 0.0)
    theta = 1.5 + level + 0.03 * rng.standard_normal((units, length))
    return make_panel(rng.binomial(size.astype(int), expit(theta)).astype(float), size)


def time_engine(panel: Panel, model: SeriesModel) -> tuple[float, float]:
    """Fit, and draw the first and last period a thousand times: CPU seconds, effective draws."""
    begun = time.process_time()
    found = fit_series(panel, model, draws=1000)
    for _ in found.blocks((0, panel.length - 1)):
        pass
    return time.process_time() - begun, min(found.diagnostics.effective, found.draws)


def time_nutpie(panel: Panel, model: SeriesModel) -> tuple[float, float]:
    """Sample the same model by nutpie: CPU seconds without compiling, effective draws."""
    warnings.simplefilter("ignore")
    import arviz
    import nutpie

    from varstat.hierarchical.nuts.series import build_series

    compiled = nutpie.compile_pymc_model(build_series(panel, model), backend="numba")
    begun = time.process_time()
    sampled = nutpie.sample(
        compiled, draws=1000, tune=1000, chains=2, cores=1, seed=1, progress_bar=False
    )
    spent = time.process_time() - begun
    names = ["tau", "step", "passing"]
    return spent, float(arviz.ess(sampled, var_names=names).to_array().min())


def main() -> None:
    """Time the sizes that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--nutpie", action="store_true", help="also nutpie, without breaks")
    asked = parser.parse_args()
    for name in asked.sizes:
        panel = simulate(*SIZES[name])
        spent, worth = time_engine(panel, SeriesModel())
        print(f"{name:>8}  engine, with breaks     {spent:7.2f} CPU s, worth {worth:.0f} draws")
        if asked.nutpie:
            one, worth = time_engine(panel, SeriesModel(breaks=False))
            two, other = time_nutpie(panel, SeriesModel(breaks=False))
            ratio = (two / other) / (one / worth)
            print(
                f"{name:>8}  engine {one:.2f} CPU s, worth {worth:.0f}; nutpie {two:.2f} CPU s, "
                f"worth {other:.0f}: {ratio:.0f} times as fast a draw"
            )


if __name__ == "__main__":
    main()
