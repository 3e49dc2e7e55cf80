"""Whatever is wrong ends with a message, the right exit code, and no file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOOD = "unit,numerator,denominator\na,1,10\nb,2,20\nc,5,30\n"

# Of which `check` says what it seems to hold.
UNTOLD = "nothing that tells the measure"
TABLES = {
    "a missing column": (
        "unit,numerator\na,1\nb,2\n",
        ["--numerator", "numerator", "--denominator", "denominator"],
        ["no column 'denominator'", "'unit', 'numerator'"],
    ),
    "a misspelt column": (
        "unit,numerator,denominatr\na,1,10\nb,2,20\n",
        ["--numerator", "numerator"],
        ["no column 'denominator'", "Did you mean 'denominatr'?"],
    ),
    UNTOLD: ("unit,x,y\na,1,10\n", [], ["nothing says", "--numerator"]),
    "more than there is": (
        "unit,numerator,denominator\na,11,10\nb,2,20\n",
        [],
        ["'numerator' is greater than 'denominator'", "row 2", "--lenient"],
    ),
    "a negative count": (
        "unit,numerator,denominator\na,-3,10\nb,2,20\n",
        [],
        ["negative", "'numerator'", "row 2"],
    ),
    "a negative denominator": (
        "unit,numerator,denominator\na,3,-10\nb,2,20\n",
        [],
        ["negative", "'denominator'", "row 2"],
    ),
    "a fraction": (
        "unit,numerator,denominator\na,1.5,10\nb,2,20\n",
        [],
        ["not a whole number", "row 2", "continuous"],
    ),
    "a zero denominator": (
        "unit,numerator,denominator\na,3,0\nb,2,20\n",
        [],
        ["zero", "'denominator'", "row 2"],
    ),
    "not a number": (
        "unit,numerator,denominator\na,NaN,10\nb,2,20\n",
        [],
        ["'numerator' is blank", "row 2"],
    ),
    "an infinite number": (
        "unit,numerator,denominator\na,1,inf\nb,2,20\n",
        [],
        ["infinite", "'denominator'", "row 2"],
    ),
    "a number too large for any computer": (
        "unit,numerator,denominator\na,1,1e999\nb,2,20\n",
        [],
        ["infinite", "row 2"],
    ),
    "no rows": ("unit,numerator,denominator\n", [], ["no rows below the header"]),
    "a unit twice": (
        "unit,numerator,denominator\na,1,10\nb,2,20\na,3,30\n",
        [],
        ["same unit", "row 4", "--period"],
    ),
    "text for a number": (
        "unit,numerator,denominator\na,seven,10\nb,2,20\n",
        [],
        ["text where a number should be", "'numerator'", "row 2"],
    ),
    "no unit": ("unit,numerator,denominator\n,1,10\nb,2,20\n", [], ["no unit", "row 2"]),
    "the same heading twice": (
        "unit,numerator,numerator,denominator\na,1,1,10\nb,2,2,20\n",
        [],
        ["more than once", "columns 2 and 3"],
    ),
    "a zero standard error": (
        "unit,value,se\na,1,0\nb,2,1\n",
        [],
        ["standard error", "'se'", "row 2"],
    ),
    "a web page": ("<!DOCTYPE html><html></html>", [], ["web page"]),
}


def files(folder: Path) -> list[str]:
    """Everything in a folder, hidden files too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def refused(ran: Any, code: int, words: list[str], *, told: str) -> None:
    """Check the exit code, that stdout is empty, and that the message says what it must."""
    assert ran.code == code
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert ran.err.startswith(f"{told}: ")
    for word in words:
        assert word in ran.err


@pytest.mark.parametrize("what", TABLES)
def test_an_impossible_table_is_refused(run: Callable[..., Any], tmp_path: Path, what: str) -> None:
    text, options, words = TABLES[what]
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    ran = run("funnel", tmp_path / "bad.csv", *options, "-o", tmp_path / "out.csv")
    refused(ran, 11, ["bad.csv: ", *words], told="TableError")
    assert files(tmp_path) == ["bad.csv"]


@pytest.mark.parametrize("what", [what for what in TABLES if what != UNTOLD])
def test_check_refuses_the_same_tables(run: Callable[..., Any], tmp_path: Path, what: str) -> None:
    text, options, words = TABLES[what]
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    ran = run("check", tmp_path / "bad.csv", *options)
    refused(ran, 11, words, told="TableError")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bin.csv", b"\x00\x01\x02\xff" * 50, ["binary file"]),
        ("empty.csv", b"", ["empty"]),
        ("blank.csv", b"\n \n\n", ["empty"]),
        ("empty.xlsx", b"", ["empty"]),
        ("bad.xlsx", b"PK\x03\x04 no workbook", ["damaged"]),
        ("bad.parquet", b"PAR1 no parquet at all PAR1", ["damaged"]),
        ("not.parquet", b"unit,numerator,denominator\na,1,2\n", ["Rename"]),
        ("picture.csv", b"\x89PNG\r\n\x1a\n", ["binary file"]),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    run: Callable[..., Any], tmp_path: Path, name: str, content: bytes, words: list[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    ran = run("funnel", tmp_path / name, "-o", tmp_path / "out.json")
    refused(ran, 11, [f"{name}: ", *words], told="TableError")
    assert files(tmp_path) == [name]


def test_a_folder_is_refused(run: Callable[..., Any], tmp_path: Path) -> None:
    refused(run("funnel", tmp_path), 11, ["this is a folder"], told="TableError")


def test_a_missing_file_suggests_the_nearest(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "daycases.csv").write_text(GOOD, encoding="utf-8")
    ran = run("funnel", tmp_path / "daycase.csv")
    refused(ran, 11, ["no such file", "Did you mean 'daycases.csv'?"], told="TableError")


def test_all_problems_are_told_at_once(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    text = "unit,numerator,denominator\na,11,10\nb,-2,20\nc,many,30\na,1,10\nd,1.5,10\n"
    path.write_text(text, encoding="utf-8")
    ran = run("funnel", path)
    assert "bad.csv: 5 problems." in ran.err
    for row in (2, 3, 4, 5, 6):
        assert f"(row {row})" in ran.err


def test_no_message_holds_a_records_values(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    text = "unit,numerator,denominator\nSECRET,7777,10\nHIDDEN,-8888,20\nPRIVATE,words,30\n"
    path.write_text(text, encoding="utf-8")
    err = run("funnel", path).err
    for word in ("SECRET", "HIDDEN", "PRIVATE", "7777", "8888", "words"):
        assert word not in err


def test_lenient_leaves_out_and_says_how_many(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    text = "unit,numerator,denominator\na,11,10\nb,-2,20\nc,many,30\nd,1,10\ne,2,10\nf,3,10\n"
    path.write_text(text, encoding="utf-8")
    ran = run("funnel", path, "--lenient")
    assert ran.code == 0
    assert "6 rows read; 3 kept (3 units); 3 excluded." in " ".join(ran.err.split())
    for reason in ("'numerator' is greater than", "a negative count", "text where a number"):
        assert reason in " ".join(ran.err.split())
    assert "of 3 units" in ran.out


def test_lenient_with_nothing_left_is_refused(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("unit,numerator,denominator\na,11,10\n", encoding="utf-8")
    refused(run("funnel", path, "--lenient"), 11, ["no rows are left"], told="TableError")


OPTIONS = {
    "a level of 95": (["--levels", "95"], 2, "UsageError", ["0 and 1", "Did you mean 0.95?"]),
    "a level of 1": (["--levels", "1"], 2, "UsageError", ["between 0 and 1"]),
    "a level of nan": (["--levels", "nan"], 2, "UsageError", ["between 0 and 1"]),
    "a level in words": (["--levels", "high"], 2, "UsageError", ["as in 0.95,0.998"]),
    "no such method": (["--method", "smhi"], 2, "UsageError", ["Did you mean 'shmi'?"]),
    "no such target": (["--target", "medan"], 2, "UsageError", ["Did you mean 'median'?"]),
    "a target without its rate": (["--target", "rate"], 2, "UsageError", ["rate:0.75"]),
    "a target of nothing": (["--target", "rate:0"], 12, "ModelError", ["between 0 and 1"]),
    "a target above one": (["--target", "rate:75"], 12, "ModelError", ["between 0 and 1"]),
    "the best of no direction": (["--target", "best:0.25"], 12, "ModelError", ["--direction"]),
    "no such side": (["--sides", "left"], 2, "UsageError", ["both, high or low"]),
    "no such limits": (["--limits", "exat"], 2, "UsageError", ["Did you mean 'exact'?"]),
    "no such dispersion": (["--dispersion", "remle"], 2, "UsageError", ["Did you mean 'reml'?"]),
    "no such robust": (["--robust", "trimm"], 2, "UsageError", ["Did you mean 'trim'?"]),
    "a scale of another measure": (["--tau-scale", "sqrt"], 2, "UsageError", ["logit"]),
    "a recipe of another measure": (["--method", "shmi"], 12, "ModelError", ["observed"]),
    "what a recipe fixes": (
        ["--method", "cqc", "--robust", "trim"],
        2,
        "UsageError",
        ["fixes robust"],
    ),
    "no such card": (["--card", "daycse"], 10, "CardError", ["Did you mean 'daycase'?"]),
    "no such card file": (["--card", "none.toml"], 10, "CardError", ["no such file"]),
    "no such direction": (["--direction", "higher"], 10, "CardError", ["'higher-is-better'?"]),
    "columns of two measures": (
        ["--numerator", "numerator", "--observed", "x"],
        2,
        "UsageError",
        ["different measures"],
    ),
    "a range upside down": (["--suppressed", "7:1"], 10, "CardError", ["the smaller first"]),
    "no range": (["--suppressed", "7"], 2, "UsageError", ["1:7"]),
    "grouped by counts": (["--by", "numerator"], 2, "UsageError", ["holds counts"]),
    "grouped by nothing": (["--by", "regoin"], 11, "TableError", ["no column 'regoin'"]),
    "no such roll-up": (["--roll-up", "yeer"], 2, "UsageError", ["Did you mean 'year'?"]),
    "a roll-up of no periods": (["--roll-up", "year"], 2, "UsageError", ["--period"]),
    "a lookup without a key": (["--lookup", "types.csv"], 2, "UsageError", ["FILE:KEY"]),
    "a sheet of no workbook": (["--sheet", "one"], 11, "TableError", ["no workbook"]),
}


@pytest.mark.parametrize("what", OPTIONS)
def test_an_impossible_option_is_refused(
    run: Callable[..., Any], tmp_path: Path, what: str
) -> None:
    options, code, told, words = OPTIONS[what]
    path = tmp_path / "good.csv"
    path.write_text(GOOD, encoding="utf-8")
    ran = run("funnel", path, *options, "-o", tmp_path / "out.csv")
    refused(ran, code, words, told=told)
    assert files(tmp_path) == ["good.csv"]


def test_a_range_of_superscripts_is_refused(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "good.csv"
    path.write_text(GOOD, encoding="utf-8")
    refused(run("funnel", path, "--suppressed", "¹:²"), 2, ["1:7"], told="UsageError")


@pytest.mark.parametrize(
    "args",
    [
        ("funnel",),
        ("funnel", "example:star98", "--nonsense"),
        ("funnel", "example:star98", "--format", "xml"),
        ("nonsense",),
        ("card", "nonsense"),
        ("funnel", "example:star98", "--rounded", "many"),
    ],
)
def test_a_command_line_that_cannot_be_read_exits_with_2(
    run: Callable[..., Any], args: tuple[str, ...]
) -> None:
    ran = run(*args)
    assert ran.code == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_an_unknown_example_is_told_which_there_are(run: Callable[..., Any]) -> None:
    ran = run("funnel", "example:star89")
    refused(ran, 2, ["Did you mean 'star98'?"], told="UsageError")
