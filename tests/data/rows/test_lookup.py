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
