"""Code lists, as data."""

import re

import pytest

from varstat.card import list_codes, load_card, load_codes, override_card
from varstat.errors import CardError

CODE = re.compile(r"[A-Z][0-9]{2}(\.[0-9])?(-[A-Z][0-9]{2}(\.[0-9])?)?")


@pytest.mark.parametrize("name", list_codes())
def test_every_code_is_one_or_a_range_of_one_chapter(name: str) -> None:
    for condition in load_codes(name).conditions:
        for code in (*condition.codes, *condition.if_secondary, *condition.secondary):
            assert CODE.fullmatch(code), code
            first, _, last = code.partition("-")
            assert not last or (first[0] == last[0] and first < last)


@pytest.mark.parametrize("name", list_codes())
def test_no_code_is_listed_twice(name: str) -> None:
    every = [code for condition in load_codes(name).conditions for code in condition.codes]
    assert len(every) == len(set(every))


def test_the_list_has_its_nineteen_conditions_and_says_how_well_it_is_known() -> None:
    found = load_codes("acs19")
    groups = [condition.group for condition in found.conditions]
    assert {name: groups.count(name) for name in groups} == {
        "vaccine-preventable": 2,
        "chronic": 8,
        "acute": 9,
    }
    assert found.status == "inferred"
    assert "was not read" in found.source


def test_a_list_that_is_not_there_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(CardError, match="Did you mean 'acs19'"):
        load_codes("acs91")
    with pytest.raises(CardError, match="there is no code list 'acs'"):
        override_card(load_card("acs"), {"indicator": {"codes": "acs"}}, where="options")
