"""What a review found: claims with their verdicts, and the parts that they rest on."""

from collections import Counter
from dataclasses import asdict, dataclass

import pandas as pd

from varstat.measure import Direction, Measure
from varstat.prose.trust import Checks
from varstat.results import Judged, JudgedResults
from varstat.review.claim import Claim, Verdict
from varstat.review.part import Part

# Of a claim, what a table holds.
_COLUMNS = ("kind", "claim", "verdict", "sentence", "value", "because", "units", "published")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class About:
    """Whom claims are about, one element a claim.

    Attributes
    ----------
    unit, unit_name : tuple of str
        Codes and names, several joined; "all" of a claim about all.
    """

    unit: tuple[str, ...]
    unit_name: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Review(Judged):
    """Whether what is claimed of one group of units can be believed.

    Attributes
    ----------
    indicator : str
    measure : Measure
    direction : {"higher-is-better", "lower-is-better", "neither"}
    by : dict of str to str
        What this group of units has in common; empty where there is one group.
    diagnostics : Checks
        Of the posterior of the card's own model.
    claims : tuple of Claim
        Those about all units first.
    about : About
        Whom each is about.
    parts : tuple of Part
        What was examined, in the order in which a reader wants it.
    specifications : DataFrame
        A row for each analysis of the multiverse; empty without one.
    by_unit : DataFrame
        A row a unit, by its code: what the parts found of it.
    checklist : DataFrame
        Items, what card and run answer, and with what evidence.
    refits : int
        Models that were fitted to simulated data, for each way of simulating.
    target_rule : str
        Of the analysis under review.
    level : float
        Of all intervals.
    findings : str
    notes : tuple of str
    """

    indicator: str
    measure: Measure
    direction: Direction
    by: dict[str, str]
    diagnostics: Checks
    claims: tuple[Claim, ...]
    about: About
    parts: tuple[Part, ...]
    specifications: pd.DataFrame
    by_unit: pd.DataFrame
    checklist: pd.DataFrame
    refits: int
    target_rule: str
    level: float
    findings: str
    notes: tuple[str, ...]

    @property
    def units(self) -> About:
        """Whom each claim is about."""
        return self.about

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """How many claims have each verdict."""
        return dict(Counter(each.verdict for each in self.claims))

    def part(self, name: str) -> Part | None:
        """Give the part of a name; None where it wasn't examined."""
        return next((each for each in self.parts if each.name == name), None)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the claims.

        Returns
        -------
        DataFrame
            The group's by columns, then `kind, claim, verdict, sentence, value, because, units,
            published`.
        """
        rows = [asdict(each) for each in self.claims]
        frame = pd.DataFrame(rows, columns=list(_COLUMNS))
        frame["because"] = [" ".join(row["because"]) for row in rows]
        frame["units"] = ["; ".join(row["units"]) for row in rows]
        group = {name: [value] * len(frame) for name, value in self.by.items()}
        return pd.DataFrame(group | {name: frame[name] for name in frame})

    def parts_frame(self) -> pd.DataFrame:
        """Tabulate the parts: `part, status, sentence`."""
        return pd.DataFrame(
            {
                "part": [each.name for each in self.parts],
                "status": [each.status for each in self.parts],
                "sentence": [each.sentence for each in self.parts],
            }
        )

    def values_frame(self) -> pd.DataFrame:
        """Tabulate the numbers of all parts: `part, name, value, mcse`."""
        rows = [
            (each.name, name, value, each.mcse.get(name, float("nan")))
            for each in self.parts
            for name, value in each.values.items()
        ]
        return pd.DataFrame(rows, columns=["part", "name", "value", "mcse"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Reviews(JudgedResults[Review]):
    """Reviews of all groups of units, each one `Review`."""
