"""The options of a change between two periods."""

from varstat.analysis.asking import ChangeAsking
from varstat.cli.losses import losses
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
    **losses(ChangeAsking, _CHANGE),
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
    (ChangeAsking, "unit_cost"): number(
        float | None,
        "unit-cost",
        _CHANGE,
        "What one event is worth, for the parts in money; needs a price year and a source.",
        metavar="MONEY",
    ),
    (ChangeAsking, "unit_cost_to"): number(
        float | None,
        "unit-cost-to",
        _CHANGE,
        "What it is worth in the second period, where that differs.",
        metavar="MONEY",
    ),
    (ChangeAsking, "price_year"): text("price-year", _CHANGE, "Year of the unit cost."),
    (ChangeAsking, "cost_source"): text("cost-source", _CHANGE, "Who says what it costs."),
    (ChangeAsking, "fdr"): number(
        float, "fdr", _CHANGE, "The share of a list of the improved that may be false."
    ),
}
