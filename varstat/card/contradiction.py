"""What a card's sections may each say, but not together."""

from collections.abc import Iterator

from pydantic import BaseModel

from varstat.card.schema import Card, Likelihood
from varstat.errors import did_you_mean, one_of
from varstat.measure import MeasureName

LIKELIHOODS: dict[MeasureName, tuple[Likelihood, ...]] = {
    "proportion": ("binomial", "beta-binomial"),
    "ratio": ("poisson", "negative-binomial"),
    "mean": ("normal",),
}
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
    event, size = (getattr(card.columns, name) for name in (card.measure.event, card.measure.size))
    if event == size:
        yield f"[columns] {card.measure.event} and {card.measure.size} name the same column."
    low, high = card.columns.suppressed or (0, 0)
    if not 0 <= low <= high:
        yield "[columns] suppressed must be two counts, the smaller first, as in [1, 7]."


def _scales(card: Card) -> Iterator[str]:
    measure, model = card.measure, card.model
    if card.funnel.tau_scale not in measure.scales:
        yield (
            f"[funnel] tau_scale is '{card.funnel.tau_scale}'; expected {one_of(measure.scales)} "
            f"for a {measure.name}."
        )
    if model.link != measure.link:
        yield f"[model] link is '{model.link}'; expected {measure.link} for a {measure.name}."
    suited = LIKELIHOODS[measure.name]
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


def _covariates(card: Card) -> Iterator[str]:
    measure, named = card.measure, card.model.covariates
    taken = {
        column: role
        for role in ("unit", measure.event, measure.size)
        for column in getattr(card.columns, role) or ()
    }
    for name in dict.fromkeys(named):
        if named.count(name) > 1:
            yield f"[model] covariates names {name!r} more than once."
        if name in taken:
            yield f"[model] covariates names {name!r}, which [columns] says is the {taken[name]}."
        elif name in (*_CANONICAL, measure.event, measure.size):
            yield (
                f"[model] covariates names {name!r}, as varstat calls a column of its own. Rename "
                "the column in the file, and here."
            )
