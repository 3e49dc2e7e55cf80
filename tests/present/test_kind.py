"""A kind is one file, a format is one file, and every output passes what may be disclosed."""

import io
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from present.leagues import build_league
from present.leagues import gather as gather_leagues
from present.opportunities import build_comparison, build_opportunity, gather_comparisons
from present.opportunities import gather as gather_opportunities
from present.toy import Wait, Waits
from rich.console import Console

from varstat import compute_funnel, disclose, draw, fit_model, read_table, show, write
from varstat.errors import UsageError
from varstat.estimands.verdict.compute import compute_verdicts
from varstat.present import formats
from varstat.present.kind import chart_names, check_chart
from varstat.present.terminal.notes import print_notes
from varstat.present.write import CHARTS, SUFFIXES, TABLES, encode, lay_out
from varstat.results import Results


def waits(*days: float) -> Waits:
    names = tuple(f"W{at}" for at in range(len(days)))
    wait = Wait(indicator="Waiting", by={}, unit=names, unit_name=(None,) * len(days), days=days)
    known = gather_leagues(build_league(2))
    return Waits(groups=(wait,), accounts=known.accounts, provenance=known.provenance)


def shown(results: Results[Any], **said: Any) -> str:
    console = Console(file=io.StringIO(), width=80, highlight=False)
    show(results, console, **said)
    return console.file.getvalue()


def test_a_kind_of_one_short_file_has_a_table_a_page_json_a_workbook_and_a_chart() -> None:
    found = waits(3.0, 12.5)
    assert len(Path(sys.modules[Wait.__module__].__file__ or "").read_text().splitlines()) <= 60
    assert shown(found).split() == [
        *("Waiting", "unit", "days", "W0", "3.0", "W1", "12.5"),
        *("People", "wait", "8", "days."),
    ]
    page = encode(found, ".html").decode()
    for word in ("<svg", "Waiting", ">Days</th>", 'data-value="12.5"', "People wait 8 days."):
        assert word in page
    whole = json.loads(encode(found, ".json"))
    assert whole["waits"][0]["units"][1] == {"unit": "W1", "days": 12.5}
    assert whole["provenance"]["version"]
    book = openpyxl.load_workbook(io.BytesIO(encode(found, ".xlsx")))
    assert book["units"]["B3"].value == 12.5
    assert book["units"]["B1"].comment.text == "that people wait"
    assert draw(found).axes[0].patches[1].get_width() == 12.5
    assert encode(found, ".png").startswith(b"\x89PNG")


def test_of_a_long_table_a_terminal_says_how_much_it_leaves_out() -> None:
    text = shown(waits(*range(30)), highlight=["w25"])
    assert "… and 9 more" in text
    assert "W25 ◄" in text
    assert "W24" not in text


def test_a_format_is_one_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "txt.py").write_text(
        "def encode(content):\n    return content.units.to_string().encode()\n"
    )
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    from varstat.present.write import table_suffixes

    assert ".txt" in table_suffixes()
    assert b"12.5" in encode(waits(3.0, 12.5), ".txt")
    monkeypatch.delitem(sys.modules, "varstat.present.formats.txt")


def of_every_kind() -> list[Results[Any]]:
    table = read_table("example:star98")
    return [
        compute_funnel(table),
        gather_leagues(build_league(6)),
        gather_opportunities(build_opportunity(6)),
        gather_comparisons(build_comparison()),
        fit_model(table, draws=100),
        waits(3.0, 12.5),
    ]


@pytest.fixture(scope="module", name="every")
def _every() -> list[Results[Any]]:
    return of_every_kind()


def test_no_output_has_a_way_round_what_may_be_disclosed(
    every: list[Results[Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What stands in for `disclose` renames the indicator: no output may know the old name."""
    asked: list[object] = []

    def withhold(results: Any, rules: Sequence[object] = ()) -> Any:
        asked.append(results)
        if not isinstance(results, Results):
            return replace(results, indicator="Withheld")
        return replace(
            results, groups=tuple(replace(each, indicator="Withheld") for each in results.groups)
        )

    monkeypatch.setattr(disclose, "disclose", withhold)
    for results in every:
        charts = not isinstance(results, type(every[4]))
        for suffix in [*TABLES, ".html", *((".svg",) if charts else ())]:
            asked.clear()
            write(results, tmp_path / f"out{suffix}")
            assert asked == [results]
            assert len(asked) == 1
        assert "Withheld" in (tmp_path / "out.html").read_text()
        assert results[0].indicator not in (tmp_path / "out.html").read_text()
        assert "Withheld" in shown(results)
        asked.clear()
        assert results[0].indicator not in results._repr_html_()
        assert asked == [results]
        asked.clear()
        print_notes(results, Console(file=io.StringIO()))
        assert asked == [results]
        if charts:
            asked.clear()
            draw(results)
            assert asked == [results]


def test_nothing_imports_a_format_but_the_one_place_that_writes() -> None:
    """So that a new output can't pass by `disclose`: formats take a `Content`, no results."""
    package = Path(disclose.__file__).parent
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "present.formats" in path.read_text() and "csv_bytes" not in path.read_text()
    }
    assert users == {"present/write.py"}


def test_nothing_is_withheld_without_rules(every: list[Results[Any]]) -> None:
    for results in every:
        assert disclose.disclose(results) is results
    with pytest.raises(NotImplementedError):
        disclose.disclose(every[0], rules=("a rule",))


def test_every_column_of_a_file_is_declared_in_its_order(every: list[Results[Any]]) -> None:
    """But what the group has in common, which every table starts with."""
    for results in every:
        content = lay_out(results)
        found = [name for name in content.units if name not in results[0].by]
        places = [list(content.means).index(_undo(name)) for name in found]
        assert places == sorted(places), found


def _undo(name: str) -> str:
    return name.removesuffix("_mcse")


def test_columns_of_verdicts_are_declared() -> None:
    table = read_table("example:star98")
    funnels = compute_funnel(table)
    verdicts = compute_verdicts(funnels, fit_model(table, draws=100))
    content = lay_out(funnels, verdicts=verdicts)
    assert {_undo(name) for name in content.units} <= set(content.means)
    assert "verdict" in shown(funnels, verdicts=verdicts)


def test_charts_are_named_and_checked_before_they_are_drawn(every: list[Results[Any]]) -> None:
    assert chart_names("league") == ("caterpillar", "ranks", "unmeasured")
    assert chart_names("opportunity") == ("opportunity", "waterfall", "comparability", "unmeasured")
    assert chart_names("fit") == ()
    for results in (every[0], every[1], every[2], every[3]):
        check_chart(results)
    with pytest.raises(UsageError, match="Did you mean 'ranks'"):
        check_chart(every[1], "rank")
    with pytest.raises(UsageError, match="there is no chart"):
        check_chart(every[4])
    with pytest.raises(UsageError, match="highlight"):
        check_chart(every[1], "ranks", highlight=["nobody"])


@pytest.mark.parametrize("chart", ["funnel", "caterpillar", "ranks", "opportunity", "waterfall"])
def test_any_chart_is_drawn_on_a_readers_own_axes(every: list[Results[Any]], chart: str) -> None:
    from matplotlib.figure import Figure

    (results,) = (each for each in every[:3] if chart in chart_names_of(each))
    figure = Figure()
    ax = figure.add_subplot(1, 2, 1)
    assert draw(results, chart=chart, ax=ax) is figure
    assert ax.collections or ax.patches
    assert not figure.texts
    two = [results[0], results[0]]
    with pytest.raises(UsageError, match="of one group"):
        draw(two, chart=chart, ax=ax)


def chart_names_of(results: Results[Any]) -> tuple[str, ...]:
    names = {"Funnels": "funnel", "Leagues": "league", "Opportunities": "opportunity"}
    return chart_names(names[type(results).__name__])


def test_what_is_no_result_is_refused() -> None:
    for other in ([], "text", 3):
        with pytest.raises(UsageError, match="results"):
            show(other)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="Write the results of all groups"):
        encode(build_league(3), ".json")


def test_formats_are_the_files_of_their_folder() -> None:
    assert TABLES == (".csv", ".json", ".parquet", ".xlsx")
    assert (*TABLES, *CHARTS, ".html") == SUFFIXES
