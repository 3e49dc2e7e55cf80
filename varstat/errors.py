"""One tree of errors; each class carries the exit code of the command line.

::

    VarstatError
    ├── UsageError        2   an option or argument that cannot be
    ├── CardError        10   a card that is missing, malformed or contradicts itself
    ├── TableError       11   data that cannot be read, or say what is impossible
    ├── ModelError       12   an analysis that these data or options do not allow
    ├── DiagnosticsError 13   a posterior that is not to be trusted
    └── OutputError      15   a result that cannot be written

An error says where it was found, what is wrong and how to mend it, and lists every problem at
once. It never holds a record's values: rows are named by number and column.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar, TypeVar

# What mends the code or name of a unit that is like none.
WHOLE_NAME = " Give a whole code or name, as the file has it."
Choice = TypeVar("Choice", bound=str)


class VarstatError(Exception):
    """A mistake that the user can mend.

    Parameters
    ----------
    where : str
        The file, card, option or call at fault.
    problems : str or sequence of str
        One sentence or more for each problem: what was found, what was expected, how to mend it.
    further : sequence of str
        What to do about them, a line each.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, where: str, problems: str | Sequence[str], *, further: Sequence[str] = ()
    ) -> None:
        self.where = where
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        self.further = tuple(further)
        super().__init__(where, self.problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            said = f"{self.where}: {self.problems[0]}"
        else:
            listed = "".join(f"\n  - {problem}" for problem in self.problems)
            said = f"{self.where}: {len(self.problems)} problems.{listed}"
        return "\n".join([said, *self.further])


class UsageError(VarstatError, ValueError):
    """An option or argument outside what it may be."""

    exit_code = 2


class CardError(VarstatError):
    """A card that is missing, malformed or contradicts itself."""

    exit_code = 10


class TableError(VarstatError):
    """Data that cannot be read, or that say what is impossible."""

    exit_code = 11


class ModelError(VarstatError):
    """An analysis that these data or options do not allow."""

    exit_code = 12


class DiagnosticsError(VarstatError):
    """A posterior that is not to be trusted."""

    exit_code = 13


class OutputError(VarstatError):
    """A result that cannot be written."""

    exit_code = 15


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Offer the nearest spelling of `word` among `options`, as a sentence to append.

    Examples
    --------
    >>> did_you_mean("casemx", ["casemix", "columns"])
    " Did you mean 'casemix'?"
    >>> did_you_mean("higher", ["higher-is-better", "neither"])
    " Did you mean 'higher-is-better'?"
    >>> did_you_mean("zzz", ["casemix"])
    ''
    """
    by_lower = {option.lower(): option for option in options}
    begun = [option for option in by_lower if word and option.startswith(word.lower())]
    nearest = begun or get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f" Did you mean '{by_lower[nearest[0]]}'?" if nearest else ""


def one_of(options: Iterable[str]) -> str:
    """Join the options for a message: "a, b or c".

    Examples
    --------
    >>> one_of(["exact", "normal", "interpolated"])
    'exact, normal or interpolated'
    """
    *rest, last = options
    return f"{', '.join(rest)} or {last}" if rest else last


def choose(name: str, value: str, options: Sequence[Choice]) -> Choice:
    """Find an option's value among those it may have.

    Raises
    ------
    UsageError
        If it isn't one of them, with the nearest spelling.

    Examples
    --------
    >>> choose("robust", "trim", ("none", "trim"))
    'trim'
    """
    for option in options:
        if option == value:
            return option
    raise UsageError(
        name, f"'{value}' is not one of {one_of(options)}.{did_you_mean(value, options)}"
    )


def expect(where: str, value: object, kind: type, *, mend: str) -> None:
    """Check that an argument is what a function takes.

    Parameters
    ----------
    where : str
        The function.
    value : object
    kind : type
        What it takes.
    mend : str
        A sentence on where to get that.

    Raises
    ------
    UsageError
        If it is of another type.

    Examples
    --------
    >>> expect("league", 42, list, mend="Fit a model first.")
    Traceback (most recent call last):
    varstat.errors.UsageError: league: this is of type int; expected list. Fit a model first.
    """
    if not isinstance(value, kind):
        raise UsageError(
            where, f"this is of type {type(value).__name__}; expected {kind.__name__}. {mend}"
        )
