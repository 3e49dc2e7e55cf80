"""Time fits of the hierarchical model against nutpie and against the floor.

The floor is drawing units x draws standard normals with NumPy: no sampler can draw every unit's
effect for less. The peer is PyMC with nutpie, centred, the fastest of those known, with the same
model, data and number of draws. All are measured in one run, in CPU seconds of processes of their
own: the fit itself (nutpie's without its compilation), and the whole process with imports and
compilation. Effective draws are ArviZ's least bulk ESS over hyper-parameters and units.

    python benchmarks/posterior.py [--units 200,2000,7000] [--panels] [--peers] [--large]

`--panels` adds units with several periods, of which what passes is estimated, and Student-t effects
of peer groups with a spread of their own; `--peers` runs nutpie as well (minutes); `--large` adds
100,000 units with a league table, for its memory, and a million units, for how cost grows.
"""

import argparse
import json
import os
import subprocess
import sys

import numpy as np

DRAWS = 4000

DATA = """
import sys, time, json, resource
from dataclasses import replace
import numpy as np, pandas as pd
units = int(sys.argv[1])
rng = np.random.default_rng(1)
n = np.exp(rng.normal(6.0, 0.7, units)).astype(int) + 20
y = rng.binomial(n, 1 / (1 + np.exp(-(1.1 + 0.3 * rng.standard_normal(units)))))
def tell(**what):
    usage = resource.getrusage(resource.RUSAGE_SELF)
    what["process"] = usage.ru_utime + usage.ru_stime
    what["megabytes"] = usage.ru_maxrss / 1024
    print(json.dumps(what))
"""

FLOOR = """
start = time.process_time()
for first in range(0, 4000, 64):
    rng.standard_normal((64, units))
tell(cpu=time.process_time() - start, least=4000.0)
"""

OURS = """
import varstat
from varstat.hierarchical.model.build import build_design
from varstat.hierarchical.quadrature.fit import fit_quadrature
code = np.char.add("U", np.char.zfill(np.arange(units).astype(str), 7))
frame = pd.DataFrame({"code": code, "y": y, "n": n})
table = varstat.read_table(frame, unit="code", numerator="y", denominator="n",
                           direction="higher-is-better")
design = build_design(table.frame, measure=table.measure, card=table.card, covariates=(),
                      where="benchmark")
# What is set up once a process is counted with the process, as nutpie's compilation is.
fit_quadrature(design.part(0, 20), draws=100, seed=1)
start = time.process_time()
found = fit_quadrature(design, draws=4000, seed=1)
for _, effect in found.effects.blocks():
    pass
cpu = time.process_time() - start
least = float("nan")
if units <= 7000:
    from varstat.estimands.monte_carlo import effective_draws
    every = [b.copy() for _, b in found.effects.blocks()]
    series = np.hstack([found.hyper.h, np.concatenate(every)])
    least = min(float(effective_draws(series[:, i : i + 500], chains=4).min())
                for i in range(0, series.shape[1], 500))
tell(cpu=cpu, least=least, passes=found.hyper.passes)
"""

# Units, periods, mean cases, SDs of what lasts and passes, and the average on the logit scale.
PANELS = [(60, 4, 400, 0.3, 0.1, -2), (152, 8, 3000, 0.3, 0.1, -1), (150, 12, 100, 0.4, 0.2, -3)]

PANEL = """
import varstat
periods, cases, lasting, passing, average = map(float, sys.argv[2:])
shape = (units, int(periods))
n = np.exp(rng.normal(np.log(cases), 0.6, (units, 1)) + 0.05 * rng.normal(size=shape)).astype(int)
theta = average + lasting * rng.normal(size=(units, 1)) + passing * rng.normal(size=shape)
unit, period = np.indices(shape).reshape(2, -1)
frame = pd.DataFrame({"unit": np.char.mod("U%d", unit), "year": 2001 + period,
                      "y": rng.binomial(n + 1, 1 / (1 + np.exp(-theta))).ravel(),
                      "n": n.ravel() + 1})
table = varstat.read_table(frame, unit="unit", period="year", numerator="y", denominator="n",
                           direction="neither")
varstat.fit_model  # What is imported once is counted with the process.
start = time.process_time()
found = varstat.fit_model(table)[0]
tell(cpu=time.process_time() - start, least=found.diagnostics.ess_bulk)
"""

OWN_SPREAD = """
import varstat
groups = int(sys.argv[2])
peers = np.arange(units) % groups
tau = np.linspace(0.15, 0.4, groups)[peers]
y = rng.binomial(n, 1 / (1 + np.exp(-(1.1 + tau * rng.standard_t(4, units)))))
frame = pd.DataFrame({"unit": np.char.mod("U%d", np.arange(units)), "y": y, "n": n,
                      "peers": np.char.mod("G%d", peers)})
table = varstat.read_table(frame, unit="unit", peer_group="peers", numerator="y", denominator="n",
                           direction="neither")
model = table.card.model.model_copy(update={"effects": "student-t", "peer_tau": "own"})
table = replace(table, card=table.card.model_copy(update={"model": model}))
varstat.fit_model  # What is imported once is counted with the process.
start = time.process_time()
found = varstat.fit_model(table)[0]
tell(cpu=time.process_time() - start, least=found.diagnostics.ess_bulk)
"""

LEAGUE = """
import varstat
code = np.char.add("U", np.char.zfill(np.arange(units).astype(str), 7))
frame = pd.DataFrame({"code": code, "y": y, "n": n})
table = varstat.read_table(frame, unit="code", numerator="y", denominator="n",
                           direction="higher-is-better")
start = time.process_time()
league = varstat.compute_league(varstat.fit_model(table))[0]
tell(cpu=time.process_time() - start, least=float("nan"))
"""

NUTPIE = """
import warnings
warnings.simplefilter("ignore")
import logging
import arviz as az, nutpie, pymc as pm, xarray as xr
with pm.Model() as model:
    mu = pm.Normal("mu", 0, 2.5)
    tau = pm.Exponential("tau", 1)
    theta = pm.Normal("theta", mu, tau, shape=units)
    pm.Binomial("y", n=n, logit_p=theta, observed=y)
compiled = nutpie.compile_pymc_model(model)
start = time.process_time()
trace = nutpie.sample(compiled, draws=1000, tune=1000, chains=4, cores=2, seed=1,
                      progress_bar=False, save_warmup=False)
cpu = time.process_time() - start
posterior = trace["posterior"]
posterior = posterior.to_dataset() if hasattr(posterior, "to_dataset") else posterior
ess = az.ess(xr.Dataset({k: posterior[k] for k in ("mu", "tau", "theta")}))
tell(cpu=cpu, least=min(float(np.min(ess[k].values)) for k in ("mu", "tau", "theta")))
"""


def measure(script: str, units: int, *more: float) -> dict[str, float]:
    """Run a script in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", DATA + script, str(units), *map(str, more)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def median(script: str, units: int, runs: int) -> dict[str, float]:
    """Median of several runs, number by number."""
    found = [measure(script, units) for _ in range(runs)]
    return {key: float(np.median([each[key] for each in found])) for key in found[0]}


def main() -> None:
    """Print one line for each number of units."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", default="200,2000,7000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--panels", action="store_true", help="units with periods or groups too")
    parser.add_argument("--peers", action="store_true", help="run PyMC with nutpie too")
    parser.add_argument("--large", action="store_true", help="100,000 and 1,000,000 units too")
    asked = parser.parse_args()
    print(f"{'units':>9} {'engine':<12} {'CPU s':>8} {'x floor':>8} {'ESS/s':>9} {'process s':>10}")
    for units in map(int, asked.units.split(",")):
        floor = median(FLOOR, units, asked.runs)
        lines = {"floor": floor, "varstat": median(OURS, units, asked.runs)}
        if asked.peers:
            lines["nutpie"] = measure(NUTPIE, units)
        for name, cost in lines.items():
            print(
                f"{units:>9,} {name:<12} {cost['cpu']:>8.3f} {cost['cpu'] / floor['cpu']:>8.1f} "
                f"{cost['least'] / cost['cpu']:>9,.0f} {cost['process']:>10.2f}"
            )
        if asked.peers:
            ours, peer = lines["varstat"], lines["nutpie"]
            faster = ours["least"] / ours["cpu"] / (peer["least"] / peer["cpu"])
            print(
                f"          effective draws a second: {faster:.0f} times nutpie's sampling; whole "
                f"process: {peer['process'] / ours['process']:.0f} times"
            )
    if asked.panels:
        for units, *panel in PANELS:
            cost = measure(PANEL, units, *panel)
            print(f"{units:>9,} in {panel[0]:>2} periods {cost['cpu']:>6.1f}")
        for groups in (4, 8):
            cost = measure(OWN_SPREAD, 320, groups)
            print(f"{320:>9,} in {groups:>2} groups  {cost['cpu']:>6.1f}")
    if asked.large:
        for units, script in ((100_000, LEAGUE), (100_000, OURS), (1_000_000, OURS)):
            cost = measure(script, units)
            name = "league" if script is LEAGUE else "varstat"
            print(
                f"{units:>9,} {name:<12} {cost['cpu']:>8.1f}  peak {cost['megabytes']:,.0f} MB, "
                f"{1e6 * cost['cpu'] / units:.0f} microseconds a unit"
            )


if __name__ == "__main__":
    main()
