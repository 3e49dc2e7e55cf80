"""The options of what wasn't reported, where it is allowed for."""

from varstat.analysis.asking import ChangeAsking, CompletenessAsking, OpportunityAsking
from varstat.cli.option import Laid, number, text


def losses(
    kind: type[ChangeAsking] | type[OpportunityAsking], panel: str
) -> dict[tuple[type, str], Laid]:
    """Lay out the options of losses.

    Parameters
    ----------
    kind : type
        What is asked.
    panel : str
        Under which heading of the help they stand.

    Returns
    -------
    dict of (type, str) to Laid
    """
    return {
        (kind, "events"): text(
            "events",
            panel,
            "What wasn't reported, as `varstat completeness -o events.csv` writes it.",
            metavar="FILE",
        ),
        **priors(kind, panel, "Where events state no share: share of periods that are incomplete."),
        (kind, "selective_sd"): number(
            float | None,
            "selective-sd",
            panel,
            "By what the rate of a selective loss may differ, on the link scale; that of units' "
            "levels unless given.",
            metavar="SD",
        ),
    }


def priors(
    kind: type[ChangeAsking] | type[CompletenessAsking] | type[OpportunityAsking],
    panel: str,
    incomplete: str,
) -> dict[tuple[type, str], Laid]:
    """Lay out the options of the prior of completeness.

    Parameters
    ----------
    kind : type
        What is asked.
    panel : str
        Under which heading of the help they stand.
    incomplete : str
        What is said of the share of periods that are incomplete.

    Returns
    -------
    dict of (type, str) to Laid
    """
    return {
        (kind, "prior_incomplete"): number(
            float, "prior-incomplete", panel, incomplete, metavar="P"
        ),
        (kind, "prior_logit"): number(
            float,
            "prior-logit",
            panel,
            "Of incomplete ones, the logit of the part reported: its mean.",
            metavar="MEAN",
        ),
        (kind, "prior_logit_sd"): number(
            float, "prior-logit-sd", panel, "And its SD, up to 2.", metavar="SD"
        ),
    }
