"""Compute funnels: one call for every period, peer group and indicator of a table."""

from dataclasses import replace

from varstat.data.groups import split_periods
from varstat.data.table import Table
from varstat.errors import expect
from varstat.funnel.caveats import caveats
from varstat.funnel.findings import Findings, find, find_published
from varstat.funnel.flags import q_values, raise_flags, two_sided
from varstat.funnel.groups import Groups
from varstat.funnel.options import Options, resolve_options
from varstat.funnel.result import Funnel, Funnels, FunnelUnits
from varstat.measure.homogeneity import UNTESTED, Homogeneity, check_homogeneity

# Numbers to draw for the tests of homogeneity of all funnels.
_DRAWN = 1_000_000


def compute_funnel(
    table: Table,
    *,
    method: str = "varstat",
    target: str | None = None,
    levels: tuple[float, ...] | None = None,
    sides: str | None = None,
    limits: str | None = None,
    dispersion: str | None = None,
    robust: str | None = None,
    tau_scale: str | None = None,
) -> Funnels:
    r"""Compute a funnel for each group of a table.

    A unit is flagged at a level when the exact tail probability of its event, were it to
    perform at the target, is below :math:`(1 - level)/2`. With over-dispersion the event is
    beta-binomial or negative binomial, of which the mean is the target and the variance of the
    rate is :math:`s_i^2 + \sigma^2` (or :math:`\phi s_i^2`; for proportions
    :math:`s_i^2 + \sigma^2(1 - 1/n_i)`, as sampling adds less at the ends), where
    :math:`\sigma = \tau / g'(t)` with a link g; see `Predictive`, `estimate_spread` and
    `limit_rates`.

    Parameters
    ----------
    table : Table
        Where it has several periods, each is a group of its own.
    method : {"varstat", "shmi", "cqc"}
        A published recipe fixes target (for ratios 1), dispersion and scale.
    target : str, optional
        "pooled", "median", "best:0.25", "rate:0.75" or "leave-one-out". This and the following
        are the card's unless given.
    levels : tuple of float, optional
        Each in (0, 1).
    sides : {"both", "high", "low"}, optional
    limits : {"exact", "normal", "interpolated"}, optional
        How limits are stated and drawn; flags don't depend on it.
    dispersion : {"none", "multiplicative", "dl", "pm", "reml", "auto"}, optional
        "auto" is REML for counts and means, multiplicative for continuous amounts,
        whose unit of measurement is arbitrary.
    robust : {"none", "trim", "winsorise"}, optional
    tau_scale : {"logit", "arcsine", "log", "sqrt", "identity"}, optional

    Returns
    -------
    Funnels

    Raises
    ------
    UsageError
        If an option is not one of those listed.
    ModelError
        If the options and the data don't go together.
    TableError
        If a unit stands more than once in a group, as where rows are strata.

    References
    ----------
    .. [1] Spiegelhalter (2005). Funnel plots for comparing institutional performance. Stat Med
       24(8), 1185-1202. doi:10.1002/sim.1970
    .. [2] Spiegelhalter (2005). Handling over-dispersion of performance indicators. Qual Saf
       Health Care 14(5), 347-351. doi:10.1136/qshc.2005.013755

    Examples
    --------
    >>> import varstat
    >>> funnels = varstat.compute_funnel(varstat.read_table("example:star98"))
    >>> funnels[0].units.unit.size, round(funnels[0].target, 4)
    (303, 0.4051)
    """
    expect("compute_funnel", table, Table, mend="Read it first: read_table(data).")
    options = resolve_options(
        table.card,
        method=method,
        target=target,
        levels=levels,
        sides=sides,
        limits=limits,
        dispersion=dispersion,
        robust=robust,
        tau_scale=tau_scale,
    )
    asked = {
        "method": method,
        "target": target,
        "levels": levels and list(levels),
        "sides": sides,
        "limits": limits,
        "dispersion": dispersion,
        "robust": robust,
        "tau_scale": tau_scale,
    }
    table = split_periods(table)
    groups = Groups.split(table, options.target)
    if options.recipe is None:
        found = find(table, groups, options)
    else:
        found = find_published(table, groups, options, options.recipe)
    return Funnels(
        groups=tuple(_one_funnel(table, groups, options, found, g) for g in range(groups.number)),
        accounts=(table.account,),
        provenance=table.state_provenance(
            "funnel",
            options=options.to_dict() | {"by": list(table.by)},
            asking={name: value for name, value in asked.items() if value is not None},
        ),
    )


def _one_funnel(table: Table, groups: Groups, options: Options, found: Findings, g: int) -> Funnel:
    """Cut one group out of the results of all."""
    rows = groups.as_read(g)
    frame = groups.frame.iloc[rows]
    tails = found.tails.take(rows)
    flags = raise_flags(tails, found.z[rows], options.levels, sides=options.sides)
    p_value = two_sided(tails)
    units = FunnelUnits(
        unit=frame["unit"].to_numpy(dtype=object),
        unit_name=frame["unit_name"].to_numpy(dtype=object),
        peer_group=frame["peer_group"].to_numpy(dtype=object),
        period=frame["period"].to_numpy(dtype=object),
        event=groups.event[rows],
        event_lower=groups.lower[rows],
        event_upper=groups.upper[rows],
        size=groups.size[rows],
        expected_se=groups.expected_se[rows],
        sampled_from=groups.sampled_from[rows],
        rate=table.measure.rates(groups.event[rows], groups.size[rows]),
        target=groups.target[rows],
        z=found.z[rows],
        p_value=p_value,
        q_value=q_values(p_value),
        flag=flags.flag,
        flag_level=flags.level,
        reliability=found.reliability[rows],
        detectable_ratio=found.detectable[rows],
    )
    funnel = Funnel(
        indicator=table.card.indicator.title,
        measure=table.measure,
        event_label=table.card.indicator.numerator or table.measure.event,
        size_label=table.card.indicator.denominator or table.measure.size,
        direction=table.card.indicator.direction,
        method=options.method,
        by=groups.labels[g],
        target=float(groups.targets[g]),
        target_rule=options.target.text,
        dispersion=options.dispersion,
        robust=options.robust,
        exact=options.exact,
        pull=float(found.pull[g]) if options.target.kind == "pooled" else float("nan"),
        sparse=bool(found.sparse[g]),
        phi=float(found.phi[g]),
        tau=float(found.tau[g]),
        tau_lower=float(found.tau_lower[g]),
        tau_upper=float(found.tau_upper[g]),
        tau_scale=options.tau_scale,
        homogeneity=_homogeneity(table, groups, options, g),
        levels=options.levels,
        sides=options.sides,
        limits_method=options.limits,
        band=found.bands[g],
        expected_false_flags={
            level: float(number[g]) for level, number in found.false_flags.items()
        },
        units=units,
        warnings=(),
    )
    return replace(funnel, warnings=tuple(caveats(funnel)))


def _homogeneity(table: Table, groups: Groups, options: Options, g: int) -> Homogeneity:
    """Test whether the units of a group differ; of amounts what is chance isn't known."""
    if not options.exact:
        return UNTESTED
    rows = groups.rows(g)
    return check_homogeneity(
        table.measure,
        groups.event[rows],
        groups.size[rows],
        basis=groups.basis.take(rows),
        count=groups.frame["count"].to_numpy(float)[rows] if "count" in groups.frame else None,
        numbers=_DRAWN // groups.number,
    )
