"""What is said of a multiverse."""

from varstat.review.multiverse.words import say_multiverse, say_shares

VALUES = {
    "specifications": 88.0,
    "same_target": 22.0,
    "total": 332_000.0,
    "half_interval": 0.021,
    "half_method": 0.362,
    "total_least": 101_849.0,
    "total_most": 816_240.0,
    "same_target_least": 212_172.0,
    "same_target_most": 453_129.0,
    "units": 130.0,
    "best_ever": 47.0,
    "best_always": 15.0,
    "share_target": 0.81,
    "share_peers": 0.08,
    "same_target_share_peers": 0.6,
}


def test_the_interval_stands_beside_the_choice_of_method() -> None:
    assert say_multiverse(VALUES) == (
        "By its interval the total of 332,000 is known to ±2.1%, and by the choice of method to "
        "±36%: 22 specifications with the same target rule give 212,200 to 453,100, and all 88 "
        "give 101,800 to 816,200. Of 130 units, 15 are likelier in the best quarter than not by "
        "every method, and 32 more by some."
    )


def test_one_target_or_one_model_is_said_as_it_is() -> None:
    one = VALUES | {"specifications": 22.0, "best_ever": 1.0, "best_always": 1.0}
    assert "and all" not in say_multiverse(one)
    assert "1 is likelier in the best quarter than not by every method, and none more by some" in (
        say_multiverse(one)
    )
    only = say_multiverse(VALUES | {"same_target": 1.0, "specifications": 4.0})
    assert "and 4 specifications give 101,800 to 816,200." in only
    assert "nan" not in say_multiverse(VALUES | {"half_interval": float("nan"), "total": 0.0})


def test_the_choice_that_matters_most_is_named() -> None:
    over, same = say_shares(VALUES)
    of = "of how far totals lie apart (the variance of their logarithms)."
    assert over == f"Over all specifications the target rule makes 81% {of}"
    assert same == f"With the same target rule the choice of peers makes 60% {of}"
    assert say_shares({"share_target": float("nan")}) == ()
