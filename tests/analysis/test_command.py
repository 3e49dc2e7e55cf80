"""Commands written out: they are what was typed, and what the command line takes."""

import shlex
from dataclasses import fields

import pytest
import typer

import varstat
from varstat.analysis.asking import FunnelAsking
from varstat.analysis.command import option_of, repeat_command, write_command
from varstat.analysis.specification import Reading, Specification
from varstat.cli.output import Output
from varstat.cli.program import app
from varstat.present.captions.source import say_source

VERBS = ("funnel", "league", "opportunity", "compare", "change", "completeness")
NOT_SAID = {field.name for field in fields(Output)} | {"source", "a", "b"}


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_called_as_the_command_line_calls_it(verb: str) -> None:
    command = typer.main.get_command(app).commands[verb]
    spelt = {each.name: each.opts for each in command.params if each.name not in NOT_SAID}
    assert len(spelt) > 15
    assert [name for name, opts in spelt.items() if option_of(name) not in opts] == []


@pytest.fixture(name="table")
def _table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [
        f"U{i},Unit {i},{i + 3},{3 * i + 20},{'north' if i % 2 else 'south'}" for i in range(12)
    ]
    (tmp_path / "some file.csv").write_text("\n".join(["code,its name,hits,tries,region", *rows]))
    return "some file.csv"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"unit_name": "its name", "levels": (0.9, 0.99), "sides": "high"},
        {"only": {"region": ["north", "south"]}, "by": "region", "title": "Hits; $(rm) 'quoted'"},
        {"suppressed": (1, 7), "lenient": True, "target": "rate:0.3"},
        {"suppressed": {"*": (1, 7), "0": (0, 2)}, "zero": ["nil", "none"], "missing": "n.r."},
        {"suppressed": {"any": (1, 4), "few": (5, 7)}, "rounded": 5},
        {"rounded": {"numerator": 5, "denominator": 10}, "rules": "cms", "per": 1000},
    ],
)
def test_the_command_makes_the_same_again(table: str, said: dict) -> None:
    named = {"unit": "code", "numerator": "hits", "denominator": "tries"}
    made = varstat.funnel(table, **named, **said)
    command = repeat_command(made.provenance)
    words = shlex.split(command)
    assert words[:2] == ["varstat", "funnel"]
    found = []

    def keep(_context, specification, _output, **_rest):
        found.append(specification)

    import varstat.cli.funnel as home

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home, "carry_out", keep)
        typer.main.get_command(app).main(words[1:], standalone_mode=False)
    assert varstat.run(found[0]).provenance == made.provenance


def test_a_data_frame_has_no_command() -> None:
    frame = varstat.load_example("star98")
    made = varstat.funnel(frame)
    assert repeat_command(made.provenance) == ""
    assert say_source(made).endswith(f"varstat {varstat.__version__}.")


def test_a_chart_says_of_what_it_is_made(table: str) -> None:
    made = varstat.funnel(table, unit="code", numerator="hits", denominator="tries")
    assert "Data: some file.csv." in say_source(made)
    figure = varstat.draw(made)
    said = " ".join(text.get_text() for text in figure.texts if text.get_gid() == "source")
    assert f"varstat {varstat.__version__}: varstat funnel 'some file.csv' --unit code" in said


def test_what_a_terminal_would_obey_is_escaped_and_a_pipe_is_a_file() -> None:
    def written(**reading) -> str:
        return write_command(Specification(reading=Reading(**reading), asking=FunnelAsking()))

    assert written(source=("a\x1b[2J.csv",)) == r"varstat funnel $'a\x1b[2J.csv'"
    assert written(source=("-",), unit="-x") == "varstat funnel FILE --unit=-x"
    assert written(source=("-a.csv",)) == "varstat funnel ./-a.csv"
    assert written(source=("a.csv",), only=(("region", ("a,b",)),)) == ""
