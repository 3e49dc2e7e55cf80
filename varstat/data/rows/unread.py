"""What stands where a number should be: texts that nobody said the meaning of, and sentinels."""

import re
import shlex
from collections import Counter

import numpy as np

from varstat.data.account import Mask
from varstat.data.source.numbers import Kind, Numbers
from varstat.data.source.vocabulary import fold, own_range
from varstat.measure import Floats
from varstat.prose.text import clean

# Unread texts that a message shows: how many, how long, and with how many digits at most.
SHOWN = 5
_LONGEST = 40
_MOST_DIGITS = 2
# As long as a mark that stands alone may be; anything longer may be a name.
_SHORT = 4
# More distinct texts than this in a column aren't marks.
_DISTINCT = 20
_TIMES = {1: "once", 2: "twice"}
# Numbers that stand for none: 999, -99, 9998, 888, 77, and -1; of counts, which may be anything,
# only the commonest.
_SENTINEL = re.compile(r"9+[78]?|8+|7+|1")
_OF_COUNTS = re.compile(r"9{3,}|8{3,}|-(9+|8+|7+|1)")
# A number with a footnote's sign beside it: "12*", "1,204 (a)", "12 r"; after a zero it is a mark.
_BEFORE = r"[*†‡§~#]+"
_AFTER = r"[*†‡§~#¹²³⁴⁵⁶⁷⁸⁹]+|\^?\(\w{1,2}\)|\^?\[\w{1,2}\]|\^\w|[a-zA-Z]"
_PRINTED = r"[1-9][\d.,\s'’]*"
_NOTED = re.compile(rf"{_BEFORE}\s*{_PRINTED}|{_PRINTED}\s*(?:{_AFTER})")
_NOTED_MEND = (
    "Some are numbers with a footnote's sign, such as 12* or 12 (a): delete the signs in the file "
    "where the numbers are meant."
)
# Rows with other numbers that there must be, and how many times their range a sentinel is apart.
_OTHERS, _APART = 5, 3.0
# Distinct numbers that other counts must have, for a range to say anything.
_DISTINCT_COUNTS = 3


def say_times(number: int) -> str:
    """Say how often: "once", "twice", "12 times"."""
    return _TIMES.get(number, f"{number:,} times")


def describe_texts(numbers: Numbers, open_: Mask, *, count: bool = True) -> tuple[str, str]:
    """Show the texts that stand where numbers should, and say how to say what they mean.

    A mark is no record's value, but a text may be: shown are only those that recur or are short,
    hold hardly a digit and look like no name, and none of a column that is text throughout.

    Parameters
    ----------
    numbers : Numbers
    open_ : ndarray of bool, shape (rows,)
        Rows that nothing has excluded.
    count : bool
        Whether the column holds counts, which may be hidden or none.

    Returns
    -------
    shown : str
        Such as ": 'n.r.' 3 times"; empty where none may be shown.
    mend : str
    """
    here = open_ & numbers.is_kind(Kind.TEXT)
    number = int((open_ & numbers.is_kind(Kind.NUMBER, Kind.AMBIGUOUS)).sum())
    counted = Counter(numbers.mark[here])
    plain = "Numbers may hold thousands separators, but no brackets, notes or units."
    texts = int(here.sum())
    if not number or len(counted) > min(_DISTINCT, max(SHOWN, texts // 2)):
        said = f"It holds {len(counted):,} distinct texts, too many to be marks. "
        return "", (said if len(counted) > SHOWN else "") + plain
    marks = [(text, times) for text, times in counted.most_common() if _is_mark(text, times)]
    noted = f"{_NOTED_MEND} " if any(map(_is_noted, counted)) else ""
    if not marks:
        return "", noted.rstrip() or plain
    shown = ", ".join(f"{clean(text)!r} {say_times(times)}" for text, times in marks[:SHOWN])
    more = len(counted) - len(marks[:SHOWN])
    tail = f", and {more:,} other{'s' if more > 1 else ''}" if more else ""
    text = clean(marks[0][0])
    option = shlex.quote(text)
    hidden = shlex.quote(f"{text}=LOW:HIGH")
    told = f"isn't known, say --missing {option}"
    if count:
        told = (
            f"is hidden, say --suppressed {hidden} with the range that it stands for; if it is "
            f"none, --zero {option}; if it isn't known, --missing {option}"
        )
    return f": {shown}{tail}", f"{noted}If the number at {text!r} {told}."


def _is_noted(text: str) -> bool:
    """Whether a text is a number with a footnote's sign; "<5" and "10+" are marks by themselves."""
    marks = own_range(fold(text)) is not None or text[-1:] == "+"
    return not marks and _NOTED.fullmatch(text) is not None


def _is_mark(text: str, times: int) -> bool:
    if len(text) > _LONGEST or _is_noted(text):
        return False
    if own_range(fold(text)) is not None or (text[-1:] == "+" and text[:-1].isdecimal()):
        return True
    if sum(letter.isdigit() for letter in text) > _MOST_DIGITS:
        return False
    wordy = text.isalpha() and len(text) > 1 and (text.istitle() or len(text) > 2)
    return times > 1 or (len(text) <= _SHORT and (text.isupper() or not wordy))


def find_sentinel(values: Floats, *, counts: bool = False) -> float | None:
    """Find a number that seems to stand for one that isn't known.

    It has the form of one, such as 999 or -99. Above zero it stands there more than once, and lies
    apart from all others by three times their range; below zero it is the only one, and stands
    there more than once or lies apart by their range.

    Parameters
    ----------
    values : ndarray of float, shape (rows,)
        NaN where there is no number.
    counts : bool
        Whether they are counts, of which more is asked.

    Returns
    -------
    float or None

    Examples
    --------
    >>> find_sentinel(np.array([21.0, 35, 28, 999, 30, 26, 999]))
    999.0
    >>> find_sentinel(np.array([21.0, 35, 28, 99, 30, 26, 31])) is None
    True
    """
    distinct, times = np.unique(values[np.isfinite(values)], return_counts=True)
    if len(distinct) < 2:
        return None
    for value, often, others in (
        (distinct[-1], times[-1], distinct[:-1]),
        (distinct[0], times[0], distinct[1:]),
    ):
        digits = f"{abs(value):.0f}"
        alone = value < 0 <= others[0]
        form = value == np.rint(value) and _SENTINEL.fullmatch(digits)
        if counts:
            form = form and len(others) >= _DISTINCT_COUNTS and _OF_COUNTS.fullmatch(f"{value:.0f}")
        if often == 1 and (counts or digits.strip("9")):
            # One number that isn't surely a mark may be a record's.
            continue
        if not form or not (alone or (often > 1 and value > 0 and len(digits) > 1)):
            continue
        spread = others[-1] - others[0]
        gap = np.abs(others - value).min()
        apart = gap > (spread if alone else _APART * spread)
        if alone and often > 1 and len(digits) > 1:
            apart = True
        if apart and times.sum() - often >= max(_OTHERS, often):
            return float(value)
    return None


def say_missing(value: float) -> str:
    """Say how to say that a number stands for one that isn't known."""
    return f"If {value:g} stands for what isn't known, say --missing {value:g}."
