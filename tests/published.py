"""Files in the shapes of publishers, with numbers that are made up.

Each writes a file and gives what is true of it: the sums of events and of sizes of its units.
"""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A file as published.

    Attributes
    ----------
    path : Path
    options : dict
        How it is read right, as of `read_table`.
    events, size : float
        The sums of its units, of what is known.
    units : int
    tempting : tuple of dict
        What may be typed first: it gives the same sums, or is refused.
    """

    path: Path
    options: dict[str, Any]
    events: float
    size: float
    units: int
    tempting: tuple[dict[str, Any], ...] = field(default=())


def _counts(seed: int, number: int, *, rate: float, median: float) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    size = np.maximum(rng.lognormal(np.log(median), 0.7, number).astype(int), 30)
    return rng.binomial(size, rate), size


def _csv(path: Path, rows: list[list[Any]], *, sep: str = ",", encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=sep, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def cms_readmissions(folder: Path) -> Published:
    """One row a hospital and measure; rates beside counts; few cases told by words."""
    rows: list[list[Any]] = [
        [
            "Facility Name",
            "Facility ID",
            "State",
            "Measure Name",
            "Number of Discharges",
            "Footnote",
            "Excess Readmission Ratio",
            "Predicted Readmission Rate",
            "Expected Readmission Rate",
            "Number of Readmissions",
            "Start Date",
            "End Date",
        ]
    ]
    events = size = 0
    for at, measure in enumerate(("READM-30-AMI-HRRP", "READM-30-HF-HRRP", "READM-30-PN-HRRP")):
        y, n = _counts(at, 40, rate=0.16, median=180)
        for i in range(40):
            rate = 100 * y[i] / n[i]
            ratio = f"{rate / 16:.4f}"
            told: list[Any] = [n[i], "", ratio, f"{rate:.4f}", "16.0000", y[i]]
            if i % 13 == 5:
                told = ["N/A", 5, "N/A", "N/A", "N/A", "N/A"]
            elif y[i] <= 10:
                told = ["N/A", "", ratio, f"{rate:.4f}", "16.0000", "Too Few to Report"]
            elif measure == "READM-30-HF-HRRP":
                events, size = events + y[i], size + n[i]
            name, code = f"HOSPITAL {i:02d}, INC", f"{10001 + i:06d}"
            rows.append([name, code, "AL", measure, *told, "07/01/2019", "06/30/2022"])
    kept = [r for r in rows[1:] if r[3] == "READM-30-HF-HRRP" and isinstance(r[9], np.int64)]
    named = {
        "unit": "Facility ID",
        "unit_name": "Facility Name",
        "numerator": "Number of Readmissions",
        "denominator": "Number of Discharges",
    }
    only = {"Measure Name": "READM-30-HF-HRRP"}
    return Published(
        path=_csv(folder / "FY_Hospital_Readmissions_Reduction_Program.csv", rows),
        options=named | {"only": only, "rules": "cms"},
        events=events,
        size=size,
        units=len(kept),
        tempting=(named, named | {"only": only}),
    )


def pupil_absence(folder: Path) -> Published:
    """Country, regions and authorities in one file, with all schools beside their kinds."""
    rows: list[list[Any]] = [
        [
            "time_period",
            "time_identifier",
            "geographic_level",
            "country_code",
            "country_name",
            "region_code",
            "region_name",
            "new_la_code",
            "la_name",
            "education_phase",
            "sess_possible",
            "sess_overall",
        ]
    ]
    kinds = ("State-funded primary", "State-funded secondary", "Special")
    n = np.stack([_counts(7 + k, 36, rate=0.1, median=40_000)[1] for k in range(3)])
    y = np.random.default_rng(3).binomial(n, 0.05)
    country: list[Any] = ["202223", "Academic year"]
    england = ["E92000001", "England"]

    def add(level: str, place: list[Any], mask: Any) -> None:
        for k, kind in enumerate(kinds):
            rows.append(
                [*country, level, *england, *place, kind, n[k, mask].sum(), y[k, mask].sum()]
            )
        rows.append(
            [*country, level, *england, *place, "Total", n[:, mask].sum(), y[:, mask].sum()]
        )

    everyone = np.ones(36, dtype=bool)
    add("National", ["", "", "", ""], everyone)
    for r in range(6):
        add("Regional", [f"E1200000{r}", f"Region {r}", "", ""], np.arange(36) % 6 == r)
    for i in range(36):
        place = [f"E1200000{i % 6}", f"Region {i % 6}", f"E06{i:06d}", f"Authority {i}"]
        add("Local authority", place, np.arange(36) == i)
    named = {"unit": "new_la_code", "unit_name": "la_name"}
    named |= {"numerator": "sess_overall", "denominator": "sess_possible"}
    return Published(
        path=_csv(folder / "absence_3term_nat_reg_la.csv", rows),
        options=named
        | {
            "only": {"geographic_level": "Local authority"},
            "exclude": {"education_phase": "Total"},
            "roll_up": "all",
            "stratum": "education_phase",
        },
        events=int(y.sum()),
        size=int(n.sum()),
        units=36,
        tempting=(
            named,
            named | {"stratum": "education_phase"},
            named | {"only": {"education_phase": "Total"}},
        ),
    )


def waiting_times(folder: Path) -> Published:
    """A column a week of waiting, empty for none; a treatment function that is their total."""
    weeks = [f"Gt {w:02d} To {w + 1:02d} Weeks SUM 1" for w in (0, 10, 17, 18, 30)]
    rows: list[list[Any]] = [
        [
            "Period",
            "Provider Org Code",
            "Provider Org Name",
            "RTT Part Type",
            "Treatment Function Code",
            "Treatment Function Name",
            *weeks,
            "Total",
            "Total All",
        ]
    ]
    rng = np.random.default_rng(5)
    over = size = 0
    for i in range(30):
        held = rng.poisson(rng.lognormal(4, 0.8), (3, 5))
        for k, function in enumerate(("C_100", "C_101", "C_110", "C_999")):
            waits = held.sum(axis=0) if k == 3 else held[k]
            name = "Total" if k == 3 else f"Function {function[2:]} Service"
            shown = ["" if w == 0 else w for w in waits]
            rows.append(
                [
                    "RTT-April-2024",
                    f"R{i:02d}",
                    f"TRUST {i:02d} NHS FOUNDATION TRUST",
                    "Part_2",
                    function,
                    name,
                    *shown,
                    waits.sum(),
                    waits.sum(),
                ]
            )
        over, size = over + held[:, 3:].sum(), size + held.sum()
    named = {"unit": "Provider Org Code", "unit_name": "Provider Org Name", "period": "Period"}
    named |= {"numerator": f"{weeks[3]} + {weeks[4]}", "denominator": "Total All"}
    only = {"Treatment Function Code": "C_999"}
    return Published(
        path=_csv(folder / "Full-CSV-data-file-Apr24.csv", rows),
        options=named | {"only": only, "zero": ["blank"]},
        events=int(over),
        size=int(size),
        units=30,
        tempting=(named, named | {"only": only}, named | {"roll_up": "all"}),
    )


def prescribing(folder: Path) -> Published:
    """A measure by practice and month, the rate and its centile beside the counts."""
    rows: list[list[Any]] = [
        [
            "measure",
            "org_type",
            "org_id",
            "org_name",
            "date",
            "numerator",
            "denominator",
            "calc_value",
            "percentile",
        ]
    ]
    total = np.zeros(2)
    for month in range(1, 4):
        y, n = _counts(month, 25, rate=0.7, median=900)
        total += (y.sum(), n.sum())
        order = np.argsort(np.argsort(y / n)) / 24
        rows += [
            [
                "statins",
                "practice",
                f"A8{i:04d}",
                f'THE "OLD" SURGERY, {i}',
                f"2024-{month:02d}-01",
                y[i],
                n[i],
                round(y[i] / n[i], 6),
                round(order[i], 4),
            ]
            for i in range(25)
        ]
    named = {"unit": "org_id", "unit_name": "org_name", "period": "date"}
    return Published(
        path=_csv(folder / "statins-practice.csv", rows),
        options=named | {"numerator": "numerator", "denominator": "denominator"},
        events=total[0],
        size=total[1],
        units=25,
        tempting=({},),
    )


def maternity(folder: Path) -> Published:
    """Measures in rows, of providers, regions and the country; rounded to five, few hidden."""
    rows: list[list[Any]] = [
        ["Period", "Dimension", "Org_Level", "Org_Code", "Org_Name", "Measure", "Count_Of", "Value"]
    ]
    y, n = _counts(11, 40, rate=0.12, median=300)
    rounded = [5 * np.floor(v / 5 + 0.5).astype(int) for v in (y, n)]
    measures = ("Smoker", "All women")

    def add(level: str, code: str, name: str, values: list[Any]) -> None:
        for measure, value in zip(measures, values, strict=True):
            rows.append(["2022-23", "SmokingStatus", level, code, name, measure, "Women", value])

    add("National", "ALL", "ALL SUBMITTERS", [r.sum() for r in rounded])
    for i in range(40):
        values = ["*" if y[i] < 5 else rounded[0][i], rounded[1][i]]
        add("Provider", f"R{i:02d}", f"Trust {i}", values)
    named = {"unit": "Org_Code", "unit_name": "Org_Name"}
    named |= {"numerator": "Smoker", "denominator": "All women"}
    return Published(
        path=_csv(folder / "hosp-epis-stat-mat-msds-2022-23.csv", rows),
        options=named
        | {
            "spread": "Measure:Value",
            "only": {"Org_Level": "Provider"},
            "suppressed": {"*": (1, 4)},
            "rounded": {"numerator": 5, "denominator": 5},
        },
        events=float(rounded[0][y >= 5].sum()),
        size=float(rounded[1].sum()),
        units=40,
        tempting=(named, named | {"spread": "Measure:Value"}),
    )


def german_quality(folder: Path) -> Published:
    """Semicolons, decimal commas, dots for thousands, a mark for few cases, umlauts of 1252."""
    y, n = _counts(13, 24, rate=0.08, median=1500)
    expected = n * 0.08

    def german(value: float, decimals: int = 0) -> str:
        return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))

    rows: list[list[Any]] = [
        ["Institutionskennzeichen", "Krankenhaus", "Bundesland", "Fälle", "Beobachtet", "Erwartet"]
    ]
    hidden = 0
    for i in range(24):
        shown = "Datenschutz" if i in (4, 9) else german(y[i])
        hidden += y[i] if i in (4, 9) else 0
        rows.append(
            [
                f"26{i:07d}",
                f"Klinikum Süd {i}",
                "Bayern",
                german(n[i]),
                shown,
                german(expected[i], 3),
            ]
        )
    rows.append(
        ["", "Bund (gesamt)", "", german(n.sum()), german(y.sum()), german(n.sum() * 0.08, 3)]
    )
    named = {"unit": "Institutionskennzeichen", "unit_name": "Krankenhaus"}
    named |= {"observed": "Beobachtet", "expected": "Erwartet"}
    return Published(
        path=_csv(folder / "qualitätsindikatoren.csv", rows, sep=";", encoding="cp1252"),
        options=named | {"missing": "Datenschutz"},
        events=float(y.sum() - hidden),
        size=float(np.delete(expected, [4, 9]).sum()),
        units=22,
        tempting=(named,),
    )


def australian_hospitals(folder: Path) -> Published:
    """A workbook with titles, peer groups as rows of their own, n.p. and footnotes."""
    book = openpyxl.Workbook()
    notes = book.active
    assert notes is not None
    notes.title = "Contents"
    notes["A1"] = "MyHospitals data: hand hygiene"
    sheet = book.create_sheet("Table 1")
    sheet.append(["Table 1: Staphylococcus aureus bloodstream infections, 2022–23"])
    sheet.append([])
    sheet.append(["Hospital", "State", "Cases", "Patient days under surveillance"])
    y, n = _counts(17, 30, rate=0.0008, median=60_000)
    known = np.ones(30, dtype=bool)
    for i in range(30):
        if i % 10 == 0:
            sheet.append([("Principal referral", "Large", "Medium")[i // 10]])
        known[i] = i not in (6, 17)
        sheet.append([f"Hospital {i:02d}", "NSW", y[i].item() if known[i] else "n.p.", n[i].item()])
    sheet.append(["National", None, y.sum().item(), n.sum().item()])
    sheet.append([])
    sheet.append(["n.p. Not published because of the small number of cases."])
    path = folder / "sab-data-tables.xlsx"
    book.save(path)
    named = {"unit": "Hospital", "observed": "Cases"}
    named |= {"exposure": "Patient days under surveillance"}
    return Published(
        path=path,
        options=named,
        events=float(y[known].sum()),
        size=float(n[known].sum()),
        units=28,
        tempting=(),
    )


def scottish_boards(folder: Path) -> Published:
    """Boards and Scotland by code, a financial year, both sexes beside each."""
    rows: list[list[Any]] = [["FinancialYear", "HB", "HBQF", "Sex", "Readmissions", "Discharges"]]
    y, n = np.zeros((2, 14), dtype=int), np.zeros((2, 14), dtype=int)
    for s in range(2):
        y[s], n[s] = _counts(20 + s, 14, rate=0.1, median=4000)
        rows += [
            ["2019/20", f"S080000{15 + i}", "", ("Female", "Male")[s], y[s, i], n[s, i]]
            for i in range(14)
        ]
        rows.append(["2019/20", "S92000003", "d", ("Female", "Male")[s], y[s].sum(), n[s].sum()])
    rows += [
        ["2019/20", f"S080000{15 + i}", "", "All", y[:, i].sum(), n[:, i].sum()] for i in range(14)
    ]
    rows.append(["2019/20", "S92000003", "d", "All", y.sum(), n.sum()])
    named = {"unit": "HB", "numerator": "Readmissions", "denominator": "Discharges"}
    return Published(
        path=_csv(folder / "readmissions-by-board.csv", rows),
        options=named | {"only": {"Sex": "All"}},
        events=int(y.sum()),
        size=int(n.sum()),
        units=14,
        tempting=(named, named | {"roll_up": "all"}, named | {"stratum": "Sex"}),
    )


def sdmx(folder: Path) -> Published:
    """Observations in rows, with codes of measure, unit and status."""
    rows: list[list[Any]] = [
        [
            "DATAFLOW",
            "REF_AREA",
            "MEASURE",
            "UNIT_MEASURE",
            "TIME_PERIOD",
            "OBS_VALUE",
            "OBS_STATUS",
        ]
    ]
    total = np.zeros(2)
    for year in (2019, 2020):
        y, n = _counts(year, 22, rate=0.07, median=5000)
        total += (y.sum(), n.sum())
        for i in range(22):
            for measure, value in (("DEATHS_30D", y[i]), ("ADMISSIONS", n[i])):
                rows.append(["OECD:HCQ(1.0)", f"X{i:02d}", measure, "NB", year, value, "A"])
    named = {"unit": "REF_AREA", "numerator": "DEATHS_30D", "denominator": "ADMISSIONS"}
    spread = {"spread": "MEASURE:OBS_VALUE", "period": "TIME_PERIOD"}
    return Published(
        path=_csv(folder / "OECD.HCQ.csv", rows),
        options=named | spread,
        events=total[0],
        size=total[1],
        units=22,
        tempting=(named,),
    )


def eurostat(folder: Path) -> Published:
    """Tabs, a first column of several, years as columns, flags behind the numbers."""
    rows: list[list[Any]] = [[r"freq,unit,geo\TIME_PERIOD", "2019 ", "2020 ", "2021 "]]
    rng = np.random.default_rng(29)
    for i in range(26):
        values = rng.poisson(900, 3)
        shown = [f"{values[0]} ", f"{values[1]} b", ": " if i == 3 else f"{values[2]} p"]
        rows.append([f"A,NR,AT{i:02d}", *shown])
    return Published(
        path=_csv(folder / "estat_hlth_cd_aro.tsv", rows, sep="\t"),
        options={},
        events=np.nan,
        size=np.nan,
        units=0,
        tempting=({},),
    )


def infections_by_month(folder: Path) -> Published:
    """A count and its bed days a month in columns, and the year's total at their end."""
    months = ["Apr-23", "May-23", "Jun-23"]
    heads = [f"{m} {what}" for m in months for what in ("cases", "bed days")]
    rows: list[list[Any]] = [["Org code", "Trust", *heads, "Total cases", "Total bed days"]]
    total = np.zeros(2)
    for i in range(28):
        y, n = _counts(100 + i, 3, rate=0.002, median=18_000)
        total += (y.sum(), n.sum())
        pairs = [v for k in range(3) for v in (y[k], n[k])]
        rows.append([f"R{i:02d}", f"Trust {i:02d}", *pairs, y.sum(), n.sum()])
    named = {"unit": "Org code", "unit_name": "Trust"}
    return Published(
        path=_csv(folder / "cdi-counts-by-month.csv", rows),
        options=named | {"observed": "{period} cases", "exposure": "{period} bed days"},
        events=total[0],
        size=total[1],
        units=28,
    )


def brazilian_tabnet(folder: Path) -> Published:
    """Latin letters of 8859-1, lines of title, a hyphen for none, a total and its source below."""
    y, n = _counts(31, 20, rate=0.02, median=700)
    y[:3] = 0
    lines = [
        "Mortalidade hospitalar - Brasil",
        "Óbitos e internações por município",
        "Período:2022",
    ]
    lines.append("Município;Óbitos;Internações")
    lines += [f"{350000 + i} Município {i};{y[i] or '-'};{n[i]}" for i in range(20)]
    lines.append(f"Total;{y.sum()};{n.sum()}")
    lines.append("Fonte: Sistema de Informações Hospitalares")
    path = folder / "tabnet.csv"
    path.write_bytes("\n".join(lines).encode("latin-1"))
    named = {"unit": "Município", "numerator": "Óbitos", "denominator": "Internações"}
    return Published(
        path=path,
        options=named | {"zero": "-"},
        events=float(y.sum()),
        size=float(n.sum()),
        units=20,
        tempting=(),
    )


PUBLISHED = (
    cms_readmissions,
    pupil_absence,
    waiting_times,
    prescribing,
    maternity,
    german_quality,
    australian_hospitals,
    scottish_boards,
    sdmx,
    eurostat,
    infections_by_month,
    brazilian_tabnet,
)
