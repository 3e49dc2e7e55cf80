"""Complete rows: what a model can't take left out of a table, every row of it accounted for."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from varstat.data.account import Ledger, Mask, count_rows
from varstat.data.rows.covariates import exclude_without, refuse_unusable
from varstat.data.rows.kept import Kept
from varstat.data.source.grid import Texts
from varstat.data.table import Table
from varstat.errors import TableError


def keep_complete(table: Table, *, covariates: Sequence[str], peer_groups: bool = True) -> Table:
    """Leave out the rows without a covariate, and the units without a peer group.

    Parameters
    ----------
    table : Table
    covariates : sequence of str
        Of those of the table.
    peer_groups : bool
        Whether units that have no peer group on any row are left out too, unless none has one.

    Returns
    -------
    Table
        Whose account says what was left out.

    Raises
    ------
    TableError
        If a covariate holds something else than numbers, or nothing is left.

    Notes
    -----
    Of rows that were added up to a longer period, those without a covariate leave the sum.

    Examples
    --------
    >>> import pandas as pd
    >>> from varstat.data import read_table
    >>> frame = pd.DataFrame({"unit": ["A", "B"], "age": [50, None],
    ...                       "numerator": [1, 2], "denominator": [10, 20]})
    >>> table = keep_complete(read_table(frame, covariates="age"), covariates=["age"])
    >>> table.frame["unit"].tolist(), table.account.exclusions[0].reason
    (['A'], 'no age')
    """
    kept = table.kept
    if kept is None or kept.frame is not table.frame:
        return _keep_derived(table, covariates, peer_groups=peer_groups)
    ledger = kept.ledger()
    if peer_groups:
        _exclude_alone(kept, ledger)
    explaining = [kept.records.covariates[name] for name in covariates]
    for covariate in explaining:
        exclude_without(covariate, ledger)
    for covariate in explaining:
        refuse_unusable(covariate, ledger)
    if ledger.open.all() and not ledger.problems:
        return table
    ledger.close(table.account.source)
    left = kept.take(ledger.open)
    account = kept.amend(table.account, ledger, left.frame)
    return replace(table, frame=left.frame, account=account, kept=left)


def _exclude_alone(kept: Kept, ledger: Ledger) -> None:
    """Leave out units without a peer group on any row, unless no unit has one."""
    peers = kept.records.roles.get("peer_group")
    if peers is not None:
        ledger.exclude(_alone(kept.records.roles["unit"].values, peers.absent), peers.missing)


def _alone(units: Texts, absent: Mask) -> Mask:
    having = set(units[~absent])
    return np.array([bool(having) and unit not in having for unit in units], dtype=np.bool_)


def _keep_derived(table: Table, covariates: Sequence[str], *, peer_groups: bool) -> Table:
    """Leave rows out of a table that was made of another one, whose rows are no more the file's."""
    frame, notes = table.frame, []
    left = np.zeros(len(frame), dtype=np.bool_)
    if peer_groups:
        left |= _alone(frame["unit"].to_numpy(), frame["peer_group"].isna().to_numpy())
        if left.any():
            notes.append(f"{count_rows(int(left.sum()))} without a peer group left out")
    for name in covariates:
        without = frame[name].isna().to_numpy() & ~left
        left |= without
        if without.any():
            notes.append(f"{count_rows(int(without.sum()))} without {name!r} left out")
    if not left.any():
        return table
    if left.all():
        raise TableError(table.account.source, f"no rows are left to analyse: {'; '.join(notes)}.")
    frame = frame[~left].reset_index(drop=True)
    account = replace(
        table.account,
        units=int(frame["unit"].nunique()),
        notes=(*table.account.notes, *notes),
    )
    return replace(table, frame=frame, account=account, kept=None)
