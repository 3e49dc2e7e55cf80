"""Check of a file alone: what it seems to hold, and the command to type next, which runs."""

import os
import shlex
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from layouts import LAYOUTS
from suggestions import commands, found, options

pytestmark = pytest.mark.slow

OBEYED = ("\x1b", "\x07", "\u202e", "\u2066")


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_command_names_the_right_columns_and_runs(
    run: Callable[..., Any], tmp_path: Path, name: str, suffix: str
) -> None:
    layout = LAYOUTS[name]()
    path = tmp_path / f"its data.{suffix}"
    write = layout.frame.to_csv if suffix == "csv" else layout.frame.to_excel
    write(path, index=False)
    (first, *_) = commands(found(run, path))
    assert first[:2] == ["varstat", "funnel"]
    given = options(first[3:])
    assert given == layout.options
    ran = run(*first[1:])
    assert ran.code == 0, ran.err


def test_every_real_file_gives_a_command_that_runs_or_says_what_is_missing(
    run: Callable[..., Any], shared: Path
) -> None:
    silent = set()
    for path in sorted((shared / "data").glob("*.[cx][sl][vs]*")):
        told = found(run, path)
        for command in commands(told)[:1]:
            assert run(*command[1:], "--quiet").code == 0, command
        if not told["suggestions"]:
            silent.add(path.name)
            assert told["nature"].startswith(("A lookup:", "Figures about units:"))
            assert told["uses"][0].startswith("--lookup ")
            assert "varstat funnel" in told["template"]
    assert silent == {"nhs_trust_types.csv", "practice_covariates_2019.csv"}


def test_boards_of_the_scottish_file_are_left_out_of_the_command_for_its_hospitals(
    run: Callable[..., Any], shared: Path
) -> None:
    (found_,) = found(run, shared / "data" / "phs_inpatient_daycase_simd.csv")["suggestions"]
    assert found_["units"] == 37
    assert found_["excluded"]["a total over HB"] > 1000
    assert "exposure of zero" in found_["caution"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mar_hospital_activity_2012_2017.csv", ["--card", "daycase"]),
        ("nhs_sickness_absence_2024-04.csv", ["--card", "sickness"]),
        ("shmi_2011_2012.csv", ["--card", "shmi"]),
        ("statins_practice_2018.csv", ["--numerator", "low_med_dose_items"]),
        ("MAR_Prov-Web-file-March-17-4896.xls", ["--sheet", "Provider"]),
    ],
)
def test_real_files_are_guessed_right(
    run: Callable[..., Any], shared: Path, name: str, options: list[str]
) -> None:
    (first, *_) = commands(found(run, shared / "data" / name))
    assert set(options) <= set(first)


def test_a_shell_takes_what_is_printed_as_it_is_meant(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    for name in ("a quote in a heading", "dollars and semicolons", "Swedish"):
        path = tmp_path / "it's $HOME.csv"
        LAYOUTS[name]().frame.to_csv(path, index=False)
        printed = run("check", path).out.rpartition("units\n")[2]
        asked = ["bash", "-c", f"printf '%s\\n' {printed}"]
        done = subprocess.run(asked, capture_output=True, check=True, text=True)
        assert done.stdout.splitlines() == commands(found(run, path))[0]


def test_an_example_is_accounted_for_and_its_command_runs(run: Callable[..., Any]) -> None:
    told = found(run, "example:star98")
    assert told["rows_kept"] == 303
    assert commands(told) == [["varstat", "funnel", "example:star98"]]
    shown = run("check", "example:star98").out
    assert "303 rows read; 303 kept" in shown
    assert shown.rstrip().endswith("varstat funnel example:star98")


def test_no_records_value_is_printed(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "stays.csv"
    rows = [f"NHS{at:07},Ann Other {at},H{at % 4},{at % 2},{1_000 + at}" for at in range(40)]
    path.write_text("\n".join(["patient id,patient name,hospital,died,cost", *rows]))
    for said in ((), ("--format", "json"), ("--format", "csv")):
        ran = run("check", path, *said)
        assert ran.code == 0
        assert not [word for word in ("NHS000", "Ann", "1001") if word in ran.out + ran.err]


def test_a_file_without_a_header_prints_none_of_its_first_record(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "records.csv"
    path.write_text("9434765919,Ann,12,34\n9434765870,Bob,15,44\n9434765871,Cid,16,45\n")
    ran = run("check", path)
    assert ran.code == 0
    assert "9434765919" not in ran.out
    assert "Ann" not in ran.out
    assert "no row can be told to be the header" in ran.out


def test_hostile_headings_and_levels_are_harmless(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(
        **{
            "\u2066code": [f"R{at}" for at in range(6)],
            "\u202eevents": [1, 2, 3, 4, 5, 6],
            "total": [10, 20, 30, 40, 50, 60],
            "type": ["\u202ea"] * 3 + ["b\u2066"] * 3,
        }
    )
    for said in ((), ("--format", "json")):
        ran = run("check", path, *said)
        assert ran.code == 0
        assert not [letter for letter in OBEYED if letter in ran.out + ran.err]


@pytest.mark.parametrize(
    "text",
    ["a\n1\n2\n", "code,total\nA,3\n", "a,b\n", "only\n", "x;y;z\n1;2;3\n", ",,\n1,2,3\n"],
)
def test_small_files_are_told_of_without_a_traceback(
    run: Callable[..., Any], tmp_path: Path, text: str
) -> None:
    path = tmp_path / "small.csv"
    path.write_text(text)
    ran = run("check", path)
    assert ran.code in (0, 11)
    assert "Traceback" not in ran.err


def test_ten_thousand_columns_are_counted_and_not_all_printed(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "wide.csv"
    names = ",".join(f"c{at}" for at in range(10_000))
    path.write_text(f"unit,{names}\nA,{',1' * 9_999}1\nB,{',2' * 9_999}2\n".replace(",,", ","))
    ran = run("check", path)
    assert ran.code == 0
    assert "10,001 columns" in ran.out
    assert len(ran.out.splitlines()) < 120


def test_sheets_are_listed_with_the_best_guess(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    layout = LAYOUTS["English"]()
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        pd.DataFrame({"Notes": ["What this is", "Whom to ask"]}).to_excel(
            book, sheet_name="About", index=False
        )
        layout.frame.to_excel(book, sheet_name="Type 1", index=False)
        book.sheets["Type 1"].activate()
        book.sheets["About"].hide()
    ran = run("check", path)
    assert "About" in ran.out
    assert ", hidden)" in ran.out
    assert "Type 1 (14 rows, 4 columns) ← the best guess" in ran.out
    (first, *_) = commands(found(run, path))
    assert first[-2:] == ["--sheet", "Type 1"]
    assert run(*first[1:]).code == 0


def test_a_lookup_is_called_one_and_what_it_is_for_is_told(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "types.csv"
    kinds = ["Acute", "Acute", "Community", "Acute"] * 3
    path.write_text("\n".join(["code,type", *(f"A{i},{kind}" for i, kind in enumerate(kinds))]))
    told = found(run, path)
    assert told["suggestions"] == []
    assert told["nature"] == "A lookup: one row for each 'code', and no counts."
    assert told["uses"] == [f"--lookup {path}:code --peer-group type"]
    shown = run("check", path).out
    assert "A lookup:" in shown
    assert "varstat funnel" not in shown
    counts = tmp_path / "counts.csv"
    counts.write_text("code,seen,all\nA1,4,20\nA2,6,30\nA3,8,31\nA4,9,44\n")
    ran = run("funnel", counts, "--unit", "code", "--numerator", "seen", "--denominator", "all",
              *shlex.split(told["uses"][0]))  # fmt: skip
    assert ran.code == 0, ran.err


def test_figures_about_units_get_no_funnel(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "practices.csv"
    rows = [f"P{at:03},{at * 7 % 13}.25,{50 + at % 9}.5,{at % 5}.75" for at in range(30)]
    path.write_text("\n".join(["practice,deprivation score,age index,rurality", *rows]))
    told = found(run, path)
    assert told["suggestions"] == []
    assert told["nature"].startswith("Figures about units: one row for each 'practice'")
    assert told["uses"] == [f"--lookup {path}:practice --covariate 'deprivation score'"]


def test_what_a_command_needs_is_said_in_words(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    rows = [f"U{at},{at},{40 - at},{at * 3 % 17},{at % 2}" for at in range(20)]
    path.write_text("\n".join(["unit,alpha,beta,gamma,half", *rows, *rows]))
    ran = run("check", path)
    assert ran.code == 0
    assert "EVENTS" not in ran.out
    assert "--numerator and the column of events" in ran.out


def test_a_number_in_words_is_left_out_in_the_open(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    rows = [f"H{at},{'privat' if at in (3, 5) else at + 2},{90 + at}" for at in range(12)]
    path.write_text("\n".join(["Klinik,Todesfälle,Fälle", *rows]))
    told = found(run, path)
    (each,) = told["suggestions"]
    assert each["command"].endswith("--lenient")
    assert "--suppressed privat=LOW:HIGH" in each["caution"]


def test_a_pipe_is_read_once(run: Callable[..., Any], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = LAYOUTS["English"]().frame.to_csv(index=False)
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    told = found(run, pipe)
    writer.join()
    assert told["suggestions"]
