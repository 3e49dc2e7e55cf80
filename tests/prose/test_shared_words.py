"""What most names have in common, and what is left of them."""

import pytest

from varstat.prose.shared_words import find_shared_words

TRUSTS = [
    "SHEFFIELD TEACHING HOSPITALS NHS FOUNDATION TRUST",
    "KINGSTON HOSPITAL NHS FOUNDATION TRUST",
    "MID ESSEX HOSPITAL SERVICES NHS TRUST",
    "BARTS HEALTH NHS TRUST",
    "ROYAL SURREY COUNTY HOSPITAL NHS FOUNDATION TRUST",
    "WYE VALLEY NHS TRUST",
]


def test_what_most_names_end_with_is_cut():
    shared = find_shared_words(TRUSTS)
    assert [shared.cut(name) for name in TRUSTS] == [
        "SHEFFIELD TEACHING HOSPITALS",
        "KINGSTON",
        "MID ESSEX HOSPITAL SERVICES",
        "BARTS HEALTH",
        "ROYAL SURREY COUNTY",
        "WYE VALLEY",
    ]


def test_what_most_names_begin_with_is_cut():
    names = [f"School district of {place}" for place in ("Alameda", "Butte", "Colusa", "Fresno")]
    assert [find_shared_words(names).cut(name) for name in names] == [
        "Alameda", "Butte", "Colusa", "Fresno",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        [f"Hospital of St Number {i}" for i in range(30)],
        ["Leeds", "York", "Hull", "Bath"],
        ["Trust", "Trust", "Trust", "Trust"],
        ["A Trust", "B Trust", "C Trust", "D Trust"],
        ["Leeds Trust", "York Trust"],
        [None, "", float("nan"), "York Trust", "Leeds Trust"],
    ],
)
def test_a_name_is_whole_where_too_little_would_be_left(names):
    shared = find_shared_words(names)
    assert [shared.cut(str(name)) for name in names] == [str(name) for name in names]


def test_a_name_unlike_the_others_stays_as_it_is():
    shared = find_shared_words(TRUSTS)
    assert shared.cut("Papworth Everard") == "Papworth Everard"
