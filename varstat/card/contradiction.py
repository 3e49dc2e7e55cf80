"""What a card's sections may each say, but not together."""

from collections.abc import Iterator

from pydantic import BaseModel

from varstat.card.codes import list_codes
from varstat.card.field import OWN_SIZE, columns_of
from varstat.card.folder import say_unknown
from varstat.card.review import AT_MOST
from varstat.card.rules import list_rules
from varstat.card.schema import Card, Likelihood
from varstat.errors import did_you_mean, one_of

# These are themselves what varies between a unit's periods beyond chance.
OVERDISPERSED: tuple[Likelihood, ...] = ("beta-binomial", "negative-binomial")
# Columns of every table once it is read, beside those of its measure.
_CANONICAL = ("unit", "unit_name", "peer_group", "period", "event_lower", "event_upper")


def find_contradictions(card: Card) -> Iterator[str]:
    """Find what a card says that can't all be so.

    Parameters
    ----------
    card : Card

    Yields
    ------
    str
        One sentence a problem.

    Examples
    --------
    >>> from varstat.card.load import load_card
    >>> list(find_contradictions(load_card("shmi")))
    []
    """
    yield from _columns(card)
    yield from _scales(card)
    yield from _covariates(card)
    yield from _cost(card)
    yield from _review(card)
    codes = card.indicator.codes
    if codes is not None and codes not in (known := list_codes()):
        yield f"[indicator] codes: {say_unknown('code list', codes, known)}"
    fields = field_names(Card)
    for field in card.provenance:
        if field not in fields:
            yield f"[provenance] there is no field '{field}'.{did_you_mean(field, fields)}"


def field_names(section: type[BaseModel], prefix: str = "") -> list[str]:
    """Name all fields of a section and of those below it, with dots between.

    Examples
    --------
    >>> from varstat.card.schema import Goal
    >>> field_names(Goal, "target.")
    ['target.rule', 'target.because']
    """
    names = []
    for name, info in section.model_fields.items():
        inner = [
            kind
            for kind in (info.annotation, *getattr(info.annotation, "__args__", ()))
            if isinstance(kind, type) and issubclass(kind, BaseModel)
        ]
        names.append(prefix + name)
        for kind in inner:
            names += field_names(kind, f"{prefix}{name}.")
    return names


def _columns(card: Card) -> Iterator[str]:
    given = {name for name in ("expected", "exposure") if getattr(card.columns, name)}
    if card.measure.name == "ratio" and len(given) != 1:
        yield "[columns] needs either expected or exposure."
    direct = [name for name in ("value", "se") if getattr(card.columns, name)]
    if "total" in card.needed and direct:
        yield (
            f"[columns] names {direct[0]} beside a total or sum_of_squares; a mean needs either "
            "value and se, or total, count and sum_of_squares."
        )
    yield from _limits(card)
    yield from _beside(card)
    if card.indicator.per is not None and not card.measure.counts:
        yield f"[indicator] per is of rates; a {card.measure.noun} is shown as it is."
    if card.columns.percent and not card.measure.bounded:
        yield f"[columns] percent is said of a numerator, and a {card.measure.noun} has none."
    first: dict[tuple[str, ...], str] = {}
    for role in _own(card):
        names = card.columns.names_of(role)
        if names in first:
            yield f"[columns] {first[names]} and {role} name the same column."
        first.setdefault(names, role)
    stated: dict[str, str] = {}
    for key in ("suppressed", "zero", "missing"):
        for mark in getattr(card.columns, key) or ():
            same = " ".join(mark.casefold().split())
            if stated.setdefault(same, key) != key:
                yield f"[columns] {stated[same]} and {key} both name the mark {mark!r}."
    if card.columns.rules is not None and card.columns.rules not in (known := list_rules()):
        yield f"[columns] rules: {say_unknown('rule set', card.columns.rules, known)}"


def _limits(card: Card) -> Iterator[str]:
    columns = card.columns
    given = [name for name in ("lower", "upper") if getattr(columns, name)]
    if given and card.measure.name != "mean":
        yield f"[columns] names {given[0]}, a limit of a value; a {card.measure.noun} has none."
    elif len(given) == 1:
        other = "upper" if given == ["lower"] else "lower"
        yield f"[columns] names {given[0]} without {other}; the limits of a value are two."
    elif given and columns.se:
        yield "[columns] names se beside lower and upper; a value needs either."
    elif not given and (columns.limits_level or columns.limits_scale):
        yield "[columns] says the level or scale of limits, and names no lower and upper."


def _beside(card: Card) -> Iterator[str]:
    """Refuse what stands beside a size that the measure doesn't have."""
    noun = card.measure.noun
    instead = " and give errors of a finite population, se times the root of 1 - n/N"
    cures = {
        "expected_se": "the standard error of the number of events expected; a "
        f"{noun} has none. Name the column of that number (expected), or leave expected_se out.",
        "sampled_from": f"of how many cases a denominator is a sample; a {noun} has no "
        f"denominator. Leave sampled_from out{instead if noun == 'mean' else ''}.",
    }
    for name, cure in cures.items():
        if not getattr(card.columns, name):
            continue
        if card.measure.beside != name:
            yield f"[columns] names {name}, {cure}"
        elif card.indicator.counts == "continuous":
            yield (
                f"[columns] names {name}, but amounts that are continuous are judged by how much "
                f"they vary in all. Leave {name} out."
            )


def _scales(card: Card) -> Iterator[str]:
    measure, model = card.measure, card.model
    if card.funnel.tau_scale not in measure.scales:
        yield (
            f"[funnel] tau_scale is '{card.funnel.tau_scale}'; expected {one_of(measure.scales)} "
            f"for a {measure.name}."
        )
    if model.link != measure.link:
        yield f"[model] link is '{model.link}'; expected {measure.link} for a {measure.name}."
    suited = measure.likelihoods
    if model.likelihood not in suited:
        yield (
            f"[model] likelihood is '{model.likelihood}'; expected {one_of(suited)} for a "
            f"{measure.name}."
        )
    elif model.likelihood in OVERDISPERSED and model.transient in ("none", 0.0):
        yield (
            f"[model] transient is '{model.transient}', but a {model.likelihood} likelihood is "
            f"itself what varies between periods. Say auto or its SD, or that the likelihood is "
            f"{suited[0]}."
        )


def _cost(card: Card) -> Iterator[str]:
    if card.cost is None or card.cost.value is None:
        return
    lacking = [name for name in ("price_year", "source") if not _said(getattr(card.cost, name))]
    if lacking:
        yield (
            f"[cost] states a value without its {' and '.join(lacking)}. Say the year of its "
            "prices, and who says that it is so much."
        )


def _own(card: Card) -> tuple[str, ...]:
    """The columns of numbers that the card's measure takes or would use."""
    also = ("count",) if not card.measure.counts and "count" not in card.needed else ()
    return (*card.needed, *also)


def _said(text: str | None) -> bool:
    return bool(text and text.strip())


def _covariates(card: Card) -> Iterator[str]:
    columns = columns_of(card.model.inform)
    yield from _numbers("covariates", card.model.covariates, card)
    yield from _numbers("inform", columns, card)
    if card.model.inform.count(OWN_SIZE) > 1:
        yield f"[model] inform names {OWN_SIZE!r} more than once."
    for name in dict.fromkeys(columns):
        if name in card.model.covariates:
            yield (
                f"[model] covariates and inform both name {name!r}. A covariate excuses a unit, "
                "what informs doesn't: say which it is."
            )


def _numbers(key: str, named: tuple[str, ...], card: Card) -> Iterator[str]:
    measure, own = card.measure, _own(card)
    taken = {
        column: role
        for role in ("unit", *own)
        for column in getattr(card.columns, role, None) or ()
    }
    for name in dict.fromkeys(named):
        if named.count(name) > 1:
            yield f"[model] {key} names {name!r} more than once."
        if name in taken:
            yield f"[model] {key} names {name!r}, which [columns] says is the {taken[name]}."
        elif name in (*_CANONICAL, measure.event, measure.size, *own):
            yield (
                f"[model] {key} names {name!r}, as varstat calls a column of its own. Rename "
                "the column in the file, and here."
            )


def _review(card: Card) -> Iterator[str]:
    for name, pair in card.review.model_dump().items():
        if not isinstance(pair, tuple | list):
            continue
        believed, careful = pair
        at_most = name in AT_MOST
        if (believed > careful) if at_most else (believed < careful):
            least = "most" if at_most else "least"
            yield (
                f"[review] {name} is {believed:g} for what is believed and {careful:g} for what is "
                f"believed with care; these are {least} values, and the first must be the stricter."
            )
