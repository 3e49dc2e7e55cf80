"""What ran."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import varstat
from varstat.provenance import Provenance, content_hash


@pytest.fixture
def provenance() -> Provenance:
    return varstat.compute_funnel(varstat.read_table("example:star98")).provenance


def test_provenance_is_plain_json(provenance: Provenance) -> None:
    told = provenance.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["version"] == varstat.__version__


def test_provenance_cannot_be_changed(provenance: Provenance) -> None:
    with pytest.raises(AttributeError):
        provenance.card = "another"


def test_the_same_content_has_the_same_hash_in_any_order() -> None:
    assert content_hash({"b": [1, 2], "a": "é"}) == content_hash({"a": "é", "b": [1, 2]})
    assert content_hash([1, 2]) != content_hash([2, 1])
    assert len(content_hash(None)) == 64


def test_a_source_is_named_without_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    pd.DataFrame({"unit": ["a"], "numerator": [1], "denominator": [2]}).to_csv(path, index=False)
    told = varstat.compute_funnel(varstat.read_table(path)).provenance
    assert told.source == "mine.csv"
    assert str(tmp_path) not in json.dumps(told.to_dict())


def test_the_same_run_has_the_same_provenance(provenance: Provenance) -> None:
    again = varstat.compute_funnel(varstat.read_table("example:star98")).provenance
    assert again == provenance


def test_another_option_or_column_is_told(provenance: Provenance) -> None:
    table = varstat.read_table("example:star98")
    other = varstat.compute_funnel(table, dispersion="none").provenance
    assert other != provenance
    assert replace(other, options=provenance.options, asking=provenance.asking) == provenance
    titled = varstat.read_table("example:star98", title="Another")
    assert varstat.compute_funnel(titled).provenance.card_hash != provenance.card_hash


def test_other_rows_of_a_file_are_another_provenance() -> None:
    frame = pd.DataFrame(
        {
            "unit": ["a", "b"] * 2,
            "year": ["2015-16"] * 2 + ["2016-17"] * 2,
            "numerator": [1, 2, 3, 4],
            "denominator": 20,
        }
    )
    told = [
        varstat.compute_funnel(varstat.read_table(frame, only={"year": year})).provenance
        for year in ("2015-16", "2016-17")
    ]
    assert told[0] != told[1]
    assert told[0].reading["only"] == {"year": ["2015-16"]}


def test_another_lookup_is_another_provenance() -> None:
    frame = pd.DataFrame({"unit": ["a", "b"], "numerator": [1, 2], "denominator": 20})
    told = []
    for kinds in (["x", "y"], ["y", "x"]):
        lookup = pd.DataFrame({"code": ["a", "b"], "kind": kinds})
        table = varstat.read_table(frame, lookup=(lookup, "code"), by="kind")
        told.append(varstat.compute_funnel(table).provenance)
    assert told[0].reading == told[1].reading
    assert told[0].lookups != told[1].lookups


def test_lookups_of_one_name_are_told_apart(tmp_path: Path) -> None:
    frame = pd.DataFrame({"unit": ["a", "b"], "numerator": [1, 2], "denominator": 20})
    for at, folder in enumerate(("one", "two")):
        (tmp_path / folder).mkdir()
        pd.DataFrame({"code": ["a", "b"], f"kind{at}": ["x", "y"]}).to_csv(
            tmp_path / folder / "types.csv", index=False
        )
    lookups = [f"{tmp_path / folder / 'types.csv'}:code" for folder in ("one", "two")]
    table = varstat.read_table(frame, lookup=lookups, by="kind1")
    told = varstat.compute_funnel(table).provenance
    assert told.reading["lookup"] == ["types.csv:code", "types.csv 2:code"]
    assert list(told.lookups) == ["types.csv", "types.csv 2"]
    assert str(tmp_path) not in json.dumps(told.to_dict())
