"""From a specification to the history of what units reported, or to what it will end at."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from varstat.analysis.asking import CompletenessAsking
from varstat.analysis.inputs import check_hashes, find_input, split_lookup
from varstat.analysis.specification import Reading
from varstat.analysis.steps import Setting
from varstat.errors import UsageError, one_of

if TYPE_CHECKING:
    from varstat.data.volumes import Volumes
    from varstat.data.volumes.vintages import Vintages
    from varstat.estimands.completeness.result import Histories
    from varstat.estimands.vintages.result import Nowcasts
    from varstat.provenance import Provenance

_READ = (
    *("source", "card", "title", "unit", "unit_name", "numerator", "denominator", "period"),
    *("only", "exclude", "lookup", "sheet", "decimal", "lenient"),
)
# What is asked of volumes alone.
_OF_VOLUMES = ("events", "least", "prior_incomplete", "prior_logit", "prior_logit_sd")


def ask_completeness(setting: Setting, asking: CompletenessAsking) -> "Histories | Nowcasts":
    """Find what happened to the volumes of a table, or what its vintages will end at.

    Parameters
    ----------
    setting : Setting
    asking : CompletenessAsking

    Returns
    -------
    Histories or Nowcasts

    Raises
    ------
    VarstatError
        If anything can't be what is asked.
    """
    _refuse_unread(setting.asked.reading)
    if asking.as_of is not None:
        return _ask_vintages(setting, asking, asking.as_of)
    if asking.tail is not None:
        raise UsageError(
            "tail", "a tail is of vintages. Name the column of their dates: --as-of COL."
        )
    return _ask_volumes(setting, asking)


def _ask_volumes(setting: Setting, asking: CompletenessAsking) -> "Histories":
    from varstat.data.source.open import hash_file
    from varstat.data.volumes import read_volumes
    from varstat.estimands.completeness.compute import compute_histories
    from varstat.estimands.completeness.overrule import read_events
    from varstat.estimands.completeness.posterior import Prior

    prior = Prior(
        incomplete=asking.prior_incomplete,
        centre=asking.prior_logit,
        spread=asking.prior_logit_sd,
    )
    reading = setting.asked.reading
    source, arguments = _arguments(setting, asking)
    volumes = read_volumes(setting.find_table(source), **arguments)
    check_hashes(setting.asked, source, volumes.data_hash, volumes.lookups)
    stated, options = None, dict[str, Any]()
    if asking.events is not None:
        path = Path(str(find_input(asking.events, sources=setting.sources, folder=setting.folder)))
        stated = read_events(path, volumes)
        options["events"] = hash_file(path)
    return compute_histories(
        volumes,
        provenance=_provenance(volumes, reading, asking, options),
        least=asking.least,
        level=asking.level,
        prior=prior,
        stated=stated,
    )


def _ask_vintages(setting: Setting, asking: CompletenessAsking, as_of: str) -> "Nowcasts":
    from varstat.data.volumes.published import read_vintages
    from varstat.estimands.vintages.compute import compute_nowcasts

    idle = [
        field.name
        for field in fields(asking)
        if field.name in _OF_VOLUMES and getattr(asking, field.name) != field.default
    ]
    if idle:
        raise UsageError(
            "as_of",
            f"vintages need no {one_of(idle)}: they say themselves what came later. Leave that "
            "out, or leave out --as-of and keep one vintage with --only.",
        )
    source, arguments = _arguments(setting, asking)
    vintages = read_vintages(setting.find_table(source), as_of=as_of, **arguments)
    check_hashes(setting.asked, source, vintages.data_hash, vintages.lookups)
    return compute_nowcasts(
        vintages,
        provenance=_provenance(vintages, setting.asked.reading, asking, {}),
        tail=asking.tail,
        level=asking.level,
    )


def _arguments(setting: Setting, asking: CompletenessAsking) -> tuple[str, dict[str, Any]]:
    """The source, and how volumes and vintages alike are read."""
    reading = setting.asked.reading
    (source, card), *_ = reading.pair_up()
    return source, {
        "card": None if card is None else setting.find_card(card),
        "unit": reading.unit,
        "unit_name": reading.unit_name,
        "numerator": reading.numerator,
        "denominator": reading.denominator,
        "period": reading.period,
        "columns": asking.columns,
        "only": dict(reading.only),
        "exclude": dict(reading.exclude),
        "lookup": [setting.find_lookup(each) for each in reading.lookup],
        "sheet": reading.sheet,
        "decimal": reading.decimal,
        "lenient": reading.lenient,
        "title": reading.title,
    }


def _refuse_unread(reading: Reading) -> None:
    """Refuse what volumes aren't read by, lest it be thought to do something."""
    unread = [
        field.name
        for field in fields(reading)
        if field.name not in _READ and getattr(reading, field.name) != field.default
    ]
    if unread:
        raise UsageError(
            "completeness", f"volumes aren't read by {one_of(unread)}. Leave that out."
        )


def _provenance(
    volumes: "Volumes | Vintages",
    reading: Reading,
    asking: CompletenessAsking,
    options: dict[str, Any],
) -> "Provenance":
    """State what the history is made from; files go by their names, without their folders."""
    from varstat.provenance import Provenance

    told = reading.to_dict() | {"source": volumes.account.source}
    if reading.card:
        told["card"] = Path(reading.card[0]).name
    if reading.lookup:
        keys = [split_lookup(each) for each in reading.lookup]
        told["lookup"] = [f"{Path(name).name}:{key}" for name, key in keys]
    asked = asking.to_dict()
    if asking.events is not None:
        asked["events"] = Path(asking.events).name
    return Provenance(
        verb=asking.verb,
        source=volumes.account.source,
        data_hash=volumes.data_hash,
        card=volumes.card,
        card_hash=volumes.card_hash,
        options=options,
        reading=told,
        asking=asked,
        lookups=volumes.lookups,
    )
