"""A published table held against its data: how it was made, what in it is wrong, what is so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.errors import UsageError, did_you_mean
from varstat.estimands.opportunity.compute import compute_opportunity
from varstat.estimands.opportunity.reported import overall_rate, report, standard_of
from varstat.measure import Floats
from varstat.prose.text import clean, shorten
from varstat.review.claim import Claim
from varstat.review.evidence import gather_evidence
from varstat.review.part import Part, Status
from varstat.review.published.flags import flag_candidates
from varstat.review.published.match import Candidate, Fault, Finding, find_method
from varstat.review.published.numbers import amount_candidates, rate_candidates
from varstat.review.published.places import Base, quarter_candidates, rank_candidates
from varstat.review.published.read import Printed
from varstat.review.published.support import (
    Read,
    judge_published,
    printed_quarters,
    say_doubtful,
)
from varstat.review.published.text import (
    Counted,
    read_amounts,
    read_flags,
    read_quarters,
    read_ranks,
)
from varstat.review.reviewed import Reviewed

# Targets of which the point method is tried, beside the run's own.
_RULES = ("best:0.25", "median", "pooled", "best:0.1")
# Faults that a part's notes list one by one.
_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Setting:
    """What is printed of each unit of the league table, in its order."""

    reviewed: Reviewed
    names: tuple[str, ...]
    cells: Mapping[str, Sequence[str | None]]
    says: Mapping[str, str]

    def find(
        self,
        column: str,
        candidates: Sequence[Candidate],
        known: np.ndarray,
        *,
        telling: int | None = None,
    ) -> Finding:
        """Find the method of a column."""
        says = self.says.get(column)
        names = [each.name for each in candidates]
        if not known.any() and any(self.cells[column]):
            raise UsageError(
                "published",
                f"nothing in the column that is named can be read as a {column}. Name the column "
                f"of it, as in {column}=COL.",
            )
        if says is not None and candidates and says not in names:
            raise UsageError(
                "published",
                f"{says!r} is no method that a printed {column} may be by here; expected one of "
                f"{', '.join(dict.fromkeys(names))}.{did_you_mean(says, names)}",
            )
        return find_method(
            column, candidates, known,
            printed=self.cells[column], names=self.names, says=says, telling=telling,
        )  # fmt: skip


def compare_published(
    reviewed: Reviewed,
    printed: Printed,
    parts: Sequence[Part] = (),
    *,
    says: Mapping[str, str] | None = None,
) -> tuple[Part, list[Claim]]:
    """Hold a published table against its data, and judge what it claims.

    Parameters
    ----------
    reviewed : Reviewed
    printed : Printed
    parts : sequence of Part
        As for `gather_evidence`.
    says : mapping of str to str, optional
        By which method a column is said to be. A rank or quartile: "raw", "shrunken", "printed" (by
        the printed rates), "size"; a rate: "raw", "shrunken"; both, where there are strata,
        "standardised" (ratios) and "standardised:rate"; a flag: "funnel:0.998", with
        ":overdispersed", "interval:0.95", "shmi:0.998", "cqc:0.998"; an opportunity: a target rule
        as in "best:0.25", with ":shrunken" or ":posterior".

    Returns
    -------
    part : Part
        "published": it fails where something is wrong. Its table holds what was printed of each
        unit, what the method found gives, and what of it is wrong.
    claims : list of Claim
        All `published`.

    Raises
    ------
    UsageError
        If no printed unit is among the data, or a method isn't one of these.
    """
    evidence = gather_evidence(reviewed, parts)
    frame, strangers = _align(reviewed, printed)
    setting = _Setting(
        reviewed=reviewed,
        names=evidence.name,
        cells={name: [_shown(text) for text in frame[name]] for name in frame.columns},
        says=says or {},
    )
    if absent := [name for name in setting.says if name not in setting.cells]:
        raise UsageError(
            "published", f"no {absent[0]} is printed, of which a method could be said."
        )
    read, findings = _find_all(setting)
    faults = [fault for finding in findings.values() for fault in finding.faults]
    places = printed_quarters(reviewed, read, findings)
    claims = judge_published(reviewed, evidence, read, findings, places)
    doubtful = say_doubtful(evidence, places)
    return _part(setting, findings, faults, claims, doubtful, strangers), claims


def _shown(text: object) -> str | None:
    return None if text is None else shorten(clean(str(text)), 40)


def _align(reviewed: Reviewed, printed: Printed) -> tuple[pd.DataFrame, int]:
    """Put what is printed in the order of the league table, by code or else by name."""
    units, frame = reviewed.league.units, printed.frame
    keys = [str(code) for code in units.unit]
    if not set(keys) & set(frame.index):
        keys = [clean(str(name)).casefold() for name in units.unit_name]
        frame = frame.set_axis([clean(str(key)).casefold() for key in frame.index])
        frame = frame[~frame.index.duplicated()]
    if not set(keys) & set(frame.index):
        raise UsageError(
            "published",
            f"no unit of {printed.source} is among those of the data, by code or by name. Name "
            "its column of unit codes, as in FILE:KEY.",
        )
    strangers = len(set(frame.index) - set(keys))
    aligned = frame.reindex(keys)
    return aligned.where(aligned.notna(), None).reset_index(drop=True), strangers


def _find_all(setting: _Setting) -> tuple[Read, dict[str, Finding]]:
    """Read each column and find its method; ranks may follow printed rates, quarters ranks."""
    units, best = setting.reviewed.league.units, _best(setting.reviewed)
    none = np.full(units.unit.size, np.nan)
    raw = {("raw", "raw rates"): np.array(units.raw), **_standardised(setting.reviewed)}
    bases = [Base(name=name, words=words, score=x, best=best) for (name, words), x in raw.items()]
    findings: dict[str, Finding] = {}
    cells = setting.cells
    if "rate" in cells:
        rate, step = read_amounts(cells["rate"])
        given = raw | {("shrunken", "posterior mean rates"): np.array(units.estimate)}
        per = setting.reviewed.league.measure.per
        candidates = rate_candidates(rate, step, given, per=per)
        findings["rate"] = setting.find("rate", candidates, np.isfinite(rate))
        bases.append(Base(name="printed", words="the printed rates", score=rate, best=best))
    bases += [
        Base(
            name="shrunken", words="posterior mean rates", score=np.array(units.estimate), best=best
        ),
        Base(name="expected", words="expected ranks", score=-units.expected_rank, best=abs(best)),
        Base(name="size", words="sizes", score=np.array(units.size), best=0),
    ]
    rank, quarter, flags, amount = none, none, None, none
    counted: Counted = "number"
    if "rank" in cells:
        rank = read_ranks(cells["rank"])
        findings["rank"] = setting.find("rank", rank_candidates(rank, bases), np.isfinite(rank))
    if "quartile" in cells:
        quarter, counted = read_quarters(cells["quartile"])
        if "rank" in cells:
            bases.append(Base(name="rank", words="the printed ranks", score=-rank, best=abs(best)))
        candidates = quarter_candidates(quarter, counted, bases)
        findings["quartile"] = setting.find("quartile", candidates, np.isfinite(quarter))
    if "flag" in cells:
        flags = read_flags(cells["flag"])
        candidates = flag_candidates(flags, units.unit, setting.reviewed.table)
        known = np.array([each is not None for each in flags], dtype=np.bool_)
        flagged = sum(each not in (None, "none") for each in flags)
        findings["flag"] = setting.find("flag", candidates, known, telling=flagged)
    if "opportunity" in cells:
        amount, step = read_amounts(cells["opportunity"])
        candidates = _amounts(setting.reviewed, amount, step)
        findings["opportunity"] = setting.find("opportunity", candidates, np.isfinite(amount))
    read = Read(rank=rank, quarter=quarter, counted=counted, flags=flags, amount=amount)
    return read, findings


def _standardised(reviewed: Reviewed) -> dict[tuple[str, str], Floats]:
    """Ratios to what strata lead to expect, and those as rates; none without strata."""
    design = reviewed.posterior.design
    if not design.strata or not design.measure.counts:
        return {}
    reported = report(design, design.size)
    row_event = reported.row_event[None]
    ratio = reported.event / standard_of(design, row_event, design.size)[0]
    overall = float(overall_rate(design, row_event, design.size)[0, 0])
    place = {str(code): at for at, code in enumerate(design.unit)}
    ratio = ratio[[place[str(code)] for code in reviewed.league.units.unit]]
    return {
        ("standardised", "indirectly standardised ratios"): ratio,
        ("standardised:rate", "indirectly standardised rates"): overall * ratio,
    }


def _best(reviewed: Reviewed) -> int:
    way = {"higher-is-better": 1, "lower-is-better": -1}
    return way.get(reviewed.league.direction, 0)


def _amounts(reviewed: Reviewed, printed: np.ndarray, step: np.ndarray) -> list[Candidate]:
    """The point method, and posteriors, of each target."""
    own = reviewed.opportunity
    if own is None:
        return []
    given = {}
    for rule in dict.fromkeys((own.target_rule, *_RULES)):
        found = own
        if rule != own.target_rule:
            found = compute_opportunity(reviewed.fits, level=reviewed.level, target=rule)[0]
        place = {str(code): at for at, code in enumerate(found.units.unit)}
        order = np.array([place[str(code)] for code in reviewed.league.units.unit])
        words = f"the gap of raw rates to the target {rule}"
        given[rule, words] = found.units.published[order]
        given[f"{rule}:shrunken", f"the gap of posterior mean rates to the target {rule}"] = (
            found.units.plug_in[order]
        )
        given[f"{rule}:posterior", f"the posterior mean opportunity at the target {rule}"] = (
            found.units.estimate[order]
        )
    cost = own.money.unit_cost if own.money else float("nan")
    return amount_candidates(printed, step, given, unit_cost=cost, per=own.per)


def _part(
    setting: _Setting,
    findings: Mapping[str, Finding],
    faults: Sequence[Fault],
    claims: Sequence[Claim],
    doubtful: str,
    strangers: int,
) -> Part:
    """Say what was found."""
    swapped = Counter(fault.units for fault in faults if fault.kind == "swapped")
    rows = [
        f"What is printed of {setting.names[i]} and of {setting.names[j]} is swapped in "
        f"{number} columns."
        for (i, j), number in swapped.items()
        if number > 1
    ]
    unknown = [finding for finding in findings.values() if finding.method is None]
    groups = [claim for claim in claims if claim.kind == "quarter" and not claim.units]
    status: Status = "holds"
    if any(claim.verdict == "not" for claim in groups):
        status = "with care"
    if unknown:
        status = "can't tell"
    if faults:
        status = "fails"
    told = [*rows, *(fault.text for fault in faults if swapped.get(fault.units, 0) < 2)]
    first = (
        f"{len(told):,} {'things are' if len(told) > 1 else 'thing is'} wrong in the published "
        f"table. {told[0]}"
        if told
        else f"Nothing is wrong in the published table. {next(iter(findings.values())).sentence}"
        if not unknown
        else unknown[0].sentence
    )
    more = [f"{len(told) - _LISTED:,} more are in the table."] if len(told) > _LISTED else []
    beside = [f"{strangers:,} of the printed rows are of no unit of the data."] if strangers else []
    return Part(
        name="published",
        status=status,
        sentence=f"{first} {doubtful}".strip(),
        values={"faults": float(len(told)), "rows_without_unit": float(strangers)},
        tables={"published": _table(setting, findings, faults)},
        notes=(*(each.sentence for each in findings.values()), *told[:_LISTED], *more, *beside),
    )


def _table(
    setting: _Setting, findings: Mapping[str, Finding], faults: Sequence[Fault]
) -> pd.DataFrame:
    """What was printed, what the method gives, and what is wrong, one row a unit."""
    units = setting.reviewed.league.units
    columns: dict[str, object] = {"unit": units.unit, "unit_name": units.unit_name}
    for name, finding in findings.items():
        columns[name] = pd.Series(list(setting.cells[name]), dtype=object)
        if finding.method is not None:
            columns[f"{name}_given"] = pd.Series(finding.method.given, dtype=object)
    wrong = [" ".join(f.text for f in faults if at in f.units) for at in range(len(units.unit))]
    columns |= {"p_best": units.p_top_quartile, "p_worst": units.p_bottom_quartile}
    return pd.DataFrame(columns | {"wrong": wrong})
