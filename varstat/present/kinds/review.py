"""Reviews: which claims can be believed, a claim a row."""

from typing import Any

import numpy as np
import pandas as pd

from varstat.present.captions.statement import write_statement
from varstat.present.column import ALWAYS, Column, Table
from varstat.present.content import below, plain, records, state
from varstat.present.highlight import Bools
from varstat.present.kind import Block, Kind
from varstat.present.kinds.review_charts import CHARTS
from varstat.present.kinds.review_sheets import REVIEW
from varstat.prose.number import count, probability_text
from varstat.prose.text import clean
from varstat.review.claim import VERDICTS, Claim
from varstat.review.evidence import name_unit
from varstat.review.result import Review, Reviews
from varstat.review.words import say_in_short

# Claims that are decided by a probability.
_PROBABLE = ("quarter", "better", "outlier")
# Of claims about single units, those that a terminal shows of each verdict.
_EACH = 5
# Of the checklist, what a page shows.
_CHECKED = ("checklist", "question", "answer", "evidence", "source")


def _claim(table: Table[Review], row: int) -> Claim:
    return table.result.claims[row]


def _probability(table: Table[Review], row: int) -> str:
    claim = _claim(table, row)
    known = claim.kind in _PROBABLE and claim.units and np.isfinite(claim.value)
    return probability_text(claim.value) if known else ""


def _claim_beside(table: Table[Review], row: int) -> str:
    """Write a claim about one unit where its name and code stand before it."""
    review, text = table.result, clean(_claim(table, row).claim)
    if len(_claim(table, row).units) != 1:
        return text
    said = clean(name_unit(review.about.unit[row], review.about.unit_name[row]))
    if text.startswith(f"{said} "):
        return f"This unit{text.removeprefix(said)}"
    return text.replace(f" of {said} ", " of this unit ", 1)


def _column(name: str, means: str, type_: str = "text") -> Column[Review]:
    return Column(name=name, type=type_, means=means)


COLUMNS: tuple[Column[Review], ...] = (
    Column(
        name="claim",
        heading="claim",
        type="text",
        means="what is claimed",
        text=lambda t, i: clean(_claim(t, i).claim),
        beside=_claim_beside,
        keep=ALWAYS,
        number=False,
        wraps=True,
    ),
    Column(
        name="verdict",
        heading="verdict",
        type="text",
        means="`believed`, `with care`, `not` or `can't be judged`",
        text=lambda t, i: _claim(t, i).verdict,
        keep=ALWAYS,
        number=False,
    ),
    Column(
        name="value",
        heading="P",
        type="number or missing",
        means="the number that decided: of a claim about single units mostly a probability",
        text=_probability,
        keep=95,
    ),
    Column(
        name="sentence",
        heading="because",
        type="text",
        means="why, with the number that decided",
        text=lambda t, i: clean(_claim(t, i).sentence),
        number=False,
    ),
)
FILES: tuple[Column[Review], ...] = (
    _column("kind", "`differ`, `ranks`, `total`, `quarter`, `unit`, `better` or `outlier`"),
    COLUMNS[0],
    COLUMNS[1],
    COLUMNS[3],
    COLUMNS[2],
    _column("because", "all rules that bear on it, each with its number and thresholds"),
    _column("units", "codes of the units that it is about"),
    _column("published", "whether someone else printed it", "true or false"),
)


def _shown(review: Review, mark: Bools) -> list[int | None]:
    """What is claimed of all, then of single units the first few with each verdict."""
    claims = review.claims
    shown = [at for at, each in enumerate(claims) if not each.units]
    for verdict in VERDICTS:
        some = [at for at, each in enumerate(claims) if each.verdict == verdict and each.units]
        shown += some[:_EACH]
    return [*shown, *(at for at in np.flatnonzero(mark).tolist() if at not in shown)]


def _left(review: Review, mark: Bools) -> str:
    left = len(review.claims) - len(_shown(review, mark))
    return f"… and {left:,} more claims: with --format csv, or in files" if left > 0 else ""


def _blocks(review: Review) -> list[Block]:
    blocks = [
        Block(
            title="What was examined",
            texts={
                "part": [each.name for each in review.parts],
                "finding": [clean(each.sentence) for each in review.parts],
            },
            numbers={"status": [each.status for each in review.parts]},
        )
    ]
    if len(review.checklist):
        answers = review.checklist["answer"].value_counts()
        blocks.append(
            Block(
                title="Checklist: in files and on the page",
                texts={"answer": [str(each) for each in answers.index]},
                numbers={"items": [count(int(each)) for each in answers]},
            )
        )
    return blocks


def _beside(review: Review) -> list[Block]:
    """What a page has below the claims: parts, why, and the checklist."""
    parts, checklist = review.parts, review.checklist
    blocks = [
        Block(
            title="What was examined",
            texts={
                "part": [each.name for each in parts],
                "status": [each.status for each in parts],
                "finding": [each.sentence for each in parts],
            },
            numbers={},
        )
    ]
    if len(checklist):
        columns = [name for name in _CHECKED if name in checklist]
        blocks.append(
            Block(
                title="Checklist",
                texts={name: [str(each) for each in checklist[name]] for name in columns},
                numbers={},
                last=True,
            )
        )
    return blocks


def _sheets(reviews: Reviews) -> dict[str, pd.DataFrame]:
    sheets = {"claims": reviews.to_frame()}
    for name in ("parts_frame", "values_frame"):
        sheets[name.removesuffix("_frame")] = _joined(
            [below(each.by, getattr(each, name)()) for each in reviews]
        )
    for name in ("specifications", "by_unit", "checklist"):
        frames = [below(each.by, frame) for each in reviews if len(frame := getattr(each, name))]
        if frames:
            sheets["units" if name == "by_unit" else name] = _joined(frames)
    # A part that is left out of one group may have tables of the others.
    tables: dict[str, list[pd.DataFrame]] = {}
    for each in reviews:
        for part in each.parts:
            for name, frame in part.tables.items():
                tables.setdefault(name, []).append(below(each.by, frame))
    return sheets | {name: _joined(some) for name, some in tables.items() if name not in sheets}


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True)


def _object(review: Review) -> dict[str, Any]:
    return (
        state(review, "indicator", "measure", "direction", "by", "diagnostics")
        | state(review, "target_rule", "level", "refits")
        | {
            "review": {"version": 1, "refits": review.refits},
            "parts": [
                state(each, "name", "status", "values", "mcse", "sentence", "notes")
                | {"tables": {name: records(frame) for name, frame in each.tables.items()}}
                for each in review.parts
            ],
            "claims": [
                state(each, "kind", "claim", "verdict", "sentence", "value", "because", "units")
                | {"published": each.published}
                for each in review.claims
            ],
            "verdicts": plain(review.verdicts),
            "specifications": records(review.specifications),
            "units": records(review.by_unit),
            "checklist": records(review.checklist),
        }
        | state(review, "summary", "notes")
    )


def _caption(review: Review, listed: int) -> str:
    return f"{listed:,} of {len(review.claims):,} claims, those about all units first"


KIND: Kind[Review, Reviews] = Kind(
    name="reviews",
    noun="reviews",
    title="Review",
    columns=COLUMNS,
    files=FILES,
    sheets=_sheets,
    meanings=REVIEW,
    objects=lambda reviews: [_object(each) for each in reviews],
    shown=_shown,
    left=_left,
    blocks=_blocks,
    beside=_beside,
    statement=lambda reviews: write_statement(reviews),
    caption=_caption,
    finding=lambda review: say_in_short(review.claims),
    charts=CHARTS,
)
