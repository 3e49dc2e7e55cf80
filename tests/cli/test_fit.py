"""varstat fit, from a file to draws that are kept."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import varstat
from varstat.analysis.run import refuse_failed
from varstat.errors import DiagnosticsError
from varstat.hierarchical import fit as fitting
from varstat.hierarchical.diagnostics import Diagnostics

FEW = ("--draws", "200")
UNITS = [f"u{at:02}" for at in range(20)]
EVENTS = [3, 9, 4, 12, 7, 8, 2, 15, 6, 5, 11, 9, 3, 8, 7, 10, 4, 6, 13, 5]


@pytest.fixture
def table(put: Callable[..., Path]) -> Path:
    """A table of twenty units."""
    return put(
        unit=UNITS,
        numerator=EVENTS,
        denominator=[30] * 20,
        kind=["x", "y"] * 10,
        age=[50 + 3 * (at % 7) for at in range(20)],
    )


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every posterior by quadrature fail a check; give what it says."""
    problem = "The draws are worth 3 independent ones."
    engine = fitting.fit_quadrature

    def fit_badly(design: Any, *, draws: int, seed: int) -> Any:
        found = engine(design, draws=draws, seed=seed)
        return replace(found, diagnostics=replace(found.diagnostics, problems=(problem,)))

    monkeypatch.setattr(fitting, "fit_quadrature", fit_badly)
    return problem


def test_hyper_parameters_are_printed_and_messages_stay_apart(
    run: Callable[..., Any], table: Path
) -> None:
    ran = run("fit", table, *FEW)
    assert ran.code == 0
    for word in ("hyper-parameter", "intercept", "tau", "95% interval", "200 draws by quadrature"):
        assert word in ran.out
    assert "The checks found nothing against it" in ran.out
    assert "rows read" not in ran.out
    assert "20 rows read; 20 kept" in ran.err
    assert "Note: With one row a unit" in ran.err
    assert max(map(len, (ran.out + ran.err).splitlines())) <= 80


def test_json_holds_the_hyper_parameters_and_where_they_come_from(
    run: Callable[..., Any], table: Path
) -> None:
    ran = run("fit", table, *FEW, "--covariate", "age", "--seed", "7", "--format", "json")
    whole = json.loads(ran.out)
    (only,) = whole["fits"]
    assert {key: whole[key] for key in only} == only
    names = [each["name"] for each in whole["hyperparameters"]]
    assert names == ["intercept", "coefficient[age]", "tau"]
    assert (whole["engine"], whole["seed"], whole["draws"]) == ("quadrature", 7, 200)
    assert whole["diagnostics"]["passed"] is True
    assert whole["diagnostics"]["r_hat"] is None
    assert whole["provenance"]["options"]["seed"] == 7
    assert whole["account"]["rows_kept"] == 20


def test_csv_holds_a_row_a_hyper_parameter(run: Callable[..., Any], table: Path) -> None:
    ran = run("fit", table, *FEW, "--effects", "contaminated-normal", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    names = ["name", "mean", "sd", "lower", "upper", "level", "mcse", "trusted"]
    assert list(rows[0]) == names
    assert [row["name"] for row in rows] == ["intercept", "tau", "contamination"]


def test_quiet_leaves_stderr_empty(run: Callable[..., Any], table: Path) -> None:
    assert run("fit", table, *FEW, "--quiet").err == ""


@pytest.mark.parametrize("suffix", [".nc", ".json", ".csv"])
def test_the_suffix_decides_what_is_written(
    run: Callable[..., Any], table: Path, tmp_path: Path, suffix: str
) -> None:
    ran = run("fit", table, *FEW, "-o", tmp_path / f"fit{suffix}")
    assert (ran.code, ran.out) == (0, "")
    assert f"Wrote fit{suffix}." in ran.err
    assert "200 draws by quadrature for 20 units" in " ".join(ran.err.split())
    beside = ["fit.csv.provenance.json"] if suffix == ".csv" else []
    assert sorted(os.listdir(tmp_path)) == [f"fit{suffix}", *beside, "table.csv"]


def test_what_is_written_is_a_fit(run: Callable[..., Any], table: Path, tmp_path: Path) -> None:
    said = ("--covariate", "age", "--peer-group", "kind", "--likelihood", "binomial")
    run("fit", table, *FEW, *said, "--transient", "0.1", "-o", tmp_path / "fit.nc")
    posterior = varstat.load_fit(tmp_path / "fit.nc")[0]
    assert list(posterior.design.unit) == UNITS
    assert posterior.design.locations == ("peer_mean[x]", "peer_mean[y]", "coefficient[age]")
    assert posterior.design.transient == pytest.approx(0.1)
    assert posterior.draws == 200


def test_the_same_command_gives_the_same_bytes(
    run: Callable[..., Any], table: Path, tmp_path: Path
) -> None:
    for name in ("one.nc", "two.nc"):
        run("fit", table, *FEW, "-o", tmp_path / name)
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()
    run("fit", table, *FEW, "--seed", "2", "-o", tmp_path / "other.nc")
    assert (tmp_path / "other.nc").read_bytes() != (tmp_path / "one.nc").read_bytes()


def test_groups_are_fitted_each_and_stored_by_none(
    run: Callable[..., Any], table: Path, tmp_path: Path
) -> None:
    ran = run("fit", table, *FEW, "--by", "kind", "--format", "json")
    assert [each["by"] for each in json.loads(ran.out)["fits"]] == [{"kind": "x"}, {"kind": "y"}]
    ran = run("fit", table, *FEW, "--by", "kind", "-o", tmp_path / "fit.nc")
    assert ran.code == 15
    assert "2 groups here" in ran.err
    assert "Leave out --by" in ran.err
    assert os.listdir(tmp_path) == ["table.csv"]


def test_a_posterior_that_fails_is_given_marked_and_ends_with_13(
    run: Callable[..., Any], table: Path, tmp_path: Path, failing: str
) -> None:
    ran = run("fit", table, *FEW, "--engine", "quadrature")
    assert ran.code == 13
    assert "NOT TO BE TRUSTED" in ran.out
    assert f"DiagnosticsError: posterior: {failing}" in ran.err
    assert ran.err.splitlines()[-1].endswith("with --accept-failed that is no error.")
    ran = run("fit", table, *FEW, "--engine", "quadrature", "-o", tmp_path / "fit.nc")
    assert ran.code == 13
    assert "NOT TO BE TRUSTED" in " ".join(ran.err.split())
    assert varstat.load_fit(tmp_path / "fit.nc")[0].diagnostics.problems == (failing,)
    whole = run("fit", table, *FEW, "--engine", "quadrature", "--format", "json")
    assert json.loads(whole.out)["diagnostics"]["passed"] is False


def test_of_many_posteriors_the_first_that_failed_is_told() -> None:
    sound = SimpleNamespace(by={"kind": "x"}, diagnostics=Diagnostics(predictive={}, problems=()))
    broken = Diagnostics(predictive={}, problems=("It broke.",))
    failed = SimpleNamespace(by={"kind": "y"}, diagnostics=broken)
    with pytest.raises(
        DiagnosticsError, match=r"1 of 2 posteriors, the first of them y: It broke\."
    ):
        refuse_failed([sound, failed], accepted=False)
    refuse_failed([sound, failed], accepted=True)
    refuse_failed([sound, sound], accepted=False)


def test_a_failed_posterior_can_be_accepted(
    run: Callable[..., Any], table: Path, failing: str
) -> None:
    ran = run("fit", table, *FEW, "--engine", "quadrature", "--accept-failed")
    assert ran.code == 0
    assert "NOT TO BE TRUSTED" in ran.out
    assert failing in ran.out


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (("--engine", "nutz"), 2, "Did you mean 'nuts'?"),
        (("--draws", "5"), 2, "say too little"),
        (("--draws", "many"), 2, "--draws"),
        (("--seed", "-1"), 2, "--seed"),
        (("--transient", "some"), 2, "neither auto, none nor an SD"),
        (("--effects", "lumpy"), 10, "effects"),
        (("--likelihood", "poisson"), 10, "likelihood"),
        (("--covariate", "aeg"), 11, "no column 'aeg'"),
        (("--covariate", "kind"), 11, "text where a number should be"),
        (("--likelihood", "beta-binomial"), 12, "can't be told from what persists"),
        (("-o", "fit.xlsx"), 15, "expected .nc, .json or .csv"),
        (("-o", "nowhere/fit.nc"), 15, "there is no folder"),
    ],
)
def test_what_cannot_be_is_refused(
    run: Callable[..., Any], table: Path, said: tuple[str, ...], code: int, words: str
) -> None:
    ran = run("fit", table, *said)
    assert (ran.code, ran.out) == (code, "")
    assert words in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["fit", "league"])
def test_help_fits_80_columns_and_loads_no_numbers(run: Callable[..., Any], command: str) -> None:
    ran = run(command, "--help")
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "…" not in ran.out.replace("bed days…", "")
    told = (
        f"import sys; sys.argv = ['varstat', '{command}', '--help']\n"
        "import varstat.cli\n"
        "try:\n    varstat.cli.main()\n"
        "finally:\n    assert not {'numpy', 'pandas', 'scipy', 'h5py', 'pymc'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", told], check=True, capture_output=True)


@pytest.mark.parametrize("command", ["fit", "league"])
def test_a_model_by_quadrature_loads_neither_samplers_nor_charts(table: Path, command: str) -> None:
    told = (
        f"import sys; sys.argv = ['varstat', '{command}', {str(table)!r}, '--format', 'json']\n"
        "import varstat.cli\n"
        "try:\n    varstat.cli.main()\n"
        "finally:\n"
        "    assert not {'pymc', 'arviz', 'xarray', 'matplotlib', 'h5py'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", told], check=True, capture_output=True)


def test_the_data_are_not_written_over(run: Callable[..., Any], table: Path) -> None:
    before = table.read_bytes()
    assert run("fit", table, *FEW, "-o", table).code == 15
    assert table.read_bytes() == before


@pytest.mark.parametrize("command", ["funnel", "check", "fit"])
def test_a_saved_fit_is_refused_where_a_table_is_needed(
    run: Callable[..., Any], table: Path, tmp_path: Path, command: str
) -> None:
    run("fit", table, *FEW, "-o", tmp_path / "fit.nc")
    ran = run(command, tmp_path / "fit.nc")
    assert (ran.code, ran.out) == (2, "")
    assert f"`varstat {command}` needs the table that it was made from" in ran.err


def test_hostile_names_are_only_shown(run: Callable[..., Any], put: Callable[..., Path]) -> None:
    path = put(
        unit=UNITS,
        numerator=EVENTS,
        denominator=[30] * 20,
        kind=["\x1b[31mred", "[bold]b[/bold]"] * 10,
    )
    ran = run("fit", path, *FEW, "--peer-group", "kind", "--title", "a\x1b]0;x\x07\u202eb")
    assert ran.code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(ran.out + ran.err)
    assert "peer_mean[[bold]b[/bold]]" in ran.out


def test_progress_is_shown_to_people_only(
    run: Callable[..., Any], table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fit_nuts(*_: object, progress: bool, draws: int, seed: int) -> Any:
        asked.append(progress)
        raise varstat.errors.ModelError("posterior", "stopped here.")

    # In place of the module itself, which imports PyMC.
    engine = SimpleNamespace(fit_nuts=fit_nuts)
    monkeypatch.setitem(sys.modules, "varstat.hierarchical.nuts.fit", engine)
    run("fit", table, "--engine", "nuts")
    terminal = type("Terminal", (io.StringIO,), {"isatty": lambda self: True})
    monkeypatch.setattr("sys.stderr", terminal())
    run("fit", table, "--engine", "nuts")
    run("fit", table, "--engine", "nuts", "--quiet")
    assert asked == [False, True, False]
