"""varstat completeness --as-of, as it is typed, and what other commands say of vintages."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from triangles import RAA, simulate, tabulate
from typer.testing import CliRunner

import varstat
from varstat.analysis.specification import Specification
from varstat.cli.program import app
from varstat.errors import ModelError, TableError, UsageError, VarstatError
from varstat.estimands.vintages.result import Nowcast

TYPED = ["--unit", "trust", "--period", "quarter", "--denominator", "spells", "--as-of", "as_of"]


def make(seed: int = 1, **kind: object) -> pd.DataFrame:
    return tabulate(simulate(np.random.default_rng(seed), **{"units": 12, "periods": 9} | kind))


def ask(frame: pd.DataFrame, **more: object) -> Nowcast:
    said = {"unit": "trust", "period": "quarter", "denominator": "spells", "as_of": "as_of"}
    return varstat.completeness(frame, **said | more)[0]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return make()


def test_vintages_are_shown_with_what_will_be_in_the_end(frame, tmp_path):
    path = tmp_path / "vintages.csv"
    frame.to_csv(path, index=False)
    shown = CliRunner().invoke(app, ["completeness", str(path), *TYPED])
    assert shown.exit_code == 0, shown.output
    assert "of 2008-09 Q1 is reported" in shown.output
    assert "How counts grow from one vintage to the next" in shown.output
    # The tail is an assumption, and is said.
    assert "taken not to change" in shown.output


def test_raa_of_one_unit_ends_where_the_chain_ladder_says(tmp_path):
    rows = [
        ("all", str(2001 + year), f"{2001 + year + delay}-12-31", count)
        for year, counts in enumerate(RAA)
        for delay, count in enumerate(counts)
    ]
    path = tmp_path / "raa.csv"
    pd.DataFrame(rows, columns=["unit", "year", "known", "claims"]).to_csv(path, index=False)
    typed = ["--period", "year", "--denominator", "claims", "--as-of", "known", "--tail", "1"]
    said = json.loads(
        CliRunner()
        .invoke(app, ["completeness", str(path), *typed, "--format", "json", "--quiet"])
        .stdout
    )
    ends = [each["nowcast"] for each in said["national"]]
    assert sum(ends) == pytest.approx(213_122.23, abs=0.01)
    assert said["growth"][0]["factor"] == pytest.approx(2.999359, abs=5e-7)


def test_the_provenance_gives_the_nowcast_again(frame, tmp_path):
    path = tmp_path / "vintages.csv"
    frame.to_csv(path, index=False)
    found = varstat.completeness(
        path, unit="trust", period="quarter", denominator="spells", as_of="as_of", tail=1.01
    )
    again = varstat.run(Specification.from_dict(found.provenance.to_dict()), folder=tmp_path)
    assert again.provenance == found.provenance
    assert again.to_frame().equals(found.to_frame())


def test_the_order_of_rows_does_not_matter(frame):
    mixed = frame.sample(frac=1, random_state=1)
    assert ask(mixed).to_frame().equals(ask(frame).to_frame())


def test_a_reopened_period_is_said_and_listed():
    counts = simulate(np.random.default_rng(1), units=12, periods=12)
    frame = tabulate(counts)
    latest = frame["as_of"] == frame["as_of"].max()
    old = latest & (frame["quarter"] == "2006-07 Q2")
    frame.loc[old, "spells"] = (frame.loc[old, "spells"] * 1.1).round().astype(int)
    nowcast = ask(frame)
    national = [each for each in nowcast.reopened if each.unit is None]
    assert ("2006-07 Q2", frame["as_of"].max()) in [(e.period, e.as_of) for e in national]
    status = dict(zip(nowcast.national.period, nowcast.national.status, strict=True))
    assert status["2006-07 Q2"] == "reopened"
    assert status["2006-07 Q1"] == "complete"
    assert "2006-07 Q2, complete by 2009-03-01, went from" in nowcast.summary()


def test_no_period_is_complete_while_counts_still_grow_at_the_last_step():
    few = make().query("as_of <= '2006-11-30'")
    nowcast = ask(few)
    assert not nowcast.settled
    assert "complete" not in nowcast.national.status
    assert any("--tail states it" in note for note in nowcast.notes)
    assert "complete" in ask(few, tail=1.0).national.status


def test_a_delay_that_changed_is_said():
    counts = simulate(np.random.default_rng(1), units=20, periods=14, change=(13, 2.0))
    nowcast = ask(tabulate(counts))
    assert nowcast.held is not None
    assert nowcast.held.odd
    assert "the way of reporting seems to have changed" in nowcast.summary()
    assert "has changed" not in ask(make()).summary()


def test_a_count_that_falls_is_a_revision(frame):
    down = frame.copy()
    latest = down["as_of"] == down["as_of"].max()
    hit = latest & (down["quarter"] == "2007-08 Q1")
    down.loc[hit, "spells"] = (down.loc[hit, "spells"] * 0.97).astype(int)
    nowcast = ask(down)
    assert nowcast.reconciliation.counts["down"] == 12
    assert np.isfinite(nowcast.units.nowcast).all()


def test_a_missing_vintage_leaves_a_hole_and_no_error(frame):
    dates = sorted(frame["as_of"].unique())
    nowcast = ask(frame[frame["as_of"] != dates[4]])
    assert [step.delay for step in nowcast.steps] == list(range(len(nowcast.steps)))
    assert nowcast.national.nowcast == pytest.approx(ask(frame).national.nowcast, rel=0.02)


def test_a_unit_that_appears_late_has_no_earlier_periods(frame):
    late = frame[(frame["trust"] != "R03") | (frame["quarter"] >= "2007-08 Q3")]
    nowcast = ask(late)
    own = nowcast.units.period[nowcast.units.unit == "R03"]
    assert own.min() == "2007-08 Q3"
    assert nowcast.national.missing.sum() == 0


def test_a_return_that_has_not_come_is_not_taken_for_none(frame):
    newest = (frame["quarter"] == "2008-09 Q1") & (frame["trust"] == "R03")
    nowcast = ask(frame[~newest])
    last = nowcast.units.to_frame().query("unit == 'R03' and period == '2008-09 Q1'").iloc[0]
    assert last["status"] == "nothing reported"
    assert nowcast.national.missing[-1] == 1
    assert any("1 unit reported nothing of 2008-09 Q1" in note for note in nowcast.notes)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (lambda f: f[f["as_of"] == f["as_of"].max()], TableError, "has one date"),
        (lambda f: f.assign(as_of="soon"), TableError, "can't be understood"),
        (lambda f: f.assign(as_of=f["as_of"].where(f.index > 3)), TableError, "no date of publ"),
        (lambda f: f.assign(as_of="2001-01-01"), TableError, "before the period had ended"),
        (lambda f: pd.concat([f, f.head(1)]), TableError, "same unit, period and 'as_of'"),
        (lambda f: f.assign(quarter="spring"), TableError, "whose labels can be read"),
        (lambda f: f.assign(spells=-f["spells"]), TableError, "a negative count"),
        (lambda f: f.assign(spells=0), ModelError, "no count above zero"),
        (
            lambda f: f[f["as_of"].isin(sorted(f["as_of"].unique())[::4])],
            None,
            "",
        ),
    ],
)
def test_tables_that_cannot_be_are_refused(frame, change, kind, words):
    if kind is None:
        assert len(ask(change(frame)).steps) == 2
        return
    with pytest.raises(kind, match=words):
        ask(change(frame))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"tail": 0.0}, "above zero"),
        ({"level": 1.5}, "no level"),
        ({"least": 100.0}, "vintages need no least"),
        ({"as_of": None, "tail": 1.0}, "a tail is of vintages"),
        ({"as_of": "quarter"}, "is the column of the period"),
    ],
)
def test_what_cannot_be_asked_is_refused(frame, more, words):
    with pytest.raises(UsageError, match=words):
        ask(frame, **more)


def test_vintages_without_their_dates_are_refused_by_naming_the_option(frame):
    with pytest.raises(TableError, match="--as-of COL"):
        ask(frame, as_of=None)


@pytest.mark.parametrize("verb", ["funnel", "league", "opportunity", "change"])
def test_other_commands_name_the_vintage_to_keep(frame, tmp_path: Path, verb):
    path = tmp_path / "vintages.csv"
    frame.assign(cases=frame["spells"] // 3).to_csv(path, index=False)
    typed = ["--unit", "trust", "--period", "quarter", "--numerator", "cases"]
    typed += ["--denominator", "spells", "--direction", "lower-is-better"]
    if verb == "change":
        typed += ["--from", "2006-07 Q1", "--to", "2007-08 Q1"]
    refused = CliRunner().invoke(app, [verb, str(path), *typed])
    assert isinstance(refused.exception, VarstatError)
    assert "--only as_of=2008-08-29" in str(refused.exception)
