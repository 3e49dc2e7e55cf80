"""The suffix decides what is written."""

from pathlib import Path

import pytest

from varstat import Funnels, compute_funnel, read_table, write
from varstat.errors import OutputError
from varstat.present.write import check_output


@pytest.fixture(scope="module")
def funnels() -> Funnels:
    return compute_funnel(read_table("example:star98"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("out.docx", "ends in '.docx', which says no format"),
        ("out.cvs", "Did you mean '.csv'?"),
        ("out", "has no suffix"),
        ("none/out.csv", "there is no folder"),
    ],
)
def test_a_name_is_checked_before_anything_is_computed(
    tmp_path: Path, name: str, words: str
) -> None:
    with pytest.raises(OutputError) as caught:
        check_output(tmp_path / name)
    assert words in str(caught.value)


def test_a_path_may_be_text(tmp_path: Path) -> None:
    assert check_output(str(tmp_path / "out.JSON")) == tmp_path / "out.JSON"


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json", ".xlsx"])
def test_writing_checks_the_name_and_writes_the_format(
    funnels: Funnels, tmp_path: Path, suffix: str
) -> None:
    write(funnels, tmp_path / f"out{suffix}")
    assert (tmp_path / f"out{suffix}").stat().st_size > 0
    with pytest.raises(OutputError):
        write(funnels, tmp_path / f"out{suffix}x")


def test_a_csv_is_not_left_without_its_provenance(funnels: Funnels, tmp_path: Path) -> None:
    (tmp_path / "out.csv.provenance.json").mkdir()
    with pytest.raises(OutputError):
        write(funnels, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_name_that_is_too_long_is_refused_with_a_message(
    funnels: Funnels, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="too long"):
        write(funnels, tmp_path / f"{'x' * 300}.json")
