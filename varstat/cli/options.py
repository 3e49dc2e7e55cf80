"""The options of the commands: one table from a field of a specification to its option.

The order of the table is the order of the options in a command's help.
"""

from functools import partial

import typer

from varstat.analysis.asking import (
    ChangeAsking,
    CompareAsking,
    FunnelAsking,
    LeagueAsking,
    OpportunityAsking,
)
from varstat.analysis.specification import Modelling, Reading
from varstat.cli import option
from varstat.cli.changes import CHANGES
from varstat.cli.choices import Annualise, Incomparable, LeagueChart, Named, Scales, Size
from varstat.cli.losses import losses
from varstat.cli.option import Laid, argument, choice, files, flag, number, text, texts, units
from varstat.cli.output import Format, Output
from varstat.cli.parse import (
    parse_bases,
    parse_covariates,
    parse_levels,
    parse_only,
    parse_ranges,
    parse_strata,
    parse_transient,
    split_commas,
)
from varstat.cli.reviews import REVIEWS
from varstat.cli.volumes import VOLUMES

_CARD = "Indicator"
_COLUMNS = "Columns of the file"
_ROWS = "Rows"
_FUNNEL = "Funnel"
_MODEL = "Model"
_LEAGUE = "League table"
_OPPORTUNITY = "Opportunity"
_CHART = "Chart"
_TABLES = "A file (CSV, TSV, XLSX, XLS, Parquet, DuckDB)"


def _column(name: str, words: str) -> Laid:
    return text(name, _COLUMNS, words, metavar="COL")


TABLE_OR_FIT = argument("DATA", f"{_TABLES}, example:NAME, or a saved fit (.nc).")
TABLES_OR_FITS = argument(
    "DATA...", f"{_TABLES}, example:NAME, or saved fits (.nc), one an indicator.", several=True
)
UNITS_OF_LEAGUE, UNITS_OF_OPPORTUNITY = units(_LEAGUE), units(_OPPORTUNITY)
_CARD_IS = "Card of the indicator: a name or a .toml file"
CARDS = texts("card", _CARD, f"{_CARD_IS}. Repeat for several indicators in one file.")

OPTIONS: dict[tuple[type, str], Laid] = {
    (Reading, "source"): argument("DATA", f"{_TABLES} or example:NAME."),
    (CompareAsking, "a"): argument("A", "A unit, by code or name."),
    (CompareAsking, "b"): argument("B", "Another."),
    **CHANGES,
    (Reading, "card"): text("card", _CARD, f"{_CARD_IS}.", complete=option.complete_card),
    (Reading, "title"): text("title", _CARD, "Title of the indicator."),
    (Reading, "direction"): text(
        "direction", _CARD, "higher-is-better, lower-is-better or neither."
    ),
    (Reading, "counts"): text("counts", _CARD, "whole, or continuous (days, money)."),
    (Reading, "unit"): _column("unit", "Code of the unit."),
    (Reading, "unit_name"): _column("unit-name", "Name of the unit."),
    (Reading, "numerator"): _column("numerator", "Proportion: events."),
    (Reading, "denominator"): _column("denominator", "Proportion: out of how many."),
    (Reading, "sampled_from"): _column(
        "sampled-from", "Proportion: of how many the denominator is a sample (funnel)."
    ),
    (Reading, "observed"): _column("observed", "Ratio or rate: events."),
    (Reading, "expected"): _column("expected", "Ratio: events expected."),
    (Reading, "expected_se"): _column(
        "expected-se", "Ratio: standard error of the events expected (funnel)."
    ),
    (Reading, "exposure"): _column("exposure", "Rate: person-years, bed days…"),
    (Reading, "value"): _column("value", "Mean: its value."),
    (Reading, "se"): _column("se", "Mean: its standard error."),
    (Reading, "lower"): _column("lower", "Mean: its lower limit, in place of --se."),
    (Reading, "upper"): _column("upper", "Mean: its upper limit."),
    (Reading, "limits_level"): number(
        float | None, "limits-level", _COLUMNS, "Level of these limits.", metavar="0.95"
    ),
    (Reading, "count"): _column("count", "Mean: of how many."),
    (Reading, "total"): _column("total", "Mean: the sum of the values."),
    (Reading, "sum_of_squares"): _column("sum-of-squares", "Mean: the sum of the squared values."),
    (Reading, "peer_group"): _column("peer-group", "Group of like units."),
    (Reading, "period"): _column("period", "Period of the row."),
    (Reading, "by"): texts(
        "by",
        _ROWS,
        "One analysis for each value; repeat, or separate by commas.",
        metavar="COL",
        read=split_commas,
    ),
    (Modelling, "strata"): texts(
        "stratum",
        _ROWS,
        "Case-mix that rows are split by; repeat, or separate by commas; or none.",
        metavar="COL",
        read=parse_strata,
    ),
    (Reading, "only"): texts(
        "only",
        _ROWS,
        "Keep the rows that say so; several values by commas; repeatable.",
        metavar="COL=VALUE",
        read=parse_only,
    ),
    (Reading, "exclude"): texts(
        "exclude",
        _ROWS,
        "Leave out the rows that say so; several values by commas; repeatable.",
        metavar="COL=VALUE",
        read=partial(parse_only, option="--exclude"),
    ),
    (Reading, "lookup"): texts(
        "lookup", _ROWS, "Join columns of another file on the unit.", metavar="FILE:KEY"
    ),
    (Reading, "roll_up"): text(
        "roll-up",
        _ROWS,
        "Add up periods: quarter, year (both financial), calendar-year or all.",
        metavar="SPAN",
    ),
    (Reading, "annualise"): choice(
        Annualise,
        "annualise",
        _ROWS,
        "Quarters as years: each times four (twice the noise), or rolling sums of four.",
        Annualise.NONE,
    ),
    (Reading, "sheet"): text("sheet", _ROWS, "Sheet of a workbook, or table of a DuckDB file."),
    (Reading, "spread"): text(
        "spread",
        _ROWS,
        "Where measures stand in rows: the columns of their names and values.",
        metavar="COL:COL",
    ),
    (Reading, "decimal"): text(
        "decimal",
        _ROWS,
        "Decimal mark of the numbers, . or a comma; by default they tell.",
        metavar="MARK",
    ),
    (Reading, "rules"): text(
        "rules",
        _ROWS,
        "Marks and rounding of a publisher: cms, hes, hes-2013, nomis, ons or opensafely.",
        metavar="NAME",
    ),
    (Reading, "suppressed"): texts(
        "suppressed",
        _ROWS,
        "What suppression marks stand for, as 1:7; or one mark or printed number, as '*=1:7' or "
        "0=0:7; repeatable.",
        metavar="[MARK=]LOW:HIGH",
        read=parse_ranges,
    ),
    (Reading, "rounded"): texts(
        "rounded",
        _ROWS,
        "Events were rounded to this; or as numerator=10, denominator=5; repeatable.",
        metavar="BASE",
        read=parse_bases,
    ),
    (Reading, "zero"): texts("zero", _ROWS, "A mark that means none; repeatable.", metavar="MARK"),
    (Reading, "missing"): texts(
        "missing",
        _ROWS,
        "A mark or number that means not known, as -99; repeatable.",
        metavar="MARK",
    ),
    (Reading, "percent"): flag(
        "percent", _ROWS, "The numerator is a percentage of the denominator."
    ),
    (Reading, "per"): number(
        float | None,
        "per",
        _ROWS,
        "Show rates for so much of the size, as 1000: per 1,000 bed days.",
        metavar="NUMBER",
    ),
    (Reading, "lenient"): flag("lenient", _ROWS, "Leave out impossible rows, and say so."),
    (FunnelAsking, "method"): Laid(
        type=str,
        info=typer.Option(
            "--method",
            help="varstat, or a recipe as published: shmi, cqc.",
            rich_help_panel=_FUNNEL,
        ),
    ),
    (FunnelAsking, "target"): text(
        "target", _FUNNEL, "pooled, median, best:0.25, rate:0.75 or leave-one-out."
    ),
    (FunnelAsking, "levels"): Laid(
        type=str | None,
        info=typer.Option("--levels", help="As 0.95,0.998.", rich_help_panel=_FUNNEL),
        read=parse_levels,
    ),
    (FunnelAsking, "sides"): text("sides", _FUNNEL, "both, high or low."),
    (FunnelAsking, "limits"): text("limits", _FUNNEL, "exact, normal or interpolated lines."),
    (FunnelAsking, "dispersion"): text(
        "dispersion", _FUNNEL, "none, multiplicative, dl, pm, reml or auto."
    ),
    (FunnelAsking, "robust"): text("robust", _FUNNEL, "none, trim or winsorise."),
    (FunnelAsking, "tau_scale"): text("tau-scale", _FUNNEL, "Scale on which tau is stated."),
    (Modelling, "covariates"): texts(
        "covariate",
        _MODEL,
        "Explain differences by a column of numbers; repeat, or separate by commas.",
        metavar="COL",
        read=parse_covariates,
    ),
    (Modelling, "inform"): texts(
        "inform",
        _MODEL,
        "Estimate units by a column of numbers that excuses nothing, or by their own size.",
        metavar="COL",
        read=parse_covariates,
    ),
    (Modelling, "effects"): text(
        "effects",
        _MODEL,
        "How units differ: auto, normal, normal-by-size, student-t, contaminated-normal, "
        "normal-mixture or learnt.",
    ),
    (Modelling, "likelihood"): text(
        "likelihood",
        _MODEL,
        "binomial or beta-binomial; poisson or negative-binomial; normal.",
    ),
    (Modelling, "transient"): Laid(
        type=str | None,
        info=typer.Option(
            "--transient",
            metavar="SD",
            help="What varies between a unit's periods beyond chance: auto, none or its SD.",
            rich_help_panel=_MODEL,
        ),
        read=parse_transient,
    ),
    (Modelling, "peer_tau"): text(
        "peer-tau", _MODEL, "Spread within peer groups: common, or own to each."
    ),
    (Modelling, "engine"): Laid(
        type=str,
        info=typer.Option("--engine", help="auto, quadrature or nuts.", rich_help_panel=_MODEL),
    ),
    (Modelling, "draws"): number(
        int, "draws", _MODEL, "Draws from the posterior.", least=1, most=1_000_000
    ),
    (Modelling, "seed"): number(int, "seed", _MODEL, "The same seed, the same draws.", least=0),
    **{
        (kind, "level"): number(
            float, "level", _MODEL, "Probability of the intervals, between 0 and 1."
        )
        for kind in (FunnelAsking, LeagueAsking, OpportunityAsking, CompareAsking, ChangeAsking)
    },
    **VOLUMES,
    **REVIEWS,
    (LeagueAsking, "target"): text("target", _MODEL, "pooled, median, best:0.25 or rate:0.75."),
    (LeagueAsking, "at"): Laid(
        type=str,
        info=typer.Option(
            "--at",
            metavar="TIME",
            help="Of which time ranks are, of several periods: average, last or a period.",
            rich_help_panel=_LEAGUE,
        ),
    ),
    (OpportunityAsking, "target"): text(
        "target",
        _OPPORTUNITY,
        "best:0.25, pooled, median or rate:0.75; or a system's rule: bcbv, rightcare, "
        "model-hospital-median, carter-mean, openprescribing-decile, hrrp, …",
    ),
    (OpportunityAsking, "materiality"): number(
        float | None,
        "materiality",
        _OPPORTUNITY,
        "Events from which an opportunity is worth pursuing: gives its probability.",
        metavar="EVENTS",
    ),
    (OpportunityAsking, "unit_cost"): number(
        float | None,
        "unit-cost",
        _OPPORTUNITY,
        "What one event is worth; needs a price year and a source.",
        metavar="MONEY",
    ),
    (OpportunityAsking, "price_year"): text("price-year", _OPPORTUNITY, "Year of the unit cost."),
    (OpportunityAsking, "cost_source"): text(
        "cost-source", _OPPORTUNITY, "Who says what it costs."
    ),
    (OpportunityAsking, "incomparable"): choice(
        Incomparable,
        "incomparable",
        _OPPORTUNITY,
        "Whether units that treat what others don't carry an opportunity.",
        Incomparable.EXCLUDE,
    ),
    (OpportunityAsking, "least_comparability"): number(
        float,
        "least-comparability",
        _OPPORTUNITY,
        "Share of its case-mix that others must treat for a unit to be comparable.",
        metavar="SHARE",
    ),
    (OpportunityAsking, "allow_overlap"): text(
        "allow-overlap",
        _OPPORTUNITY,
        "Add up indicators that overlap, for a reason, which is printed.",
        metavar="REASON",
    ),
    (LeagueAsking, "unmeasured"): flag(
        "unmeasured",
        _LEAGUE,
        "Say how much case-mix that nobody recorded would undo who is surely where.",
    ),
    (LeagueAsking, "also"): texts(
        "also",
        _LEAGUE,
        "More columns: robust, sets, discovery, triple-goal, misfit; repeat, or by commas.",
        metavar="WHAT",
        read=split_commas,
    ),
    (OpportunityAsking, "unmeasured"): flag(
        "unmeasured",
        _OPPORTUNITY,
        "Say what the total is if units differ by case-mix that nobody recorded.",
    ),
    **losses(OpportunityAsking, _OPPORTUNITY),
    (Output, "chart"): choice(
        LeagueChart,
        "chart",
        _LEAGUE,
        "In a chart, show estimates or ranks, with intervals, or what unmeasured case-mix undoes.",
        LeagueChart.CATERPILLAR,
    ),
    (Output, "highlight"): units(_FUNNEL),
    (FunnelAsking, "posterior"): flag(
        "posterior",
        _FUNNEL,
        "Set each unit's posterior beside its flag: estimate, P(above target), verdict.",
    ),
    (Output, "size"): Laid(
        type=Size | None,
        info=typer.Option("--size", help="Size of a chart.", rich_help_panel=_CHART),
        read=str,
    ),
    (Output, "width"): number(float | None, "width", _CHART, "Width of a chart.", metavar="INCHES"),
    (Output, "height"): number(
        float | None, "height", _CHART, "Height of a chart.", metavar="INCHES"
    ),
    (Output, "dpi"): number(int | None, "dpi", _CHART, "Dots an inch of a PNG: 150."),
    (Output, "label"): Laid(
        type=Named | None,
        info=typer.Option(
            "--label",
            help="Units that a chart names besides those marked, as far as there is room.",
            rich_help_panel=_CHART,
        ),
        read=str,
    ),
    (Output, "scales"): choice(
        Scales, "scales", _CHART, "Axes of small multiples: shared, or free.", Scales.SHARED
    ),
    (Output, "accept_failed"): flag(
        "accept-failed", None, "Take it for no error that a posterior failed its checks."
    ),
    (Output, "output"): files(
        "Write .csv .parquet .json .xlsx .png .svg .pdf or .html; repeatable."
    ),
    (Output, "force"): flag("force", None, "Replace files that varstat didn't write."),
    (Output, "format_"): Laid(type=Format, info=typer.Option("--format", help="What to print.")),
    (Output, "quiet"): flag("quiet", None, "No messages.", short="-q"),
}
