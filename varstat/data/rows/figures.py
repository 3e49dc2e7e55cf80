"""Headings of figures that are no counts: rates per so many, averages, ranks, standard deviations.

What a heading says plainly is believed; a word that a count may have in its name as well ("rate",
"mean") only where larger sizes don't have more.
"""

import re
import shlex

# Each thousand may be parted: 1,000, 1.000, 1 000, 100k.
_PER = re.compile(
    r"(?:\b(?:per|pro|je|pour|por|ogni|pr|op)\b\.?\s*|/\s?)(?P<number>1(?:[ .,'\u2019\u202f]?0)+)"
    r"\s*(?P<k>k\b)?|\u2030|\b(?:pro|per|pour|por)[ -]?mil(?:le|l)?\b|\bpromille\b",
    re.IGNORECASE,
)
_LOOSE = re.compile(
    r"\b(rank|ranking|rang|rates?|quote|taux|tasa|tasso|taxa|h?smr|asm?r|dsr|isr|shmi|index|score|"
    r"average|mean|"
    r"median|mittelwert|durchschnitt\w*|moyenne|promedio|gemiddeld\w*|medelv\w+|gjennomsnitt\w*)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\b(numbers?|counts?|nos?|n|num|numerator|denominator|cases?|events?|total|sum|anzahl|nombre|"
    r"numero|aantal|antal|patients|deaths)\b",
    re.IGNORECASE,
)
_SPREAD = re.compile(
    r"\b(sd|s\.d\.|st\.? ?dev\w*|std\.? ?dev\w*|standard deviations?|standardabweichung|"
    r"[e\u00e9]cart[ -]type|desviaci[o\u00f3]n|deviazione|standaardafwijking|variance|varianz|"
    r"var)\b",
    re.IGNORECASE,
)
_INTERVAL = re.compile(
    r"\b(ci|c\.i\.|confidence|konfidenz\w*|margin|half[ -]?width|moe)\b", re.IGNORECASE
)
_ERROR = re.compile(r"\b(se|s\.e\.|sem|errors?|standardfehler|erreur|errore)\b", re.IGNORECASE)


# Levels that limits are published at, in percent.
_LEVEL = re.compile(r"(?<![\d.])(?:50|68|80|90|95|98|99)(?:[._]\d+)?(?![\d.])")


def find_level(heading: str) -> float | None:
    """Find the level of limits that a heading says; None where it says none, or several.

    Examples
    --------
    >>> [find_level(h) for h in ("Lower 99.8%", "95.0 CI high", "LCL", "Rate 2019")]
    [0.998, 0.95, None, None]
    """
    found = {round(float(each.replace("_", ".")) / 100, 6) for each in _LEVEL.findall(heading)}
    return found.pop() if len(found) == 1 else None


def find_per(heading: str) -> int | None:
    """Find of how many a heading says that its figures are.

    Examples
    --------
    >>> [find_per(h) for h in ("Deaths per 1,000", "je 100 000", "Falls / 100k", "Deaths")]
    [1000, 100000, 100000, None]
    >>> [find_per(h) for h in ("Taux pour mille", "Promille", "Millwall")]
    [1000, 1000, None]
    """
    found = _PER.search(heading.replace("_", " "))
    if found is None:
        return None
    if found["number"] is None:
        return 1000
    number = int(re.sub(r"\D", "", found["number"])) * (1000 if found["k"] else 1)
    return number if number >= 10 else None


def may_be_figure(heading: str) -> bool:
    """Tell whether a heading has a word of rates, averages or ranks, and none of counts.

    Examples
    --------
    >>> [may_be_figure(h) for h in ("Mortality rate", "SMR", "Average stay", "Rate numerator")]
    [True, True, True, False]
    """
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|[_.]", " ", heading)
    return _LOOSE.search(plain) is not None and _COUNT.search(plain) is None


def describe_spread(heading: str) -> str | None:
    """Say of a column given for standard errors what its heading says that it holds instead.

    Examples
    --------
    >>> describe_spread("SE of the mean"), describe_spread("Std. dev.")[:20]
    (None, 'standard deviations,')
    """
    plain = heading.replace("_", " ")
    # A formula was made on purpose, of such a column perhaps.
    if _ERROR.search(plain) or " / " in heading or " * " in heading:
        return None
    name = f"`{heading}`"
    if _SPREAD.search(plain):
        return (
            "standard deviations, or variances, of single cases, by its heading: a standard error "
            "is the deviation divided by the square root of how many. Give a column of them, or "
            "--total, --count and --sum-of-squares"
        )
    if _INTERVAL.search(plain):
        half = shlex.quote(f"{name} / 1.96")
        return (
            "an interval, by its heading. If it is what is added on either side of the value, for "
            f"95%, say --se {half}; limits are given with --lower and --upper"
        )
    return None
