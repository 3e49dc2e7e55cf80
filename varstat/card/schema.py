"""What a card may say: one small frozen model a section."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from varstat.card.field import (
    Bases,
    Covariates,
    Level,
    Marks,
    MeasureName,
    Money,
    Names,
    Ranges,
    Rule,
    Text,
    Transient,
)
from varstat.card.review import Review
from varstat.card.section import Section
from varstat.measure import (
    EXPOSURE_RATIO,
    MEASURES,
    SKEWED,
    Direction,
    Measure,
    ScaleName,
    SkewedName,
)
from varstat.prose.text import clean

Limits = Literal["exact", "normal", "interpolated"]
Dispersion = Literal["none", "multiplicative", "dl", "pm", "reml", "auto"]
Robust = Literal["none", "trim", "winsorise"]
Sides = Literal["both", "high", "low"]
Likelihood = Literal["binomial", "beta-binomial", "poisson", "negative-binomial", "normal"]
Status = Literal["verified", "inferred", "background", "unknown"]


class Indicator(Section):
    """What is measured, and which way is good; `per` says for how much of the size it is shown.

    `codes` names the code list by which events are told.
    """

    title: Text
    measure: MeasureName
    direction: Direction
    counts: Literal["whole", "continuous"]
    numerator: str | None = None
    denominator: str | None = None
    per: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    codes: Text | None = None
    note: str | None = None


class Columns(Section):
    """Where the table holds what the measure needs; names are the file's own.

    Where publishers change their headings, a column may list several names: the first that the
    file has is used. `count` says of how many cases a mean is; with `total` and `sum_of_squares`
    in place of `value` and `se`, it is what the mean is made from. `expected_se` is the standard
    error of `expected`, and `sampled_from` of how many cases `denominator` is a random sample.

    `suppressed` is the range that a suppression mark stands for, or a table of marks and printed
    numbers with what each stands for, where `any` is any other suppression mark. `rounded` is the
    base that events were rounded to, or a table of the bases of numerator and denominator. `zero`
    and `missing` are marks that mean none, and that a number isn't known. `rules` names the rule
    set of a publisher, which says all this where the card doesn't.
    `percent` says that the numerator is a percentage of the denominator. `lower` and `upper` are
    the limits of a value, at `limits_level` (0.95), in place of its `se`; `limits_scale` is that
    on which they are symmetric, if the values themselves aren't.
    """

    unit: Names
    unit_name: Names | None = None
    numerator: Names | None = None
    denominator: Names | None = None
    sampled_from: Names | None = None
    observed: Names | None = None
    expected: Names | None = None
    expected_se: Names | None = None
    exposure: Names | None = None
    value: Names | None = None
    se: Names | None = None
    lower: Names | None = None
    upper: Names | None = None
    limits_level: Level | None = None
    limits_scale: SkewedName | None = None
    count: Names | None = None
    total: Names | None = None
    sum_of_squares: Names | None = None
    peer_group: Names | None = None
    period: Names | None = None
    rules: Text | None = None
    suppressed: Ranges | None = None
    rounded: Bases | None = None
    zero: Marks | None = None
    missing: Marks | None = None
    percent: bool | None = None

    def names_of(self, role: str) -> tuple[str, ...]:
        """Names of the column with a part in the analysis; its own where none is given."""
        names: tuple[str, ...] | None = getattr(self, role, None)
        return names or (role,)


class Casemix(Section):
    """The strata and factors that differ between units for reasons that are not theirs."""

    strata: tuple[Text, ...]
    note: str | None = None


class Exclusion(Section):
    """Rows to leave out, and why."""

    column: Text
    values: Annotated[tuple[str, ...], Field(min_length=1)]
    because: Text


class Funnel(Section):
    """How the funnel is drawn and what is flagged (docs: methods)."""

    limits: Limits
    dispersion: Dispersion
    robust: Robust
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    sides: Sides
    target: Rule
    tau_scale: ScaleName
    because: Text


class Normal(Section):
    """A normal prior."""

    distribution: Literal["normal"]
    mean: float
    sd: Annotated[float, Field(gt=0)]
    because: Text


class Place(Section):
    """A normal prior on where units lie; `pooled` is the rate of all of them together."""

    distribution: Literal["normal"]
    mean: float | Literal["pooled"]
    sd: Annotated[float, Field(gt=0)]
    because: Text


class HalfNormal(Section):
    """A half-normal prior on a standard deviation."""

    distribution: Literal["half-normal"]
    sd: Annotated[float, Field(gt=0)]
    because: Text


class HalfCauchy(Section):
    """A half-Cauchy prior on a standard deviation."""

    distribution: Literal["half-cauchy"]
    scale: Annotated[float, Field(gt=0)]
    because: Text


class Exponential(Section):
    """An exponential prior on a standard deviation."""

    distribution: Literal["exponential"]
    rate: Annotated[float, Field(gt=0)]
    because: Text


class GammaPrecision(Section):
    """A gamma prior on the precision, 1 / tau^2."""

    distribution: Literal["gamma-precision"]
    shape: Annotated[float, Field(gt=0)]
    rate: Annotated[float, Field(gt=0)]
    because: Text


TauPrior = Annotated[
    HalfNormal | HalfCauchy | Exponential | GammaPrecision, Field(discriminator="distribution")
]


class Beta(Section):
    """A beta prior on a share."""

    distribution: Literal["beta"]
    a: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    b: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    because: Text


class Priors(Section):
    """Priors on the link scale; with `scaled`, in units of the SD of the values.

    `contamination` is of a share, and has no scale.
    """

    intercept: Place
    coefficient: Normal
    peer_mean: Place
    period: Normal
    tau: TauPrior
    transient: TauPrior
    contamination: Beta
    scaled: bool


class Evolution(Section):
    """How units' levels go from period to period, where change is asked for.

    `kind` is whether a level drifts (`walk`), returns to one of its own, or stays; `breaks` whether
    it may break once. Priors are on the link scale, that of a step for a quarter of a year.
    """

    kind: Literal["walk", "mean-reverting", "none"] = "walk"
    breaks: bool = True
    step: TauPrior = Exponential(
        distribution="exponential",
        rate=10.0,
        because="Mean 0.1 a quarter: hospitals' rates of day cases drift by about half of that.",
    )
    passing: TauPrior = Exponential(
        distribution="exponential",
        rate=10.0,
        because="Mean 0.1: of what varies between quarters beyond chance, most is drift.",
    )
    jump: TauPrior = Exponential(
        distribution="exponential",
        rate=10.0 / 3.0,
        because="Mean 0.3: a break is several times a quarter's drift, or it would not be seen.",
    )
    share: Beta = Beta(
        distribution="beta",
        a=1.0,
        b=9.0,
        because="A tenth of units break on average, and most likely hardly any.",
    )
    reversion: Beta = Beta(
        distribution="beta",
        a=8.0,
        b=1.0,
        because="Neighbouring periods are alike. Used only if levels are mean-reverting.",
    )
    because: Text = (
        "Levels of organisations drift, and a few break where services are merged or moved; "
        "hardly anything else lasts for one period only."
    )


class Model(Section):
    """The statistical model of what is left when chance is taken away.

    `effects` that are `auto` are normal where the units' shape is, else learnt, or contaminated
    normal where they can't be. `degrees_of_freedom` is of effects that are Student-t,
    `contamination_scale` the SD of outlying effects as a multiple of tau where they are
    contaminated normal. `mundlak` adds each unit's mean of a covariate that varies between its
    periods. `peer_tau` says whether peer groups share one tau, `period_effects` whether each
    period has a shift common to all units.

    `covariates` are what units can't help, and are compared at their average; columns that
    `inform` help to estimate a unit and excuse nothing: units are compared at their own. There
    `size` is the log of each unit's own size.

    `transient` is the SD on the link scale of what varies between a unit's periods beyond
    chance: a number states it, `auto` has it estimated where units have several periods, `none`
    leaves it out. A beta-binomial or negative binomial likelihood is itself that variation, with
    a concentration of 1 / (transient^2 p (1 - p)) at the pooled rate p, or a shape of
    1 / transient^2.
    """

    likelihood: Likelihood
    link: Literal["logit", "log", "identity"]
    effects: Literal[
        "auto",
        "normal",
        "normal-by-size",
        "student-t",
        "contaminated-normal",
        "normal-mixture",
        "learnt",
    ]
    degrees_of_freedom: Annotated[float, Field(gt=2, allow_inf_nan=False)]
    contamination_scale: Annotated[float, Field(gt=1, allow_inf_nan=False)]
    covariates: Covariates
    inform: Covariates = ()
    mundlak: bool
    peer_tau: Literal["common", "own"]
    period_effects: bool
    transient: Transient
    because: Text
    priors: Priors
    evolution: Evolution = Evolution()


class Goal(Section):
    """What units are compared with when somebody asks what a gap is worth."""

    rule: Rule
    because: Text


class Cost(Section):
    """What one event is worth. There is no default money.

    `period` says of how long the events are that money is given for: a `quarter`, taken four
    times for a year, or a `year`.
    """

    per: Text
    basis: Text
    period: Literal["quarter", "year"] | None = None
    value: Money | None = None
    price_year: str | None = None
    source: str | None = None


class Links(Section):
    """Indicators that overlap with this one, or that should be read beside it."""

    overlaps: tuple[str, ...]
    balancing: tuple[str, ...]


class Claim(Section):
    """How well a field of the card is known."""

    status: Status
    source: Text


class Card(Section):
    """One indicator and how it is to be analysed, stated completely.

    Attributes
    ----------
    indicator, columns, funnel, model, target
        What every card says, in its own words or those of its measure's default card.
    casemix, exclusions, cost, links, warnings
        What a card says where there is something to say.
    review
        What makes a claim believed, where a review is asked for.
    missing
        What must be known before anything can be computed by the card. Where it says anything,
        the card is a stub, and is refused.
    provenance : dict of str to Claim
        For a field (`indicator.numerator`), how well it is known and from where.
    """

    name: Text
    indicator: Indicator
    columns: Columns
    casemix: Casemix | None = None
    exclusions: tuple[Exclusion, ...] = ()
    funnel: Funnel
    model: Model
    target: Goal
    cost: Cost | None = None
    links: Links | None = None
    review: Review = Review()
    warnings: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()
    provenance: dict[str, Claim]

    @property
    def measure(self) -> Measure:
        """The measure of the card's indicator."""
        measure = MEASURES[self.indicator.measure]
        if self.indicator.measure == "ratio" and self.columns.exposure:
            measure = EXPOSURE_RATIO
        if self.indicator.measure == "mean" and self.columns.limits_scale:
            measure = SKEWED[self.columns.limits_scale]
        if self.indicator.per is None:
            return measure
        named = self.indicator.denominator or self.columns.names_of(measure.size)[0]
        shown = replace(measure, per=self.indicator.per, of=clean(named.replace("_", " ")))
        if not shown.unit:
            return shown
        return replace(shown, title=f"{shown.title.partition(' ')[0]} {shown.unit}")

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that are taken, beside the unit's: the measure's two, and maybe a third."""
        if self.indicator.measure == "mean" and (self.columns.total or self.columns.sum_of_squares):
            return ("total", "count", "sum_of_squares")
        if self.indicator.measure == "mean" and (self.columns.lower or self.columns.upper):
            return ("value", "lower", "upper")
        taken = (self.measure.event, self.measure.size)
        beside = self.measure.beside
        return (*taken, beside) if getattr(self.columns, beside, None) else taken
