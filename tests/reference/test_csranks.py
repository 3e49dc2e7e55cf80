"""Rank confidence sets by csranks (danielwilhelm/R-CS-ranks at bd4f7557), run in R 4.2.2.

Two-sided sets with 100,000 draws of the bootstrap, with and without stepdown; rank 1 is the
largest. Different draws may move a bound whose critical value lies on an edge, so that one place
is allowed to two units; with two seeds no bound differed. Without stepdown theirs are for all
units together alone.
"""

import json

import numpy as np
import pytest

from varstat.estimands import find_count_rank_sets, find_rank_sets

SCALES = ["surgical_empirical_logit", "surgical_arcsine"]
EVENTS = np.array([0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24], dtype=float)
OPERATIONS = np.array([47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360], dtype=float)


@pytest.fixture
def reference(references):
    return json.loads((references / "csranks_reference.json").read_text())["results"]


def column(reference, scale, name):
    return np.array([unit[name] for unit in reference[scale]["units"]])


def sets(reference, scale, *, stepdown=True):
    return find_rank_sets(
        column(reference, scale, "x"),
        column(reference, scale, "se"),
        direction="higher-is-better",
        seed=1,
        draws=100_000,
        stepdown=stepdown,
    )


def assert_nearly(ours, theirs):
    assert np.abs(ours - theirs).max() <= 1
    assert np.count_nonzero(ours - theirs) <= 2


@pytest.mark.parametrize("scale", SCALES)
def test_sets_are_those_of_csranks(reference, scale):
    found = sets(reference, scale)
    assert_nearly(found.lower, column(reference, scale, "marg_L"))
    assert_nearly(found.upper, column(reference, scale, "marg_U"))
    assert_nearly(found.all_lower, column(reference, scale, "simul_L"))
    assert_nearly(found.all_upper, column(reference, scale, "simul_U"))


@pytest.mark.parametrize("scale", SCALES)
def test_sets_without_stepdown_are_those_of_csranks(reference, scale):
    found = sets(reference, scale, stepdown=False)
    assert_nearly(found.all_lower, column(reference, scale, "simul_single_step_L"))
    assert_nearly(found.all_upper, column(reference, scale, "simul_single_step_U"))


def test_no_death_among_47_tells_no_rank_but_by_the_arcsine(reference):
    bare = sets(reference, "surgical_arcsine")
    assert (bare.lower[0], bare.upper[0]) == (12, 12)
    exact = find_count_rank_sets(EVENTS, OPERATIONS, shares=True, direction="higher-is-better")
    assert (exact.lower[0], exact.upper[0]) == (2, 12)
    assert (exact.all_lower[0], exact.all_upper[0]) == (1, 12)


def test_where_counts_are_many_exact_sets_are_nearly_those_of_csranks(reference):
    exact = find_count_rank_sets(EVENTS, OPERATIONS, shares=True, direction="higher-is-better")
    many = EVENTS >= 13
    for ours, theirs in ((exact.lower, "marg_L"), (exact.upper, "marg_U")):
        apart = ours - column(reference, "surgical_arcsine", theirs)
        assert np.abs(apart[many]).max() <= 2
