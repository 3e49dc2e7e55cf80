import os
import time
from pathlib import Path

import numpy as np
import pytest

from varstat.review.store import Store, cache_folder, open_store, pack, unpack


def test_arrays_and_numbers_come_back_to_the_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    entry = {"a": rng.standard_normal((3, 4)), "b": [0.1, 1e300, float("inf")], "c": {"d": "x"}}
    Store(tmp_path / "s.jsonl").keep("one", entry)
    found = Store(tmp_path / "s.jsonl").find("one")
    assert found is not None
    assert np.array_equal(found["a"], entry["a"])
    assert (found["b"], found["c"]) == (entry["b"], entry["c"])
    assert unpack(pack({"shape": [1]})) == {"shape": [1]}


def test_what_was_cut_off_or_is_foreign_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    store = Store(path)
    for key in "abc":
        store.keep(key, {"x": 1.0})
    whole = path.read_bytes()
    path.write_bytes(b"\xff\x00 garbage\n[1, 2]\n" + whole[:-9])
    resumed = Store(path)
    assert [key for key in "abc" if resumed.find(key)] == ["a", "b"]
    resumed.keep("d", {"x": 2.0})
    assert [key for key in "abcd" if Store(path).find(key)] == ["a", "b", "d"]


def test_a_changed_line_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    Store(path).keep("a", {"x": 1.0})
    path.write_bytes(path.read_bytes().replace(b"1.0", b"2.0"))
    assert Store(path).find("a") is None


def test_the_folder_follows_the_standard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "varstat" / "review"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path.home() / ".cache" / "varstat" / "review"


def test_another_seed_or_specification_has_another_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one = open_store(data_hash="a", specification={"level": 0.9}, seed=1)
    assert one is not None
    one.keep("job", {"x": 1.0})
    again = open_store(data_hash="a", specification={"level": 0.9}, seed=1)
    assert again is not None
    assert len(again) == 1
    for data, level, seed in (("b", 0.9, 1), ("a", 0.8, 1), ("a", 0.9, 2)):
        other = open_store(data_hash=data, specification={"level": level}, seed=seed)
        assert other is not None
        assert len(other) == 0
    again.remove()
    assert len(list(cache_folder().iterdir())) == 3


def test_what_nobody_took_up_is_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    open_store(data_hash="a", specification={}, seed=1)
    (old,) = cache_folder().iterdir()
    long_ago = time.time() - 40 * 86_400
    os.utime(old, (long_ago, long_ago))
    open_store(data_hash="b", specification={}, seed=1)
    assert not old.exists()


def test_without_a_cache_there_is_no_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert open_store(data_hash="a", specification={}, seed=1) is None


def test_a_store_holds_its_own_reader_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    Store(path)
    assert path.stat().st_mode & 0o077 == 0
