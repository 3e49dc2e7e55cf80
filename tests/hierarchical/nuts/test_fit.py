"""Draws of NUTS agree with those of quadrature, in silence, and say when they can't."""

import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hierarchical.nuts.simulated import make_design
from scipy import stats

from varstat.card.load import load_card, override_card
from varstat.errors import ModelError
from varstat.hierarchical.fit import fit_design
from varstat.hierarchical.model.build import build_design
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.likelihood import Binomial
from varstat.hierarchical.nuts import fit as nuts
from varstat.hierarchical.quadrature.fit import fit_quadrature
from varstat.hierarchical.quadrature.marginal import condition, unpack

pytestmark = pytest.mark.nuts
# Of a chain.
BATCHES = 10


def exact_moments(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Means of hyper-parameters and effects by quadrature, without Monte Carlo error."""
    lattice = fit_quadrature(design, draws=400, seed=1).lattice
    assert lattice is not None
    at = condition(design, unpack(design, lattice.h), nodes=25)
    return lattice.weight @ lattice.h, lattice.weight @ at.mean(at.effect)


def monte_carlo_error(draws: np.ndarray, chains: int) -> np.ndarray:
    """Errors of the means of columns, from the means of batches of each chain."""
    batches = draws.reshape(chains * BATCHES, -1, draws.shape[1]).mean(axis=1)
    return batches.std(axis=0, ddof=1) / np.sqrt(len(batches))


def assert_columns_agree(draws: np.ndarray, exact: np.ndarray, chains: int) -> None:
    """Within what four known errors are when they are estimated: one mean in 16,000 is outside."""
    off = (draws.mean(axis=0) - exact) / monte_carlo_error(draws, chains)
    assert np.abs(off).max() < stats.t.isf(stats.norm.sf(4.0), chains * BATCHES - 1)


def assert_means_agree(found: nuts.Nuts, hyper: np.ndarray, effect: np.ndarray) -> None:
    assert_columns_agree(found.hyper, hyper, found.chains)
    assert_columns_agree(found.effects.effect, effect, found.chains)


MODELS = {
    "counts of a unit in several periods": {
        "likelihood": "binomial",
        "units": 30,
        "periods": 4,
        "spread": 0.25,
        "model": {"period_effects": False},
    },
    "Student-t effects": {
        "likelihood": "poisson",
        "units": 25,
        "model": {"effects": "student-t"},
    },
    "contaminated normal effects of means": {
        "likelihood": "normal",
        "units": 25,
        "model": {"effects": "contaminated-normal"},
    },
    "a negative binomial": {
        "likelihood": "negative-binomial",
        "units": 20,
        "periods": 4,
        "spread": 0.3,
        "model": {"period_effects": False},
    },
    "suppressed counts": {
        "likelihood": "binomial",
        "units": 30,
        "size": (20, 400),
        "range_of": dict.fromkeys(range(0, 30, 3), (3, 3)),
    },
}


@pytest.mark.parametrize("name", MODELS)
def test_means_agree_with_those_of_quadrature(name):
    design = make_design(**MODELS[name])
    found = nuts.fit_nuts(design, draws=4000, seed=2)
    assert found.diagnostics.passed, found.diagnostics
    assert_means_agree(found, *exact_moments(design))


def test_the_surgical_data_agree_with_their_reference(references: Path):
    stated = pd.read_csv(references / "surgical.csv")
    reference = json.loads((references / "surgical_exp1.json").read_text())
    frame = pd.DataFrame(
        {
            "unit": stated["unit"],
            "unit_name": None,
            "peer_group": None,
            "period": None,
            "numerator": stated["y"].astype(float),
            "denominator": stated["n"].astype(float),
            "event_lower": stated["y"].astype(float),
            "event_upper": stated["y"].astype(float),
        }
    )
    # The prior that the reference was computed with.
    prior = {"distribution": "normal", "mean": 0.0, "sd": 2.5, "because": "As computed."}
    card = override_card(
        load_card("default-proportion"),
        {"model": {"priors": {"intercept": prior}}},
        where="reference",
    )
    design = build_design(frame, measure=card.measure, card=card, covariates=(), where="surgical")
    found = nuts.fit_nuts(design, draws=8000, seed=1)
    assert found.diagnostics.passed
    draws = np.column_stack(
        [
            found.hyper[:, 0],
            np.exp(found.hyper[:, 1]),
            found.hyper[:, :1] + found.effects.effect,
        ]
    )
    expected = [
        reference["hyper"]["mu"]["mean"],
        reference["hyper"]["tau"]["mean"],
        *(unit["theta_mean"] for unit in reference["units"]),
    ]
    assert_columns_agree(draws, np.array(expected), found.chains)
    sd = draws[:, :2].std(axis=0)
    np.testing.assert_allclose(
        sd, [reference["hyper"]["mu"]["sd"], reference["hyper"]["tau"]["sd"]], rtol=0.1
    )


def test_the_same_seed_gives_the_same_draws_and_another_gives_others():
    design = make_design("poisson")
    one, same, other = (nuts.fit_nuts(design, draws=101, seed=seed) for seed in (1, 1, 2))
    # Rounded up, to four chains of the same length.
    assert one.hyper.shape == (104, 2)
    assert one.effects.effect.shape == (104, 7)
    assert np.array_equal(one.hyper, same.hyper)
    assert np.array_equal(one.effects.effect, same.effects.effect)
    assert not np.array_equal(one.hyper, other.hyper)
    with pytest.raises(ValueError, match="read-only"):
        one.effects.effect[0, 0] = 0.0


def without_nutpie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nuts, "find_spec", lambda name: None)


def test_without_nutpie_pymc_finds_the_same_posterior(monkeypatch):
    without_nutpie(monkeypatch)
    design = make_design("binomial", units=12, size=(50, 2000))
    found = nuts.fit_nuts(design, draws=4000, seed=1)
    assert found.diagnostics.passed, found.diagnostics
    assert_means_agree(found, *exact_moments(design))
    again = nuts.fit_nuts(design, draws=4000, seed=1)
    assert np.array_equal(found.hyper, again.hyper)


@pytest.mark.parametrize("sampler", ["nutpie", "pymc"])
def test_nothing_is_printed_logged_or_warned_of(sampler, monkeypatch, capfd, caplog):
    if sampler == "pymc":
        without_nutpie(monkeypatch)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        nuts.fit_nuts(make_design("poisson"), draws=100, seed=1)
    assert [str(each.message) for each in found] == []
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("sampler", ["nutpie", "pymc"])
def test_progress_is_shown_on_stderr_alone(sampler, monkeypatch, capfd):
    if sampler == "pymc":
        without_nutpie(monkeypatch)
    nuts.fit_nuts(make_design("poisson"), draws=100, seed=1, progress=True)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("sampler", ["nutpie", "pymc"])
def test_a_density_that_is_nowhere_finite_is_an_error_that_says_how_to_mend_it(
    sampler, monkeypatch
):
    if sampler == "pymc":
        without_nutpie(monkeypatch)
    design = make_design("binomial")
    family = design.family
    assert isinstance(family, Binomial)
    broken = Binomial(event=family.event * np.nan, size=family.size)
    with pytest.raises(ModelError, match=r"no place to start from.*use --engine quadrature"):
        nuts.fit_nuts(replace(design, family=broken), draws=100, seed=1)


def test_a_sampler_that_stops_is_an_error_that_says_how_to_mend_it(monkeypatch):
    without_nutpie(monkeypatch)

    def stop(*args, **options):
        raise RuntimeError("Chain 2 failed")

    monkeypatch.setattr(nuts.pm, "sample", stop)
    with pytest.raises(ModelError, match="stopped before its end"):
        nuts.fit_nuts(make_design("poisson"), draws=100, seed=1)


def test_a_fit_by_nuts_is_a_posterior_like_any_other():
    card = load_card("default-ratio")
    found = fit_design(make_design("poisson"), card=card, by={}, engine="nuts", draws=400, seed=1)
    assert (found.engine, found.chains, found.draws) == ("nuts", 4, 400)
    assert not found.independent
    assert list(found.natural()) == ["intercept", "tau"]
