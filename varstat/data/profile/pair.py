"""Which two columns are measured: events and what they are out of, by names and by arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from varstat.data.profile import words
from varstat.data.profile.column import Column
from varstat.measure import Floats

Role = Literal["proportion", "ratio", "rate", "mean", "percent", "limits"]
# Below this a pair is no honest guess; within the second of the best, one is as good.
LEAST, EQUALLY = 3.0, 0.75
_MOST_COLUMNS, _SAMPLE, _MOST_RATES = 40, 400, 8
_SCALES = (1.0, 100.0, 1_000.0, 10_000.0, 100_000.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """Two columns that may be what is measured.

    Attributes
    ----------
    role : {"proportion", "ratio", "rate", "mean", "percent", "limits"}
    event, size : Column
        Of limits, the value and its lower one.
    score : float
        How much speaks for it.
    why : tuple of str
        What does, in a few words each.
    upper : Column or None
        Of limits.
    level : float or None
        Of limits, where their headings say it.
    blank_is_zero : bool
        Whether sums show that a blank cell of the events stands for none.
    """

    role: Role
    event: Column
    size: Column
    score: float
    why: tuple[str, ...]
    upper: Column | None = None
    level: float | None = None
    blank_is_zero: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quotient:
    """A column that is another divided by a third, as their numbers show.

    Attributes
    ----------
    column, event, size : Column
    scale : float
        What it is given per: 100 of a percentage.
    """

    column: Column
    event: Column
    size: Column
    scale: float


def find_quotients(columns: Sequence[Column]) -> tuple[Quotient, ...]:
    """Find the columns that are one column divided by another, within what is printed.

    Parameters
    ----------
    columns : sequence of Column

    Returns
    -------
    tuple of Quotient
        For each such column the nearest, each once.
    """
    counted = _countable(columns)
    rates = [each for each in columns if each.numeric and _is_fractional(each)][:_MOST_RATES]
    if len(counted) < 2 or not rates:
        return ()
    rows = _sample(len(rates[0].values))
    table = np.stack([each.values[rows] for each in counted], axis=1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        ratios = table[:, :, None] / table[:, None, :]
    found = (_find_quotient(rate, counted, ratios, rows) for rate in rates)
    return tuple(each for each in found if each is not None)


def guess_pairs(columns: Sequence[Column], quotients: Sequence[Quotient]) -> tuple[Pair, ...]:
    """Guess which columns are measured.

    Parameters
    ----------
    columns : sequence of Column
    quotients : sequence of Quotient

    Returns
    -------
    tuple of Pair
        Those that are honest guesses, the best first.
    """
    known = {id(each.column) for each in quotients}
    able = [each for each in _countable(columns) if id(each) not in known]
    rows = _sample(len(able[0].values)) if able else slice(0)
    table = np.stack([each.values[rows] for each in able], axis=1) if able else np.empty((0, 0))
    pairs = [
        _judge(able, table, one, other, quotients)
        for one in range(len(able))
        for other in range(len(able))
        if one != other
    ]
    pairs += _means(columns)
    good = [pair for pair in pairs if pair is not None and pair.score >= LEAST]
    return tuple(sorted(good, key=lambda pair: -pair.score))


def _countable(columns: Sequence[Column]) -> list[Column]:
    """Numbers that can be events or sizes; limits, ranks and errors can't."""
    return [
        each
        for each in columns
        if each.kind in ("count", "measure")
        and not each.has(words.ASIDE)
        and _is_amount(each.values[np.isfinite(each.values)])
    ][:_MOST_COLUMNS]


def _is_amount(values: Floats) -> bool:
    """Whether numbers can be counts, or sizes: none below zero, and none beyond what is counted."""
    return bool(((values == 0) | ((values > 1e-9) & (values < 1e15))).all())


def _sample(rows: int) -> slice:
    return slice(0, rows, max(1, rows // _SAMPLE))


def _is_fractional(column: Column) -> bool:
    values = column.values[np.isfinite(column.values)]
    return column.kind in ("rate", "percent") or bool((values != np.rint(values)).any())


def _find_quotient(
    rate: Column, counted: Sequence[Column], ratios: Floats, rows: slice
) -> Quotient | None:
    given = rate.values[rows]
    told = np.isfinite(given) & (given != 0)
    if len(np.unique(given[told])) < 3:
        return None
    half = 0.501 * 10.0 ** -_decimals(rate, rows)
    for scale in _SCALES:
        off = np.abs(given[told][:, None, None] - scale * ratios[told])
        share = (off <= half + 1e-9 * np.abs(given[told])[:, None, None]).mean(axis=0)
        for at, each in enumerate(counted):
            if each is rate:
                share[at, :] = share[:, at] = 0
        one, other = np.unravel_index(int(share.argmax()), share.shape)
        if one != other and share[one, other] >= 0.9:
            return Quotient(
                column=rate, event=counted[int(one)], size=counted[int(other)], scale=scale
            )
    return None


def _decimals(rate: Column, rows: slice) -> int:
    """How many decimals a column is printed with, at most twelve."""
    texts = [text.rstrip("% ") for text in rate.texts[rows] if text]
    places = [len(text) - 1 - max(text.rfind("."), text.rfind(",")) for text in texts]
    able = [n for n, text in zip(places, texts, strict=True) if n < len(text)]
    return min(max(able, default=0), 12)


def _judge(
    able: Sequence[Column], table: Floats, one: int, other: int, quotients: Sequence[Quotient]
) -> Pair | None:
    """Weigh what speaks for one column as the events of another."""
    event, size = able[one], able[other]
    both = np.isfinite(table[:, [one, other]]).all(axis=1)
    a, b = table[both, one], table[both, other]
    if not len(a) or not a.any() or not b.any():
        return None
    within = float(np.mean(a <= b))
    role = _role(event, size, a, b, within)
    if role is None:
        return None
    score, why = _by_name(event, size, role)
    if any(q.event is event and q.size is size for q in quotients):
        score, why = score + 6, [*why, "a column is the one divided by the other"]
    if role == "proportion":
        score += 0.5
        if np.mean(a == b) > 0.8:
            score -= 3
        if _has_complement(table[both], one, other):
            score, why = score + 1.5, [*why, "the rest of it is a column too"]
    # Of readings that are alike, the one of more is the more likely.
    score += 0.3 * float(b.sum() / np.nansum(table, axis=0).max())
    if len(able) == 2 and (role != "rate" or event.distinct > 1):
        score, why = score + 3, [*why, "no other columns hold counts"]
    return Pair(role=role, event=event, size=size, score=score, why=tuple(why))


def _role(event: Column, size: Column, a: Floats, b: Floats, within: float) -> Role | None:
    expected = size.has(words.EXPECTED) and not event.has(words.EXPECTED)
    if expected and not size.has(words.RATE) and 0.3 < a.sum() / b.sum() < 3:
        return "ratio"
    if event.has(words.EXPECTED) or size.has(words.EXPECTED):
        return None
    exposed = size.has(words.EXPOSURE) and not event.has(words.TIME_UNITS)
    if within >= 0.995 and a.sum() < b.sum() and not exposed:
        return "proportion"
    return "rate" if exposed or within < 0.995 else None


def _by_name(event: Column, size: Column, role: Role) -> tuple[float, list[str]]:
    score, why = 0.0, []
    if role == "ratio":
        return 5.0 + 2 * event.has(words.OBSERVED), ["a column is called expected"]
    named = event.has(words.EVENT, words.OBSERVED) or event.words in (("num",), ("n",))
    if named and "total" not in event.words:
        score += 2
        why.append("named like events")
    if size.has(words.SIZE, words.EXPOSURE):
        score += 2
        why.append("named like what they are out of")
    if size.has(words.EVENT - words.SIZE - words.EXPOSURE) and not size.has(words.SIZE):
        score -= 1
    if event.has(words.SIZE - words.EVENT) and not event.has(words.EVENT):
        score -= 1
    if role == "rate" and not size.has(words.EXPOSURE):
        score -= 1.5
    shared = set(event.words) & set(size.words)
    score += len(shared) / max(len(set(event.words) | set(size.words)), 1)
    return score, why


def _has_complement(table: Floats, one: int, other: int) -> bool:
    """Whether a third column is what is left of the size."""
    rest = table[:, other] - table[:, one]
    same = np.abs(table - rest[:, None]) <= 1e-9 * np.abs(rest)[:, None] + 1e-9
    share = same.mean(axis=0)
    share[[one, other]] = 0
    return bool(rest.any() and share.max() >= 0.95)


def _means(columns: Sequence[Column]) -> list[Pair | None]:
    """Find a mean beside its standard error."""
    errors = [e for e in columns if e.numeric and (e.has(words.ERROR) or _says_error(e.words))]
    means = [e for e in columns if e.numeric and e.has(words.AVERAGE) and e not in errors]
    return [
        Pair(role="mean", event=mean, size=error, score=5.0, why=("a standard error",))
        for mean in means[:1]
        for error in errors[:1]
    ]


def _says_error(spoken: tuple[str, ...]) -> bool:
    return "standard" in spoken and "error" in spoken
