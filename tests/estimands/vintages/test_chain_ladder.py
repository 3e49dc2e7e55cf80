"""The chain ladder on two triangles of insurance claims that every tool knows."""

import numpy as np
import pytest
from triangles import GENINS, RAA, lay_out

from varstat.errors import ModelError
from varstat.estimands.vintages.chain_ladder import develop

FACTORS = [
    *(2.999359, 1.623523, 1.270888, 1.171675, 1.113385),
    *(1.041935, 1.033264, 1.016936, 1.009217),
]


def test_the_factors_of_raa_are_those_of_chainladder():
    assert develop(lay_out(RAA)).factor == pytest.approx(FACTORS, abs=5e-7)


@pytest.mark.parametrize(
    ("rows", "ultimate", "outstanding", "se"),
    [
        (RAA, 213_122.23, 52_135.23, 26_880.74),
        (GENINS, 53_038_945.61, 18_680_855.61, 2_441_364.13),
    ],
)
def test_ultimates_and_mack_errors_are_those_of_chainladder(rows, ultimate, outstanding, se):
    found = develop(lay_out(rows))
    assert found.ultimate.sum() == pytest.approx(ultimate, abs=0.01)
    assert found.outstanding.sum() == pytest.approx(outstanding, abs=0.01)
    assert found.total_se == pytest.approx(se, abs=0.01)


def test_what_is_known_of_the_oldest_period_is_all():
    found = develop(lay_out(RAA))
    assert found.completeness[-1] == 1.0
    assert found.se[0] == 0.0
    assert np.all(np.diff(found.completeness) > 0)


def test_a_tail_stretches_every_ultimate():
    plain, stretched = develop(lay_out(RAA)), develop(lay_out(RAA), tail=1.05)
    assert stretched.ultimate == pytest.approx(1.05 * plain.ultimate)
    assert stretched.total_se == pytest.approx(1.05 * plain.total_se)


def test_vintages_out_of_order_are_refused():
    wrong = lay_out(RAA)
    wrong[3, 2] = np.nan
    with pytest.raises(ModelError, match="out of order"):
        develop(wrong)


def test_all_that_is_wrong_with_a_triangle_is_listed():
    wrong = lay_out(RAA)
    wrong[0, 0], wrong[1, 1] = np.nan, 0.0
    with pytest.raises(ModelError, match="3 problems"):
        develop(wrong)


def test_one_vintage_is_too_few():
    with pytest.raises(ModelError, match="two vintages"):
        develop(np.ones((4, 1)))
