"""Specifications: what is read, how it is modelled and what is asked of it, as one value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from varstat.analysis.asking import ASKINGS, Asking
from varstat.analysis.stated import Choices, Names, Stated
from varstat.errors import UsageError, one_of
from varstat.provenance import content_hash

_PAIRED = ("source", "card")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Stated):
    """What is read, and how: the arguments of `read_table`, and how quarters become years.

    Attributes
    ----------
    source : tuple of str
        Files or examples, one an indicator; or one for all cards.
    card : tuple of str
        Names or paths of cards, one a source; or one for all. None where the columns tell.
    title, direction, counts, unit, unit_name, numerator, denominator, \
sampled_from, observed, expected, expected_se, exposure, value, se, lower, upper, count, total, \
sum_of_squares, peer_group, period : str or None
    limits_level : float or None
        Of the limits `lower` and `upper`, in (0, 1).
    by : tuple of str
    only, exclude : tuple of (str, tuple of str)
        Columns, and the values of which rows are kept, or left out.
    lookup : tuple of str
        "FILE:KEY".
    roll_up : str or None
    annualise : {"none", "x4", "rolling4"}
    sheet, spread, decimal : str or None
    rules : str or None
    suppressed : (int, int), tuple of (str, (int, int)) or None
        The range of every mark; or marks, and what each stands for.
    rounded : int, tuple of (str, int) or None
    zero, missing : tuple of str
        Marks.
    percent : bool
        Whether the numerator is a percentage of the denominator.
    per : float or None
        How much of the size rates are shown for.
    lenient : bool
    """

    source: Names = ()
    card: Names = ()
    title: str | None = None
    direction: str | None = None
    counts: str | None = None
    unit: str | None = None
    unit_name: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    sampled_from: str | None = None
    observed: str | None = None
    expected: str | None = None
    expected_se: str | None = None
    exposure: str | None = None
    value: str | None = None
    se: str | None = None
    lower: str | None = None
    upper: str | None = None
    limits_level: float | None = None
    count: str | None = None
    total: str | None = None
    sum_of_squares: str | None = None
    peer_group: str | None = None
    period: str | None = None
    by: Names = ()
    only: Choices = ()
    exclude: Choices = ()
    lookup: Names = ()
    roll_up: str | None = None
    annualise: str = "none"
    sheet: str | None = None
    spread: str | None = None
    decimal: str | None = None
    rules: str | None = None
    suppressed: tuple[int, int] | tuple[tuple[str, tuple[int, int]], ...] | None = None
    rounded: int | tuple[tuple[str, int], ...] | None = None
    zero: Names = ()
    missing: Names = ()
    percent: bool = False
    per: float | None = None
    lenient: bool = False

    def pair_up(self) -> Iterator[tuple[str, str | None]]:
        """Say which card goes with which source: one for all, all of one, or one each.

        Yields
        ------
        (str, str or None)
            A source and its card.

        Raises
        ------
        UsageError
            If there are other numbers of them.

        Examples
        --------
        >>> list(Reading(source=("a.csv",), card=("daycase", "statin")).pair_up())
        [('a.csv', 'daycase'), ('a.csv', 'statin')]
        """
        sources, cards = self.source, self.card
        if len(cards) <= 1:
            yield from ((each, cards[0] if cards else None) for each in sources)
        elif len(sources) == 1:
            yield from ((sources[0], card) for card in cards)
        elif len(cards) == len(sources):
            yield from zip(sources, cards, strict=True)
        else:
            raise UsageError(
                "--card",
                f"{len(cards)} cards don't go with {len(sources)} files "
                f"({', '.join(map(_file_name, sources))}). Give one card for all, or one for each "
                "in their order.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Modelling(Stated):
    """How units are modelled.

    Attributes
    ----------
    covariates, strata : tuple of str or None
        Columns; those of the card where it is None, and none where it is empty.
    inform : tuple of str or None
        Columns likewise, or `size`.
    effects, likelihood, peer_tau : str or None
        As in a card's model section, which is followed where it is None.
    transient : "auto", "none", float or None
    engine : {"auto", "quadrature", "nuts"}
    draws, seed : int
    """

    covariates: Names | None = None
    inform: Names | None = None
    strata: Names | None = None
    effects: str | None = None
    likelihood: str | None = None
    transient: str | float | None = None
    peer_tau: str | None = None
    engine: str = "auto"
    draws: int = 4000
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """All that decides a result.

    Attributes
    ----------
    reading : Reading
    modelling : Modelling
        Of a funnel without a posterior, nothing depends on it.
    asking : FunnelAsking, FitAsking, LeagueAsking, OpportunityAsking, CompareAsking, \
ChangeAsking, CompletenessAsking or ReviewAsking
    hashes : tuple of (str, str)
        Names of what is read, and the SHA-256 that each must have; of one made of a provenance.
    """

    reading: Reading
    modelling: Modelling = Modelling()
    asking: Asking
    hashes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.reading.source:
            raise UsageError("specification", "there is nothing to read. Name a source.")

    @property
    def verb(self) -> str:
        """What is asked for, such as "league"."""
        return self.asking.verb

    @property
    def digest(self) -> str:
        """SHA-256 of the whole specification, in hexadecimal digits."""
        return content_hash(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Make a dictionary for JSON, which `from_dict` takes back."""
        parts = {name: getattr(self, name).to_dict() for name in ("reading", "modelling", "asking")}
        hashes = {"hashes": [list(pair) for pair in self.hashes]} if self.hashes else {}
        return {"verb": self.verb, **parts, **hashes}

    @classmethod
    def from_dict(cls, stated: Mapping[str, Any]) -> "Specification":
        """Take a specification back from its dictionary, or from that of a provenance.

        Parameters
        ----------
        stated : mapping of str to object
            What `Specification.to_dict` or `Provenance.to_dict` made.

        Returns
        -------
        Specification
            Of a provenance, with the hashes of all that was read.

        Raises
        ------
        UsageError
            If it isn't one, or is of several indicators that have no one specification.

        Examples
        --------
        >>> from varstat.analysis.asking import LeagueAsking
        >>> asked = Specification(
        ...     reading=Reading(source=("example:star98",)), asking=LeagueAsking(level=0.9))
        >>> Specification.from_dict(asked.to_dict()) == asked
        True
        """
        verb, asking = stated.get("verb"), stated.get("asking")
        if not isinstance(verb, str) or verb not in ASKINGS or not isinstance(asking, Mapping):
            raise UsageError(
                "specification",
                "this is no specification of an analysis that can be run: a verb, one of "
                f"{one_of(ASKINGS)}, with its reading, modelling and asking.",
            )
        parts = stated.get("parts") or [stated]
        return cls(
            reading=_one_reading(parts),
            modelling=Modelling.from_dict(_shared(parts, "modelling")),
            asking=ASKINGS[verb].from_dict({**_shared(parts, "asking"), **asking}),
            hashes=tuple(dict.fromkeys(pair for part in parts for pair in _hashes(part))),
        )


def _one_reading(parts: Sequence[Mapping[str, Any]]) -> Reading:
    """Put together the readings of indicators that differ in their source and card alone."""
    readings = [part.get("reading") or {} for part in parts]
    if not all("source" in each for each in readings):
        raise UsageError(
            "specification",
            "it doesn't say what was read, or how. It may be of varstat 0.1.0, which didn't keep "
            "that.",
        )
    if len(readings) == 1:
        return Reading.from_dict(readings[0])
    rest = [{"reading": {k: v for k, v in each.items() if k not in _PAIRED}} for each in readings]
    paired = {name: [each[name] for each in readings if name in each] for name in _PAIRED}
    return Reading.from_dict(_shared(rest, "reading") | paired)


def _shared(parts: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    """What all indicators were asked alike."""
    found = [dict(part.get(name) or {}) for part in parts]
    if any(each != found[0] for each in found):
        raise UsageError(
            "specification",
            f"it is of {len(parts)} indicators, each with a {name} of its own. Run each by itself, "
            "from its part of the provenance.",
        )
    return found[0]


def _hashes(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names of what a provenance says was read, and their hashes."""
    yield from ((str(name), str(of)) for name, of in part.get("hashes", ()))
    if "data_hash" in part:
        yield str(part["source"]), str(part["data_hash"])
        yield f"card {part['card']}", str(part["card_hash"])
        yield from ((f"lookup {name}", of) for name, of in part.get("lookups", {}).items())


def _file_name(path: str) -> str:
    return path.rpartition("/")[2]
