"""Files appear whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from varstat.errors import OutputError
from varstat.files import check_path, replace_file, replace_files, written_beside


def test_a_file_written_in_pieces_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    with written_beside(path) as place:
        assert place.parent == tmp_path
        place.write_bytes(b"one")
        assert not path.exists()
    assert path.read_bytes() == b"one"
    assert os.listdir(tmp_path) == ["out.nc"]


def test_nothing_is_left_of_a_file_that_was_not_finished(tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    path.write_bytes(b"mine")

    def interrupted() -> None:
        with written_beside(path) as place:
            place.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["out.nc"]


def test_what_the_system_refuses_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no space left"), written_beside(tmp_path / "out.nc"):
        raise OSError(28, "No space left on device")
    with (
        pytest.raises(OutputError, match="can't be written"),
        written_beside(tmp_path / "no" / "x"),
    ):
        pass
    assert os.listdir(tmp_path) == []


def test_files_get_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "usual").write_bytes(b"")
    with written_beside(tmp_path / "a") as place:
        place.write_bytes(b"")
    replace_file(tmp_path / "b", b"")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("usual", "a", "b")}
    assert len(modes) == 1


def test_of_several_files_none_is_replaced_before_all_are_written(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"mine")
    with pytest.raises(OutputError):
        replace_files({tmp_path / "one": b"new", tmp_path / "no" / "two": b"new"})
    assert (tmp_path / "one").read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["one"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fit.nd", "ends in '.nd'.*Did you mean '.nc'"),
        ("fit", "has no suffix"),
        ("none/fit.nc", "there is no folder"),
        ("folder.nc", "this is a folder"),
        ("data.nc", "this is a file that is read"),
    ],
)
def test_a_path_that_cannot_be_is_refused(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder.nc").mkdir()
    (tmp_path / "data.nc").write_bytes(b"")
    with pytest.raises(OutputError, match=words):
        check_path(tmp_path / name, suffixes=(".nc", ".csv"), inputs=[str(tmp_path / "data.nc")])


def test_a_suffix_may_be_in_capitals(tmp_path: Path) -> None:
    assert check_path(tmp_path / "FIT.NC", suffixes=(".nc",)) == tmp_path / "FIT.NC"


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


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    path.chmod(mode)
    replace_file(path, b"new")
    with written_beside(path) as beside:
        beside.write_text("newer")
    assert path.read_text() == "newer"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_link_stays_and_what_it_names_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "a.csv"
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    for text in ("first", "second"):
        replace_file(check_path(link, suffixes=[".csv"]), text.encode())
        assert link.is_symlink()
        assert target.read_text() == text
    assert [each.name for each in target.parent.iterdir()] == ["a.csv"]


def test_what_is_no_file_or_may_not_be_written_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "kept.csv").write_text("kept")
    (tmp_path / "kept.csv").chmod(0o444)
    for name, words in (("pipe.csv", "a pipe or a device"), ("kept.csv", "read-only")):
        with pytest.raises(OutputError, match=words):
            check_path(tmp_path / name, suffixes=[".csv"])
        with pytest.raises(OutputError, match=words):
            replace_file(tmp_path / name, b"new")
    assert (tmp_path / "kept.csv").read_text() == "kept"


def test_what_stands_beside_a_csv_is_written_over_nothing_else(tmp_path: Path) -> None:
    given = tmp_path / "o.csv.provenance.json"
    given.write_text("{}")
    with pytest.raises(OutputError, match="beside it is a file that is read"):
        check_path(tmp_path / "o.csv", suffixes=[".csv"], inputs=[str(given)])
    with pytest.raises(OutputError, match="kept for what stands beside a CSV"):
        check_path(given, suffixes=[".json"])
