"""Checklists as data: what card and run answer is filled in, the rest stands as questions."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import pandas as pd

from varstat.card.section import Section
from varstat.review.claim import Claim
from varstat.review.part import Part, Status
from varstat.review.reviewed import Reviewed

Answer = Literal["yes", "no", "not stated"]
_COLUMNS = ("checklist", "item", "question", "answer", "evidence", "source")


class Item(Section):
    """One item, and where its answer is found; without such a place it is a question.

    `card` is a pointer into the card, which answers if it says something there. A `part` answers by
    having been done or by holding (`must`), a `claim` about all units by its verdict, `diagnostics`
    by having been passed, and `adjusted` by what the model adjusts for. `run` is a pointer to what
    every review states of the run, which says nothing of a table that somebody else published.
    """

    id: str
    text: str
    card: str | None = None
    part: str | None = None
    must: Literal["hold", "be done"] = "be done"
    claim: str | None = None
    diagnostics: bool = False
    adjusted: bool = False
    run: str | None = None


class Checklist(Section):
    """A checklist, in words of varstat's own, with its source."""

    title: str
    source: str
    doi: str | None = None
    url: str | None = None
    items: tuple[Item, ...]


@cache
def load_checklists() -> dict[str, Checklist]:
    """Load the checklists that come with varstat.

    Returns
    -------
    dict of str to Checklist
        By name, in alphabetical order.

    Examples
    --------
    >>> list(load_checklists())
    ['barg', 'measure-testing', 'record', 'rss']
    """
    folder = files("varstat.review") / "checklists"
    found = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        stated = tomllib.loads(file.read_text(encoding="utf-8"))
        found[file.name.removesuffix(".toml")] = Checklist.model_validate(stated)
    return found


def fill_checklists(
    reviewed: Reviewed, parts: Sequence[Part] = (), claims: Sequence[Claim] = ()
) -> Part:
    """Answer the items of all checklists from the card and the run, and nothing else.

    Parameters
    ----------
    reviewed : Reviewed
    parts : sequence of Part
        In the order in which the review gives them: pointers count them.
    claims : sequence of Claim
        Likewise.

    Returns
    -------
    Part
        "checklist": its table has a row an item: `checklist, item, question, answer, evidence,
        source`. The answer is "yes", "no" or "not stated"; the evidence a pointer (RFC 6901) into
        the card's JSON, ``card#/target/because``, or that of the review,
        ``review#/parts/2/status``.
    """
    given = _Given(
        card=reviewed.posterior.card.model_dump(mode="json"),
        model=reviewed.league.model,
        passed=reviewed.posterior.diagnostics.passed,
        parts={part.name: (at, part) for at, part in enumerate(parts)},
        claims=claims,
    )
    rows = []
    for name, checklist in load_checklists().items():
        source = f"doi:{checklist.doi}" if checklist.doi else checklist.url or checklist.source
        for item in checklist.items:
            answer, evidence = given.answer(item)
            rows.append((name, item.id, item.text, answer, evidence, source))
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    number = {each: int((table["answer"] == each).sum()) for each in ("yes", "no", "not stated")}
    status: Status = "with care" if number["no"] else "holds"
    return Part(
        name="checklist",
        status=status,
        sentence=f"Of {len(table):,} items of {len(load_checklists())} checklists, card and run "
        f"answer {number['yes']:,} with yes and {number['no']:,} with no; "
        f"{number['not stated']:,} stand as questions.",
        values={
            "yes": float(number["yes"]),
            "no": float(number["no"]),
            "not_stated": float(number["not stated"]),
        },
        tables={"checklist": table},
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Given:
    """What there is to answer from: the card as JSON, parts by name with their place, claims."""

    card: Any
    model: Mapping[str, object]
    passed: bool
    parts: Mapping[str, tuple[int, Part]]
    claims: Sequence[Claim]

    def answer(self, item: Item) -> tuple[Answer, str]:
        """Give an item's answer and its evidence; "not stated" and none where there is none."""
        if item.card is not None:
            return self._of_card(item.card)
        if item.part is not None:
            return self._of_part(item, item.part)
        if item.claim is not None:
            return self._of_claim(item.claim)
        if item.diagnostics:
            return "yes" if self.passed else "no", "review#/diagnostics"
        if item.adjusted:
            return self._of_adjustment()
        if item.run is not None and not any(claim.published for claim in self.claims):
            return "yes", f"review#{item.run}"
        return "not stated", ""

    def _of_card(self, pointer: str) -> tuple[Answer, str]:
        said = _points_to(self.card, pointer)
        return ("yes", f"card#{pointer}") if said else ("not stated", "")

    def _of_adjustment(self) -> tuple[Answer, str]:
        for section, key in (("casemix", "strata"), ("model", "covariates")):
            if self.model[key]:
                return "yes", f"card#/{section}/{key}"
        # What the card would adjust for, and these data don't have.
        for pointer in ("/casemix/strata", "/model/covariates"):
            if _points_to(self.card, pointer):
                return "no", f"card#{pointer}"
        return "not stated", ""

    def _of_part(self, item: Item, name: str) -> tuple[Answer, str]:
        if name not in self.parts:
            return "not stated", ""
        at, part = self.parts[name]
        evidence = f"review#/parts/{at}/status"
        if part.status == "left out":
            return "no" if item.must == "be done" else "not stated", evidence
        if item.must == "be done":
            return "yes", evidence
        answers: dict[str, Answer] = {"holds": "yes", "fails": "no"}
        return answers.get(part.status, "not stated"), evidence

    def _of_claim(self, kind: str) -> tuple[Answer, str]:
        answers: dict[str, Answer] = {"believed": "yes", "not": "no"}
        for at, claim in enumerate(self.claims):
            if claim.kind == kind and not claim.units and not claim.published:
                return answers.get(claim.verdict, "not stated"), f"review#/claims/{at}/verdict"
        return "not stated", ""


def _points_to(document: Any, pointer: str) -> bool:
    """Tell whether something is said where a pointer points."""
    for key in pointer.strip("/").split("/"):
        if not isinstance(document, dict) or key not in document:
            return False
        document = document[key]
    return document not in (None, "", [], {}, ())
