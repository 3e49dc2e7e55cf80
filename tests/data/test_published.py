"""Files in the shapes of publishers are read right, or refused."""

import pandas as pd
import pytest
from offices import OFFICES
from published import PUBLISHED, brazilian_tabnet, infections_by_month

from varstat.data import read_table
from varstat.data.source import delimited
from varstat.errors import TableError, VarstatError

EVERY = (*PUBLISHED, *OFFICES)
RATES = [each for each in EVERY if each.__name__ != "eurostat"]


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


def test_a_hyphen_that_is_not_known_is_asked_about(tmp_path):
    published = brazilian_tabnet(tmp_path)
    named = {name: value for name, value in published.options.items() if name != "zero"}
    notes = read_table(published.path, **named).account.notes
    assert any('--zero "-"' in note for note in notes)


@pytest.mark.parametrize("publish", EVERY, ids=lambda each: each.__name__)
def test_what_may_be_typed_first_gives_the_same_or_is_refused(publish, tmp_path):
    published = publish(tmp_path)
    for options in published.tempting:
        try:
            found = sums(read_table(published.path, **options))
        except VarstatError as error:
            refused = str(error)
        else:
            refused = ""
            assert found == pytest.approx((published.events, published.size), rel=1e-9), options
        assert not refused or published.path.name in refused


def test_blank_cells_are_none_only_beside_others_that_are_not():
    frame = pd.DataFrame(
        {"unit": ["A", "B", "C"], "late": ["3", None, None], "later": [None, None, "2"]}
    )
    frame = frame.assign(seen=["50", "60", "70"], missed=["1", None, "4"])
    named = {"numerator": "late + later", "denominator": "seen + missed"}
    table = read_table(frame, unit="unit", **named, zero="blank")
    assert table.frame["numerator"].tolist() == [3, 0, 2]
    assert table.frame["denominator"].tolist() == [51, 60, 74]
    with pytest.raises(TableError, match="is blank although another count is given"):
        read_table(frame, unit="unit", numerator="late", denominator="seen")


@pytest.mark.parametrize("publish", RATES, ids=lambda each: each.__name__)
def test_a_long_file_is_read_in_parts_as_a_short_one_is_whole(publish, tmp_path, monkeypatch):
    published = publish(tmp_path)
    whole = read_table(published.path, **published.options)
    for rows in (1, 2, 7):
        monkeypatch.setattr(delimited, "ROWS_AT_A_TIME", rows)
        parts = read_table(published.path, **published.options)
        pd.testing.assert_frame_equal(parts.frame, whole.frame)
        assert parts.account == whole.account
