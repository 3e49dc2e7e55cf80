"""Formulas: sums, differences, products and quotients of a file's columns."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from varstat.errors import did_you_mean

_OPERATORS = {"+": "+", "-": "-", "\u2212": "-", "*": "*", "\u00d7": "*", "/": "/", "\u00f7": "/"}
_SPLIT = re.compile(r"[-+*/()\u2212\u00d7\u00f7]")
_NUMBER = re.compile(r"\d+(\.\d+)?")
_QUOTED = re.compile(r"`([^`]+)`|\"([^\"]+)\"|'([^']+)'")
# Longer ones, or with more brackets in brackets, nobody types.
_LONGEST, _DEEPEST = 2000, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A column or a number.

    Attributes
    ----------
    column : str or None
        None for a number.
    number : float
    """

    column: str | None = None
    number: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Two things and what joins them.

    Attributes
    ----------
    sign : {"+", "-", "*", "/"}
    left, right : Term or Operation
    """

    sign: str
    left: "Formula"
    right: "Formula"


Formula = Term | Operation
_Tokens = tuple[str, ...]


class FormulaError(Exception):
    """What is no formula of a file's columns, with a sentence that says why."""


def columns_of(formula: Formula) -> tuple[str, ...]:
    """Name the columns of a formula, each once, in their order.

    Examples
    --------
    >>> columns_of(read_formula("a * b / 100 - a", ["a", "b"]))
    ('a', 'b')
    """
    if isinstance(formula, Term):
        return () if formula.column is None else (formula.column,)
    return tuple(dict.fromkeys((*columns_of(formula.left), *columns_of(formula.right))))


def is_linear(formula: Formula) -> bool:
    """Tell whether columns are added up, each times a number at most.

    Examples
    --------
    >>> [is_linear(read_formula(text, ["a", "b"])) for text in ("a + 2 * b", "a * b", "1 / a")]
    [True, False, False]
    """
    if isinstance(formula, Term):
        return True
    fixed = not columns_of(formula.right)
    if formula.sign == "*":
        fixed |= not columns_of(formula.left)
    linear = is_linear(formula.left) and is_linear(formula.right)
    return linear and (formula.sign in "+-" or fixed)


def may_be_formula(text: str) -> bool:
    """Tell whether a text has anything that joins columns."""
    return len(text) <= _LONGEST and any(sign in text for sign in _OPERATORS)


def read_formula(text: str, names: Sequence[str]) -> Formula:
    """Read a formula: columns and numbers joined by + - * / and brackets.

    Names may hold spaces and signs of their own. One that could be taken apart in two ways is
    refused; in quotation marks or backquotes it is one name.

    Parameters
    ----------
    text : str
    names : sequence of str
        Of the columns. Capitals and spaces need not agree where no exact name does.

    Returns
    -------
    Formula

    Raises
    ------
    FormulaError
        If it is none, or two.

    Examples
    --------
    >>> read_formula("Att Type 1 + Att Type 10", ["Att Type 1", "Att Type 10"]).right
    Term(column='Att Type 10', number=0.0)
    """
    spelt = {" ".join(name.split()): name for name in names if any(map(str.isalnum, name))}
    given = " ".join(text.split())
    folded = Counter(name.casefold() for name in spelt)
    loose = {fold: name for name in spelt if folded[fold := name.casefold()] == 1}
    for known, wanted in ((spelt, given), (loose, given.casefold())):
        ways = _take_apart(wanted, known)
        if len(ways) > 1:
            one, other = (" ".join(f"`{known[t]}`" if t in known else t for t in w) for w in ways)
            raise FormulaError(
                f"{text!r} can be read in two ways, as {one} and as {other}. Put backquotes "
                "around the names of columns."
            )
        if ways and any(token in known for token in ways[0]):
            return _Parser(ways[0], known).parse()
    raise FormulaError(_explain(text, names))


def _take_apart(text: str, known: dict[str, str]) -> tuple[_Tokens, ...]:
    """Split a text into names, numbers, signs and brackets, in at most two of the ways."""
    within = [name for name in known if name in text]
    deepest = min(text.count("("), _DEEPEST)
    # From each place on, by how deep in brackets it is and whether an operand is to come.
    ways: dict[tuple[int, int, bool], tuple[_Tokens, ...]] = {(len(text), 0, False): ((),)}
    for at in reversed(range(len(text))):
        for operand in (False, True):
            tokens = list(_tokens(text, at, operand, within))
            for depth in range(deepest + 1):
                if text[at] == " ":
                    ways[at, depth, operand] = ways.get((at + 1, depth, operand), ())
                    continue
                found = (
                    (token, *rest)
                    for token, end, deeper, then in tokens
                    for rest in ways.get((end, depth + deeper, then), ())
                )
                ways[at, depth, operand] = tuple(dict.fromkeys(found))[:2]
    return ways.get((0, 0, True), ())


def _tokens(
    text: str, at: int, operand: bool, names: Sequence[str]
) -> Iterator[tuple[str, int, int, bool]]:
    """Give what may stand at a place: token, its end, by how much deeper, what comes next."""
    if not operand:
        if text[at] == ")":
            yield ")", at + 1, -1, False
        if text[at] in _OPERATORS:
            yield _OPERATORS[text[at]], at + 1, 0, True
        return
    if text[at] == "(":
        yield "(", at + 1, 1, True
    quoted = _QUOTED.match(text, at)
    if quoted and (name := " ".join("".join(filter(None, quoted.groups())).split())) in names:
        yield name, quoted.end(), 0, False
    named = False
    for name in names:
        if text.startswith(name, at) and _ends(text, at + len(name)):
            named |= _NUMBER.fullmatch(name) is not None
            yield name, at + len(name), 0, False
    if (number := _NUMBER.match(text, at)) and not named and _ends(text, number.end()):
        yield number[0], number.end(), 0, False


def _ends(text: str, at: int) -> bool:
    """Tell whether a name or number may end here: no letter or digit goes on."""
    return not (text[at : at + 1].isalnum() and text[at - 1].isalnum())


class _Parser:
    """Reads tokens: products before sums, from left to right."""

    def __init__(self, tokens: Sequence[str], known: dict[str, str]) -> None:
        self.tokens = list(reversed(tokens))
        self.known = known

    def parse(self) -> Formula:
        return self._chain("+-", lambda: self._chain("*/", self._operand))

    def _chain(self, signs: str, part: Callable[[], Formula]) -> Formula:
        left = part()
        while self.tokens and self.tokens[-1] in signs:
            left = Operation(sign=self.tokens.pop(), left=left, right=part())
        return left

    def _operand(self) -> Formula:
        first = self.tokens.pop()
        if first in self.known:
            return Term(column=self.known[first])
        if first != "(":
            return Term(number=float(first))
        inner = self.parse()
        self.tokens.pop()
        return inner


def _explain(text: str, names: Sequence[str]) -> str:
    """Say which parts of what may be a formula aren't columns; empty where none is."""
    loose = {" ".join(name.split()).casefold() for name in names}
    parts = [" ".join(part.split()).strip("`'\"") for part in _SPLIT.split(text)]
    parts = [part for part in parts if part and not _NUMBER.fullmatch(part)]
    missing = [part for part in parts if part.casefold() not in loose]
    if len(missing) == len(parts):
        return ""
    if not missing:
        return f"{text!r} is no sum or product of columns: a column or number is missing in it."
    hints = "".join(did_you_mean(part, [name for name in names if name]) for part in missing)
    return f"in {text!r} there is no column {' or '.join(map(repr, missing))}.{hints}"
