"""Pipes lose no byte, and names that a terminal would obey are cleaned."""

import os
import subprocess
import sys
import threading

import pytest
from cards import make_card

from varstat.data import read_table
from varstat.errors import TableError

LONG = "unit,numerator,denominator\n" + "".join(f"U{at},{at % 90},900\n" for at in range(5000))


@pytest.mark.parametrize("text", [LONG, "unit,numerator,denominator\nA,1,2\n"])
def test_a_named_pipe_is_read_whole(tmp_path, text):
    pipe = tmp_path / "p.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    table = read_table(pipe, card=make_card())
    writer.join()
    assert table.account.rows_read == text.count("\n") - 1
    (tmp_path / "f.csv").write_text(text)
    assert table.data_hash == read_table(tmp_path / "f.csv", card=make_card()).data_hash


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"])
def test_standard_input_is_read_whole(tmp_path, name):
    told = "from varstat.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", told, "check", name],
        input=LONG.encode(),
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert done.stderr == b""
    assert b"5,000 rows read" in done.stdout


def test_a_database_through_a_pipe_and_a_device_are_refused(tmp_path):
    pipe = tmp_path / "p"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(bytes(8) + b"DUCK" + bytes(90),))
    writer.start()
    with pytest.raises(TableError, match="cannot come through a pipe"):
        read_table(pipe, card=make_card())
    writer.join()
    with pytest.raises(TableError, match="this is a device"):
        read_table("/dev/zero", card=make_card())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"g\xff.csv", "g.csv"),
        (b"a\x1b[31mred.csv", "a[31mred.csv"),
        (b"two\nlines.csv", "two lines.csv"),
        (b"bell\x07.csv", "bell.csv"),
        ("right\u202eleft.csv".encode(), "rightleft.csv"),
        ("caf\u00e9.csv".encode(), "café.csv"),
    ],
)
def test_a_files_name_is_cleaned(tmp_path, name, shown):
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "w") as file:
        file.write("unit,numerator,denominator\nA,1,2\n")
    account = read_table(os.fsdecode(path), card=make_card()).account
    assert account.source == shown
    account.source.encode()


def test_two_codes_that_differ_by_a_nul_are_one(tmp_path):
    import pandas as pd

    frame = {"unit": ["A", "A\0"], "numerator": [1, 2], "denominator": [3, 4]}
    pd.DataFrame(frame).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(TableError, match="same unit"):
        read_table(tmp_path / "t.parquet", card=make_card())


def test_parquet_of_more_cells_than_fit_is_refused_by_its_footer(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"unit": pa.nulls(100_000_001, pa.int8())}), tmp_path / "t.parquet")
    with pytest.raises(TableError, match="varstat cells"):
        read_table(tmp_path / "t.parquet", card=make_card())


def test_a_code_longer_than_any_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text(f"unit,numerator,denominator\n{'A' * 50_000},1,2\nB,1,2\n")
    with pytest.raises(TableError, match=r"code of more than 1,000 letters.*\(row 2\)"):
        read_table(tmp_path / "t.csv", card=make_card())


@pytest.mark.parametrize("number", ["5e-324", "1e-200", "-5e-324", "2.5e-310", "1e-101"])
def test_a_count_too_near_zero_is_refused(tmp_path, number):
    for row in (f"A,{number},20", f"A,0,{number}"):
        (tmp_path / "t.csv").write_text(f"unit,numerator,denominator\n{row}\nB,1,2\n")
        with pytest.raises(TableError, match="row 2"):
            read_table(tmp_path / "t.csv", card=make_card())
