"""The chain ladder on two triangles of insurance claims that every tool knows."""

import numpy as np
import pytest

from varstat.errors import ModelError
from varstat.estimands.vintages.chain_ladder import develop

# Taylor & Ashe (GenIns) and the Reinsurance Association of America (RAA), as chainladder 0.10.1
# has them; what it finds in them is what is expected below.
RAA = [
    [5012, 8269, 10907, 11805, 13539, 16181, 18009, 18608, 18662, 18834],
    [106, 4285, 5396, 10666, 13782, 15599, 15496, 16169, 16704],
    [3410, 8992, 13873, 16141, 18735, 22214, 22863, 23466],
    [5655, 11555, 15766, 21266, 23425, 26083, 27067],
    [1092, 9565, 15836, 22169, 25955, 26180],
    [1513, 6445, 11702, 12935, 15852],
    [557, 4020, 10946, 12314],
    [1351, 6947, 13112],
    [3133, 5395],
    [2063],
]
GENINS = [
    [357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463],
    [352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085],
    [290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315],
    [310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268],
    [443160, 1136350, 2128333, 2897821, 3402672, 3873311],
    [396132, 1333217, 2180715, 2985752, 3691712],
    [440832, 1288463, 2419861, 3483130],
    [359480, 1421128, 2864498],
    [376686, 1363294],
    [344014],
]
FACTORS = [
    *(2.999359, 1.623523, 1.270888, 1.171675, 1.113385),
    *(1.041935, 1.033264, 1.016936, 1.009217),
]


def lay_out(rows):
    return np.array([row + [np.nan] * (len(rows) - len(row)) for row in rows])


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
