"""What a review rests on: rows, what was withheld or left out, and the checks of the model."""

import numpy as np

from varstat.data.account import count_rows
from varstat.prose.number import count_units, listed
from varstat.review.part import Part, Status
from varstat.review.reviewed import Reviewed

# Of the rows read, a share that was left out and is worth a warning.
_MUCH = 0.05


def describe_material(reviewed: Reviewed) -> Part:
    """Describe the data that a review rests on, and whether the model fits them.

    Parameters
    ----------
    reviewed : Reviewed

    Returns
    -------
    Part
        With "fails" where the posterior failed its checks; "with care" where more than a twentieth
        of the rows was left out without being asked, or withheld, or there is no good direction.
    """
    account, design = reviewed.fits.account, reviewed.posterior.design
    # What the user chose to leave out is no loss.
    left = sum(each.rows for each in account.exclusions if not each.asked_for)
    read = account.rows_read
    withheld = _withheld(reviewed)
    passed = reviewed.posterior.diagnostics.passed
    values = {
        "rows_read": float(read),
        "rows_left_out": float(left),
        "units": float(design.units),
        "periods": float(max(len(design.period), 1)),
        "cells": float(len(design.cells)),
        "share_withheld": withheld,
        "share_of_rows_left_out": left / read if read else 0.0,
    }
    careful = [
        text
        for text, so in (
            (f"{left:,} of {read:,} rows were left out", values["share_of_rows_left_out"] > _MUCH),
            (f"{100 * withheld:.0f}% of the counts are withheld", withheld > _MUCH),
            ("no direction is stated as good", reviewed.league.direction == "neither"),
        )
        if so
    ]
    status: Status = "with care" if careful else "holds"
    rows = count_rows(read)
    # Rows are counted when a file is read, of all its groups together.
    where = f", of a file of {rows} in several groups" if reviewed.by else f" in {rows}"
    said = listed(careful) if careful else "the model passed its checks"
    sentence = f"{count_units(design.units)}{where}; {said}."
    if not passed:
        status = "fails"
        problems = reviewed.posterior.diagnostics.problems
        sentence = f"The model failed its checks: {problems[0]}"
    return Part(name="data", status=status, sentence=sentence, values=values)


def _withheld(reviewed: Reviewed) -> float:
    """The share of the counts that stand for a range."""
    event = reviewed.table.frame[reviewed.table.measure.event].to_numpy(float)
    return float(np.isnan(event).mean()) if event.size else 0.0
