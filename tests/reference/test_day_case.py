"""The figures of the tutorial on the day-case rate, on the file as it was published.

Source: NHS England, Monthly Activity Return, calendar 2016; ERIC 2018-19 trust types.
"""

import pytest

from varstat.data import read_table
from varstat.estimands import compare_units, compute_opportunity
from varstat.hierarchical import fit_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", name="fits")
def _fits(shared):
    table = read_table(
        shared / "data" / "mar_hospital_activity_2012_2017.csv",
        card="daycase",
        lookup=f"{shared / 'data' / 'nhs_trust_types.csv'}:code",
        peer_group="eric_type_2018_19",
        roll_up="calendar-year",
        only={"year": "2016"},
        peer_tau="own",
    )
    assert table.account.rows_read == 22_655
    fitted = fit_model(table)
    assert {each.rows for each in fitted.account.exclusions} == {18_145, 447, 2_056}
    assert fitted[0].design.units == 169
    assert fitted[0].design.volume.sum() == 7_555_586
    return fitted


@pytest.fixture(scope="module", name="opportunity")
def _opportunity(fits):
    return compute_opportunity(fits)[0]


def test_half_of_the_specialists_published_opportunity_is_their_peer_group(opportunity):
    assert opportunity.diagnostics.passed
    parts = opportunity.subtotals_frame().set_index(["subtotal", "component"])["estimate"]
    special = parts["ACUTE - SPECIALIST"]
    assert special["published"] == pytest.approx(70_931, abs=1)
    assert special["peer_group"] == pytest.approx(34_900, abs=150)
    assert special["remaining"] == pytest.approx(36_000, abs=150)
    assert parts["ACUTE - SMALL"]["peer_group"] == pytest.approx(-5_400, abs=100)
    assert opportunity.total.published == pytest.approx(408_613, abs=1)
    assert opportunity.total.estimate == pytest.approx(246_100, rel=2e-3)
    assert opportunity.total.chance_expected == pytest.approx(11_800, rel=0.02)


@pytest.mark.parametrize(
    ("unit", "published", "estimate"),
    [("RBV", 3149, 1200), ("RPY", 4560, 2050), ("REN", 1204, 930)],
)
def test_the_cancer_hospitals_are_as_the_tutorial_says(opportunity, unit, published, estimate):
    units = opportunity.to_frame().set_index("unit")
    assert units.loc[unit, "published"] == pytest.approx(published, abs=1)
    assert units.loc[unit, "estimate"] == pytest.approx(estimate, abs=15)


def test_the_difference_between_two_kinds_of_hospital_is_mostly_their_kind(fits):
    found = compare_units(fits, ("RBV", "RRV"))[0]
    parts = dict(zip(found.component, found.part, strict=True))
    assert 100 * found.difference == pytest.approx(-12.1, abs=0.1)
    assert 100 * parts["peer_group"] == pytest.approx(-10.6, abs=0.5)
    assert 100 * parts["remaining"] == pytest.approx(-1.5, abs=0.5)
    # Of one spread whatever the size, small specialist hospitals would say more of their kind.
    assert fits[0].design.effects.name == "normal-by-size"
