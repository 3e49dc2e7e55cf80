"""Which specifications of a multiverse are run."""

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from varstat.review.multiverse.axes import AXES, Axis, Option
from varstat.review.multiverse.design import plan_specifications


def _axes(sizes: list[int]) -> tuple[Axis, ...]:
    return tuple(
        Axis(
            name=name,
            options=tuple(Option(name=f"{name}{i}", reason="Tested.") for i in range(size)),
        )
        for name, size in zip(AXES, sizes, strict=False)
    )


def test_a_million_specifications_are_sampled_so_that_every_two_options_meet() -> None:
    axes = _axes([10] * 6)
    plan = plan_specifications(axes, lambda choice: None, seed=1)
    assert plan.possible == 1_000_000
    assert plan.sampled
    assert len(plan.choices) <= 256
    assert plan.unpaired == 0
    for one, other in combinations(axes, 2):
        met = {(choice[one.name], choice[other.name]) for choice in plan.choices}
        assert met == set(product(one.names, other.names))


def test_a_sample_keeps_clear_of_what_is_left_out_and_says_what_never_meets() -> None:
    axes = _axes([8, 8, 8])

    def refuse(choice: object) -> str | None:
        found = dict(choice)  # type: ignore[call-overload]
        both = found["likelihood"] == "likelihood3" and found["effects"] == "effects5"
        return "Not both." if both else None

    plan = plan_specifications(axes, refuse, seed=1)
    assert plan.sampled
    assert plan.unpaired == 1
    assert all(refuse(choice) is None for choice in plan.choices)
    assert "Not both." in plan.left_out


@given(st.lists(st.integers(2, 4), min_size=2, max_size=6), st.integers(0, 5))
def test_the_users_own_is_first_and_nothing_runs_twice(sizes: list[int], seed: int) -> None:
    axes = _axes(sizes)
    for most in (8, 256):
        plan = plan_specifications(axes, lambda choice: None, seed=seed, most=most)
        assert plan.choices[0] == {axis.name: axis.names[0] for axis in axes}
        assert len({tuple(choice.values()) for choice in plan.choices}) == len(plan.choices)
        assert len(plan.choices) <= most or not plan.sampled
        again = plan_specifications(axes, lambda choice: None, seed=seed, most=most)
        assert again.choices == plan.choices
