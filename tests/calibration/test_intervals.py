"""How often intervals of rates and of ranks hold the truth, over nations drawn from the prior.

A rate's interval holds it as often as it says. Ranks are whole numbers, so that an interval of
ranks holds what its own posterior says it does, which is at least its level: what is checked is
that share, and that the truth's place among the ranks, at random within its own rank's
probability, is uniform.
"""

from collections.abc import Callable

import numpy as np
import pytest
from designs import all_effects, make_posterior
from nations import Nation, Truth, draw_nation
from uniformity import off_target

from varstat.estimands.ranks.exact import rank_distribution
from varstat.estimands.ranks.pmf import summarise_pmf
from varstat.estimands.ranks.ranks import RankSummary
from varstat.estimands.ranks.tally import RankTally
from varstat.estimands.rates.drawn import drawn_rates
from varstat.estimands.rates.estimate import estimate_rates
from varstat.estimands.rates.rate import to_rate
from varstat.hierarchical.posterior import Posterior

LEVELS = (0.5, 0.9)
# Of some 60 p-values: fewer than one false alarm in 1,500 runs of all.
FALSE_ALARM = 1e-5
Floats = np.ndarray

# Few units, trusts and practices; with a covariate and peer groups, by importance sampling.
NATIONS = {
    "twelve": (Nation(units=12, largest=2000), 120),
    "trusts": (Nation(units=60, smallest=200, largest=2000), 60),
    "practices": (Nation(units=300, smallest=20, largest=200), 30),
    "ratios": (Nation(likelihood="poisson", units=60, smallest=20, largest=400), 60),
    "outlying": (
        Nation(effects="contaminated-normal", units=60, smallest=200, largest=2000),
        30,
    ),
    "peer groups": (
        Nation(units=60, smallest=200, largest=2000, covariate=True, peer_groups=3),
        60,
    ),
    "periods": (Nation(units=30, periods=2, transient="auto", likelihood="normal"), 40),
}
DRAWS, LEAST = 2000, 25


Fitted = list[tuple[Posterior, Truth]]


@pytest.fixture(scope="module", name="fitted")
def _fitted(request: pytest.FixtureRequest) -> Fitted:
    """Many nations of a kind with their posteriors: all tests of a kind are run one after another.

    Fits that say themselves that they failed are left out: the data alone decide that.
    """
    nation, number = NATIONS[request.param]
    rng, found = np.random.default_rng(11), []
    for seed in range(number):
        truth = draw_nation(nation, rng)
        posterior = make_posterior(truth.design, draws=DRAWS, seed=seed)
        if not posterior.diagnostics.problems:
            found.append((posterior, truth))
    assert len(found) >= LEAST
    return found


def of_each(fitted: Fitted, say: Callable[[Posterior, Truth], Floats]) -> Floats:
    """Say something of each of many nations: (nations, ...)."""
    return np.array([say(posterior, truth) for posterior, truth in fitted])


def true_rates(truth: Truth) -> Floats:
    """Rates at the average case-mix."""
    design, h = truth.design, truth.hyper[None]
    theta = h[:, : len(design.locations)] @ design.reference.T + truth.effect
    return to_rate(design, theta, np.zeros(1))[0]


def coverage(lower: Floats, upper: Floats, truth: Floats) -> float:
    """Share of a nation's units whose interval holds the truth."""
    return float(np.mean((lower <= truth) & (truth <= upper)))


@pytest.mark.slow
@pytest.mark.parametrize("fitted", NATIONS, indirect=True)
def test_rate_intervals_hold_the_truth_as_often_as_they_say(fitted):
    def say(posterior, truth):
        rate = true_rates(truth)
        found = [estimate_rates(posterior, level=level) for level in LEVELS]
        # A posterior mean is off either way, and by as much as its SD says.
        off = (found[0].estimate - rate) / found[0].sd
        return [
            *(coverage(each.lower, each.upper, rate) for each in found),
            off.mean(),
            np.mean(off**2),
        ]

    said = of_each(fitted, say)
    assert np.all(said[:, :2].std(axis=0, ddof=1) / np.sqrt(len(said)) < 0.03)
    for column, target in enumerate((*LEVELS, 0.0)):
        assert off_target(said[:, column], target) > FALSE_ALARM, said[:, column].mean()


@pytest.mark.slow
@pytest.mark.parametrize("fitted", ["trusts"], indirect=True)
def test_an_interval_that_is_too_narrow_is_seen(fitted):
    def say(posterior, truth):
        found = estimate_rates(posterior, level=0.75)
        return coverage(found.lower, found.upper, true_rates(truth))

    said = of_each(fitted, say)
    assert off_target(said, 0.9) < FALSE_ALARM


def true_ranks(truth: Truth) -> Floats:
    """Rank 1 is the highest."""
    return np.argsort(np.argsort(-truth.effect)) + 1


def judge_ranks(
    pmf: Floats, summaries: list[RankSummary], rank: Floats, rng: np.random.Generator
) -> list[float]:
    """Give coverage less the probability it should be, that, and how far off places are."""
    units = np.arange(len(rank))
    cumulated = np.concatenate([np.zeros((len(rank), 1)), np.cumsum(pmf, axis=1)], axis=1)
    out = []
    for found in summaries:
        mass = cumulated[units, found.upper] - cumulated[units, found.lower - 1]
        assert np.all(mass >= found.level - 1e-9)
        out += [coverage(found.lower, found.upper, rank) - mass.mean(), mass.mean()]
    place = cumulated[units, rank - 1] + rng.random(len(rank)) * pmf[units, rank - 1]
    top = np.mean((rank <= summaries[0].quartile) - summaries[0].p_top)
    return [*out, place.mean() - 0.5, np.mean((place - 0.5) ** 2) - 1 / 12, float(top)]


def check_ranks(said: Floats) -> None:
    """Hold what `judge_ranks` said of many nations to what it should be."""
    for column in (0, 2, 4, 5, 6):
        values = said[:, column]
        # Units' ranks and quarters add up to the same in every nation.
        if values.std() > 1e-9:
            assert off_target(values, 0.0) > FALSE_ALARM, (column, values.mean())
    for column, level in ((0, 0.5), (2, 0.9)):
        share = (said[:, column] + said[:, column + 1]).mean()
        error = said[:, column].std(ddof=1) / np.sqrt(len(said))
        assert share >= level - 4.5 * error


@pytest.mark.slow
@pytest.mark.parametrize("fitted", ["twelve"], indirect=True)
def test_summed_rank_intervals_hold_the_truth_as_often_as_they_say(fitted):
    rng = np.random.default_rng(12)

    def say(posterior, truth):
        pmf = rank_distribution(posterior)
        summaries = [summarise_pmf(pmf, level=level) for level in LEVELS]
        return judge_ranks(pmf, summaries, true_ranks(truth), rng)

    check_ranks(of_each(fitted, say))


@pytest.mark.slow
@pytest.mark.parametrize("fitted", [name for name in NATIONS if name != "ratios"], indirect=True)
def test_tallied_rank_intervals_hold_the_truth_as_often_as_they_say(fitted):
    rng = np.random.default_rng(13)

    def say(posterior, truth):
        tally = RankTally(direction="higher-is-better")
        effect = all_effects(posterior)
        tally.add(effect)
        order = np.argsort(np.argsort(-effect, axis=1), axis=1)
        pmf = np.stack([np.mean(order == rank, axis=0) for rank in range(effect.shape[1])], axis=1)
        summaries = [tally.finish(level=level) for level in LEVELS]
        return judge_ranks(pmf, summaries, true_ranks(truth), rng)

    check_ranks(of_each(fitted, say))


RAO_BLACKWELL = {
    f"{likelihood}, {effects}": Nation(
        likelihood=likelihood,
        effects=effects,
        units=9,
        transient=0.2 if likelihood != "normal" else 0.0,
    )
    for likelihood in ("binomial", "beta-binomial", "poisson", "negative-binomial", "normal")
    for effects in ("normal", "student-t", "contaminated-normal")
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RAO_BLACKWELL)
def test_what_is_summed_is_what_the_draws_tend_to(name):
    truth = draw_nation(RAO_BLACKWELL[name], np.random.default_rng(14))
    posterior = make_posterior(truth.design, draws=1000, seed=3)
    summed, drawn = (find(posterior, level=0.9) for find in (estimate_rates, drawn_rates))
    assert np.all(summed.estimate_mcse == 0)
    assert np.all(np.abs(summed.estimate - drawn.estimate) < 4 * drawn.estimate_mcse)
    for end in ("lower", "upper"):
        off = getattr(summed, end) - getattr(drawn, end)
        # Half the distance between order statistics is an error that has an error.
        assert np.all(np.abs(off) < 5 * getattr(drawn, f"{end}_mcse"))
    error = drawn.effect_sd / np.sqrt(posterior.draws)
    assert np.all(np.abs(summed.effect - drawn.effect) < 4 * error)
    effect = all_effects(posterior)
    scale = np.exp(posterior.hyper[:, [1]])
    if posterior.design.effects.contaminated:
        scale = scale * np.sqrt(1 + 24 / (1 + np.exp(-posterior.hyper[:, [2]])))
    if posterior.design.effects.name == "student-t":
        scale = scale * np.sqrt(2.0)
    # The delta method: a ratio of two means of squares about known centres.
    variance, prior = np.var(effect, axis=0), np.mean(scale**2)
    relative = (effect - effect.mean(axis=0)) ** 2 / variance - scale**2 / prior
    error = variance / prior * relative.std(axis=0) / np.sqrt(posterior.draws)
    assert np.all(np.abs(1.0 - variance / prior - summed.reliability) < 5 * error)
