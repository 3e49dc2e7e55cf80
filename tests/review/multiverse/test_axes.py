"""What a multiverse varies, as it is asked for and as it is proposed."""

from dataclasses import replace
from typing import get_args

import pytest
from multiverses import PLAIN, RICH

from varstat.card.schema import Likelihood
from varstat.errors import UsageError
from varstat.hierarchical.model.effects import EffectsName
from varstat.review.multiverse.axes import AXES, EFFECTS, LIKELIHOODS, parse_over
from varstat.review.multiverse.default import propose_axes
from varstat.review.multiverse.design import plan_specifications
from varstat.review.multiverse.refuse import refuse_for


def test_the_users_own_option_stands_first_whether_it_was_named_or_not() -> None:
    axes = parse_over(
        "effects=student-t; target = median,best:0.25,0.1, ; exclude-smallest=10%,0".replace(
            ",0.1,", ",best:0.10"
        ),
        PLAIN,
    )
    assert {axis.name: axis.names for axis in axes} == {
        "effects": ("normal", "student-t"),
        "exclude-smallest": ("0", "10%"),
        "target": ("best:0.25", "median", "best:0.1"),
    }
    assert all(option.reason for axis in axes for option in axis.options)


def test_columns_are_joined_by_a_plus_and_stand_in_the_tables_order() -> None:
    (axis,) = parse_over("covariates=none,age,age+imd", RICH)
    assert axis.names == ("imd+age", "none", "age")


def test_periods_go_by_name_and_by_place() -> None:
    (axis,) = parse_over("period=added-up,last,2019", RICH)
    assert axis.names == ("all", "added-up", "2020", "2019")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("efects=normal", "Did you mean 'effects'"),
        ("effects=normal,student", "Did you mean 'student-t'"),
        ("target=bst:0.25", "there is no target"),
        ("target=leave-one-out", "funnels"),
        ("comparability=2", "not one of exclude or include"),
        ("covariates=depriv", "read without 'depriv'"),
        ("exclude-smallest=200%", "neither a percentage"),
        ("likelihood=poisson", "binomial or beta-binomial"),
        ("tau-prior=half-normal", "no number"),
        ("period=2018", "has no periods"),
        ("effects=", "has no options"),
        ("effects", "has no options"),
        ("target=median;target=pooled", "given twice"),
        ("  ", "names nothing"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_over(text, PLAIN)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        parse_over("efects=normal;target=bst;peers=some", PLAIN)
    assert len(caught.value.problems) == 3


def test_a_proposed_multiverse_is_small_and_has_reasons() -> None:
    for facts in (PLAIN, RICH, replace(PLAIN, units=3000), replace(RICH, units=20_000)):
        axes = propose_axes(facts)
        models = 1
        for axis in axes:
            assert axis.name in AXES
            assert axis.names[0] == facts.own[axis.name]
            assert len(set(axis.names)) == len(axis.names) > 1
            assert all(option.reason for option in axis.options)
            if axis.name not in ("target", "comparability"):
                models *= len(axis.options)
        most = 16 if facts.units <= 1000 else 8 if facts.units <= 5000 else 4
        assert models <= (2 if "likelihood" in {axis.name for axis in axes} else 1) * most


def test_what_the_data_do_not_have_is_not_varied() -> None:
    names = {axis.name for axis in propose_axes(PLAIN)}
    assert names == {"effects", "tau-prior", "exclude-smallest", "target"}
    assert {"peers", "covariates", "period"} <= {axis.name for axis in propose_axes(RICH)}


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        ({"target": "best:0.1"}, "less than one unit"),
        ({"effects": "learnt"}, "one row"),
        ({"likelihood": "beta-binomial", "period": "2020"}, "several periods"),
        ({"comparability": "include", "peers": "none"}, "same twice"),
        ({"target": "rightcare", "covariates": "none"}, "alike"),
        ({"target": "bcbv-activity-adjusted", "period": "2020"}, "first period"),
        ({"exclude-smallest": "98%"}, "Fewer than"),
        ({"covariates": "none"}, "takes long"),
    ],
)
def test_indefensible_combinations_are_named(choice: dict[str, str], why: str) -> None:
    assert why in str(refuse_for(RICH, bounded=True)(choice))


def test_the_users_own_is_never_refused_nor_what_was_asked_for_because_it_takes_long() -> None:
    refuse = refuse_for(RICH, bounded=True)
    assert refuse({}) is None
    assert refuse({"covariates": "none", "period": "added-up"}) is None
    assert refuse_for(RICH, bounded=False)({"covariates": "none"}) is None


def test_all_specifications_run_where_they_are_few() -> None:
    axes = parse_over("effects=student-t;target=median,pooled;exclude-smallest=10%", PLAIN)
    plan = plan_specifications(axes, lambda choice: None, seed=1)
    assert plan.possible == len(plan.choices) == 12
    assert not plan.sampled
    assert plan.choices[0] == {
        "effects": "normal",
        "exclude-smallest": "0",
        "target": "best:0.25",
    }


def test_left_out_combinations_are_counted_by_reason() -> None:
    axes = parse_over("effects=student-t;target=median", PLAIN)

    def refuse(choice: object) -> str | None:
        return "Not both." if choice == {"effects": "student-t", "target": "median"} else None

    plan = plan_specifications(axes, refuse, seed=1)
    assert len(plan.choices) == 3
    assert plan.left_out == {"Not both.": 1}


def test_every_likelihood_and_distribution_of_effects_is_an_option() -> None:
    assert set(get_args(Likelihood)) == {each for some in LIKELIHOODS.values() for each in some}
    assert set(get_args(EffectsName)) == set(EFFECTS)
