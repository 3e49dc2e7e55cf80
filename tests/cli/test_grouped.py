"""Options laid out from the fields of dataclasses."""

import ast
import inspect
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

import varstat
from varstat.analysis.asking import ASKINGS
from varstat.analysis.specification import Modelling, Reading
from varstat.cli.grouped import grouped
from varstat.cli.option import number, text, texts
from varstat.cli.options import OPTIONS
from varstat.cli.output import Output
from varstat.cli.program import app

CLI = Path(varstat.__file__).parent / "cli"
# What Python alone can ask for.
UNLAID = {"multiplier", "subtotals"}


def commands(command: Any) -> dict[str, Any]:
    """The commands that do something, by name."""
    inside = getattr(command, "commands", {})
    found = {name: each for name, each in inside.items() if not hasattr(each, "commands")}
    for each in inside.values():
        found |= commands(each)
    return found


@dataclass(frozen=True, kw_only=True)
class Toy:
    """A group of options."""

    names: tuple[str, ...] = ()
    most: int = 3
    kind: str | None = None


LAID = {
    "names": texts("name", "Toys", "Names.", read=lambda names: tuple(map(str.upper, names))),
    "most": number(int, "most", "Toys", "How many.", least=1),
    "kind": text("kind", None, "Kind."),
}


def toy_app() -> typer.Typer:
    """A program of one command."""
    program = typer.Typer()

    @program.command()
    @grouped(instead=LAID)
    def play(
        place: Annotated[str, typer.Argument()],
        toy: Toy,
        loud: Annotated[bool, typer.Option("--loud")] = False,
    ) -> None:
        """Play."""
        typer.echo(f"{place} {toy.names} {toy.most} {toy.kind} {loud}")

    return program


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["home"], "home () 3 None False\n"),
        (["home", "--name", "a", "--name=b", "--loud"], "home ('A', 'B') 3 None True\n"),
        (["home", "--most", "7", "--kind", ""], "home () 7  False\n"),
    ],
)
def test_a_command_gets_a_value_of_its_options(said: list[str], told: str) -> None:
    assert CliRunner().invoke(toy_app(), said).output == told


def test_ranges_and_help_are_those_of_the_table() -> None:
    assert CliRunner().invoke(toy_app(), ["home", "--most", "0"]).exit_code == 2
    shown = CliRunner().invoke(toy_app(), ["--help"]).output
    assert "Toys" in shown
    assert "How many." in shown
    assert "Play." in shown


def test_every_field_of_a_specification_has_its_option() -> None:
    kinds = (Reading, Modelling, *ASKINGS.values(), Output)
    there = {(kind, field.name) for kind in kinds for field in fields(kind)}
    assert OPTIONS.keys() <= there
    assert {name for _, name in there - OPTIONS.keys()} == UNLAID


def test_options_are_spelt_as_their_fields() -> None:
    spelt = {"strata": "--stratum", "covariates": "--covariate", "format_": "--format"}
    spelt |= {"before": "--from", "after": "--to", "successors": "--map"}
    spelt["columns"] = "--counts"
    for (_, name), laid in OPTIONS.items():
        written = [word for word in (laid.info.default, *(laid.info.param_decls or ())) if word]
        options = [word for word in written if str(word).startswith("--")]
        if options:
            assert options == [spelt.get(name, f"--{name.replace('_', '-')}")]


def test_defaults_are_those_of_the_fields() -> None:
    for (kind, name), laid in OPTIONS.items():
        default = next(field.default for field in fields(kind) if field.name == name)
        shown = laid.shown(default)
        if shown is inspect.Parameter.empty:
            assert default in (MISSING, ())
        elif name != "chart":
            assert shown == (None if default == () else default)


def test_a_command_is_short_and_has_few_parameters() -> None:
    for path in CLI.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                assert len(node.args.args) + len(node.args.kwonlyargs) <= 12, node.name
                assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_no_command_passes_its_parameters_on_as_a_mapping() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in CLI.glob("*.py"))
    assert "context.params" not in written
    assert "said[" not in written


def test_every_command_of_an_analysis_can_be_called() -> None:
    there = commands(typer.main.get_command(app))
    assert {"funnel", "league", "opportunity", "compare", "fit", "check", "cells"} <= there.keys()
