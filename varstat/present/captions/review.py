"""The words around the charts of a review."""

from varstat.present.caption import Caption, group_text
from varstat.prose.number import percent
from varstat.prose.text import clean, sentences
from varstat.review.result import Review


def titled(what: str, review: Review) -> str:
    """Title one chart: what it shows, of which indicator and group."""
    group = group_text(review)
    text = f"{what}: {clean(review.indicator)}"
    return f"{text}, {group}" if group else text


def curve_caption(review: Review) -> Caption:
    """Say what is written around a specification curve."""
    return Caption(
        distrust=clean(review.distrust),
        title=titled("What other analyses give", review),
        finding=_sentence(review, "multiverse"),
        axis=f"Opportunity of all units, with {percent(review.level)} intervals",
        footer="Each column is one analysis that could be defended, by total, and the marks below "
        "it are what it chose. Diamonds: the analysis under review.",
    )


def coverage_caption(review: Review) -> Caption:
    """Say what is written around a chart of coverage."""
    return Caption(
        distrust=clean(review.distrust),
        title=titled("How often intervals hold the truth", review),
        finding=_sentence(review, "coverage"),
        axis=f"Share of {percent(review.level)} intervals that held the truth",
        footer="Nations were simulated from the fitted model with the sizes of these units, and "
        "fitted anew. Lines: twice the Monte Carlo error. Vertical: what should be. "
        "Orange: what isn't so, or can't be told.",
    )


def ranks_caption(review: Review) -> Caption:
    """Say what is written around a chart of rank stability."""
    return Caption(
        distrust=clean(review.distrust),
        title=titled("How ranks depend on the analysis", review),
        # What was found of units stands last.
        finding=sentences(_sentence(review, "multiverse"))[-1],
        axis="Units, by their mean rank in the analysis under review",
        footer="Lines: from the best to the worst mean rank over the analyses; dots: the median. "
        "Dashed: the best and the worst quarter. 1 is best.",
    )


def alt_text(review: Review, what: str) -> str:
    """Say in words what a chart shows."""
    return f"{titled(what, review)}. {clean(review.summary())}"


def _sentence(review: Review, name: str) -> str:
    part = review.part(name)
    return "" if part is None else clean(part.sentence)
