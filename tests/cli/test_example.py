"""Examples are listed so that each line fits a terminal, and nothing is lost."""

from varstat.cli.example import _list_examples


def test_examples_are_listed_in_eighty_columns() -> None:
    whole, folded = _list_examples(None), _list_examples(80)
    assert any(len(line) > 80 for line in whole)
    assert all(len(line) <= 80 for line in folded)
    assert " ".join(folded).split() == " ".join(whole).split()
