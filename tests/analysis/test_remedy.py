"""What to type next where a check failed: a command that runs, and a section to read."""

from pathlib import Path

import pytest

from varstat.analysis.asking import ChangeAsking, FitAsking, LeagueAsking
from varstat.analysis.remedy import next_command
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.hierarchical.check import CHECKS, find_checks
from varstat.hierarchical.diagnostics import Diagnostics

ROOT = Path(__file__).parents[2]
FAR = "Some unit lies further out than the model gives any unit."


def _next(problem: str, *, source: str = "a.csv", effects: str | None = None, **modelling) -> str:
    asked = Specification(
        reading=Reading(source=(source,), unit="code"),
        modelling=Modelling(**modelling),
        asking=LeagueAsking(level=0.9),
    )
    checks = Diagnostics(predictive={}, problems=(problem,), furthest=("U 1", "U2"))
    return next_command(asked, checks, effects=effects)


@pytest.mark.parametrize(
    ("problem", "modelling", "words"),
    [
        (FAR, {"effects": "normal"}, "league a.csv --unit code --effects auto --level 0.9"),
        (FAR, {}, "funnel a.csv --unit code --highlight 'U 1' --highlight U2"),
        (FAR, {"effects": "learnt"}, "funnel a.csv --unit code --highlight 'U 1' --highlight U2"),
        ("R-hat of tau is up to 2", {}, "league a.csv --unit code --draws 16000 --level 0.9"),
        ("9 of 10 draws diverged", {"engine": "nuts"}, "--engine quadrature"),
        ("The importance ratios' tail has", {"engine": "quadrature"}, "--engine nuts"),
    ],
)
def test_what_to_type_depends_on_what_failed(problem: str, modelling: dict, words: str) -> None:
    assert words in _next(problem, **modelling)


def test_effects_of_a_card_are_no_longer_stated() -> None:
    assert "--effects auto" in _next(FAR, effects="normal")


@pytest.mark.parametrize("source", ["fit.nc", "data frame"])
def test_of_what_no_command_reads_there_is_none(source: str) -> None:
    assert _next(FAR, source=source) == ""


def test_a_change_has_no_effects_to_choose() -> None:
    asked = Specification(
        reading=Reading(source=("a.csv",)), asking=ChangeAsking(before="2013", after="2016")
    )
    assert next_command(asked, Diagnostics(predictive={}, problems=(FAR,))) == ""


def test_every_check_has_a_section_that_holds_its_words() -> None:
    page = (ROOT / "docs/methods/checks.md").read_text(encoding="utf-8")
    for check in CHECKS:
        _, section = page.split(f"({check.name})=")
        quoted = next(line for line in section.splitlines() if line.startswith("> "))
        # What differs from one message to the next stands as an ellipsis.
        assert find_checks((quoted,)) == (check,), check


def test_every_problem_in_the_code_is_of_a_check() -> None:
    sources = ["fit.py", "nuts/check.py", "quadrature/fit.py", "series/reliable.py"]
    text = "".join(
        (ROOT / "varstat/hierarchical" / name).read_text(encoding="utf-8") for name in sources
    )
    for check in CHECKS:
        assert check.words in text, check


def test_a_fit_is_asked_again_as_a_fit() -> None:
    asked = Specification(reading=Reading(source=("a.csv",)), asking=FitAsking())
    checks = Diagnostics(predictive={}, problems=("worth as few as 9",))
    assert next_command(asked, checks) == "varstat fit a.csv --draws 16000"
