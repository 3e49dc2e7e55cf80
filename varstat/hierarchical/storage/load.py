"""Load a stored fit: the model built again from its rows and card, its draws left in the file."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from varstat.card.field import columns_of
from varstat.card.schema import Card
from varstat.errors import TableError
from varstat.hierarchical.automatic import state_effects
from varstat.hierarchical.model.build import build_design
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import EngineName, Fits, Posterior
from varstat.hierarchical.quadrature.lattice import Lattice
from varstat.hierarchical.storage.draws import DAMAGED, FileDraws, reading, stamp_of
from varstat.hierarchical.storage.text import (
    read_account,
    read_diagnostics,
    read_provenance,
    unescape,
)
from varstat.hierarchical.storage.write import FORMAT
from varstat.measure import Measure
from varstat.version import __version__

if TYPE_CHECKING:
    import h5py  # type: ignore[import-untyped]

_FOREIGN = "this is not a fit that varstat wrote. Make one with `varstat fit DATA -o fit.nc`."
_ENGINES: dict[str, EngineName] = {"quadrature": "quadrature", "nuts": "nuts"}


def load_fit(path: str | os.PathLike[str]) -> Fits:
    """Load a fit that `write_fit` wrote.

    The model is built again from its rows and card. Draws of the units' effects stay in the file
    until they are needed, a block at a time, so the file must stay where it is.

    Parameters
    ----------
    path : path

    Returns
    -------
    Fits

    Raises
    ------
    TableError
        If there is no such file, or it isn't a fit that this version can read.

    Examples
    --------
    >>> import tempfile, varstat
    >>> fits = varstat.fit_model(varstat.read_table("example:star98"), draws=100)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     varstat.write_fit(fits, f"{folder}/fit.nc")
    ...     varstat.load_fit(f"{folder}/fit.nc")[0].draws
    100
    """
    # Imported here, as in `store`: h5py takes longer to import than many a model to fit.
    import h5py

    path = Path(path)
    if not path.is_file():
        found = "this is a folder. Name a file in it." if path.is_dir() else "no such file."
        raise TableError(path.name or str(path), found)
    with reading(path):
        stamp = stamp_of(path)
        try:
            opened = h5py.File(path, "r")
        except (OSError, ValueError):
            raise TableError(path.name, _FOREIGN if not _is_hdf5(path) else DAMAGED) from None
        with opened as file:
            _check_format(file, path.name)
            posterior = _posterior(file, path, stamp)
            return Fits(
                groups=(posterior,),
                accounts=(read_account(_json(file, "account")),),
                provenance=read_provenance(_json(file, "provenance")),
            )


def _is_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8) == b"\x89HDF\r\n\x1a\n"


def _check_format(file: "h5py.File", name: str) -> None:
    if "varstat_format" not in file.attrs:
        raise TableError(name, _FOREIGN)
    if _scalar(file, "varstat_format") != FORMAT:
        version = str(file.attrs.get("inference_library_version", "?"))
        raise TableError(
            name,
            f"varstat {version} wrote this fit in a form that varstat {__version__} doesn't read. "
            "Fit again with `varstat fit`, or use that version.",
        )


def _posterior(file: "h5py.File", path: Path, stamp: tuple[int, int]) -> Posterior:
    card = Card.model_validate(_json(file, "card"))
    design = _design(file, _as_fitted(file, card), path.name)
    stored = file["unconstrained_posterior/hyper"][...]
    hyper = np.asarray(stored.reshape(-1, stored.shape[-1]), dtype=float)
    shape = (*stored.shape[:2], design.units)
    sound = (
        _texts(file["unconstrained_posterior/parameter"]) == list(design.names)
        and file["posterior/effect"].shape == shape
        and np.isfinite(hyper).all()
    )
    if not sound:
        raise TableError(path.name, DAMAGED)
    by = {str(name): str(value) for name, value in _json(file, "by").items()}
    return Posterior(
        indicator=unescape(file.attrs["indicator"]) or "",
        by=by,
        card=card,
        design=design,
        engine=_ENGINES[file.attrs["engine"]],
        seed=int(_scalar(file, "seed")),
        hyper=hyper,
        effects=FileDraws(
            path=path, stamp=stamp, draws=len(hyper), units=design.units, length=stored.shape[1]
        ),
        chains=int(_scalar(file, "chains")),
        lattice=_lattice(file["constant_data"], len(design.names)),
        diagnostics=read_diagnostics(_json(file, "diagnostics")),
    )


def _as_fitted(file: "h5py.File", card: Card) -> Card:
    """Give the card with the effects that were fitted, where it left them to the units."""
    return state_effects(card, str(file.attrs.get("effects", card.model.effects)))


def _design(file: "h5py.File", card: Card, where: str) -> Design:
    """Build the design again, then put in what was computed where the fit was made.

    Another machine's linear algebra may round the design matrix, and turn its period contrasts,
    another way than the draws have them.
    """
    rows, constants = file["observed_data"], file["constant_data"]
    unit = rows["unit_index"][...]
    _check_rows(rows, measure=card.measure)
    codes, names, peers = (_column(constants[n]) for n in ("unit", "unit_name", "peer_group"))
    texts = {"unit": codes[unit], "unit_name": names[unit], "peer_group": peers[unit]}
    texts["period"] = np.full(len(unit), None, dtype=object)
    periods = _texts(constants["period"]) if "period" in constants else []
    if periods:
        texts["period"] = _column(constants["period"])[rows["period_index"][...]]
    measure = card.measure
    numbers = {measure.event: rows["event"][...], measure.size: rows["size"][...]}
    numbers |= {name: rows[name][...] for name in ("event_lower", "event_upper")}
    if "count" in rows:
        numbers["count"] = rows["count"][...]
    strata = _texts(rows["factor"]) if "factor" in rows else []
    texts |= {factor: _column(rows[f"stratum_{at}"]) for at, factor in enumerate(strata)}
    covariates: list[str] = []
    if "standardised" in rows:
        columns = _texts(rows["covariate"])
        covariates = _given(columns, mundlak=card.model.mundlak)
        values = rows["standardised"][...]
        numbers |= {name: values[:, columns.index(name)] for name in covariates}
    inform: list[str] = []
    if "standardised_informing" in rows:
        inform = _texts(rows["informing"])
        values = rows["standardised_informing"][...]
        numbers |= {name: values[:, inform.index(name)] for name in columns_of(inform)}
    built = build_design(
        pd.DataFrame(
            {name: pd.Series(column, dtype=object) for name, column in texts.items()} | numbers
        ),
        measure=measure,
        card=card,
        covariates=covariates,
        inform=inform,
        strata=strata,
        periods=periods,
        error_degrees=_error_degrees(file),
        where=where,
    )
    matrix, own = constants["matrix"][...], constants["own"][...]
    same = (
        _texts(constants["location"]) == list(built.locations)
        and list(built.unit) == list(codes)
        and np.array_equal(built.row_unit, unit)
        and matrix.shape == built.matrix.shape
        and own.shape == built.own.shape
        and np.isclose(built.centre, _scalar(file, "centre"))
        and np.isclose(built.spread, _scalar(file, "spread"))
    )
    if not same:
        raise TableError(where, DAMAGED)
    averaged = [name.startswith("coefficient[") for name in built.locations]
    return replace(
        built,
        matrix=matrix,
        own=own,
        reference=np.where(averaged, 0.0, own),
        notes=tuple(str(note) for note in _json(file, "notes")),
    )


def _check_rows(rows: Any, *, measure: Measure) -> None:
    """Check what reading a table had made sure of."""
    lower, upper, size = (rows[name][...] for name in ("event_lower", "event_upper", "size"))
    sound = np.isfinite(lower) & np.isfinite(upper) & (lower <= upper)
    sound &= np.isfinite(size) & (size > 0) & (rows["unit_index"][...] >= 0)
    if measure.counts:
        sound &= lower >= 0
    sound &= upper <= measure.most_events(size)
    if not sound.all():
        raise ValueError("the rows hold what can't be")


def _given(columns: list[str], *, mundlak: bool) -> list[str]:
    """The covariates that were given, without the unit means that the model adds."""
    given: list[str] = []
    for name in columns:
        if not (mundlak and given and name == f"{given[-1]}, unit mean"):
            given.append(name)
    return given


def _lattice(constants: Any, dimension: int) -> Lattice | None:
    if "lattice_z" not in constants:
        return None
    z, h = constants["lattice_z"][...], constants["lattice_h"][...]
    weight = constants["lattice_weight"][...]
    density = constants["lattice_log_density"][...]
    if z.shape != (len(weight), dimension) or h.shape != z.shape or len(density) != len(weight):
        raise ValueError("the lattice's parts don't fit together")
    if not (np.isfinite(h).all() and abs(weight.sum() - 1.0) < 1e-6):
        raise ValueError("the lattice's weights don't add to one")
    return Lattice(
        z=z,
        h=h,
        log_density=density,
        weight=weight,
        step=float(np.ravel(constants["lattice_z"].attrs["step"])[0]),
    )


def _error_degrees(file: "h5py.File") -> float:
    """Degrees of freedom that standard errors were given; none in files of earlier versions."""
    return _scalar(file, "error_degrees") if "error_degrees" in file.attrs else 0.0


def _scalar(file: "h5py.File", name: str) -> float:
    """A number among the attributes; netCDF has only lists of them."""
    return float(np.ravel(file.attrs[name])[0])


def _json(file: "h5py.File", name: str) -> Any:
    return json.loads(file.attrs[name])


def _column(variable: Any) -> Any:
    column = np.empty(variable.shape[0], dtype=object)
    column[:] = [unescape(text) for text in _stored(variable)]
    return column


def _texts(variable: Any) -> list[str]:
    return [unescape(text) or "" for text in _stored(variable)]


def _stored(variable: Any) -> list[str]:
    return [bytes(text).decode() for text in variable[...]]
