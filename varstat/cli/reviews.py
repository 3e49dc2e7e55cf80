"""The options of a review."""

from varstat.analysis.asking import ReviewAsking
from varstat.cli.option import Laid, number, text

_REVIEW = "Review"

REVIEWS: dict[tuple[type, str], Laid] = {
    (ReviewAsking, "target"): text("target", _REVIEW, "best:0.25, pooled, median or rate:0.75."),
    (ReviewAsking, "over"): text(
        "over",
        _REVIEW,
        "Choices to go through, as target=median,pooled: of likelihood, "
        "effects, tau-prior, peers, covariates, strata, period, exclude-smallest, target, "
        "comparability.",
        metavar="AXIS=OPTION,…;…",
    ),
    (ReviewAsking, "published"): text(
        "published",
        _REVIEW,
        "Columns of a published table to hold against the data: rank, quartile, flag, rate or "
        "opportunity.",
        metavar="rank=COL,flag=COL,…",
    ),
    (ReviewAsking, "printed"): text(
        "printed",
        _REVIEW,
        "The published table and its column of units, where it is another file.",
        metavar="FILE:KEY",
    ),
    (ReviewAsking, "says"): text(
        "says",
        _REVIEW,
        "By which methods it says it is, as rank=raw,flag=funnel:0.998.",
        metavar="rank=METHOD,…",
    ),
    (ReviewAsking, "budget"): text(
        "budget", _REVIEW, "Time for refits, as 90s or 2m.", metavar="TIME"
    ),
    (ReviewAsking, "refits"): number(
        int | None, "refits", _REVIEW, "Their number, in place of a time; 0 for none.", least=0
    ),
    (ReviewAsking, "level"): number(
        float, "level", _REVIEW, "Probability of the intervals, between 0 and 1."
    ),
}
