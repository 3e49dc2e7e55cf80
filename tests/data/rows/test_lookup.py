import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.errors import TableError

DATA = pd.DataFrame({"unit": ["A", "B", "C"], "numerator": [1, 2, 3], "denominator": [10, 10, 10]})


def test_attributes_are_joined_on_the_unit(tmp_path):
    (tmp_path / "types.csv").write_text("code,type,region\nB,big,N\nA,small,S\n")
    table = read_table(DATA, card=make_card(), lookup=f"{tmp_path / 'types.csv'}:code", by="type")
    assert table.frame[["unit", "type"]].to_numpy().tolist() == [["A", "small"], ["B", "big"]]
    assert table.by == ("type",)
    (exclusion,) = table.account.exclusions
    assert exclusion.reason == "no type for this unit in types.csv"
    assert exclusion.first_rows == (2,)
    assert "1 of 3 units have no 'type' in types.csv" in table.account.notes


def test_a_lookup_gives_peer_groups_and_names():
    types = pd.DataFrame({"code": ["A", "B"], "kind": ["x", "y"], "label": ["Ash", "Birch"]})
    card = make_card(also={"peer_group": "kind", "unit_name": "label"})
    table = read_table(DATA, card=card, lookup=(types, "code"))
    assert table.frame["peer_group"].tolist() == ["x", "y", None]
    assert table.frame["unit_name"].tolist() == ["Ash", "Birch", None]
    assert table.by == ()
    grouped = read_table(DATA, card=card, lookup=[(types, "code")], by="peer_group")
    assert grouped.by == ("peer_group",)
    assert len(grouped.frame) == 2


def test_repeated_units_are_fine_while_they_agree():
    types = pd.DataFrame({"code": ["A", "A", "A", "B", "C"], "kind": ["x", "x", None, "y", "z"]})
    table = read_table(DATA, card=make_card(), lookup=(types, "code"), by="kind")
    assert table.frame["kind"].tolist() == ["x", "y", "z"]


def test_repeated_units_that_disagree_are_refused():
    types = pd.DataFrame({"code": ["A", "A"], "kind": ["x", "y"]})
    with pytest.raises(TableError, match=r"another \'kind\' than before \(row 1\)"):
        read_table(DATA, card=make_card(), lookup=(types, "code"), by="kind")


def test_a_key_that_is_not_there_is_refused():
    types = pd.DataFrame({"code": ["A"], "kind": ["x"]})
    with pytest.raises(TableError, match="code"):
        read_table(DATA, card=make_card(), lookup=(types, "cod"), by="kind")


def test_several_lookups_can_be_used(tmp_path):
    (tmp_path / "a.csv").write_text("code,type\nA,t\nB,t\nC,u\n")
    (tmp_path / "b.csv").write_text("id,region\nA,n\nB,s\nC,n\n")
    lookups = [f"{tmp_path / 'a.csv'}:code", f"{tmp_path / 'b.csv'}:id"]
    table = read_table(DATA, card=make_card(), lookup=lookups, by=("type", "region"))
    assert table.frame["region"].tolist() == ["n", "s", "n"]


def test_a_path_and_a_key_are_a_lookup(tmp_path):
    (tmp_path / "types.csv").write_text("code,kind\nA,large\nB,small\n")
    data = pd.DataFrame({"unit": ["A", "B"], "numerator": [1, 2], "denominator": [5, 5]})
    for lookup in ((str(tmp_path / "types.csv"), "code"), f"{tmp_path / 'types.csv'}:code"):
        table = read_table(data, card=make_card(), by="kind", lookup=lookup)
        assert table.frame["kind"].tolist() == ["large", "small"]


ALIKE = {
    "leading zeros": (["10000", "10001", "10002"], ["010000", "010001", "010002"]),
    "leading zeros, the other way": (["007", "008", "009"], ["7", "8", "9"]),
    "capitals": (["ra1", "ra2", "ra3"], ["RA1", "RA2", "RA3"]),
    "spaces": (["5E 1", "5E 2", "5E 3"], ["5E1", "5E2", "5E3"]),
    "decimals": (["101.0", "102.0", "103.0"], ["101", "102", "103"]),
    "marks": (["E-01", "E-02", "E-03"], ["E01", "E02", "E03"]),
    "zeros, capitals or spaces": (["0ra 1", "0ra 2", "0ra 3"], ["RA1", "RA2", "RA3"]),
}


@pytest.mark.parametrize("what", ALIKE)
@pytest.mark.parametrize("use", ["by", "only", "peer_group"])
def test_codes_that_a_lookup_writes_differently_are_told_of(what, use):
    units, keys = ALIKE[what]
    types = pd.DataFrame({"code": keys, "kind": ["x", "y", "z"]})
    asked = {"by": {"by": "kind"}, "only": {"only": {"kind": "x"}}, "peer_group": {}}[use]
    card = make_card(also={"peer_group": "kind"} if use == "peer_group" else {})
    with pytest.raises(TableError) as caught:
        read_table(DATA.assign(unit=units), card=card, lookup=(types, "code"), **asked)
    assert what.split(", the")[0].split(",")[0].rstrip("s") in str(caught.value)
    assert f"({units[0]!r} and {keys[0]!r}): write them alike" in str(caught.value)


def test_some_codes_that_are_written_differently_are_noted():
    types = pd.DataFrame({"code": ["A", "B", "c"], "kind": ["x", "y", "z"]})
    table = read_table(DATA, card=make_card(), lookup=(types, "code"), by="kind")
    assert len(table.frame) == 2
    assert any("capitals only ('C' and 'c')" in note for note in table.account.notes)


def test_other_units_are_not_said_to_be_written_differently():
    types = pd.DataFrame({"code": ["X", "Y"], "kind": ["x", "y"]})
    with pytest.raises(TableError, match="no rows are left") as caught:
        read_table(DATA, card=make_card(), lookup=(types, "code"), by="kind")
    assert "differ" not in str(caught.value)


def test_codes_shown_with_zeros_by_a_workbook_join_a_lookup(shared):
    cases = shared / "cases"
    table = read_table(
        cases / "code-by-format.xlsx",
        unit="provider",
        numerator="events",
        denominator="cases",
        lookup=f"{cases / 'code-by-format-lookup.csv'}:provider",
        by="peer",
    )
    assert len(table.frame) == 12
    assert table.frame["unit"][0] == "010000"


def test_a_denominator_that_only_a_lookup_has_is_refused_with_the_cure(tmp_path):
    counts, people = tmp_path / "counts.csv", tmp_path / "people.csv"
    counts.write_text("unit,deaths\nA,5\nB,6\nC,9\n")
    people.write_text("unit,population\nA,50\nB,60\nC,90\n")
    with pytest.raises(TableError, match="stands in a lookup alone") as caught:
        read_table(
            counts,
            unit="unit",
            numerator="deaths",
            denominator="population",
            lookup=f"{people}:unit",
        )
    assert "Did you mean" not in str(caught.value)
