"""Files in the shapes of publishers are read right, or refused."""

import math

import pytest
from published import PUBLISHED

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
