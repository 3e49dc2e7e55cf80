"""How far what is said of few units hangs on the prior of tau."""

import re

import numpy as np
import pytest
from designs import fits_of, make_design, make_posterior

from varstat.estimands import compute_league, compute_opportunity
from varstat.estimands.prior import note_prior

# Deaths after heart surgery in twelve hospitals.
EVENT = np.array([0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24])
SIZE = np.array([47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360])
OTHER = {"distribution": "exponential", "rate": 1 / 0.3, "because": "Tested."}


def posterior_of(event=EVENT, size=SIZE, **said):
    return make_posterior(make_design(event, size, direction="lower-is-better", **said))


def numbers(note):
    after = note.partition("tau would be")[2].rstrip(".")
    return [float(each) for each in re.findall(r"[0-9.]+[0-9]", after)]


def test_of_twelve_hospitals_the_total_hardly_hangs_on_the_prior():
    found = compute_opportunity(fits_of(posterior_of()))[0]
    (note,) = [each for each in found.notes if "exponential prior" in each]
    narrow, default, other, total = numbers(note)
    # On a grid, with no code of varstat: tau .385 and .435, total 46.7 and 49.8.
    assert (narrow, default) == pytest.approx((0.385, 0.435), abs=0.015)
    assert (other, total) == pytest.approx((46.7, 49.8), abs=1.0)
    assert total == pytest.approx(found.total.estimate, abs=0.06)


def test_a_league_says_it_of_tau():
    notes = compute_league(fits_of(posterior_of()))[0].notes
    (note,) = [each for each in notes if "exponential prior" in each]
    assert "total" not in note


def test_it_is_what_a_card_with_that_prior_gives():
    asked = make_posterior(
        make_design(EVENT, SIZE, direction="lower-is-better", priors={"tau": OTHER})
    )
    (note,) = note_prior(posterior_of())
    assert note_prior(asked) == ()
    tau = float(asked.lattice.weight @ np.exp(asked.lattice.h[:, 1]))
    assert f"tau would be {tau:.3g} instead" in note


def test_of_one_unit_and_of_many_nothing_is_said():
    rng = np.random.default_rng(1)
    many = posterior_of(rng.binomial(100, 0.2, 20), np.full(20, 100))
    assert note_prior(many) == note_prior(posterior_of([3], [20])) == ()


def test_of_means_tau_is_in_their_own_units():
    value = np.array([100.0, 130.0, 90.0, 150.0, 110.0, 105.0])
    design = make_design(value, np.full(6, 5.0), measure="mean", direction="lower-is-better")
    (note,) = note_prior(make_posterior(design))
    narrow, default = numbers(note)
    assert 10 < narrow < default < 60
