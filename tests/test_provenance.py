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
    assert replace(other, options=provenance.options) == provenance
    titled = varstat.read_table("example:star98", title="Another")
    assert varstat.compute_funnel(titled).provenance.card_hash != provenance.card_hash
