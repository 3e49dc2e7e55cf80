"""The options of a change between two periods."""

from varstat.analysis.asking import ChangeAsking
from varstat.cli.option import Laid, number, text

_CHANGE = "Change"

CHANGES: dict[tuple[type, str], Laid] = {
    (ChangeAsking, "before"): text(
        "from", _CHANGE, "The first period, as 2006-07Q1 or 2013.", metavar="PERIOD", required=True
    ),
    (ChangeAsking, "after"): text(
        "to", _CHANGE, "The second; as long as the first.", metavar="PERIOD", required=True
    ),
    (ChangeAsking, "successors"): text(
        "map",
        _CHANGE,
        "Who succeeded whom: a table with columns from, to, and share and date where they matter.",
        metavar="FILE",
    ),
    (ChangeAsking, "frame"): text(
        "frame",
        _CHANGE,
        "common: units with one of the periods alone are shown as exits and entries.",
        metavar="common",
    ),
    (ChangeAsking, "events"): text(
        "events",
        _CHANGE,
        "What wasn't reported, as `varstat completeness -o events.csv` writes it.",
        metavar="FILE",
    ),
    (ChangeAsking, "prior_incomplete"): number(
        float,
        "prior-incomplete",
        _CHANGE,
        "Where events state no share: share of periods that are incomplete.",
        metavar="P",
    ),
    (ChangeAsking, "prior_logit"): number(
        float,
        "prior-logit",
        _CHANGE,
        "Of incomplete ones, the logit of the part reported: its mean.",
        metavar="MEAN",
    ),
    (ChangeAsking, "prior_logit_sd"): number(
        float, "prior-logit-sd", _CHANGE, "And its SD, up to 2.", metavar="SD"
    ),
    (ChangeAsking, "selective_sd"): number(
        float | None,
        "selective-sd",
        _CHANGE,
        "By what the rate of a selective loss may differ, on the link scale; that of units' levels "
        "unless given.",
        metavar="SD",
    ),
    (ChangeAsking, "target"): text("target", _CHANGE, "best:0.25, pooled, median or rate:0.75."),
    (ChangeAsking, "minimal"): number(
        float,
        "minimal",
        _CHANGE,
        "The smallest change of a rate that matters, as 0.01 for a point.",
    ),
    (ChangeAsking, "passing"): number(
        float | None,
        "passing",
        _CHANGE,
        "The SD of what passes, on the link scale: two periods can't tell it.",
        metavar="SD",
    ),
    (ChangeAsking, "fdr"): number(
        float, "fdr", _CHANGE, "The share of a list of the improved that may be false."
    ),
}
