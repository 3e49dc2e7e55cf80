"""Readings of an opened file, tried."""

from pathlib import Path

import pytest

from varstat.analysis.specification import Reading
from varstat.analysis.trying import tabulate_reading, try_reading
from varstat.data.read import open_data
from varstat.errors import TableError


def test_what_can_be_read_and_drawn_gives_its_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ward,seen,all\nA,4,20\nB,5,30\nC,9,41\n")
    named = Reading(source=(str(path),), unit="ward", numerator="seen", denominator="all")
    opened = open_data(str(path), sheet=None, decimal=None)
    table, problem = try_reading(opened, named)
    assert table is not None
    assert (table.account.units, problem) == (3, "")


def test_what_cannot_says_why(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ward,seen,all\nA,40,20\nB,5,30\nC,9,41\n")
    named = Reading(source=(str(path),), unit="ward", numerator="seen", denominator="all")
    opened = open_data(str(path), sheet=None, decimal=None)
    table, problem = try_reading(opened, named)
    assert table is None
    assert "greater than" in problem
    with pytest.raises(TableError, match="nothing says what is measured"):
        tabulate_reading(opened, Reading(source=(str(path),)))
