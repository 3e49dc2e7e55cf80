import json

import numpy as np
import pytest

from varstat.data.account import Account, Exclusion, Ledger, write_sum
from varstat.errors import TableError


def make_account(**changes):
    parts = {
        "source": "trusts.csv",
        "rows_read": 1234,
        "rows_kept": 1200,
        "rows_merged": 900,
        "exclusions": (
            Exclusion(reason="a total row", rows=1, first_rows=(15,)),
            Exclusion(reason="no type for this unit", rows=33, first_rows=(20, 21, 22, 23, 24)),
        ),
        "totals": {"numerator": (1010.0, 1000.0, 10.0)},
        "units": 100,
        "notes": ("the header was found on row 13",),
    }
    return Account(**(parts | changes))


def test_an_account_that_does_not_add_up_is_an_internal_error():
    with pytest.raises(RuntimeError, match="does not add up"):
        make_account(rows_kept=1199)


def test_an_account_is_ready_for_json():
    account = make_account().to_dict()
    assert json.loads(json.dumps(account)) == account
    assert account["rows_excluded"] == 34
    assert account["totals"]["numerator"] == {"read": 1010.0, "kept": 1000.0, "excluded": 10.0}
    assert account["exclusions"][0] == {"reason": "a total row", "rows": 1, "first_rows": [15]}


def test_the_summary_fits_80_columns_and_says_everything():
    summary = make_account().summary()
    assert all(len(line) <= 80 for line in summary.splitlines())
    flat = " ".join(summary.split())
    for part in (
        "1,234 rows read",
        "1,200 kept (100 units), added up to 300 rows",
        "34 excluded",
        "33 no type for this unit (rows 20, 21, 22, 23, 24, ...)",
        "1 a total row (row 15)",
        "1,010 read = 1,000 kept + 10 excluded",
        "the header was found on row 13",
    ):
        assert part in flat


def test_an_account_cannot_be_changed():
    with pytest.raises(AttributeError):
        make_account().units = 3


def test_a_row_is_excluded_for_the_first_reason_only():
    ledger = Ledger(np.array([2, 3, 4]), lenient=False)
    ledger.exclude(np.array([True, True, False]), "one")
    ledger.exclude(np.array([False, True, True]), "two")
    assert [(e.reason, e.rows, e.first_rows) for e in ledger.exclusions] == [
        ("one", 2, (2, 3)),
        ("two", 1, (4,)),
    ]


def test_all_problems_are_raised_at_once():
    ledger = Ledger(np.array([2, 3, 4]), lenient=False)
    ledger.refuse(np.array([True, False, False]), "wrong", mend="Do this.")
    ledger.refuse(np.array([True, True, False]), "bad", mend="Do that.")
    with pytest.raises(TableError) as caught:
        ledger.close("f.csv")
    assert len(caught.value.problems) == 2
    assert "1 row: wrong (row 2). Do this." in str(caught.value)
    assert "2 rows: bad (rows 2 and 3). Do that." in str(caught.value)
    assert "--lenient" in caught.value.problems[-1]


def test_sums_add_up_as_they_are_printed():
    chance = np.random.default_rng(3)
    for _ in range(300):
        kept, excluded = chance.gamma(0.5, 10.0 ** chance.uniform(-2, 8), 2)
        read, *parts = (
            float(text.replace(",", "")) for text in write_sum(kept + excluded, kept, excluded)
        )
        assert read == pytest.approx(sum(parts), rel=1e-12)
        assert read == pytest.approx(kept + excluded, rel=2e-3)


def test_counts_are_printed_whole_and_amounts_without_their_noise():
    assert write_sum(1_358_057.0, 1_358_000.0, 57.0) == ["1,358,057", "1,358,000", "57"]
    assert write_sum(2_067_858.27142, 2_067_858.27142, 0.0) == ["2,067,858.3", "2,067,858.3", "0"]
