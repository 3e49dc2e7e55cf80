"""Files in the shapes of publishers are read right, or refused."""

import math

import pytest
from published import PUBLISHED, infections_by_month

from varstat.data import read_table
from varstat.errors import VarstatError

RATES = [each for each in PUBLISHED if each.__name__ != "eurostat"]


def sums(table):
    events, size = table.measure.event, table.measure.size
    return table.frame[events].sum(), table.frame[size].sum()


@pytest.mark.parametrize("publish", RATES, ids=lambda each: each.__name__)
def test_a_published_file_is_read_right(publish, tmp_path):
    published = publish(tmp_path)
    table = read_table(published.path, **published.options)
    assert table.account.units == published.units
    assert sums(table) == pytest.approx((published.events, published.size), rel=1e-9)


def test_one_month_of_several_is_read_with_a_word_on_the_others(tmp_path):
    month = {"observed": "Apr-23 cases", "exposure": "Apr-23 bed days"}
    table = read_table(infections_by_month(tmp_path).path, unit="Org code", **month)
    assert any("{period} cases" in note for note in table.account.notes)


@pytest.mark.parametrize("publish", PUBLISHED, ids=lambda each: each.__name__)
def test_what_may_be_typed_first_gives_the_same_or_is_refused(publish, tmp_path):
    published = publish(tmp_path)
    for options in published.tempting:
        try:
            found = sums(read_table(published.path, **options))
        except VarstatError as error:
            assert len(str(error)) > 40
        else:
            assert found == pytest.approx((published.events, published.size), rel=1e-9), options
            assert math.isfinite(found[0])
