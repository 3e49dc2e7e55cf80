"""The options of commands that fit a model."""

from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from varstat.analysis.asking import LeagueAsking
from varstat.analysis.specification import Modelling
from varstat.cli.grouped import grouped
from varstat.cli.parse import parse_only, parse_strata, parse_transient, split_commas
from varstat.errors import UsageError


def model_app() -> typer.Typer:
    """A program of one command that takes every option of a model."""
    app = typer.Typer()

    @app.command()
    @grouped()
    def fit(modelling: Modelling, asking: LeagueAsking) -> None:
        """Fit."""
        typer.echo(f"{modelling.covariates} {modelling.draws} {asking.level}")

    return app


def model_options() -> dict[str, Any]:
    """Every option of the command, by its spelling."""
    command = typer.main.get_command(model_app())
    return {each.opts[0]: each for each in command.params if each.opts[0] != "--help"}


def test_options_of_the_model_stand_in_a_panel_of_their_own() -> None:
    found = model_options()
    words = "covariate effects likelihood transient peer-tau engine draws seed level target"
    panels = {name: each.rich_help_panel for name, each in found.items() if hasattr(each, "help")}
    assert {f"--{word}" for word in words.split()} <= panels.keys()
    assert {panels[f"--{word}"] for word in words.split()} == {"Model"}
    assert all(found[f"--{word}"].help for word in words.split())


def test_covariates_may_be_repeated_or_separated_by_commas() -> None:
    said = ["--covariate", "age, need", "--covariate", "size"]
    ran = CliRunner().invoke(model_app(), said)
    assert ran.output == "('age', 'need', 'size') 4000 0.95\n"
    assert split_commas(["age, need", "size"]) == ["age", "need", "size"]


@pytest.mark.parametrize(
    "said", [["--draws", "0"], ["--draws", "1.5"], ["--seed", "-1"], ["--level", "most"]]
)
def test_numbers_that_cannot_be_are_refused(said: list[str]) -> None:
    assert CliRunner().invoke(model_app(), said).exit_code == 2


@pytest.mark.parametrize(
    ("text", "read"),
    [(None, None), ("auto", "auto"), ("none", "none"), ("0", 0.0), ("0.25", 0.25), ("1e-2", 0.01)],
)
def test_what_is_transient_is_read(text: str | None, read: object) -> None:
    assert parse_transient(text) == read


@pytest.mark.parametrize("text", ["", "some", "-0.1", "nan", "inf", "0,1", "NONE"])
def test_what_is_not_an_sd_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="neither auto, none nor an SD"):
        parse_transient(text)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (None, None),
        ([], None),
        (["sex, age", "procedure"], ["sex", "age", "procedure"]),
        (["none"], []),
        ([""], []),
    ],
)
def test_strata_are_named_left_to_the_card_or_none(
    said: list[str] | None, read: list[str] | None
) -> None:
    assert parse_strata(said) == read


def test_no_strata_and_some_are_refused() -> None:
    with pytest.raises(UsageError, match="can't both be said"):
        parse_strata(["none,sex"])


def test_rows_are_chosen_by_columns_and_their_values() -> None:
    assert parse_only(None) is None
    assert parse_only([]) is None
    assert parse_only(["year = 2015-16, 2016-17", "type=A=B"]) == {
        "year": ["2015-16", "2016-17"],
        "type": ["A=B"],
    }


@pytest.mark.parametrize("text", ["", "year", "year=", "=2016", "year= , "])
def test_what_chooses_no_rows_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected COL=VALUE"):
        parse_only([text])


def test_a_column_is_chosen_by_once() -> None:
    with pytest.raises(UsageError, match="said twice"):
        parse_only(["year=2015", "year=2016"])
