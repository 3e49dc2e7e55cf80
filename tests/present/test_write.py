"""Files appear whole or not at all."""

import os
from pathlib import Path

import pytest

from varstat import Funnels, compute_funnel, read_table, write_funnels
from varstat.errors import OutputError
from varstat.present.write import check_output, replace_file


@pytest.fixture(scope="module")
def funnels() -> Funnels:
    return compute_funnel(read_table("example:star98"))


def test_a_file_is_put_in_place_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.bin"
    replace_file(path, b"one")
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["out.bin"]


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_file_has_the_permissions_of_any_other(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        replace_file(tmp_path / "out.bin", b"one")
    finally:
        os.umask(before)
    assert (tmp_path / "out.bin").stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("step", ["replace", "chmod", "fdopen"])
def test_nothing_is_left_behind_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    opened = []

    def fail(*args: object, **_: object) -> None:
        if step == "fdopen":
            opened.append(args[0])
        raise OSError(28, "No space left on device")

    path = tmp_path / "out.csv"
    path.write_bytes(b"mine")
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OutputError, match=r"no space left on device"):
        replace_file(path, b"new")
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["out.csv"]
    assert path.read_bytes() == b"mine"


def test_nothing_is_left_behind_when_writing_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        replace_file(tmp_path / "out.csv", b"new")
    assert os.listdir(tmp_path) == []


def test_a_file_in_no_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "none" / "out.csv", tmp_path / "file" / "out.csv"):
        with pytest.raises(OutputError) as caught:
            replace_file(path, b"new")
        assert caught.value.where == str(path)


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(OutputError):
        replace_file(tmp_path / "out.csv", b"new")
    assert os.listdir(tmp_path) == ["out.csv"]


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
    write_funnels(funnels, tmp_path / f"out{suffix}")
    assert (tmp_path / f"out{suffix}").stat().st_size > 0
    with pytest.raises(OutputError):
        write_funnels(funnels, tmp_path / f"out{suffix}x")


def test_a_csv_is_not_left_without_its_provenance(funnels: Funnels, tmp_path: Path) -> None:
    (tmp_path / "out.csv.provenance.json").mkdir()
    with pytest.raises(OutputError):
        write_funnels(funnels, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_name_that_is_too_long_is_refused_with_a_message(
    funnels: Funnels, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="too long"):
        write_funnels(funnels, tmp_path / f"{'x' * 300}.json")
