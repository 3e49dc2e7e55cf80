"""Curve: the specifications of a multiverse as tables, and what each choice makes of the total."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from varstat.estimands.ranks.ranks import quartile_size
from varstat.measure import Floats
from varstat.review.multiverse.axes import AXES, Axis
from varstat.review.multiverse.design import Choice
from varstat.review.multiverse.run import TOTAL, Answers, Model, Question, model_of, question_of


def column_of(axis: str) -> str:
    """Give the column that holds the options of an axis."""
    return axis.replace("-", "_")


def tabulate_specifications(
    choices: Sequence[Choice],
    answers: Mapping[Model, Answers],
    questions: Mapping[Model, Sequence[Question]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tabulate the specifications, one row each.

    Parameters
    ----------
    choices : sequence of mapping of str to str
        An option for every axis; the user's own first.
    answers : mapping of tuple of str to Answers
    questions : mapping of tuple of str to sequence of tuple of str
        In the order of the answers.

    Returns
    -------
    specifications : DataFrame
        `specification` (from 1, the user's own), `own`, a column an axis, `total, lower, upper,
        published, chance, tau, units`; by total, the smallest first.
    failed : DataFrame
        `specification`, a column an axis, `problem`: those that can't be used.
    """
    rows: list[dict[str, object]] = []
    failed: list[dict[str, object]] = []
    for number, choice in enumerate(choices, 1):
        options = {column_of(axis): choice[axis] for axis in AXES}
        found = answers[model_of(choice)]
        problem, values = found.problem, np.full(len(TOTAL), np.nan)
        if not problem:
            at = questions[model_of(choice)].index(question_of(choice))
            problem, values = found.problems[at], found.totals[at]
        if problem:
            failed.append({"specification": number, **options, "problem": problem})
            continue
        rows.append(
            {
                "specification": number,
                "own": number == 1,
                **options,
                **dict(zip(TOTAL, values.tolist(), strict=True)),
                "tau": found.tau,
                "units": len(found.unit),
            }
        )
    names = [column_of(axis) for axis in AXES]
    table = pd.DataFrame(
        rows, columns=["specification", "own", *names, *TOTAL, "tau", "units"]
    ).sort_values("total", kind="stable", ignore_index=True)
    return table, pd.DataFrame(failed, columns=["specification", *names, "problem"])


def share_variance(table: pd.DataFrame, axes: Sequence[Axis]) -> dict[str, float]:
    r"""Say what share of the variance of the log total each choice makes, as a main effect.

    .. math:: R_a = \sum_s (\bar y_{a(s)} - \bar y)^2 \Big/ \sum_s (y_s - \bar y)^2

    with :math:`y_s` the log total of specification s, and :math:`\bar y_{a(s)}` the mean of those
    with the same option of axis a. What the shares leave is of choices together; where some
    combinations are left out, shares of choices that go together overlap.

    Parameters
    ----------
    table : DataFrame
        Of specifications; those whose total isn't above zero don't count.
    axes : sequence of Axis

    Returns
    -------
    dict of str to float
        By axis; NaN where totals don't vary, or there are fewer than two specifications an option
        to tell a choice from the others by.
    """
    table = table[table["total"] > 0]
    varied = [axis.name for axis in axes if table[column_of(axis.name)].nunique() > 1]
    log_total = pd.Series(np.log(table["total"].to_numpy(float)), index=table.index)
    whole = float(((log_total - log_total.mean()) ** 2).sum())
    found: dict[str, float] = {}
    for axis in axes:
        mean = log_total.groupby(table[column_of(axis.name)]).transform("mean")
        part = float(((mean - log_total.mean()) ** 2).sum())
        told = [axis.name] == varied or len(table) >= 2 * table[column_of(axis.name)].nunique()
        vary = whole > 1e-18 * max(len(table), 1)
        found[axis.name] = part / whole if told and vary else float("nan")
    return found


def of_own_target(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the specifications with the target rule of the user's own."""
    own = table.loc[table["own"], "target"].iloc[0]
    same: pd.DataFrame = table.loc[table["target"] == own]
    return same


def tabulate_choices(table: pd.DataFrame, axes: Sequence[Axis]) -> pd.DataFrame:
    """Tabulate the options of each choice, one row each.

    Parameters
    ----------
    table : DataFrame
        Of specifications.
    axes : sequence of Axis

    Returns
    -------
    DataFrame
        `choice, option, own, reason, specifications, total_median, total_lower, total_upper` (of
        the specifications with the option), `total_alone` (of the user's own specification but
        for this option; NaN where that wasn't run), and the `share` that the choice makes of the
        variance, of all specifications and as `share_same_target` of those with the user's own
        target rule.
    """
    shares, same = share_variance(table, axes), share_variance(of_own_target(table), axes)
    own = table[table["own"]]
    rows = []
    for axis in axes:
        column = column_of(axis.name)
        others = [column_of(each) for each in AXES if each != axis.name]
        like = np.ones(len(table), dtype=bool)
        for name in others:
            like &= (table[name] == own[name].iloc[0]).to_numpy()
        for option in axis.options:
            chosen = (table[column] == option.name).to_numpy()
            total = table.loc[chosen, "total"].to_numpy(float)
            alone = table.loc[chosen & like, "total"].to_numpy(float)
            rows.append(
                {
                    "choice": axis.name,
                    "option": option.name,
                    "own": option.name == axis.names[0],
                    "reason": option.reason,
                    "specifications": len(total),
                    "total_median": float(np.median(total)) if len(total) else np.nan,
                    "total_lower": total.min(initial=np.inf) if len(total) else np.nan,
                    "total_upper": total.max(initial=-np.inf) if len(total) else np.nan,
                    "total_alone": alone[0] if len(alone) else np.nan,
                    "share": shares[axis.name],
                    "share_same_target": np.nan if axis.name == "target" else same[axis.name],
                }
            )
    return pd.DataFrame(rows)


def tabulate_units(answers: Sequence[Answers], *, robust: float) -> pd.DataFrame:
    """Say of each unit where it stands over the models that can be used.

    Parameters
    ----------
    answers : sequence of Answers
        The first is the user's own.
    robust : float
        The share of models in which a unit's label is the same if it stands whatever the method.

    Returns
    -------
    DataFrame
        By unit code, those of the user's own model: `rank_min, rank_median, rank_max` (of expected
        ranks, as among the own number of units where others are left out), `p_best_min,
        p_best_median, p_best_max, share_of_specs` (in which it is in the best quarter, the worst
        or between as in the user's own, of those that rank it) and `robust`.
    """
    unit = answers[0].unit

    def gather(name: str) -> Floats:
        columns = [pd.Series(getattr(each, name), index=each.unit) for each in answers]
        return pd.concat(columns, axis=1).reindex(unit).to_numpy(float)

    # Among fewer units every rank is a smaller number: each is brought to the own number.
    ranked = np.array([np.isfinite(each.rank).sum() for each in answers])
    rank = 0.5 + (gather("rank") - 0.5) * ranked[0] / np.maximum(ranked, 1)
    p_best = gather("p_best")
    label = np.column_stack(
        [
            pd.Series(_labels(each.rank), index=each.unit).reindex(unit).to_numpy(float)
            for each in answers
        ]
    )
    known = np.isfinite(label)
    same = (label == label[:, [0]]).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    same = np.where(known[:, 0], same, np.nan)
    frame = pd.DataFrame(index=pd.Index(unit, name="unit"))
    for name, value in (("rank", rank), ("p_best", p_best)):
        by_model = pd.DataFrame(value, index=frame.index)
        frame[f"{name}_min"] = by_model.min(axis=1)
        frame[f"{name}_median"] = by_model.median(axis=1)
        frame[f"{name}_max"] = by_model.max(axis=1)
    frame["share_of_specs"] = same
    frame["robust"] = same >= robust
    return frame


def _labels(rank: Floats) -> Floats:
    """Label units by expected rank: 1 in the best quarter, 3 in the worst, 2 between; NaN if none.

    Who is between the two has no label to lose, and moving there is no change.
    """
    out = np.full(len(rank), np.nan)
    known = np.flatnonzero(np.isfinite(rank))
    quarter = quartile_size(max(len(known), 1))
    place = np.empty(len(known))
    place[np.argsort(rank[known], kind="stable")] = np.arange(len(known))
    lower = np.where(place >= len(known) - quarter, 3.0, 2.0)
    out[known] = np.where(place < quarter, 1.0, lower)
    return out
