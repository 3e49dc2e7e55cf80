"""Published tables held against their data."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from judged import review, simulate

from varstat.data import read_table
from varstat.errors import TableError, UsageError
from varstat.funnel.funnel import compute_funnel
from varstat.review.claim import Claim
from varstat.review.part import Part
from varstat.review.published.compare import compare_published
from varstat.review.published.read import parse_published, read_published
from varstat.review.reviewed import Reviewed, make_reviewed

COLUMNS = {
    "rate": "Rate", "rank": "Rank", "quartile": "Q", "flag": "Flag", "opportunity": "Saving",
}  # fmt: skip


@pytest.fixture(scope="module")
def reviewed() -> Reviewed:
    """Forty units that differ, of many sizes."""
    rng = np.random.default_rng(9)
    size = np.round(np.exp(rng.normal(6.0, 0.6, 40))).astype(np.int64)
    return review(simulate(rng.normal(-1.5, 0.5, 40), size, 9))


@pytest.fixture(scope="module")
def right(reviewed: Reviewed) -> pd.DataFrame:
    """What somebody might print of them, with nothing wrong."""
    frame = reviewed.table.frame
    rate = frame["numerator"] / frame["denominator"]
    funnel = compute_funnel(reviewed.table, levels=(0.998,), dispersion="none")[0]
    flags = dict(zip(funnel.units.unit, funnel.units.flag, strict=True))
    assert reviewed.opportunity is not None
    units = reviewed.opportunity.units
    gaps = dict(zip(units.unit, units.published, strict=True))
    return pd.DataFrame(
        {
            "code": frame["unit"],
            "Rate": [f"{100 * x:.1f}%" for x in rate],
            "Rank": rate.rank(method="min").astype(int).astype(str),
            "Q": [f"Q{int(q) + 1}" for q in pd.qcut(rate, 4, labels=False)],
            "Flag": [{None: "As expected"}.get(flags[u], flags[u]) for u in frame["unit"]],
            "Saving": [f"£{gaps[u] * 250:,.0f}" for u in frame["unit"]],
        }
    )


def _compare(
    reviewed: Reviewed, frame: pd.DataFrame, says: dict[str, str] | None = None
) -> tuple[Part, list[Claim]]:
    return compare_published(reviewed, read_published((frame, "code"), COLUMNS), says=says)


def _wrong(part: Part) -> list[str]:
    wrong = part.tables["published"]["wrong"]
    return [text for text in wrong if text]


def test_a_right_table_has_nothing_wrong(reviewed: Reviewed, right: pd.DataFrame) -> None:
    part, claims = _compare(reviewed, right)
    assert part.status in ("holds", "with care")
    assert _wrong(part) == []
    assert part.values["faults"] == 0
    assert any("times 250 for each of the events" in note for note in part.notes)
    assert all(claim.published for claim in claims)
    assert {claim.kind for claim in claims} >= {"ranks", "quarter", "total", "unit"}


def test_the_order_of_the_rows_is_of_no_matter(reviewed: Reviewed, right: pd.DataFrame) -> None:
    part, _ = _compare(reviewed, right)
    again, _ = _compare(reviewed, right.sample(frac=1.0, random_state=1))
    pd.testing.assert_frame_equal(part.tables["published"], again.tables["published"])


def test_how_many_labels_are_unlikely_is_said(reviewed: Reviewed, right: pd.DataFrame) -> None:
    part, _ = _compare(reviewed, right)
    units = reviewed.league.units
    best = {code for code, q in zip(right["code"], right["Q"], strict=True) if q == "Q1"}
    p = dict(zip(units.unit, units.p_top_quartile, strict=True))
    fewer = sum(p[code] < 0.5 for code in best)
    assert (
        f"{fewer or 'None'} of the {len(best)} units printed in the best quarter" in part.sentence
    )


def _changed(frame: pd.DataFrame, at: int, column: str, text: str) -> pd.DataFrame:
    changed = frame.copy()
    changed.loc[changed.index[at], column] = text
    return changed


@pytest.mark.parametrize(
    ("column", "text", "named"),
    [
        ("Rank", "39", "The rank of {} is printed as 39; it would be"),
        ("Rate", "88.8%", "The rate of {} is printed as 88.8%; it would be"),
        ("Saving", "£123,456", "The opportunity of {} is printed as £123,456; it would be"),
        ("Rank", "many", "The rank printed of {} can't be read as one."),
    ],
)
def test_one_wrong_cell_is_found_and_named(
    reviewed: Reviewed, right: pd.DataFrame, column: str, text: str, named: str
) -> None:
    at = int(np.argsort(right["Rank"].astype(int))[20])
    part, _ = _compare(reviewed, _changed(right, at, column, text))
    code = right["code"].iloc[at]
    assert part.status == "fails"
    assert len(_wrong(part)) == 1
    assert part.sentence.startswith(
        f"1 thing is wrong in the published table. {named.format(code)}"
    )


def test_one_wrong_flag_is_found_and_named(reviewed: Reviewed, right: pd.DataFrame) -> None:
    at = int(np.argmin(np.abs(right["Rank"].astype(int) - 20)))
    assert right["Flag"].iloc[at] == "As expected"
    part, claims = _compare(reviewed, _changed(right, at, "Flag", "high"))
    code = right["code"].iloc[at]
    assert f"The flag of {code} is printed as high; it would be none" in part.sentence
    claim = next(c for c in claims if c.kind == "outlier" and c.units == (code,))
    assert claim.verdict == "not"


def test_swapped_units_are_found_and_named(reviewed: Reviewed, right: pd.DataFrame) -> None:
    order = np.argsort(right["Rank"].astype(int))
    i, j = right.index[order[5]], right.index[order[33]]
    swapped = right.copy()
    printed = list(COLUMNS.values())
    swapped.loc[[i, j], printed] = right.loc[[j, i], printed].to_numpy()
    part, _ = _compare(reviewed, swapped)
    names = {right["code"][i], right["code"][j]}
    assert part.sentence.startswith("1 thing is wrong in the published table. What is printed of ")
    assert "is swapped in" in part.sentence
    assert {w for w in part.sentence.split() if w in names} == names


@pytest.mark.parametrize(
    ("says", "named"),
    [
        ({"rank": "shrunken"}, "The rank is said to be by posterior mean rates"),
        ({"flag": "funnel:0.95:overdispersed"}, "The flag is said to be by a funnel's 95% limits"),
        ({"opportunity": "median"}, "The opportunity is said to be by the gap of raw rates"),
    ],
)
def test_a_method_that_is_not_what_it_says_is_named(
    reviewed: Reviewed, right: pd.DataFrame, says: dict[str, str], named: str
) -> None:
    part, _ = _compare(reviewed, right, says)
    assert part.status == "fails"
    assert named in part.sentence
    assert "it agrees with" in part.sentence


def test_a_method_that_is_what_it_says_is_no_fault(reviewed: Reviewed, right: pd.DataFrame) -> None:
    says = {"rank": "raw", "rate": "raw", "flag": "funnel:0.998", "opportunity": "best:0.25"}
    part, _ = _compare(reviewed, right, says)
    assert part.values["faults"] == 0


def test_numbers_that_cannot_come_from_the_data_are_said_so(
    reviewed: Reviewed, right: pd.DataFrame
) -> None:
    rng = np.random.default_rng(1)
    made_up = right.assign(Rate=[f"{x:.1f}" for x in rng.uniform(5, 40, len(right))])
    part, _ = _compare(reviewed, made_up)
    assert part.status == "can't tell"
    assert part.sentence.startswith("No method that varstat knows gives the printed rate")


def test_few_flags_that_are_anywhere_are_by_no_method(reviewed: Reviewed) -> None:
    codes = [str(code) for code in reviewed.league.units.unit]
    # Of the middle, which no method flags.
    flags = ["high" if 16 <= at < 20 else "" for at in range(len(codes))]
    frame = pd.DataFrame({"code": codes, "Flag": flags})
    part, claims = compare_published(reviewed, read_published((frame, "code"), {"flag": "Flag"}))
    assert part.status == "can't tell"
    assert part.sentence.startswith("No method that varstat knows gives the printed flag")
    assert claims[0].verdict == "not"


def test_shrunken_rates_are_known_as_such(reviewed: Reviewed, right: pd.DataFrame) -> None:
    units = reviewed.league.units
    mean = dict(zip(units.unit, units.estimate, strict=True))
    printed = right.assign(Rate=[f"{1000 * mean[u]:.2f}" for u in right["code"]])
    part, _ = _compare(reviewed, printed)
    assert any("agrees with posterior mean rates per 1,000" in note for note in part.notes)


def test_words_and_numbers_of_either_direction_are_understood(
    reviewed: Reviewed, right: pd.DataFrame
) -> None:
    words = {"Q1": "Best", "Q2": "2", "Q3": "3", "Q4": "Worst"}
    first = _compare(reviewed, right)[1]
    for printed in (
        right.assign(Q=right["Q"].map(words)),
        right.assign(Q=[f"{5 - int(q[1])}" for q in right["Q"]]),
        right.assign(Rank=[str(41 - int(r)) for r in right["Rank"]]),
    ):
        part, claims = _compare(reviewed, printed)
        assert part.values["faults"] == 0
        labels = [c for c in claims if c.kind == "quarter"]
        assert labels == [c for c in first if c.kind == "quarter"]


def test_units_may_be_known_by_their_names(reviewed: Reviewed, right: pd.DataFrame) -> None:
    frame = reviewed.table.frame.assign(unit_name=[f"Trust {u}" for u in reviewed.table.frame.unit])
    table = read_table(
        frame[["unit", "unit_name", "numerator", "denominator"]],
        unit_name="unit_name",
        direction="lower-is-better",
    )
    named = make_reviewed(table, by={}, target=None, level=0.9, draws=200, seed=1)
    part, _ = _compare(named, right.assign(code=["TRUST " + u for u in right["code"]]))
    assert part.values["faults"] == 0


def test_rows_of_no_unit_are_counted(reviewed: Reviewed, right: pd.DataFrame) -> None:
    total = right.iloc[[0]].assign(code="England")
    part, _ = _compare(reviewed, pd.concat([right, total]))
    assert part.values["rows_without_unit"] == 1
    assert part.values["faults"] == 0
    with pytest.raises(UsageError, match="no unit of lookup is among those of the data"):
        _compare(reviewed, right.assign(code=[f"x{u}" for u in right["code"]]))


def test_without_a_good_direction_a_table_is_still_compared(right: pd.DataFrame) -> None:
    rng = np.random.default_rng(9)
    size = np.round(np.exp(rng.normal(6.0, 0.6, 40))).astype(np.int64)
    frame = simulate(rng.normal(-1.5, 0.5, 40), size, 9)
    found = review(frame, direction="neither")
    part, claims = _compare(found, _changed(right, 3, "Rank", "1"))
    assert {claim.kind for claim in claims} <= {"outlier"}
    assert all(claim.published for claim in claims)
    assert "The rank of u003 is printed as 1" in " ".join(part.notes)


def test_what_is_asked_must_be_there(reviewed: Reviewed, right: pd.DataFrame) -> None:
    with pytest.raises(UsageError, match="'order' isn't one of"):
        parse_published("order=Rank")
    with pytest.raises(UsageError, match="names no column"):
        parse_published("rank")
    with pytest.raises(TableError, match="Rnak"):
        read_published((right, "code"), {"rank": "Rnak"})
    with pytest.raises(UsageError, match="Did you mean 'shrunken'"):
        _compare(reviewed, right, {"rank": "shrunk"})
    clash = pd.concat([right, right.iloc[[0]].assign(Rank="40")])
    with pytest.raises(TableError, match="repeated with another 'Rank'"):
        _compare(reviewed, clash)


def test_several_periods_leave_flags_uncompared(reviewed: Reviewed, right: pd.DataFrame) -> None:
    once = reviewed.table.frame[["unit", "numerator", "denominator"]].iloc[:12]
    frame = pd.concat([once.assign(period=period) for period in "12"])
    table = read_table(frame, period="period", transient="none", direction="lower-is-better")
    found = make_reviewed(table, by={}, target=None, level=0.9, draws=200, seed=1)
    part, claims = _compare(found, right)
    assert not [c for c in claims if c.kind == "outlier"]
    assert any("flag can't be compared" in note for note in part.notes)


def test_parts_are_heeded(reviewed: Reviewed, right: pd.DataFrame) -> None:
    doubt = Part(name="coverage", status="fails", sentence="Intervals hold 70%.")
    printed = read_published((right, "code"), COLUMNS)
    _, claims = compare_published(reviewed, printed, [doubt])
    assert "believed" not in {claim.verdict for claim in claims}
    assert replace(claims[0], verdict="not").published


def test_the_bands_of_hospital_mortality_are_by_the_recipe_that_they_say(shared: Path) -> None:
    frame = pd.read_csv(shared / "data" / "shmi_2011_2012.csv")
    frame = frame[frame["DATE"] == frame["DATE"].max()]
    table = read_table(frame, card="shmi")
    found = make_reviewed(table, by={}, target=None, level=0.9, draws=200, seed=1)
    printed = read_published((frame, "PROVIDER"), {"rate": "VALUE", "flag": "OD_BANDING"})
    part, claims = compare_published(found, printed, says={"flag": "shmi:0.95", "rate": "raw"})
    assert part.values["faults"] == 0
    number = len(frame)
    assert f"agrees with the SHMI recipe at 95%, for all {number} units." in part.notes[1]
    whole = claims[0]
    assert whole.claim == "The units printed as flagged are outliers."
    flagged = int((frame["OD_BANDING"] != 2).sum())
    assert whole.sentence.startswith(f"Of the {flagged} units printed as flagged, ")
    other = compare_published(found, printed, says={"flag": "funnel:0.998"})[0]
    assert "The flag is said to be by a funnel's 99.8% limits for chance alone" in other.sentence


def test_rates_that_were_standardised_for_strata_are_known_as_such() -> None:
    rng = np.random.default_rng(3)
    size = rng.integers(100, 900, (30, 3))
    rate = np.array([0.1, 0.2, 0.35]) * np.exp(rng.normal(0, 0.2, (30, 1)))
    event = rng.binomial(size, rate)
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:02}" for i in range(30)], 3),
            "age": np.tile(["young", "middle", "old"], 30),
            "numerator": event.ravel(),
            "denominator": size.ravel(),
        }
    )
    table = read_table(frame, stratum="age", direction="lower-is-better")
    found = make_reviewed(table, by={}, target=None, level=0.9, draws=200, seed=1)
    ratio = event.sum(1) / (size * (event.sum(0) / size.sum(0))).sum(1)
    printed = pd.DataFrame(
        {
            "unit": [f"u{i:02}" for i in range(30)],
            "SMR": [f"{100 * x:.1f}" for x in ratio],
            "Rank": pd.Series(ratio).rank().astype(int),
        }
    )
    read = read_published((printed, "unit"), {"rate": "SMR", "rank": "Rank"})
    part, _ = compare_published(found, read)
    assert part.values["faults"] == 0
    assert "agrees with indirectly standardised ratios in percent" in part.notes[0]
