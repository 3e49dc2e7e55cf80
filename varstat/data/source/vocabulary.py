"""Vocabulary: what publishers print where a number is hidden, not known, or none."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Range = tuple[float, float]

UNKNOWN: Range = (math.nan, math.nan)
_NOTHING: Mapping[str, Range] = MappingProxyType({})
_NO_NUMBER: Mapping[float, Range] = MappingProxyType({})

SUPPRESSED = frozenset(
    {
        *(
            "*",
            "**",
            "***",
            "[c]",
            "(c)",
            "c",
            "..c",
            "s",
            "(s)",
            "[s]",
            "ds",
            "(ds)",
            "np",
            "(np)",
        ),
        *(
            "n.p.",
            "(d)",
            "[d]",
            "suppressed",
            "data suppressed",
            "value suppressed",
            "supp",
            "supp.",
            "sup",
            "sup.",
        ),
        *("[suppressed]", "withheld", "data withheld", "confidential", "redacted", "[redacted]"),
        *("masked", "hidden", "censored", "not published", "not shown", "not displayed"),
        *("not publishable", "low number", "low numbers", "low count", "small number"),
        *("small numbers", "small cell", "small count", "insufficient cases"),
        *("number of cases too small", "disclosive", "secondary suppression"),
        *("geheim", "geheim gehalten", "geheimgehalten", "unterdrückt", "zu wenig", "zu wenige"),
        *("zu wenige fälle", "zu geringe fallzahl", "aus datenschutzgründen nicht ausgewiesen"),
        *("secret", "secret statistique", "confidentiel", "effectif trop faible", "supprimé"),
        *("secreto estadístico", "confidencial", "suprimido", "soppresso", "oscurato", "riservato"),
        *("onderdrukt", "te weinig", "vertrouwelijk", "sekretess", "skjult", "undertryckt"),
    }
)
MISSING = {
    **dict.fromkeys(("-", "--", "---"), "no value"),
    **dict.fromkeys(("..", "...", "....", ".", ":", "[x]", "x", "(x)"), "not available"),
    **dict.fromkeys(
        ("#n/a", "n/a", "n.a.", "n.a", "na", "#na", "<na>", "(n/a)", "[n/a]"), "not available"
    ),
    **dict.fromkeys(
        ("nd", "n.d.", "n/d", "nv", "n.v.", "k.a.", "k. a.", "k.a", "s/d", "s.d."), "not available"
    ),
    **dict.fromkeys(
        (
            *("not available", "data not available", "unavailable", "data unavailable"),
            *("value not available", "figures not available", "not yet available", "missing"),
            *("missing data", "no data", "no data available", "no data submitted", "no value"),
            *("not calculated", "unknown", "not known", "pending", "insufficient data"),
            *("keine angabe", "keine angaben", "keine daten", "nicht verfügbar", "unbekannt"),
            *("nicht bekannt", "liegt nicht vor", "non disponible", "données non disponibles"),
            *("donnée non disponible", "pas de données", "no disponible", "sin datos", "sin dato"),
            *("dato no disponible", "datos no disponibles", "non disponibile"),
            *("dato non disponibile", "niet beschikbaar", "geen gegevens", "onbekend"),
            *("não disponível", "sem dados", "brak danych", "saknas", "uppgift saknas"),
            *("ej tillgänglig", "ikke tilgjengelig", "mangler", "ei tietoa", "ddim ar gael"),
        ),
        "not available",
    ),
    **dict.fromkeys(
        (
            *(
                "[z]",
                "z",
                "(z)",
                "not applicable",
                "does not apply",
                "entfällt",
                "sans objet",
                "s.o.",
            ),
            *("no aplica", "non applicabile", "non applicable", "nicht zutreffend"),
            *("niet van toepassing", "n.v.t.", "nvt", "ej tillämpligt"),
        ),
        "not applicable",
    ),
    **dict.fromkeys(
        (
            *(
                "null",
                "not reported",
                "not recorded",
                "not collected",
                "not submitted",
                "none given",
            ),
            *("not provided", "not stated", "did not report", "no response", "no return"),
            *("nicht erhoben", "nicht gemeldet", "non renseigné", "non communiqué"),
            *("no informado", "não informado", "non rilevato", "niet gerapporteerd"),
        ),
        "not recorded",
    ),
    "[low]": "too low to show",
}
# Of these the rest says why or of what: "too few to report", "suppressed (n < 5)".
_STARTS = re.compile(
    r"too (few|small|low)\b.*|(data |value |figure |count )?suppressed\b.*|trop peu\b.*|"
    r"demasiado pocos\b.*|small (n|numbers?|counts?|samples?)\b.*|zu (wenige?|geringe)\b.*|"
    r"unterdrückt\b.*|zensiert\b.*|secret statistique\b.*|秘匿.*|非公表.*|非公開.*|비공개.*|"
    r"not (shown|published|displayed|released)\b.*(small|low|few|disclos|confident).*"
)
_ABSENT = re.compile(
    r"(data |value |figure )?not (available|reported|collected|recorded|provided|submitted)\b.*|"
    r"no data\b.*|keine angaben?\b.*|keine daten\b.*|non disponible\b.*|no disponible\b.*|"
    r"データなし|不明|자료없음|无数据"
)
_NUMBER = r"\s*(\d{1,4})"
_BELOW = re.compile(
    r"(?:<|&lt;|less than|fewer than|under|below|lower than|weniger als|unter|moins de|menos de|"
    r"menor que|meno di|minder dan|mniej niż|färre än|færre enn|færre end)" + _NUMBER
)
_AT_MOST = re.compile(
    r"(?:<=|=<|up to|at most|no more than|not more than|höchstens|bis zu|au plus|jusqu'à|"
    r"como máximo|al massimo|hoogstens)"
    + _NUMBER
    + r"|(\d{1,4})\s*(?:or|and|oder|und|ou|o|of|en)\s+"
    r"(?:less|fewer|under|below|weniger|moins|menos|meno|minder)"
)
_BETWEEN = re.compile(
    r"(?:(?:between|zwischen|entre|tra|tussen|from|von|de|da|van)\s+)?(\d{1,4})"
    r"(?:\s*-\s*|\s+(?:to|and|bis|und|à|et|a|y|e|tot|en|till|til)\s+)(\d{1,4})"
)
# "n<11": what is below eleven are cases.
_CASES = re.compile(
    r"\s+(?:cases?|events?|patients?|people|persons?|deaths?|records?|individuals?|admissions?|"
    r"fälle[n]?|cas|casos|casi|gevallen|fall|tilfeller|tilfælde)$"
)
_OF_CASES = re.compile(r"^n\s*(?=[<=&])")
_SIGNS = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    # Of a footnote, and no digit of the number beside it.
    | dict.fromkeys("\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079", "*")
)


# What is said of cells in which nothing stands.
BLANK = "blank"
DASH = "-"


def fold(text: str) -> str:
    """Write a mark as it is compared: in small letters, with plain spaces, dashes and signs.

    Examples
    --------
    >>> fold("  Too  Few to REPORT "), fold("≤ 10"), fold("1–4")
    ('too few to report', '<= 10', '1-4')
    """
    plain = unicodedata.normalize("NFKC", text.translate(_SIGNS)).casefold()
    plain = plain.replace("\u2264", "<=").replace("\u2026", "...").replace("\u2019", "'")
    return " ".join(plain.split())


def is_missing(mark: str) -> bool:
    """Whether a mark, folded, means that there is no number, in brackets or not.

    Examples
    --------
    >>> is_missing("(not available)"), is_missing("not reported in 2023"), is_missing("12")
    (True, True, False)
    """
    return mark in MISSING or _bare(mark) in MISSING or _ABSENT.fullmatch(_bare(mark)) is not None


def _bare(mark: str) -> str:
    """Take brackets or quotation marks off a mark."""
    around = mark[:1] + mark[-1:]
    return mark[1:-1].strip() if around in ("()", "[]", '""', "''") else mark


def own_range(mark: str) -> tuple[Range, bool] | None:
    """Read the range that a mark itself states.

    Parameters
    ----------
    mark : str
        Folded.

    Returns
    -------
    (low, high) : tuple of float
    bool
        Whether the mark leaves its lower end open, as "<5" does: then it is zero.
        None in place of both if the mark states no range.

    Examples
    --------
    >>> own_range("<11"), own_range("1-4"), own_range("5 or fewer"), own_range("*")
    (((0.0, 10.0), True), ((1.0, 4.0), False), ((0.0, 5.0), True), None)
    """
    bare = _bare(mark)
    bare = _CASES.sub("", _OF_CASES.sub("", bare.rstrip("*").rstrip()))
    if found := _BELOW.fullmatch(bare):
        below = float(found[1])
        return ((0.0, below - 1.0), True) if below >= 1 else None
    if found := _AT_MOST.fullmatch(bare):
        return (0.0, float(found[1] or found[2])), True
    if found := _BETWEEN.fullmatch(bare):
        low, high = float(found[1]), float(found[2])
        return ((low, high), False) if low < high else None
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What marks stand for, beside those that every publisher uses.

    Attributes
    ----------
    ranges : mapping of str to (float, float)
        What is hidden behind a mark, folded.
    hidden : (float, float) or None
        What is hidden behind any other suppression mark.
    numbers : mapping of float to (float, float)
        What a printed count stands for.
    zero, missing : frozenset of str
        Marks, folded, that mean none, and that the number isn't known.
    sentinels : frozenset of float
        Printed numbers that mean that it isn't known.
    """

    ranges: Mapping[str, Range] = field(default_factory=lambda: _NOTHING)
    hidden: Range | None = None
    numbers: Mapping[float, Range] = field(default_factory=lambda: _NO_NUMBER)
    zero: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    sentinels: frozenset[float] = frozenset()

    @property
    def fills_blanks(self) -> bool:
        """Whether blank cells mean none, beside others of their row that aren't blank."""
        return BLANK in self.zero

    def hides(self, mark: str) -> Range | None:
        """Give the range of a suppression mark, NaN where none is stated; None for other texts.

        A range that is stated for the mark is taken; else the mark's own. A mark such as "<5",
        whose lower end is open, starts where the range of all suppression marks does.

        Parameters
        ----------
        mark : str
            Folded.

        Returns
        -------
        (float, float) or None
        """
        if mark in self.ranges:
            return self.ranges[mark]
        bare = _bare(mark)
        if mark in SUPPRESSED or (len(bare) > 2 and bare in SUPPRESSED):
            return self.hidden or UNKNOWN
        found = own_range(mark)
        if found is None:
            return (self.hidden or UNKNOWN) if _STARTS.fullmatch(bare) else None
        (low, high), is_open = found
        if is_open and self.hidden is not None and self.hidden[0] <= high:
            low = self.hidden[0]
        return low, high

    def states(self, text: str) -> bool:
        """Whether somebody said what a text stands for, though it can be read as a number."""
        if not (self.zero or self.missing or self.ranges):
            return False
        folded = fold(text)
        return folded in self.zero or folded in self.missing or folded in self.ranges


PLAIN = Vocabulary()
