"""The options of the history of volumes."""

from varstat.analysis.asking import CompletenessAsking
from varstat.cli.losses import priors
from varstat.cli.option import Laid, number, text, texts
from varstat.cli.parse import split_commas

_COMPLETENESS = "Completeness"

VOLUMES: dict[tuple[type, str], Laid] = {
    (CompletenessAsking, "columns"): texts(
        "counts",
        _COMPLETENESS,
        "Further counts, by which causes are told apart; repeat, or separate by commas.",
        metavar="COL",
        read=split_commas,
    ),
    (CompletenessAsking, "as_of"): text(
        "as-of",
        _COMPLETENESS,
        "When a row was published, where there are vintages: what will be in the end?",
        metavar="COL",
    ),
    (CompletenessAsking, "tail"): number(
        float,
        "tail",
        _COMPLETENESS,
        "By which vintages' counts grow beyond the last delay; 1 unless you know better.",
        metavar="FACTOR",
    ),
    (CompletenessAsking, "events"): text(
        "events", _COMPLETENESS, "Events in place of those found.", metavar="FILE"
    ),
    (CompletenessAsking, "least"): number(
        float,
        "least",
        _COMPLETENESS,
        "Median volume of a month from which a unit is looked at.",
        metavar="VOLUME",
    ),
    **priors(
        CompletenessAsking,
        _COMPLETENESS,
        "Share of periods that are incomplete, as known beforehand.",
    ),
    (CompletenessAsking, "level"): number(
        float, "level", _COMPLETENESS, "Probability of the intervals, between 0 and 1."
    ),
}
