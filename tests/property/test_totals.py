"""Totals added to a clean table, in any place and by any name, never change what is read."""

import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.errors import TableError

NAMES = (
    *("Zentral", "X99", "The whole", "000", "Everything", "Nordland", "ZZZ", "State file", "99999"),
    *("Total", "England", "Gesamt", "Totaal", "Razem", "NYS - All Hospitals", "-", None),
)
LEVELS = {
    "sex": (("Female", "Male"), ("Persons", "Both sexes", "0", "Code 3", "T", "F+M")),
    "age": (("0-17", "18-64", "65+"), ("All ages", "0-120", "Whole", "Total")),
    "route": (("Emergency", "Elective", "Transfer", "Other route"), ("Any", "All routes", "Sum")),
}
TABLES = 2_000
QUICK = 60
FALSE_ALARMS = 500


def clean_table(rng):
    """Make units of regions, perhaps by stratum or by quarter."""
    units = int(rng.integers(6, 60))
    regions = int(rng.integers(2, max(3, units // 3)))
    style = rng.choice(["U{:03d}", "R{:02d}X", "{:05d}", "Hospital {}"])
    base = pd.DataFrame(
        {
            "unit": [style.format(at * 7 + 100) for at in range(units)],
            "region": [f"Region {at}" for at in np.sort(rng.integers(0, regions, units))],
            "weight": rng.lognormal(rng.uniform(4.5, 8.0), rng.uniform(0.2, 1.0), units),
        }
    )
    kind = rng.choice(["plain", "stratum", "period"])
    if kind == "stratum":
        column = str(rng.choice(list(LEVELS)))
        split = pd.DataFrame({column: LEVELS[column][0]})
    elif kind == "period":
        column = "period"
        years = range(2019, 2019 + int(rng.integers(1, 4)))
        split = pd.DataFrame({column: [f"{y}-{y - 1999} Q{q}" for y in years for q in range(1, 5)]})
    else:
        column, split = None, pd.DataFrame({"one": [1]})
    table = base.merge(split, how="cross")
    table["denominator"] = rng.poisson(table["weight"] * rng.uniform(0.5, 1.5, len(table))) + 3
    rate = np.clip(rng.beta(3, rng.uniform(3, 30), len(table)), 0.005, 0.9)
    table["numerator"] = rng.binomial(table["denominator"], rate)
    return table.drop(columns=["weight", "one"], errors="ignore"), column


def sum_rows(table, keys, fixed):
    """Add up rows by some columns and fill in the others."""
    sums = table.groupby(keys, sort=False)[["numerator", "denominator"]].sum().reset_index()
    return sums.assign(**fixed) if keys else sums


def place(rng, table, more, *, within):
    """Put rows before or after those they sum, at either end, or anywhere."""
    how = rng.choice(["first", "last", "anywhere", "beside"])
    if how == "first":
        return pd.concat([more, table], ignore_index=True)
    if how == "last":
        return pd.concat([table, more], ignore_index=True)
    if how == "beside" and within is not None:
        both = pd.concat([table, more] if rng.random() < 0.5 else [more, table], ignore_index=True)
        order = {key: at for at, key in enumerate(dict.fromkeys(table[within]))}
        ranked = both[within].map(order)
        return both.iloc[np.argsort(ranked.fillna(-1), kind="stable")].reset_index(drop=True)
    both = pd.concat([table, more], ignore_index=True)
    spots = np.concatenate([np.arange(len(table)), rng.uniform(0, len(table), len(more))])
    return both.iloc[np.argsort(spots, kind="stable")].reset_index(drop=True)


def with_totals(rng, table, column):
    """Add levels, a year's rows, regions and a total, some of them or all."""
    out = table
    if column in LEVELS and rng.random() < 0.7:
        level = str(rng.choice(LEVELS[column][1]))
        more = sum_rows(out, ["unit", "region"], {column: level})
        out = place(rng, out, more, within="unit")
    if column == "period" and rng.random() < 0.7:
        year = out["period"].str[:7]
        named = rng.choice(["{}", "{} total", "Year {}"])
        more = sum_rows(out.assign(period=year.map(named.format)), ["unit", "region", "period"], {})
        out = place(rng, out, more, within="unit")
    split = [column] if column else []
    base = out
    if rng.random() < 0.5:
        more = sum_rows(base, ["region", *split], {})
        more["unit"] = more["region"] if rng.random() < 0.5 else "X" + more["region"].str[-1]
        if rng.random() < 0.3:
            more["region"] = None
            out = place(rng, out, more, within=None)
        else:
            out = place(rng, out, more, within="region")
    if rng.random() < 0.6 or out is table:
        name = NAMES[rng.integers(len(NAMES))]
        if split:
            more = sum_rows(base, split, {"unit": name, "region": None})
        else:
            sums = base[["numerator", "denominator"]].sum()
            more = pd.DataFrame([{"unit": name, "region": None, **sums}])
        out = place(rng, out, more, within=None)
    if rng.random() < 0.3:
        keep = out["region"]
        out = out.drop(columns="region")
        out.attrs["regions"] = keep
    return out


def publish(rng_seed, table):
    """Round, or suppress small counts, as a publisher does."""
    rng = np.random.default_rng(rng_seed)
    how = rng.choice(["exact", "exact", "rounded", "suppressed"])
    out = table.copy()
    options = {}
    if how == "rounded":
        out["denominator"] = (5 * np.rint(out["denominator"] / 5)).clip(lower=5).astype(int)
        out["numerator"] = (5 * np.rint(out["numerator"] / 5)).astype(int)
        out["numerator"] = out[["numerator", "denominator"]].min(axis=1)
    elif how == "suppressed":
        least = int(rng.choice([5, 8, 11]))
        small = out["numerator"].between(1, least - 1)
        out["numerator"] = out["numerator"].astype(object)
        out.loc[small, "numerator"] = "*"
        if rng.random() < 0.5:
            options["suppressed"] = (1, least - 1)
    return out, options


def read(table, column, options):
    """Give what is read as a sorted frame, or None where it is refused."""
    roles = {"period": "period"} if column == "period" else {}
    roles |= {"stratum": column} if column in LEVELS and "roll_up" not in options else {}
    try:
        result = read_table(table, unit="unit", **roles, **options)
    except TableError:
        return None
    kept = ["unit", "period", *result.strata, "numerator", "denominator"]
    frame = result.frame[kept].astype(object)
    return frame.sort_values(kept[:-2]).reset_index(drop=True), result


def outcome(seed):
    """Say whether a table with totals is read as without: right, refused or wrong."""
    rng = np.random.default_rng(seed)
    table, column = clean_table(rng)
    full = with_totals(rng, table, column)
    clean, options = publish(seed, table)
    more, _ = publish(seed, full)
    if (column in LEVELS and rng.random() < 0.5) or (column == "period" and rng.random() < 0.3):
        options["roll_up"] = "all"
    expected, got = read(clean, column, options), read(more, column, options)
    if got is None:
        return "refused"
    if expected is None:
        return "right"
    return "right" if expected[0].equals(got[0]) else "wrong"


def count(seeds):
    outcomes = {seed: outcome(seed) for seed in seeds}
    wrong = [seed for seed, each in outcomes.items() if each == "wrong"]
    refused = sum(each == "refused" for each in outcomes.values())
    return wrong, refused / len(outcomes)


def plain_table(rng):
    """Make units without any total: few or many, of small counts or large, rounded or hidden."""
    units = int(rng.integers(3, 120))
    style = rng.choice(["U{:03d}", "R{:02d}X", "{:05d}", "E06{:06d}", "A{}"])
    scale = rng.choice([2, 10, 50, 300, 5000])
    base = pd.DataFrame(
        {
            "unit": [style.format(at * 3 + 1) for at in range(units)],
            "weight": rng.lognormal(np.log(scale), rng.uniform(0, 1.3), units),
            "region": rng.integers(0, max(2, units // 6), units),
            "type": rng.choice(list("abc"), units),
        }
    )
    kind = rng.choice(["plain", "equal", "sex", "period"])
    levels = {
        "sex": list("FMX")[: int(rng.integers(2, 4))],
        "period": [f"20{y}-{y + 1} Q{q}" for y in range(15, 17) for q in range(1, 5)],
    }.get(kind, [""])
    table = base.merge(pd.DataFrame({kind: levels}), how="cross")
    table["denominator"] = rng.poisson(table["weight"]) + 1 if kind != "equal" else int(scale)
    rate = rng.choice([0.02, 0.1, 0.5, 0.8])
    table["numerator"] = rng.binomial(table["denominator"], rate)
    chance = rng.random()
    if chance < 0.15:
        table["denominator"] = (5 * np.rint(table["denominator"] / 5)).clip(lower=5).astype(int)
        rounded = (5 * np.rint(table["numerator"] / 5)).astype(int)
        table["numerator"] = np.minimum(rounded, table["denominator"])
    elif chance < 0.3:
        small = table["numerator"].between(1, 7)
        table["numerator"] = table["numerator"].astype(object)
        table.loc[small, "numerator"] = "*"
    roles = {"period": {"period": "period"}, "sex": {"stratum": "sex"}}.get(str(kind), {})
    if roles and rng.random() < 0.4:
        roles = {key: value for key, value in roles.items() if key == "period"}
        roles["roll_up"] = "all"
    return table.drop(columns=["weight"]), roles


@pytest.mark.parametrize(
    "seeds",
    [
        range(FALSE_ALARMS // 4),
        pytest.param(range(FALSE_ALARMS // 4, FALSE_ALARMS), marks=pytest.mark.slow),
    ],
)
def test_no_row_of_a_table_without_totals_is_taken_for_one(seeds):
    for seed in seeds:
        table, roles = plain_table(np.random.default_rng(10**6 + seed))
        if not pd.to_numeric(table["numerator"], errors="coerce").any():
            continue
        read = read_table(table, unit="unit", **roles)
        reasons = " ".join(each.reason for each in read.account.exclusions)
        assert "total" not in reasons, seed
        assert "sum" not in reasons, seed


def test_totals_added_to_a_table_are_left_out_or_refused():
    wrong, refused = count(range(QUICK))
    assert not wrong
    assert refused < 0.4


@pytest.mark.slow
def test_totals_added_to_two_thousand_tables_are_left_out_or_refused():
    wrong, refused = count(range(QUICK, TABLES))
    assert not wrong
    assert refused < 0.4
