"""varstat completeness, as it is typed."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import varstat
from varstat.analysis.asking import CompletenessAsking
from varstat.analysis.specification import Reading, Specification
from varstat.cli.program import app
from varstat.errors import ModelError, TableError, UsageError

TYPED = ["--period", "month", "--denominator", "spells", "--counts", "referrals"]


def make_months(units: int = 20, months: int = 36) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    spells = 1000 + 10 * rng.standard_normal((units, months))
    spells[3, 20:22] *= 0.6
    labels = pd.period_range("2014-01", periods=months, freq="M").astype(str)
    return pd.DataFrame(
        {
            "unit": np.repeat([f"U{at:02d}" for at in range(units)], months),
            "month": np.tile(labels, units),
            "spells": spells.ravel().round(),
            "referrals": (2 * spells).ravel().round(),
        }
    )


@pytest.fixture
def months(tmp_path: Path) -> Path:
    path = tmp_path / "months.csv"
    make_months().to_csv(path, index=False)
    return path


def ask(path: Path, *more: str, typed: list[str] = TYPED) -> object:
    return CliRunner().invoke(app, ["completeness", str(path), *typed, *more])


def test_a_loss_is_shown_with_its_class_and_what_cannot_be_known(months):
    shown = ask(months)
    assert shown.exit_code == 0
    assert "incomplete" in shown.output
    assert "A loss that all units share can't be seen" in shown.output


def test_a_count_alone_is_the_volume_whatever_it_is_called(months):
    named = [
        ask(months, "-q", typed=["--period", "month", option, "spells"]).output
        for option in ("--numerator", "--denominator", "--counts")
    ]
    assert "incomplete" in named[0]
    assert named[0] == named[1] == named[2]


def test_json_has_the_keys_of_one_group_on_top(months):
    said = json.loads(ask(months, "--format", "json", "--quiet").stdout)
    (event,) = said["units"][0]["events"]
    assert (said["units"][0]["unit"], event["class"], event["from"], event["to"]) == (
        "U03",
        "incomplete",
        "2015-09",
        "2015-10",
    )
    assert event["columns"]["referrals"] == pytest.approx(0.6, abs=0.03)
    assert [round(each["estimate"], 1) for each in said["completeness"]] == [0.6, 0.6]


def test_files_of_one_table_go_by_its_name(months, tmp_path):
    made = ask(months, *(f"-o{tmp_path}/{name}.csv" for name in ("map", "events", "any")))
    assert made.exit_code == 0, made.output
    assert list(pd.read_csv(tmp_path / "map.csv"))[:4] == ["from", "to", "share", "date"]
    assert list(pd.read_csv(tmp_path / "events.csv")) == ["unit", "from", "to", "class", "share"]
    assert "log_bayes_factor" in pd.read_csv(tmp_path / "any.csv")


def test_strips_are_drawn_and_a_page_has_them(months, tmp_path):
    made = ask(
        months,
        *(f"-o{tmp_path}/found.{suffix}" for suffix in ("svg", "html", "xlsx")),
        *("--highlight", "U03"),
    )
    assert made.exit_code == 0, made.output
    drawn = (tmp_path / "found.svg").read_text()
    assert "What was reported: Spells" in drawn
    assert "--counts referrals" in drawn
    assert "U03" in (tmp_path / "found.html").read_text()
    sheets = set(pd.read_excel(tmp_path / "found.xlsx", sheet_name=None, engine="openpyxl"))
    assert sheets >= {"history", "completeness", "events"}
    # No successor is suspected, and a table without rows is no sheet.
    assert "map" not in sheets


def test_without_an_event_there_is_nothing_to_draw(tmp_path):
    frame = make_months()
    path = tmp_path / "months.csv"
    frame[frame["unit"] != "U03"].to_csv(path, index=False)
    assert ask(path).exit_code == 0
    refused = ask(path, f"-o{tmp_path}/found.png")
    assert isinstance(refused.exception, ModelError)


def test_the_provenance_gives_the_result_again(months):
    found = varstat.completeness(
        months, period="month", denominator="spells", columns="referrals", least=400
    )
    asked = Specification.from_dict(found.provenance.to_dict())
    again = varstat.run(asked, folder=months.parent)
    assert again.provenance == found.provenance
    assert again.to_frame().equals(found.to_frame())


def test_what_volumes_are_not_read_by_is_refused(months):
    asking = CompletenessAsking(columns=("referrals",))
    reading = Reading(source=(str(months),), period="month", denominator="spells", roll_up="year")
    with pytest.raises(UsageError, match="roll_up"):
        varstat.run(Specification(reading=reading, asking=asking))


def test_events_of_a_file_are_the_input(months, tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(
        "unit,from,to,class,share\n"
        "U03,2015-09,2015-10,service interruption,\n"
        "U05,2015-01,2015-02,incomplete,0.9\n"
        "U05,2015-02,2015-03,spike,\n"
    )
    said = json.loads(ask(months, "--events", str(path), "--format", "json", "--quiet").stdout)
    classes = [event["class"] for unit in said["units"] for event in unit["events"]]
    assert classes == ["service interruption", "incomplete", "spike"]
    assert [each["estimate"] for each in said["completeness"]] == [0.9, 0.9]


def test_with_one_column_an_interruption_is_not_told_from_a_loss(months):
    shown = ask(months, typed=["--period", "month", "--denominator", "spells"])
    assert "incomplete or service interruption" in shown.output
    assert "With one column of counts" in shown.output


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("U99,2015-09,2015-10,spike,", "the unit isn't in the data"),
        ("U03,2015-09,2099-10,spike,", "`to` isn't a period"),
        ("U03,2015-10,2015-09,spike,", "ends before it starts"),
        ("U03,2015-09,2015-10,spikes,", "Did you mean 'spike'"),
        ("U03,2015-09,2015-10,incomplete,1.5", "the share isn't above 0 and up to 1"),
        ("U03,2015-09,2015-10,spike,\nU03,2015-09,2015-10,spike,", "Keep one"),
    ],
)
def test_events_that_cannot_be_are_refused(months, tmp_path, lines, words):
    path = tmp_path / "events.csv"
    path.write_text(f"unit,from,to,class,share\n{lines}\n")
    refused = ask(months, "--events", str(path))
    assert isinstance(refused.exception, TableError)
    assert words in str(refused.exception)


@pytest.mark.parametrize(
    ("more", "kind", "words"),
    [
        (["--prior-incomplete", "0.7"], UsageError, "up to 0.5"),
        (["--prior-logit-sd", "5"], UsageError, "up to 2"),
        (["--level", "1.5"], UsageError, "no level"),
        (["--least", "1e9"], ModelError, "Lower --least"),
    ],
)
def test_what_cannot_be_asked_is_refused(months, more, kind, words):
    refused = ask(months, *more)
    assert isinstance(refused.exception, kind)
    assert words in str(refused.exception)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame[frame["month"] < "2015-03"], "18 months are needed"),
        (lambda frame: frame.assign(month="before " + frame["month"]), "labels can be read"),
        (lambda frame: pd.concat([frame, frame.head(1)]), "same unit and period"),
        (lambda frame: frame.assign(spells=-frame["spells"]), "a negative count"),
        (lambda frame: frame.drop(columns="referrals"), "referrals"),
    ],
)
def test_tables_that_cannot_be_are_refused(tmp_path, change, words):
    path = tmp_path / "months.csv"
    change(make_months()).to_csv(path, index=False)
    refused = ask(path)
    assert isinstance(refused.exception, TableError)
    assert words in str(refused.exception)


def test_quarters_are_read_too(tmp_path):
    frame = make_months(months=48)
    first = frame["month"].str[:4].astype(int)
    quarter = (frame["month"].str[5:].astype(int) - 1) // 3
    # Financial quarters: from April.
    year = first - (quarter == 0)
    frame["quarter"] = [
        f"{y}-{(y + 1) % 100:02d} Q{(q - 1) % 4 + 1}" for y, q in zip(year, quarter, strict=True)
    ]
    summed = frame.groupby(["unit", "quarter"], as_index=False)[["spells", "referrals"]].sum()
    lost = (summed["unit"] == "U07") & (summed["quarter"] == "2015-16 Q1")
    summed.loc[lost, ["spells", "referrals"]] //= 2
    path = tmp_path / "quarters.csv"
    summed.to_csv(path, index=False)
    typed = ["--period", "quarter", "--denominator", "spells", "--counts", "referrals"]
    said = json.loads(ask(path, "--format", "json", "--quiet", typed=typed).stdout)
    events = [(each["unit"], e["from"]) for each in said["units"] for e in each["events"]]
    assert ("U07", "2015-16 Q1") in events
