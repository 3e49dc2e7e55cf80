"""League tables for machines."""

import io
import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest
from present.leagues import build_league, gather

from varstat import write
from varstat.errors import ModelError, OutputError, UsageError
from varstat.present.formats.csv import beside as beside_csv
from varstat.present.formats.csv import csv_bytes
from varstat.present.formats.json import encode as json_bytes
from varstat.present.formats.parquet import encode as parquet_bytes
from varstat.present.formats.xlsx import encode as xlsx_bytes
from varstat.present.write import lay_out

KEYS = [
    *("indicator", "measure", "direction", "by", "model", "engine", "diagnostics", "target"),
    *(
        "target_lower",
        "target_upper",
        "target_rule",
        "hyperparameters",
        "homogeneity",
        "assumptions",
        "interactions",
        "level",
        "at",
        "rank_scope",
    ),
    *("ranks_exact", "top", "misclassified", "discordance", "units", "summary", "notes"),
    *("account", "provenance"),
]


def strict(content: bytes) -> dict:
    """JSON read without leave to hold NaN."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(content, parse_constant=refuse)


def test_json_has_one_object_a_group() -> None:
    groups = [build_league(8, by={"region": name}) for name in "ab"]
    whole = strict(json_bytes(lay_out(gather(*groups))))
    assert [list(league) for league in whole["leagues"]] == [KEYS, KEYS]
    assert [league["by"] for league in whole["leagues"]] == [{"region": "a"}, {"region": "b"}]
    assert "units" not in whole
    assert whole["account"]["rows_read"] == 16


def test_of_one_league_the_keys_are_on_top_as_well() -> None:
    whole = strict(json_bytes(lay_out(gather(build_league(8)))))
    assert list(whole) == [*KEYS, "leagues"]
    assert whole["leagues"][0] == {key: whole[key] for key in KEYS}


def test_json_says_what_the_league_says() -> None:
    league = build_league(30)
    whole = strict(json_bytes(lay_out(gather(league))))
    frame = league.to_frame()
    assert list(whole["units"][0]) == list(frame)
    for name in ("estimate", "rank_lower", "p_bottom_quartile", "tier"):
        assert [unit[name] for unit in whole["units"]] == frame[name].tolist()
    assert whole["summary"] == league.summary()
    assert [row["name"] for row in whole["hyperparameters"]] == ["intercept", "tau"]
    assert whole["diagnostics"]["passed"] is True
    assert whole["diagnostics"]["r_hat"] is None
    assert whole["diagnostics"]["predictive"] == {"spread": 0.4, "extreme": 0.5}


def test_what_is_missing_is_null() -> None:
    whole = strict(json_bytes(lay_out(gather(build_league(8, direction="neither", withheld=1)))))
    assert whole["misclassified"] is None
    assert {unit["expected_rank"] for unit in whole["units"]} == {None}
    assert sum(unit["raw"] is None for unit in whole["units"]) == 1
    peers = strict(json_bytes(lay_out(gather(build_league(9, peers=True)))))
    assert peers["target"] is None
    assert all(unit["target"] is not None for unit in peers["units"])


def test_a_model_with_anything_in_it_is_plain() -> None:
    model = {"priors": {"tau": (np.float64(1.0), float("inf"))}, "covariates": np.array(["a"])}
    whole = strict(json_bytes(lay_out(gather(build_league(8, model=model)))))
    assert whole["model"]["priors"] == {"tau": [1.0, None]}
    assert whole["model"]["covariates"] == ["a"]


def test_a_failed_posterior_is_said_in_every_format() -> None:
    leagues = gather(
        build_league(8, by={"region": "a"}),
        build_league(8, by={"region": "b"}, problems=("R-hat is 1.3.",)),
    )
    whole = strict(json_bytes(lay_out(leagues)))
    assert [league["diagnostics"]["passed"] for league in whole["leagues"]] == [True, False]
    assert whole["leagues"][1]["diagnostics"]["problems"] == ["R-hat is 1.3."]
    assert whole["leagues"][1]["summary"].startswith("NOT TO BE TRUSTED")
    beside = strict(beside_csv(lay_out(leagues)))
    assert next(iter(beside)) == "not_to_be_trusted"
    failed = [{"by": {"region": "b"}, "problems": ["R-hat is 1.3."]}]
    assert beside["diagnostics"] == {"passed": False, "failed": failed}
    schema = pyarrow.parquet.read_schema(io.BytesIO(parquet_bytes(lay_out(leagues))))
    assert json.loads(schema.metadata[b"varstat"])["diagnostics"]["passed"] is False
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(lay_out(leagues))))
    told = list(book["about"].iter_rows(min_row=2, values_only=True))
    assert told[0] == ("not_to_be_trusted", "1 of 2 posteriors failed their checks")
    assert "R-hat is 1.3." in dict(told)["diagnostics.failed"]
    cover = [row[0] for row in book["cover"].iter_rows(max_row=2, values_only=True)]
    assert cover[1] == "NOT TO BE TRUSTED: 1 of 2 posteriors failed their checks."
    units = lay_out(leagues).units
    assert units.groupby("region")["trusted"].unique().map(list).to_dict() == {
        "a": [True],
        "b": [False],
    }
    head, *rows = book["leagues"].iter_rows(values_only=True)
    assert [row[head.index("passed")] for row in rows] == [True, False]


def test_nothing_is_doubted_without_a_reason() -> None:
    leagues = gather(build_league(8))
    assert "not_to_be_trusted" not in strict(beside_csv(lay_out(leagues)))
    assert b"TRUSTED" not in json_bytes(lay_out(leagues))


def test_a_workbook_has_units_leagues_hyperparameters_and_what_it_is_about() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(lay_out(gather(build_league(8))))))
    assert book.sheetnames == ["cover", "units", "leagues", "hyperparameters", "notes", "about"]
    assert book["units"].max_row == 9
    assert [cell.value for cell in book["hyperparameters"]["A"]] == ["name", "intercept", "tau"]


def test_parquet_keeps_every_number() -> None:
    leagues = gather(build_league(20, direction="neither", withheld=2))
    back = pd.read_parquet(io.BytesIO(parquet_bytes(lay_out(leagues))))
    frame = leagues.to_frame()
    for name in frame.select_dtypes("number"):
        assert np.array_equal(back[name], frame[name], equal_nan=True)


def test_csv_quotes_what_a_spreadsheet_would_run() -> None:
    leagues = gather(build_league(4, names=["=1+1", "@x", "plain", "-2"]))
    told = pd.read_csv(io.BytesIO(csv_bytes(leagues.to_frame())))
    assert set(told["unit_name"]) == {"'=1+1", "'@x", "plain", "'-2"}


def test_leagues_are_tabulated_one_a_row() -> None:
    leagues = gather(
        build_league(20, by={"region": "a"}), build_league(12, by={"region": "b"}, seed=2)
    )
    table = lay_out(leagues).sheets["leagues"]
    assert table["region"].tolist() == ["a", "b"]
    assert table["units"].tolist() == [20, 12]
    assert table["top"].tolist() == [5, 3]
    assert table["tiers"].tolist() == [4, 4]
    hyper = lay_out(leagues).sheets["hyperparameters"]
    assert hyper["region"].tolist() == ["a", "a", "b", "b"]
    assert hyper["name"].tolist() == ["intercept", "tau"] * 2


def test_a_group_whose_column_is_called_name_is_no_trouble() -> None:
    leagues = gather(build_league(8, by={"name": "x"}), build_league(8, by={"name": "y"}))
    assert openpyxl.load_workbook(io.BytesIO(xlsx_bytes(lay_out(leagues))))
    assert strict(json_bytes(lay_out(leagues)))["leagues"][1]["by"] == {"name": "y"}


@pytest.mark.parametrize("render", [json_bytes, parquet_bytes, xlsx_bytes, beside_csv])
def test_the_same_leagues_give_the_same_bytes(render: object) -> None:
    assert callable(render)
    assert render(lay_out(gather(build_league(12)))) == render(lay_out(gather(build_league(12))))


SUFFIXES = [".csv", ".parquet", ".json", ".xlsx", ".png", ".svg", ".pdf", ".html"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_leagues_are_written_as_the_suffix_says(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    write(gather(build_league(12)), path, highlight=["u00003"])
    assert path.stat().st_size > 0
    assert (tmp_path / "out.csv.provenance.json").exists() == (suffix == ".csv")
    with pytest.raises(OutputError):
        write(gather(build_league(12)), f"{path}x")


def test_the_chart_is_the_caterpillar_unless_ranks_are_asked_for(tmp_path: Path) -> None:
    leagues = gather(build_league(12))
    for name, chart in (("a", "caterpillar"), ("b", "ranks")):
        write(leagues, tmp_path / f"{name}.svg", chart=chart)
    write(leagues, tmp_path / "c.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "c.svg").read_bytes()
    assert b"Rank (1 is best)" in (tmp_path / "b.svg").read_bytes()
    assert b"Rank (1 is best)" not in (tmp_path / "a.svg").read_bytes()


def test_an_unknown_chart_is_refused_whatever_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'ranks'"):
        write(gather(build_league(12)), tmp_path / "out.json", chart="rank")
    assert not list(tmp_path.iterdir())


def test_ranks_are_not_drawn_without_a_direction(tmp_path: Path) -> None:
    leagues = gather(build_league(12, direction="neither"))
    with pytest.raises(ModelError, match="without a direction"):
        write(leagues, tmp_path / "out.png", chart="ranks")
    assert not list(tmp_path.iterdir())
    write(leagues, tmp_path / "out.html")
