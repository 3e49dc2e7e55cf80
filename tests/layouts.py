"""Tables in layouts and languages that nobody tuned for, and what is to be found in them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

UNITS = 14
Roles = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A table, and the options that a command for it must have.

    Attributes
    ----------
    frame : DataFrame
    options : dict of str to str
        By name; empty where no honest guess can be made.
    """

    frame: pd.DataFrame
    options: Roles = field(default_factory=dict)


def _counts(rows: int, seed: int, *, rate: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    size = rng.integers(200, 2_000, rows)
    return rng.binomial(size, rng.beta(30 * rate, 30 * (1 - rate), rows)), size


def _plain(headings: tuple[str, ...], options: Roles, seed: int) -> Layout:
    """Code, name, events and size, under some headings."""
    event, size = _counts(UNITS, seed)
    cells = {
        "code": [f"R{at:02}X" for at in range(UNITS)],
        "name": [f"Place {chr(65 + at)} Hospital" for at in range(UNITS)],
        "event": event,
        "size": size,
    }
    frame = pd.DataFrame(dict(zip(headings, cells.values(), strict=True)))
    return Layout(frame=frame, options=options)


def _periods(heading: str, labels: list[str], seed: int) -> Layout:
    event, size = _counts(UNITS * len(labels), seed)
    frame = pd.DataFrame(
        {
            heading: np.repeat(labels, UNITS),
            "Provider Code": [f"R{at:02}X" for at in range(UNITS)] * len(labels),
            "Readmissions": event,
            "Discharges": size,
        }
    )
    options = {
        "unit": "Provider Code",
        "numerator": "Readmissions",
        "denominator": "Discharges",
        "period": heading,
    }
    return Layout(frame=frame, options=options)


def _strata() -> Layout:
    levels = ["All ages", "Under 65", "65 and over"]
    rng = np.random.default_rng(7)
    size = rng.integers(200, 900, (UNITS, 2))
    event = rng.binomial(size, 0.15)
    size, event = (np.column_stack([x.sum(axis=1), x]).ravel() for x in (size, event))
    frame = pd.DataFrame(
        {
            "Trust": np.repeat([f"Place {chr(65 + at)} Trust" for at in range(UNITS)], 3),
            "Age": levels * UNITS,
            "Deaths": event,
            "Admissions": size,
        }
    )
    only = {"unit": "Trust", "numerator": "Deaths", "denominator": "Admissions"}
    return Layout(frame=frame, options=only | {"only": "Age=All ages"})


def _categories() -> Layout:
    event, size = _counts(UNITS * 2, 8)
    frame = pd.DataFrame(
        {
            "Ward": np.repeat([f"Ward {at + 1}" for at in range(UNITS)], 2),
            "Sex": ["Female", "Male"] * UNITS,
            "Falls": event // 20,
            "Bed days": size,
        }
    )
    options = {"unit": "Ward", "observed": "Falls", "exposure": "Bed days", "by": "Sex"}
    return Layout(frame=frame, options=options)


def _expected(names: tuple[str, str, str], seed: int) -> Layout:
    rng = np.random.default_rng(seed)
    expected = rng.uniform(20, 300, UNITS).round(3)
    unit, observed, told = names
    frame = pd.DataFrame(
        {
            unit: [f"H{at:03}" for at in range(UNITS)],
            observed: rng.poisson(expected * 1.1),
            told: expected,
        }
    )
    return Layout(frame=frame, options={"unit": unit, "observed": observed, "expected": told})


def _percent() -> Layout:
    """Three counts, and a percentage that tells which two it is of."""
    made = _plain(("Site", "Site name", "C1", "C2"), {}, 9)
    frame = made.frame.assign(
        C3=_counts(UNITS, 10)[1], Result=(100 * made.frame["C1"] / made.frame["C2"]).round(1)
    )
    return Layout(
        frame=frame,
        options={"unit": "Site", "unit-name": "Site name", "numerator": "C1", "denominator": "C2"},
    )


def _mean() -> Layout:
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(
        {
            "Surgery": [f"Surgery {chr(65 + at)}" for at in range(UNITS)],
            "Mean wait": rng.normal(18, 2, UNITS).round(2),
            "Standard error": rng.uniform(0.4, 1.0, UNITS).round(3),
        }
    )
    options = {"unit": "Surgery", "value": "Mean wait", "se": "Standard error"}
    return Layout(frame=frame, options=options)


def _marks() -> Layout:
    made = _plain(("Org Code", "Org Name", "Number late", "Total"), {}, 12)
    late = made.frame["Number late"].astype(object)
    late.iloc[3] = "*"
    options = {"unit": "Org Code", "unit-name": "Org Name"}
    options |= {"numerator": "Number late", "denominator": "Total"}
    return Layout(frame=made.frame.assign(**{"Number late": late}), options=options)


def _total_row() -> Layout:
    made = _plain(("LAD code", "LAD name", "Smokers at delivery", "Deliveries"), {}, 13)
    total = ["E92000001", "England", *made.frame.iloc[:, 2:].sum()]
    frame = pd.concat([made.frame, pd.DataFrame([total], columns=made.frame.columns)])
    options = {"unit": "LAD code", "unit-name": "LAD name"}
    options |= {"numerator": "Smokers at delivery", "denominator": "Deliveries"}
    return Layout(frame=frame, options=options)


def _words(unit: str, name: str, event: str, size: str, seed: int) -> Layout:
    options = {"unit": unit, "unit-name": name, "numerator": event, "denominator": size}
    return _plain((unit, name, event, size), options, seed)


LAYOUTS: dict[str, Callable[[], Layout]] = {
    "English": lambda: _words("Org", "Org name", "Over 4 hours", "Attendances", 1),
    "a quote in a heading": lambda: _words("Code", "Name", "Women's deaths", "Women's stays", 2),
    "German": lambda: _words("Kode", "Krankenhaus", "Todesfälle", "Fälle", 3),
    "French": lambda: _words("Code FINESS", "Établissement", "Décès", "Séjours", 4),
    "Spanish": lambda: _words("Código", "Hospital", "Fallecidos", "Altas", 5),
    "Italian": lambda: _words("Codice", "Azienda", "Decessi", "Ricoveri", 6),
    "Dutch": lambda: _words("Code", "Ziekenhuis", "Overleden", "Opnamen", 14),
    "Swedish": lambda: _words("Kod", "Sjukhus", "Döda", "Patienter", 15),
    "Portuguese": lambda: _words("Codigo", "Unidade", "Obitos", "Altas", 16),
    "a heading that looks like an option": lambda: _words("-id", "name", "--events", "n", 17),
    "dollars and semicolons": lambda: _words("id;x", "label", "$(events)", "`total`", 18),
    "months": lambda: _periods("Month", ["2023-01", "2023-02", "2023-03"], 19),
    "financial years": lambda: _periods("Financial year", ["2021/22", "2022/23"], 20),
    "quarters": lambda: _periods("Qtr", ["2022 Q1", "2022 Q2", "2022 Q3", "2022 Q4"], 21),
    "dates": lambda: _periods("Period end", ["30/06/2022", "30/09/2022"], 22),
    "a total among ages": _strata,
    "sexes without a total": _categories,
    "observed and expected": lambda: _expected(("Provider", "Observed", "Expected"), 23),
    "erwartet": lambda: _expected(("Klinik", "Beobachtet", "Erwartet"), 24),
    "attendus": lambda: _expected(("Hôpital", "Observés", "Attendus"), 25),
    "a percentage tells": _percent,
    "a mean and its error": _mean,
    "suppressed": _marks,
    "a total row": _total_row,
}
