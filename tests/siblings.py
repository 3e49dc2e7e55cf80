"""Siblings of what real files broke: the same kinds in other words, languages and layouts.

A sibling is a file with what an analyst types first, and what is true of it: the sums of events and
sizes of its units, or the words of the refusal that mends it.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl

UNITS = 12
Rows = list[list[Any]]
Options = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """A file, as rows and how they are written, and what comes of it.

    Attributes
    ----------
    rows : list of list
        With the header.
    options : dict
        As of `read_table`.
    sums : (float, float) or None
        Of the events and sizes that are read; None where it is refused.
    refused : str
        What the refusal says, as a pattern.
    sep, encoding, suffix, format : str
        How it is written; a number format of the first column is of a workbook.
    """

    rows: Rows
    options: Options
    sums: tuple[float, float] | None = None
    refused: str = ""
    sep: str = ","
    encoding: str = "utf-8"
    suffix: str = "csv"
    format: tuple[int, str] | None = field(default=None)

    def write(self, folder: Path) -> Path:
        """Write the file."""
        path = folder / f"sibling.{self.suffix}"
        if self.suffix == "xlsx":
            book = openpyxl.Workbook()
            sheet = book.active
            for row in self.rows:
                sheet.append([each.item() if hasattr(each, "item") else each for each in row])
            if self.format is not None:
                column, code = self.format
                for at in range(2, len(self.rows) + 1):
                    sheet.cell(row=at, column=column).number_format = code
            book.save(path)
            return path
        text = io.StringIO()
        csv.writer(text, delimiter=self.sep, lineterminator="\n").writerows(self.rows)
        path.write_bytes(text.getvalue().encode(self.encoding))
        return path


def _base(seed: int, *, rate: float = 0.15, low: int = 150, high: int = 2500) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    size = rng.integers(low, high, UNITS)
    return rng.binomial(size, rng.beta(60 * rate, 60 * (1 - rate), UNITS)), size


def _named(unit: str, event: str, size: str) -> Options:
    return {"unit": unit, "numerator": event, "denominator": size}


def _within(
    head: Sequence[str], levels: Sequence[str], total: str, *, seed: int, **how: Any
) -> Sibling:
    """Rows of levels, and one that is their sum, for each unit; added up."""
    rng = np.random.default_rng(seed)
    size = rng.integers(60, 900, (UNITS, len(levels)))
    event = rng.binomial(size, rng.uniform(0.05, 0.25, (UNITS, 1)))
    rows: Rows = [list(head)]
    for i in range(UNITS):
        parts = [[f"H{i:02}", each, event[i, j], size[i, j]] for j, each in enumerate(levels)]
        whole = [f"H{i:02}", total, event[i].sum(), size[i].sum()]
        rows += [whole, *parts] if seed % 2 else [*parts, whole]
    options = _named(head[0], head[2], head[3]) | {"roll_up": "all"}
    return Sibling(rows=rows, options=options, sums=(event.sum(), size.sum()), **how)


def _hidden(head: Sequence[str], levels: Sequence[str], total: str, *, seed: int) -> Sibling:
    """Likewise in strata, where a mark hides counts of any size and nobody states its range."""
    whole = _within(head, levels, total, seed=seed)
    rows = [list(row) for row in whole.rows]
    part = [row for row in rows if row[1] == levels[0]][:4]
    assert whole.sums is not None
    events, size = (
        total - sum(row[at] for row in part) for at, total in zip((2, 3), whole.sums, strict=True)
    )
    for row in part:
        row[2] = "*"
    options = _named(head[0], head[2], head[3]) | {"stratum": head[1]}
    return Sibling(rows=rows, options=options, sums=(events, size))


def _total(name: str, *, seed: int, more: tuple[int, int] = (0, 0), **how: Any) -> Sibling:
    """A total among the units, perhaps of a little more than is shown."""
    event, size = _base(seed)
    rows: Rows = [["Hospital", "Deaths", "Admissions"]]
    rows += [[f"Hospital {chr(65 + i)}", event[i], size[i]] for i in range(UNITS)]
    rows.insert(1 + seed % 13, [name, event.sum() + more[0], size.sum() + more[1]])
    options = _named("Hospital", "Deaths", "Admissions")
    if "refused" in how:
        return Sibling(rows=rows, options=options, **how)
    return Sibling(rows=rows, options=options, sums=(event.sum(), size.sum()), **how)


def _mark(marks: Sequence[str], *, seed: int, kept: bool, **more: Any) -> Sibling:
    """Marks in the place of events; whose rows are kept as ranges, or left out."""
    event, size = _base(seed)
    known = np.ones(UNITS, dtype=bool)
    known[3 : 3 + len(marks)] = False
    cells = [*map(str, event)]
    cells[3 : 3 + len(marks)] = marks
    rows: Rows = [
        ["Code", "Late", "Seen"],
        *([f"R{i:02}", cells[i], size[i]] for i in range(UNITS)),
    ]
    options = _named("Code", "Late", "Seen") | more
    return Sibling(
        rows=rows,
        options=options,
        sums=(event[known].sum(), size.sum() if kept else size[known].sum()),
    )


def _percent(heading: str, show: Callable[[float], Any], *, seed: int, **how: Any) -> Sibling:
    event, size = _base(seed, low=40, high=150, rate=0.3)
    cells = [show(100 * a / b) for a, b in zip(event, size, strict=True)]
    rows: Rows = [["Org", heading, "Patients"]]
    rows += [[f"R{i}", cells[i], size[i]] for i in range(UNITS)]
    sums = None if "refused" in how else (event.sum(), size.sum())
    return Sibling(rows=rows, options=_named("Org", heading, "Patients"), sums=sums, **how)


def _expected(heading: str, scale: float, refused: str, *, seed: int) -> Sibling:
    """Expected rates in the place of numbers."""
    event, size = _base(seed)
    rate = np.random.default_rng(seed).uniform(0.8, 1.2, UNITS) * scale
    rows: Rows = [["Klinik", "Tote", heading, "Fälle"]]
    rows += [[f"R{i}", event[i], f"{rate[i]:.3f}", size[i]] for i in range(UNITS)]
    options = {"unit": "Klinik", "observed": "Tote", "expected": heading}
    return Sibling(rows=rows, options=options, refused=refused)


def _printed(show: Callable[[int], str], *, seed: int, **how: Any) -> Sibling:
    event, size = _base(seed, low=2_000, high=90_000)
    rows: Rows = [["Org", "Events", "Cases"]]
    rows += [[f"R{i}", show(int(event[i])), show(int(size[i]))] for i in range(UNITS)]
    options = _named("Org", "Events", "Cases")
    return Sibling(rows=rows, options=options, sums=(event.sum(), size.sum()), **how)


def _decimals(decimals: int, mark: str, **how: Any) -> Sibling:
    """Expected numbers with another decimal mark."""
    expected = np.random.default_rng(decimals).uniform(5, 80, UNITS).round(decimals)
    event = np.random.default_rng(7).poisson(expected)
    rows: Rows = [["Klinik", "Tote", "Erwartet"]]
    rows += [
        [f"R{i}", event[i], f"{expected[i]:.{decimals}f}".replace(".", mark)] for i in range(UNITS)
    ]
    options = {"unit": "Klinik", "observed": "Tote", "expected": "Erwartet"}
    sums = None if "refused" in how else (event.sum(), expected.sum())
    return Sibling(rows=rows, options=options, sums=sums, **how)


def _wide(labels: Sequence[str], heading: str, names: tuple[str, str], *, seed: int) -> Sibling:
    """A column a period and measure, added up."""
    rng = np.random.default_rng(seed)
    size = rng.integers(500, 3000, (UNITS, len(labels)))
    event = rng.binomial(size, 0.02)
    head = ["Org", *(heading.format(period=each, name=m) for each in labels for m in names)]
    rows: Rows = [head]
    for i in range(UNITS):
        cells = [each[i, j] for j in range(len(labels)) for each in (event, size)]
        rows.append([f"R{i:02}", *cells])
    one, other = (heading.format(period="{period}", name=name) for name in names)
    options = {"unit": "Org", "observed": one, "exposure": other, "roll_up": "all"}
    return Sibling(rows=rows, options=options, sums=(event.sum(), size.sum()))


def _long(head: Sequence[str], names: tuple[str, str], *, seed: int, hint: bool = False) -> Sibling:
    """Measures in rows; refused with the option that makes columns of them where it isn't said."""
    event, size = _base(seed)
    rows: Rows = [list(head)]
    for i in range(UNITS):
        rows += [[f"R{i:02}", names[0], event[i]], [f"R{i:02}", names[1], size[i]]]
    options = _named(head[0], *names)
    if hint:
        return Sibling(rows=rows, options=options, refused=rf"--spread '?{head[1]}:{head[2]}")
    options["spread"] = f"{head[1]}:{head[2]}"
    return Sibling(rows=rows, options=options, sums=(event.sum(), size.sum()))


def _sum_of(parts: Sequence[str], formula: str, sizes: str, *, seed: int) -> Sibling:
    """Events, or what they are out of, in several columns."""
    rng = np.random.default_rng(seed)
    cells = rng.integers(20, 300, (UNITS, len(parts)))
    more = rng.integers(900, 2000, UNITS)
    rows: Rows = [["Org", *parts, "All"]]
    rows += [[f"R{i:02}", *cells[i], more[i]] for i in range(UNITS)]
    size = more.sum() if sizes == "All" else more.sum() + cells[:, 0].sum()
    event = cells.sum() if sizes == "All" else cells[:, 0].sum()
    return Sibling(rows=rows, options=_named("Org", formula, sizes), sums=(event, size))


def _merged(upper: tuple[str, str], lower: tuple[str, str], *, seed: int, said: int) -> Sibling:
    """Two rows of headings; named by both, or refused with how."""
    pairs = [_base(seed + at) for at in range(2)]
    rows: Rows = [["Table 1", "", "", "", ""], ["", upper[0], "", upper[1], ""]]
    rows.append(["Code", *lower, *lower])
    rows += [[f"R{i:02}", *(int(cell[i]) for pair in pairs for cell in pair)] for i in range(UNITS)]
    if said < 0:
        return Sibling(
            rows=rows, options=_named("Code", *lower), refused=f"'{upper[0]} {lower[0]}' or"
        )
    options = _named("Code", *(f"{upper[said]} {name}" for name in lower))
    return Sibling(rows=rows, options=options, sums=tuple(cell.sum() for cell in pairs[said]))


def _periods(labels: Sequence[str], *, seed: int, **how: Any) -> Sibling:
    rng = np.random.default_rng(seed)
    size = rng.integers(100, 900, (UNITS, len(labels)))
    event = rng.binomial(size, 0.1)
    rows: Rows = [["Org", "Zeit", "y", "n"]]
    rows += [
        [f"R{i}", x, event[i, j], size[i, j]] for i in range(UNITS) for j, x in enumerate(labels)
    ]
    more = {"period": "Zeit", "roll_up": how.pop("roll_up", "all")}
    sums = None if "refused" in how else (event.sum(), size.sum())
    return Sibling(rows=rows, options=_named("Org", "y", "n") | more, sums=sums, **how)


def _code(show: Callable[[int], Any], *, seed: int, **how: Any) -> Sibling:
    """Codes that a program would cut, of which one is asked for."""
    event, size = _base(seed)
    rows: Rows = [["code", "y", "n"], *([show(i), event[i], size[i]] for i in range(UNITS))]
    asked = how.pop("asked")
    options = _named("code", "y", "n") | {"only": {"code": asked}}
    return Sibling(rows=rows, options=options, sums=(event[3], size[3]), **how)


def _torn(rows: Rows, refused: str, **how: Any) -> Sibling:
    """One row whose cells stand under the wrong headings."""
    head: Rows = [["unit", "name", "y", "n"]]
    head += [[f"R{i}", f"Site {i}", 20 + i, 300 + 9 * i] for i in range(9)]
    return Sibling(rows=head + rows, options=_named("unit", "y", "n"), refused=refused, **how)


_SEX, _KEY = ("Hospital", "Sex", "Deaths", "Admissions"), ("Stelle", "Merkmal", "Wert")
KINDS: dict[str, dict[str, Sibling]] = {
    "a row that is the sum of others of its unit": {
        "Japanese": _within(
            ("病院", "性別", "死亡", "入院"), ("男", "女"), "総数", seed=2, encoding="cp932"
        ),
        "Korean": _within(
            ("병원", "성별", "사망", "입원"), ("남", "여"), "계", seed=3, encoding="cp949"
        ),
        "Finnish": _within(
            ("Sairaala", "Sukupuoli", "Kuolleet", "Jaksot"),
            ("Miehet", "Naiset"),
            "Miehet ja naiset",
            seed=4,
            sep=";",
        ),
        "codes": _within(_SEX, ("1", "2"), "9", seed=5),
        "routes": _within(_SEX, ("Elective", "Emergency"), "Elective + Emergency", seed=6),
        "fifths": _within(_SEX, ("Q1", "Q2", "Q3", "Q4", "Q5"), "Quintiles combined", seed=7),
        "procedures, some hidden": _hidden(
            ("Org", "Procedure", "y", "n"), ("Hip", "Knee"), "Joint replacement", seed=9
        ),
        "codes, some hidden": _hidden(_SEX, ("1", "2", "3", "4"), "0", seed=10),
        "quarters, some hidden": _hidden(_SEX, ("Q1", "Q2", "Q3", "Q4"), "2022/23", seed=11),
        "months to date": _within(_SEX, ("Apr 2023", "May 2023"), "YTD", seed=8),
    },
    "a total that is taken for a unit": {
        "Hungarian": _total("Összesen", seed=1, more=(9, 40)),
        "Swedish": _total("Hela landet", seed=2, more=(9, 40)),
        "Ukrainian": _total("Всього", seed=3, more=(9, 40)),
        "Czech": _total("Všechny nemocnice", seed=4, more=(9, 40)),
        "with a number": _total("TOTALS (12 sites)", seed=5, more=(9, 40)),
        "a letter": _total("n", seed=6),
        "a name, exact": _total("Virginia", seed=7),
        "a name, inexact": _total("Virginia", seed=8, more=(31, 400), refused="--exclude"),
        "initials, inexact": _total("U.S.", seed=9, more=(31, 400), refused="as a total does"),
        "a Swedish average": _total("Medel", seed=11, more=(3, 3)),
        "an average of peers": _total("Peer group average", seed=12, more=(3, 3)),
        "an average": _total("Mean of sites", seed=10, more=(3, 3)),
    },
    "marks in words": {
        "below a number": _mark(["Fewer than 5"], seed=1, kept=True),
        "of events": _mark(["Fewer than 11 events"], seed=2, kept=True),
        "full width": _mark(["＜５"], seed=3, kept=True),
        "a footnote's": _mark(["<5²"], seed=4, kept=True),
        "in brackets": _mark(["(suppressed)", "[Suppressed]"], seed=5, kept=False),
        "with its reason": _mark(["Data suppressed due to small counts"], seed=6, kept=False),
        "German": _mark(["zensiert", "keine Angabe möglich"], seed=7, kept=False),
        "Japanese": _mark(["秘匿"], seed=8, kept=False),
        "one's own": _mark(["~"], seed=9, kept=True, suppressed={"~": (1, 7)}),
        "a range stated": _mark(["***"], seed=10, kept=True, suppressed=(1, 7)),
    },
    "percentages and rates as published": {
        "a sign apart": _percent("Late", lambda x: f"{x:.1f} %", seed=1),
        "a decimal comma": _percent(
            "Spät", lambda x: f"{x:.1f}%".replace(".", ","), seed=2, sep=";"
        ),
        "a cell's format": _percent(
            "met", lambda x: x / 100, seed=3, suffix="xlsx", format=(2, "0.00%;[Red]-0.00%")
        ),
        "no sign": _percent("Late", lambda x: f"{x:.1f}", seed=4, refused="--percent"),
        "whole numbers": _percent("Seen", lambda x: f"{x:.0f}", seed=5, refused="--percent"),
        "Polish": _percent("Odsetek", lambda x: f"{x:.0f}", seed=6, refused="--percent"),
        "Japanese": _percent("割合", lambda x: f"{x:.0f}", seed=7, refused="--percent"),
        "a share": _percent("Late", lambda x: f"{x / 100:.3f}", seed=8, refused=r"Late \* 100"),
        "per thousand": _percent(
            "Late per 1,000", lambda x: f"{10 * x:.0f}", seed=9, refused="per so many"
        ),
    },
    "expected numbers that are rates": {
        "in percent": _expected("erwartet", 15, r"erwartet \* Fälle / 100", seed=1),
        "a share": _expected("Risiko", 0.15, r"Risiko \* Fälle", seed=2),
        "per thousand": _expected("expected per 1000", 150, r"\* Fälle / 1000", seed=3),
        "a ratio": _expected("SMR", 100, "heading speaks of a rate", seed=4),
        "a mean risk": _expected("Mean risk", 0.15, "Mean risk", seed=5),
        "a hundred thousand": _expected("je 100.000", 15_000, "heading speaks", seed=6),
    },
    "numbers of other countries": {
        "apostrophes": _printed(lambda x: f"{x:,}".replace(",", "\u2019"), seed=1, sep=";"),
        "thin spaces": _printed(lambda x: f"{x:,}".replace(",", "\u202f"), seed=2, sep=";"),
        "hard spaces": _printed(
            lambda x: f"{x:,}".replace(",", "\xa0"), seed=3, sep=";", encoding="cp1252"
        ),
        "dots and cents": _printed(lambda x: f"{x:,}".replace(",", ".") + ",00", seed=4, sep=";"),
        "full width": _printed(lambda x: "".join(chr(0xFEE0 + ord(c)) for c in str(x)), seed=5),
        "Arabic": _printed(lambda x: "".join(chr(0x630 + ord(c)) for c in str(x)), seed=6),
        "as text": _printed(lambda x: f'="{x}"', seed=7),
        "two decimals": _decimals(2, ",", sep=";"),
        "three decimals": _decimals(3, ",", sep=";", refused="--decimal , or"),
        "three decimals, tabs": _decimals(3, ",", sep="\t", refused="--decimal , or"),
        "three decimals, quoted": _decimals(3, ",", refused="--decimal , or"),
    },
    "columns that are periods": {
        "months after": _wide(["Apr-23", "May-23"], "{name} {period}", ("cases", "days"), seed=1),
        "years": _wide(["2021", "2022"], "{name}_{period}", ("cases", "days"), seed=2),
        "quarters": _wide(["2022-23 Q1", "2022-23 Q2"], "{period}: {name}", ("y", "n"), seed=3),
        "French": _wide(
            ["janv. 2023", "févr. 2023"], "{name} ({period})", ("décès", "séjours"), seed=4
        ),
        "Japanese": _wide(["2023年4月", "2023年5月"], "{period}{name}", ("死亡", "入院"), seed=5),
        "financial years": _wide(["2019/20", "2020/21"], "{name}|{period}", ("y", "n"), seed=6),
    },
    "measures in rows": {
        "English": _long(("Org", "Measure", "Value"), ("events", "cases"), seed=1),
        "English, unsaid": _long(("Org", "Measure", "Value"), ("y", "n"), seed=2, hint=True),
        "German": _long(_KEY, ("Fälle", "Gesamt"), seed=3),
        "German, unsaid": _long(_KEY, ("Fälle", "Gesamt"), seed=4, hint=True),
        "Japanese": _long(("病院", "項目", "値"), ("死亡数", "患者数"), seed=5),
        "commas": _long(("Org", "var", "n"), ("Deaths, total", "Cases, total"), seed=6),
    },
    "sums of columns": {
        "two of events": _sum_of(("F late", "M late"), "F late + M late", "All", seed=1),
        "signs in names": _sum_of(("A-1", "A-2"), "A-1 + A-2", "All", seed=2),
        "brackets": _sum_of(("Hip (1)", "Hip (2)"), "Hip (1) + Hip (2)", "All", seed=3),
        "no spaces": _sum_of(("Yes", "Late"), "Yes+Late", "All", seed=4),
        "of sizes": _sum_of(("seen",), "seen", "seen + All", seed=5),
    },
    "two rows of headings": {
        "routes": _merged(("Elective", "Emergency"), ("Deaths", "Spells"), seed=1, said=0),
        "routes, unsaid": _merged(("Elective", "Emergency"), ("Deaths", "Spells"), seed=2, said=-1),
        "German": _merged(("Männer", "Frauen"), ("Fälle", "Gesamt"), seed=3, said=1),
        "years": _merged(("2022", "2023"), ("late", "seen"), seed=4, said=1),
        "letters": _merged(("Hip", "Knee"), ("n", "N"), seed=5, said=0),
        "quarters, unsaid": _merged(("Q1", "Q2"), ("Breaches", "Seen"), seed=6, said=-1),
    },
    "periods": {
        "of months": _periods(["Jan-Mar 2018", "Apr-Jun 2018"], seed=1, roll_up="calendar-year"),
        "French months": _periods(
            ["janvier-mars 2018", "avril-juin 2018"], seed=2, roll_up="calendar-year"
        ),
        "numbered months": _periods(["2022M01", "2022M02"], seed=3, roll_up="quarter"),
        "digits": _periods(["201904", "201905"], seed=4, roll_up="year"),
        "years to June": _periods(["July 2019 to June 2020", "July 2020 to June 2021"], seed=5),
        "numbers": _periods(["Month 1", "Month 2", "Month 10", "Month 11"], seed=6),
        "of two readings": _periods(
            ["T1-2022", "T2-2022"], seed=7, roll_up="year", refused="Write '2021-22 Q4'"
        ),
    },
    "overlapping periods": {
        "short years": _periods(["2008-10", "2009-11", "2010-12"], seed=1, refused="--only"),
        "German": _periods(["2005 bis 2007", "2006 bis 2008"], seed=2, refused="--only"),
        "of financial years": _periods(
            ["2015/16 - 17/18", "2016/17 - 18/19"], seed=3, refused="--only"
        ),
        "annual totals": _periods(["MAT Mar-21", "MAT Jun-21"], seed=4, refused="--only"),
        "rolling": _periods(
            ["Rolling 12 months to Mar 2020", "Rolling 12 months to Jun 2020"],
            seed=5,
            refused="--only",
        ),
        "years to": _periods(["3 years to Dec 2019", "3 years to Dec 2020"], seed=6, refused="--o"),
    },
    "codes that a program cuts": {
        "as text": _code(lambda i: f'="{i:04}"', seed=1, asked="0003"),
        "an apostrophe": _code(lambda i: f"'{i:04}", seed=2, asked="0003"),
        "an exponent": _code(lambda i: f"{i}E5", seed=3, asked="3E5"),
        "a format": _code(
            lambda i: 10000 + i, seed=4, asked="010003", suffix="xlsx", format=(1, "000000")
        ),
        "letters in a format": _code(
            lambda i: 10000 + i, seed=5, asked="H10003", suffix="xlsx", format=(1, '"H"00000')
        ),
        "a hyphen in a format": _code(
            lambda i: 10000 + i, seed=6, asked="01-0003", suffix="xlsx", format=(1, "00-0000")
        ),
    },
    "cells under the wrong headings": {
        "a comma in a name": _torn([["R9", "Site 9", " North", 25, 400]], "row 11.*quotation"),
        "thousands": _torn([["R9", "Site 9", "1", "234", "5", "678"]], "row 11"),
        "semicolons": _torn([["R9", "Site", "9", 25, 400]], "row 11", sep=";"),
        "tabs": _torn([["R9", "Site 9", 25, 400, "a note"]], "row 11", sep="\t"),
        "a row too short": _torn([["R9", 25, 400]], "row 11"),
    },
}
