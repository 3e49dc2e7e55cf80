"""Files in the shapes of statistical offices of ten countries, with numbers that are made up."""

from pathlib import Path
from typing import Any

import numpy as np
from published import Published

UNITS = 12


def _counts(seed: int, *, most: int = 3000) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    size = rng.integers(most // 10, most, UNITS)
    return rng.binomial(size, 0.15), size


def _write(
    folder: Path, name: str, lines: list[str], seed: int, *, encoding: str = "utf-8", **named: Any
) -> Published:
    events, size = _counts(seed, most=named.pop("most", 3000))
    path = folder / name
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    tempting = named.pop("tempting", ())
    return Published(
        path=path,
        options=named,
        events=float(events.sum()),
        size=float(size.sum()),
        units=UNITS,
        tempting=tempting,
    )


def american_wonder(folder: Path) -> Published:
    """Tabs, a total without a code, a rate, and notes below dashes."""
    y, n = _counts(41)
    lines = ["Notes\tCounty\tCounty Code\tDeaths\tPopulation\tCrude Rate"]
    lines += [
        f'\t"C{i}, GA"\t"130{i:02d}"\t{y[i]}\t{n[i]}\t{1e5 * y[i] / n[i]:.1f}' for i in range(12)
    ]
    lines += [f'"Total"\t\t\t{y.sum()}\t{n.sum()}\t15.1', '"---"', '"Dataset: made up"']
    named = {"unit": "County Code", "numerator": "Deaths", "denominator": "Population"}
    return _write(folder, "wonder.txt", lines, 41, **named)


def canadian_table(folder: Path) -> Published:
    """Measures in rows, the country among the provinces."""
    y, n = _counts(42)
    lines = ["REF_DATE,GEO,DGUID,Characteristics,UOM,VALUE,STATUS"]
    for name, a, b in [
        *((f"Prov {i}", y[i], n[i]) for i in range(12)),
        ("Canada", *map(sum, (y, n))),
    ]:
        lines += [f"2021,{name},{name}1,{what},Number,{v},"
                  for what, v in (("Deaths", a), ("Admissions", b))]  # fmt: skip
    named = {"unit": "GEO", "numerator": "Deaths", "denominator": "Admissions"}
    return _write(folder, "statcan.csv", lines, 42, **named, spread="Characteristics:VALUE")


def japanese_prefectures(folder: Path) -> Published:
    """Shift JIS, a row of units below the header, the whole country first, quoted thousands."""
    y, n = _counts(43)
    lines = ["都道府県,死亡数,患者数", ",人,人", f'全国,"{y.sum():,}","{n.sum():,}"']
    lines += [f'第{i}県,"{y[i]:,}","{n[i]:,}"' for i in range(12)]
    named = {"unit": "都道府県", "numerator": "死亡数", "denominator": "患者数"}
    return _write(folder, "estat.csv", lines, 43, encoding="cp932", **named)


def german_states(folder: Path) -> Published:
    """Lines of title, semicolons, a row of units, a total, and its source below."""
    y, n = _counts(44)
    lines = ["Tabelle: 23111-0001", "Krankenhäuser", "Land;Fälle;Todesfälle", ";Anzahl;Anzahl"]
    lines += [f"Land {i};{n[i]};{y[i]}" for i in range(12)]
    lines += [f"Insgesamt;{n.sum()};{y.sum()}", "__________", "Quelle: erfunden"]
    named = {"unit": "Land", "numerator": "Todesfälle", "denominator": "Fälle"}
    return _write(folder, "genesis.csv", lines, 44, encoding="cp1252", **named)


def italian_provinces(folder: Path) -> Published:
    """Points between thousands, of which small numbers have none; the country below."""
    y, n = _counts(45)

    def shown(value: int) -> str:
        return f"{value:,}".replace(",", ".")

    lines = ["Territorio;Decessi;Ricoveri"]
    lines += [f"Provincia {i};{shown(y[i])};{shown(n[i])}" for i in range(12)]
    lines.append(f"Italia;{shown(y.sum())};{shown(n.sum())}")
    named = {"unit": "Territorio", "numerator": "Decessi", "denominator": "Ricoveri"}
    return _write(folder, "istat.csv", lines, 45, **named, decimal=",", tempting=(named,))


def english_profiles(folder: Path) -> Published:
    """The country without a parent above its regions, rates beside counts."""
    y, n = _counts(46)
    lines = ["Indicator ID,Parent Code,Area Code,Area Name,Sex,Time period,Value,Count,Denominator"]
    for parent, code, a, b in [
        ("", "E92000001", y.sum(), n.sum()),
        *(("E92000001", f"E12{i:06d}", y[i], n[i]) for i in range(12)),
    ]:
        lines.append(f"1,{parent},{code},x,Persons,2022/23,{100 * a / b:.2f},{a},{b}")
    named = {"unit": "Area Code", "numerator": "Count", "denominator": "Denominator"}
    return _write(folder, "profiles.csv", lines, 46, **named)


def swedish_regions(folder: Path) -> Published:
    """Both sexes beside each, the realm among the regions."""
    y, n = _counts(47)
    rng = np.random.default_rng(48)
    lines = ["År;Region;Kön;Antal;Vårdtillfällen"]
    for i in range(12):
        a = int(rng.integers(1, y[i]))
        b = int(rng.integers(a, n[i] - y[i] + a))
        lines += [f"2022;Reg {i};Män;{a};{b}", f"2022;Reg {i};Kvinnor;{y[i] - a};{n[i] - b}"]
        lines.append(f"2022;Reg {i};Båda könen;{y[i]};{n[i]}")
    lines.append(f"2022;Riket;Båda könen;{y.sum()};{n.sum()}")
    named = {"unit": "Region", "numerator": "Antal", "denominator": "Vårdtillfällen"}
    options = {
        **named,
        "roll_up": "all",
        "tempting": (named, {**named, "only": {"Kön": "Båda könen"}}),
    }
    return _write(folder, "vard.csv", lines, 47, **options)


def polish_hospitals(folder: Path) -> Published:
    """Windows-1250, months in headings, the country first."""
    y, n = _counts(49)
    half = [(y // 2, n // 2), (y - y // 2, n - n // 2)]
    lines = ["Szpital;sty 2023 zgony;sty 2023 pobyty;lut 2023 zgony;lut 2023 pobyty"]
    for name, rows in [
        ("Ogółem", slice(None)),
        *((f"Łódź {i}", slice(i, i + 1)) for i in range(12)),
    ]:
        cells = [part[rows].sum() for pair in half for part in pair]
        lines.append(";".join(map(str, (name, *cells))))
    named = {"unit": "Szpital", "numerator": "{period} zgony", "denominator": "{period} pobyty"}
    return _write(folder, "szpitale.csv", lines, 49, encoding="cp1250", **named, roll_up="all")


def indian_states(folder: Path) -> Published:
    """Lakhs and crores, a number of the row first, the total last."""
    y, n = _counts(50, most=9_000_000)

    def shown(value: int) -> str:
        head, tail = str(value)[:-3], str(value)[-3:]
        pairs = [head[max(0, at - 2) : at] for at in range(len(head), 0, -2)][::-1]
        return '"' + ",".join([*pairs, tail]) + '"'

    lines = ["S. No.,State,Deaths,Cases"]
    lines += [f"{i + 1},State {i},{shown(y[i])},{shown(n[i])}" for i in range(12)]
    lines.append(f",All India,{shown(y.sum())},{shown(n.sum())}")
    named = {"unit": "State", "numerator": "Deaths", "denominator": "Cases"}
    return _write(folder, "states.csv", lines, 50, most=9_000_000, **named)


def stacked_levels(folder: Path) -> Published:
    """Regions, the nation and trusts in one column, told apart by another."""
    y, n = _counts(51)
    lines = ["ORG_TYPE,ORG_CODE,NUM,DEN"]
    for at, rows in enumerate((slice(0, 5), slice(5, 12))):
        lines.append(f"REGION,Y{at},{y[rows].sum()},{n[rows].sum()}")
    lines += [f"TRUST,R{i:02d},{y[i]},{n[i]}" for i in range(12)]
    lines.append(f"NATIONAL,ENG,{y.sum()},{n.sum()}")
    named = {"unit": "ORG_CODE", "numerator": "NUM", "denominator": "DEN"}
    return _write(
        folder, "stacked.csv", lines, 51, **named, only={"ORG_TYPE": "TRUST"}, tempting=(named,)
    )


OFFICES = (
    american_wonder,
    canadian_table,
    japanese_prefectures,
    german_states,
    italian_provinces,
    english_profiles,
    swedish_regions,
    polish_hospitals,
    indian_states,
    stacked_levels,
)
