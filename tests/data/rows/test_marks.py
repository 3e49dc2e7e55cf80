import numpy as np
import pandas as pd
import pytest
from cards import make_card

import varstat
from varstat.card import load_card
from varstat.card.rules import list_rules, load_rules
from varstat.data import read_table
from varstat.errors import CardError, TableError


def read(numerator, denominator, *, card=None, **said):
    units = [f"U{at}" for at in range(len(numerator))]
    data = pd.DataFrame({"unit": units, "numerator": numerator, "denominator": denominator})
    return read_table(data.astype(object), card=card, **said)


def ends(table):
    columns = ["event_lower", "event_upper", "denominator"]
    return [tuple(row) for row in table.frame[columns].to_numpy().tolist()]


@pytest.mark.parametrize(
    "mark", ["Too Few to Report", "Suppressed", "s", "*", "np", "geheim", "confidentiel"]
)
def test_one_range_holds_for_all_words_for_suppressed(mark):
    assert ends(read([mark, 20], [41, 90], suppressed=(1, 10))) == [(1, 10, 41), (20, 20, 90)]


def test_each_mark_can_have_its_range_and_all_others_another():
    table = read(
        ["*", "Suppressed", "<11", 20, 0], 100,
        suppressed={"*": (1, 7), "<11": (1, 10), "any": (2, 9), "0": (0, 7)},
    )  # fmt: skip
    assert [each[:2] for each in ends(table)] == [(1, 7), (2, 9), (1, 10), (20, 20), (0, 7)]
    assert np.isnan(table.frame["numerator"][4])


def test_check_says_what_marks_were_taken_for_with_counts():
    notes = " ".join(read(["*", "*", "-", 20], 100, suppressed=(1, 7), zero="-").account.notes)
    assert "'*' twice as 1 to 7" in notes
    assert "'-' once as none" in notes


@pytest.mark.parametrize("mark", ["-", "nil", "none", "keine", "0 cases"])
def test_a_mark_that_means_none_is_zero(mark):
    assert ends(read([mark, 20], [41, 90], zero=mark))[0] == (0, 0, 41)


@pytest.mark.parametrize("numerator", [[0, 20], ["0", "20"]])
def test_a_printed_zero_that_stands_for_a_range_is_kept_unless_its_size_is_zero(numerator):
    said = {"suppressed": {"0": (0, 7)}}
    assert ends(read(numerator, [41, 90], **said))[0] == (0, 7, 41)
    assert read(numerator, [0, 90], **said).account.rows_kept == 1


@pytest.mark.parametrize(
    ("base", "printed", "size", "found"),
    [
        (5, 10, 8, (8, 8, 8)),
        (5, 5, 4, (3, 4, 4)),
        (10, 10, 5, (5, 5, 5)),
        (10, 10, 7, (5, 7, 7)),
        (3, 3, 2, (2, 2, 2)),
        (100, 100, 60, (50, 60, 60)),
        (5, 0, 235, (0, 2, 235)),
    ],
)
def test_a_rounded_count_lies_within_half_its_base_and_its_denominator(base, printed, size, found):
    table = read([printed, 20], [size, 400], rounded=base)
    assert ends(table)[0] == found
    assert found[0] <= table.frame["numerator"][0] <= found[1]


def test_a_count_that_even_rounding_does_not_explain_is_refused():
    with pytest.raises(TableError, match="'numerator' is greater than 'denominator'"):
        read([15, 20], [8, 400], rounded=5)


@pytest.mark.parametrize(
    ("rounded", "found"),
    [
        ({"numerator": 10}, (5, 15, 50)),
        ({"denominator": 5}, (10, 10, 50)),
        ({"numerator": 5, "denominator": 10}, (8, 12, 50)),
        ({"observed": 5, "exposure": 10}, (8, 12, 50)),
    ],
)
def test_numerators_and_denominators_are_rounded_each_to_their_base(rounded, found):
    assert ends(read([10, 20], [50, 400], rounded=rounded))[0] == found


def test_a_rounded_denominator_below_its_events_is_as_large_as_they_are():
    table = read([7, 20], [5, 400], rounded={"denominator": 5})
    assert ends(table)[0] == (7, 7, 7)
    with pytest.raises(TableError, match="greater than"):
        read([8, 20], [5, 400], rounded={"denominator": 5})


def test_rounded_denominators_are_noted_with_what_that_does_to_rates():
    notes = " ".join(read([7, 20], [20, 400], rounded={"denominator": 5}).account.notes)
    assert "taken as printed" in notes
    assert "10.0%" in notes


RULED = {
    "hes": [("*", (1, 7)), (0, (0, 0)), (10, (8, 12))],
    "hes-2013": [("*", (1, 5)), (0, (0, 0)), (10, (10, 10))],
    "cms": [("Too Few to Report", (1, 10)), ("<11", (1, 10)), (0, (0, 0)), ("*", (1, 10))],
    "opensafely": [(0, (0, 7)), ("[REDACTED]", (0, 7)), (10, (8, 12))],
    "nomis": [(0, (0, 2)), (10, (8, 12))],
    "ons": [(10, (10, 10)), ("<5", (0, 4))],
}


@pytest.mark.parametrize(("rules", "printed", "found"), [
    (rules, printed, found) for rules, cells in RULED.items() for printed, found in cells
])  # fmt: skip
def test_a_rule_set_says_what_marks_stand_for(rules, printed, found):
    assert ends(read([printed, 50, 60], 400, rules=rules))[0][:2] == found
    card = make_card(also={"rules": rules})
    assert ends(read([printed, 50, 60], 400, card=card))[0][:2] == found


def test_every_rule_set_is_tried_and_has_its_source():
    assert set(list_rules()) == set(RULED)
    for name in list_rules():
        rules = load_rules(name)
        assert len(rules.source) > 20
        assert rules.status in ("verified", "background")


def test_what_is_said_wins_over_the_rules_and_the_rules_over_the_card():
    said = {"rules": "hes", "suppressed": (1, 5)}
    assert ends(read(["*", 0, 50], 400, **said)) == [(1, 5, 400), (0, 0, 400), (48, 52, 400)]
    said = {"rules": "hes", "suppressed": {"*": (2, 4)}, "rounded": 10}
    assert ends(read(["*", 0, 50], 400, **said)) == [(2, 4, 400), (0, 0, 400), (45, 55, 400)]
    card = make_card(also={"suppressed": (1, 3), "rounded": 3})
    assert ends(read(["*", 50], 400, card=card, rules="hes"))[0][:2] == (1, 7)


def test_an_unknown_rule_set_is_refused_with_the_nearest():
    with pytest.raises(CardError, match=r"there is no rule set 'hess'.*'hes'"):
        read(["*", 50], 400, rules="hess")


@pytest.mark.parametrize(
    "stated",
    [
        {"suppressed": {"*": [7, 1]}},
        {"suppressed": {"*": [1]}},
        {"suppressed": {"*": "1:7"}},
        {"suppressed": {" ": [1, 7]}},
        {"rounded": {"numerator": 1}},
        {"rounded": {"nominator": 5}},
        {"rounded": 2.5},
        {"zero": ["-"], "missing": ["-"]},
        {"suppressed": {"-": [1, 4]}, "zero": ["-"]},
        {"missing": [""]},
    ],
)
def test_marks_that_cannot_be_are_refused(stated):
    with pytest.raises(CardError):
        make_card(also=stated)


def test_provenance_says_how_marks_were_read():
    table = read(["*", 0, "-", 50], 400, suppressed={"*": (1, 7)}, zero="-", rounded=5)
    reading = varstat.compute_funnel(table, dispersion="none").provenance.reading
    assert reading["suppressed"] == {"*": [1, 7]}
    assert reading["zero"] == ["-"]
    assert reading["rounded"] == 5


def test_a_card_reads_marks_as_its_rules_say(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[indicator]\ntitle = "T"\nmeasure = "proportion"\ndirection = "neither"\n'
        'counts = "whole"\n[columns]\nrules = "cms"\nzero = "nil"\nmissing = [-99]\n'
        'suppressed = { "<11" = [2, 10] }\n'
    )
    table = read(["<11", "nil", "-99", "Too Few Cases"], 400, card=load_card(path))
    assert [each[:2] for each in ends(table)] == [(2, 10), (0, 0), (1, 10)]


def test_the_case_of_cms_marks_keeps_every_unit_but_the_one_not_available(shared):
    said = {"unit": "Facility ID", "numerator": "Readmissions", "denominator": "Discharges"}
    table = read_table(shared / "cases" / "cms-marks.csv", **said, suppressed=(1, 10))
    assert table.frame["unit"].tolist() == [
        "010001", "010005", "010006", "010008", "010009", "010010",
    ]  # fmt: skip
    assert [each[:2] for each in ends(table)][2:4] == [(1, 10), (1, 10)]
    assert read_table(shared / "cases" / "cms-marks.csv", **said).account.rows_kept == 4


def test_the_case_of_marks_with_ranges_reads_without_complaint(shared):
    table = read_table(
        shared / "cases" / "marks-with-ranges.csv",
        unit="Facility ID",
        numerator="Number of Readmissions",
        denominator="Number of Discharges",
        suppressed=(1, 10),
    )
    assert table.frame["unit"].tolist() == ["010001", "010007", "010011"]


def test_the_case_of_a_rounded_zero_flags_nobody_low(shared):
    table = read_table(
        shared / "cases" / "zero-rounded.csv",
        unit="area", numerator="claimants", denominator="residents", rounded=5,
    )  # fmt: skip
    units = varstat.compute_funnel(table, dispersion="none", target="rate:0.03")[0].units
    assert units.flag[units.unit == "E029"].tolist() == [None]


def test_the_case_of_rounded_counts_above_their_denominators_is_kept(shared):
    table = read_table(
        shared / "cases" / "rounded-above-denominator.csv",
        unit="unit", numerator="events", denominator="list", rounded=5,
    )  # fmt: skip
    found = dict(zip(table.frame["unit"], ends(table), strict=True))
    assert found["A"] == (8, 8, 8)
    assert found["J"] == (3, 4, 4)
