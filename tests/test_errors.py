"""The tree of errors."""

import pickle

import pytest

from varstat.errors import (
    CardError,
    ModelError,
    OutputError,
    TableError,
    UsageError,
    VarstatError,
    choose,
    did_you_mean,
    one_of,
)

CODES = {UsageError: 2, CardError: 10, TableError: 11, ModelError: 12, OutputError: 15}


@pytest.mark.parametrize("kind", CODES, ids=lambda kind: kind.__name__)
def test_each_error_has_its_own_exit_code(kind: type[VarstatError]) -> None:
    assert kind.exit_code == CODES[kind]
    assert issubclass(kind, VarstatError)


def test_a_wrong_option_is_a_value_error_too() -> None:
    with pytest.raises(ValueError, match="sideways"):
        choose("sides", "sideways", ("both", "high", "low"))


def test_one_problem_stands_on_one_line() -> None:
    assert str(TableError("a.csv", "no rows.")) == "a.csv: no rows."
    assert str(TableError("a.csv", ["no rows."])) == "a.csv: no rows."


def test_several_problems_are_listed() -> None:
    error = CardError("a.toml", ["one.", "two."])
    assert str(error) == "a.toml: 2 problems.\n  - one.\n  - two."
    assert error.problems == ("one.", "two.")
    assert error.where == "a.toml"


def test_an_error_survives_being_sent_to_another_process() -> None:
    error = pickle.loads(pickle.dumps(ModelError("here", ["one.", "two."])))
    assert isinstance(error, ModelError)
    assert str(error) == str(ModelError("here", ["one.", "two."]))


@pytest.mark.parametrize(
    ("word", "options", "hint"),
    [
        ("denominatr", ["denominator", "numerator"], " Did you mean 'denominator'?"),
        ("SHMI", ["shmi", "cqc"], " Did you mean 'shmi'?"),
        ("high", ["higher-is-better", "neither"], " Did you mean 'higher-is-better'?"),
        ("", ["a", "b"], ""),
        ("x", [], ""),
        ("entirely", ["different"], ""),
    ],
)
def test_the_nearest_spelling_is_offered(word: str, options: list[str], hint: str) -> None:
    assert did_you_mean(word, options) == hint


@pytest.mark.parametrize(
    ("options", "said"), [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_options_are_joined_as_a_person_would(options: list[str], said: str) -> None:
    assert one_of(options) == said


def test_a_choice_is_exact() -> None:
    assert choose("robust", "trim", ("none", "trim")) == "trim"
    with pytest.raises(UsageError, match="Did you mean 'trim'"):
        choose("robust", "Trim", ("none", "trim"))
