"""Fits in files: whole, the same when read again, and refused when they are something else."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest

import varstat
from varstat.errors import OutputError, TableError
from varstat.hierarchical import Fits, fit_model, load_fit, write_fit
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.posterior import Stored
from varstat.hierarchical.storage import write as store
from varstat.hierarchical.storage.text import escape, unescape

UNITS = 24
RNG = np.random.default_rng(3)
SIZE = RNG.integers(40, 400, UNITS)
RATE = 1 / (1 + np.exp(1 - 0.5 * RNG.standard_normal(UNITS)))


def one_row(**more: Any) -> pd.DataFrame:
    """A proportion, a row a unit."""
    columns = {"unit": [f"u{at:02}" for at in range(UNITS)], "numerator": RNG.binomial(SIZE, RATE)}
    return pd.DataFrame(columns | {"denominator": SIZE} | more)


def three_rows() -> pd.DataFrame:
    """A proportion over three years, with a covariate that varies."""
    parts = [one_row(year=year, age=RNG.normal(60, 9, UNITS)) for year in (2019, 2020, 2021)]
    return pd.concat(parts, ignore_index=True).iloc[:-1]


def ratio() -> pd.DataFrame:
    """A rate by exposure, in two peer groups, with a covariate."""
    frame = one_row(need=RNG.normal(0, 3, UNITS), kind=["acute", "other"] * (UNITS // 2))
    return frame.rename(columns={"numerator": "observed", "denominator": "exposure"})


def mean() -> pd.DataFrame:
    """A mean over two years, far from zero and of wide spread."""
    unit = np.repeat([f"u{at:02}" for at in range(UNITS)], 2)
    value = np.repeat(RNG.normal(900, 70, UNITS), 2) + RNG.normal(0, 9, 2 * UNITS)
    columns = {"unit": unit, "value": value, "se": RNG.uniform(5, 20, 2 * UNITS)}
    return pd.DataFrame(columns | {"year": [1, 2] * UNITS})


def suppressed() -> pd.DataFrame:
    """A proportion of which some counts are only known to lie in a range."""
    frame = one_row().astype({"numerator": object})
    frame.loc[:2, "numerator"] = "*"
    return frame


KINDS: dict[str, tuple[Callable[[], pd.DataFrame], dict[str, Any]]] = {
    "one row a unit": (one_row, {}),
    "student-t": (one_row, {"effects": "student-t"}),
    "contaminated": (one_row, {"effects": "contaminated-normal"}),
    "by size": (one_row, {"effects": "normal-by-size"}),
    "learnt": (one_row, {"effects": "learnt"}),
    "mixture": (one_row, {"effects": "normal-mixture"}),
    "learnt of peers": (ratio, {"peer_group": "kind", "covariates": ["need"], "effects": "learnt"}),
    "suppressed": (suppressed, {"suppressed": (1, 7)}),
    "periods": (three_rows, {"period": "year", "covariates": ["age"]}),
    "beta-binomial": (three_rows, {"period": "year", "likelihood": "beta-binomial"}),
    "transient stated": (one_row, {"transient": 0.2}),
    "peer groups": (ratio, {"peer_group": "kind", "covariates": ["need"], "peer_tau": "own"}),
    "mean": (mean, {"period": "year"}),
}


@lru_cache
def fit_kind(kind: str, draws: int = 400) -> Fits:
    """Fit one of the kinds of model, once."""
    make, options = KINDS[kind]
    table = varstat.read_table(make(), direction="lower-is-better", **options)
    return fit_model(table, engine="quadrature", draws=draws)


@pytest.fixture(scope="module")
def fits() -> Fits:
    """A fit of the simplest kind."""
    return fit_kind("one row a unit")


def draws_of(fits: Fits) -> np.ndarray:
    """All draws of effects."""
    return np.concatenate([block for _, block in fits[0].effects.blocks()])


def same(one: object, two: object) -> bool:
    """Whether two attributes are the same to the last bit."""
    if isinstance(one, np.ndarray):
        assert isinstance(two, np.ndarray)
        numbers = one.dtype != object
        return np.array_equal(one, two, equal_nan=True) if numbers else one.tolist() == two.tolist()
    return one == two


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read_again_to_the_last_bit(tmp_path: Path, kind: str) -> None:
    fits = fit_kind(kind)
    write_fit(fits, tmp_path / "fit.nc")
    again = load_fit(tmp_path / "fit.nc")
    one, two = fits[0], again[0]
    assert same(one.hyper, two.hyper)
    assert same(draws_of(fits), draws_of(again))
    assert (one.lattice is None) == (two.lattice is None)
    if one.lattice is not None and two.lattice is not None:
        for each in fields(one.lattice):
            assert same(getattr(one.lattice, each.name), getattr(two.lattice, each.name))
    for each in fields(one.design):
        if each.name not in ("family", "effects"):
            assert same(getattr(one.design, each.name), getattr(two.design, each.name)), each.name
    theta = np.linspace(-2, 0.5, one.design.rows)[None, :, None]
    spread = np.full((1, 1, 1), 0.3)
    values = [p.design.family.value(theta, spread) for p in (one, two)]
    assert same(*values)
    assert repr(one.diagnostics) == repr(two.diagnostics)
    assert (again.account, again.provenance) == (fits.account, fits.provenance)
    for name in ("indicator", "by", "card", "engine", "seed", "chains", "draws"):
        assert getattr(one, name) == getattr(two, name)


@pytest.mark.parametrize("kind", ["one row a unit", "peer groups", "periods", "mean"])
def test_a_league_of_what_was_stored_is_the_same(tmp_path: Path, kind: str) -> None:
    fits = fit_kind(kind)
    write_fit(fits, tmp_path / "fit.nc")
    one, two = (varstat.compute_league(each) for each in (fits, load_fit(tmp_path / "fit.nc")))
    pd.testing.assert_frame_equal(one.to_frame(), two.to_frame(), check_exact=True)
    assert one.summary() == two.summary()


def test_the_same_fit_gives_the_same_bytes(tmp_path: Path, fits: Fits) -> None:
    for name in ("one.nc", "two.nc"):
        write_fit(fits, tmp_path / name)
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()
    write_fit(load_fit(tmp_path / "one.nc"), tmp_path / "three.nc")
    assert (tmp_path / "three.nc").read_bytes() == (tmp_path / "one.nc").read_bytes()


READ = """
import json, sys, warnings
warnings.simplefilter("ignore")
import arviz as az
def read(path):
    found = az.from_netcdf(path)
    def group(name):
        each = found[name]
        return each.to_dataset() if hasattr(each, "to_dataset") else each
    posterior = group("posterior")
    units = posterior.sizes["unit"]
    return {
        "dims": {name: list(posterior[name].dims) for name in posterior.data_vars},
        "sizes": {name: int(size) for name, size in posterior.sizes.items()},
        "coords": {n: [str(v) for v in posterior[n].values] for n in posterior.coords
                   if n != "draw"},
        "tau": posterior["tau"].values.reshape(-1).tolist()[:5],
        "effect": posterior["effect"].values.reshape(-1, units)[7].tolist(),
        "theta": posterior["theta"].values.reshape(-1, units)[7].tolist(),
        "groups": [n for n in ("observed_data", "constant_data", "unconstrained_posterior")
                   if group(n).sizes],
    }
print(json.dumps([read(path) for path in sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def opened_by_arviz(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What ArviZ finds in files; in a process of its own, for it warns and takes its time."""
    folder, kinds = tmp_path_factory.mktemp("fits"), ("peer groups", "mean")
    paths = [folder / f"{kind}.nc" for kind in kinds]
    for kind, path in zip(kinds, paths, strict=True):
        write_fit(fit_kind(kind), path)
    done = subprocess.run(
        [sys.executable, "-c", READ, *paths], capture_output=True, check=True, text=True
    )
    return dict(zip(kinds, json.loads(done.stdout), strict=True))


def test_arviz_opens_it(opened_by_arviz: dict[str, dict[str, Any]]) -> None:
    fits, found = fit_kind("peer groups"), opened_by_arviz["peer groups"]
    assert found["groups"] == ["observed_data", "constant_data", "unconstrained_posterior"]
    assert found["sizes"]["chain"] == 4
    assert found["sizes"]["draw"] == 100
    drawn = ["chain", "draw"]
    assert found["dims"] == {
        "peer_mean": [*drawn, "peer_group"],
        "coefficient": [*drawn, "covariate"],
        "tau": [*drawn, "peer_group"],
        "effect": [*drawn, "unit"],
        "theta": [*drawn, "unit"],
    }
    assert found["coords"]["peer_group"] == ["acute", "other"]
    assert found["coords"]["covariate"] == ["need"]
    assert found["coords"]["unit"] == list(fits[0].design.unit)
    assert found["effect"] == draws_of(fits)[7].tolist()


def test_arviz_sees_a_mean_in_its_own_units(opened_by_arviz: dict[str, dict[str, Any]]) -> None:
    fits, found = fit_kind("mean"), opened_by_arviz["mean"]
    design = fits[0].design
    assert design.spread > 10
    assert found["tau"] == pytest.approx(fits[0].natural()["tau"][:5], rel=1e-12)
    assert found["effect"] == pytest.approx(design.spread * draws_of(fits)[7], rel=1e-9)
    assert found["dims"]["tau_transient"] == ["chain", "draw"]
    intercept = fits[0].natural()["intercept"][7]
    assert found["theta"] == pytest.approx(intercept + np.array(found["effect"]), rel=1e-6)


def test_theta_is_the_rate_at_a_units_own_case_mix(tmp_path: Path) -> None:
    fits = fit_kind("periods")
    write_fit(fits, tmp_path / "fit.nc")
    posterior = fits[0]
    at = posterior.beta[5] @ posterior.design.own.T + draws_of(fits)[5]
    with h5py.File(tmp_path / "fit.nc") as file:
        theta = file["posterior/theta"]
        assert theta.attrs["note"].startswith("at a transient effect of zero")
        assert theta[0, 5] == pytest.approx(1 / (1 + np.exp(-at)), rel=1e-6)


def test_draws_that_four_chains_would_not_share_stand_in_one(tmp_path: Path) -> None:
    fits = fit_kind("one row a unit", draws=401)
    write_fit(fits, tmp_path / "fit.nc")
    with h5py.File(tmp_path / "fit.nc") as file:
        assert file["posterior/effect"].shape == (1, 401, UNITS)
    assert same(draws_of(load_fit(tmp_path / "fit.nc")), draws_of(fits))


def test_chains_stay_those_that_ran(tmp_path: Path, fits: Fits) -> None:
    diagnostics = Diagnostics(
        r_hat=1.2, ess_bulk=90.0, divergences=3, pareto_k=float("inf"), predictive={"spread": 0.4},
        problems=("It didn't mix.",),
    )  # fmt: skip
    chains = replace(
        fits[0], engine="nuts", chains=2, lattice=None, diagnostics=diagnostics,
        effects=Stored(effect=draws_of(fits)),
    )  # fmt: skip
    write_fit(replace(fits, groups=(chains,)), tmp_path / "fit.nc")
    again = load_fit(tmp_path / "fit.nc")[0]
    assert (again.engine, again.chains, again.lattice) == ("nuts", 2, None)
    assert repr(again.diagnostics) == repr(diagnostics)
    assert not again.diagnostics.passed
    with h5py.File(tmp_path / "fit.nc") as file:
        assert file["posterior/effect"].shape == (2, 200, UNITS)


def test_blocks_give_the_same_draws_whatever_their_size(tmp_path: Path, fits: Fits) -> None:
    write_fit(fits, tmp_path / "fit.nc")
    effects = load_fit(tmp_path / "fit.nc")[0].effects
    blocks = list(effects.blocks(37 * UNITS))
    assert [block.shape[0] for _, block in blocks] == [37] * 10 + [30]
    assert [some.start for some, _ in blocks] == list(range(0, 400, 37))
    assert same(np.concatenate([block for _, block in blocks]), draws_of(fits))


def test_many_draws_are_kept_to_seven_digits(
    tmp_path: Path, fits: Fits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_MOST_EXACT", 1000)
    write_fit(fits, tmp_path / "fit.nc")
    again = draws_of(load_fit(tmp_path / "fit.nc"))
    assert not same(again, draws_of(fits))
    assert again == pytest.approx(draws_of(fits), rel=1e-7)


HOSTILE = ["a\x00b", "back\\slash", "\\u0041", "\x00", "<script>", "\x1b[31m", "é\u202e", " ", '"']


def test_hostile_names_come_back_as_they_were(tmp_path: Path) -> None:
    number = len(HOSTILE)
    frame = pd.DataFrame(
        {
            "unit": [f"{at}{name}" for at, name in enumerate(HOSTILE)],
            "unit_name": HOSTILE,
            "numerator": range(number),
            "denominator": [50] * number,
            "kind": ["\x00[x]", "b\\]"] * (number // 2) + ["b\\]"],
        }
    )
    table = varstat.read_table(frame, peer_group="kind", peer_tau="own", title="a\x00b")
    fits = fit_model(table, draws=100)
    write_fit(fits, tmp_path / "fit.nc")
    one, two = fits[0], load_fit(tmp_path / "fit.nc")[0]
    assert two.indicator == one.indicator
    assert two.design.names == one.design.names
    for name in ("unit", "unit_name", "peer_group"):
        assert list(getattr(two.design, name)) == list(getattr(one.design, name))


@pytest.mark.parametrize("text", [*HOSTILE, "\ud800", "\udfff\\", "\\\\u0000", "x" * 100_000])
def test_any_text_can_be_stored(text: str) -> None:
    stored = escape(text)
    assert "\x00" not in stored
    assert stored.encode().decode() == stored
    assert unescape(stored) == text


def test_several_groups_are_refused(tmp_path: Path, fits: Fits) -> None:
    two = replace(fits, groups=(fits[0], replace(fits[0], by={"kind": "x"})))
    with pytest.raises(OutputError, match=r"2 groups here.*Leave out --by"):
        write_fit(two, tmp_path / "fit.nc")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["fit.csv", "fit", "nowhere/fit.nc"])
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, fits: Fits, name: str) -> None:
    with pytest.raises(OutputError):
        write_fit(fits, tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_what_was_there_stays_when_writing_fails(tmp_path: Path, fits: Fits) -> None:
    class Failing:
        def blocks(self, numbers: int = 1) -> Any:
            yield slice(0, 100), np.zeros((100, UNITS))
            raise OSError(28, "No space left on device")

    (tmp_path / "fit.nc").write_text("mine", encoding="utf-8")
    broken = replace(fits, groups=(replace(fits[0], effects=Failing()),))
    with pytest.raises(OutputError, match="no space left"):
        write_fit(broken, tmp_path / "fit.nc")
    assert os.listdir(tmp_path) == ["fit.nc"]
    assert (tmp_path / "fit.nc").read_text(encoding="utf-8") == "mine"


def test_a_disk_without_room_is_told_before_anything_is_written(
    tmp_path: Path, fits: Fits, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = SimpleNamespace(free=90_000)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda folder: left)
    with pytest.raises(OutputError, match=r"the disk has 9e-05 GB left"):
        write_fit(fits, tmp_path / "fit.nc")
    assert os.listdir(tmp_path) == []


FULL = """
import os, resource, sys, varstat
fits = varstat.load_fit(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    varstat.write_fit(fits, sys.argv[2])
except varstat.VarstatError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of file size")
def test_a_disk_that_fills_up_is_no_crash(tmp_path: Path, fits: Fits) -> None:
    write_fit(fits, tmp_path / "fit.nc")
    names = (tmp_path / "fit.nc", tmp_path / "more.nc")
    done = subprocess.run(
        [sys.executable, "-c", FULL, *names], capture_output=True, check=True, text=True
    )
    assert "more.nc: this can't be written (file too large)." in done.stdout
    assert os.listdir(tmp_path) == ["fit.nc"]


def test_a_fit_that_a_stored_fit_is_written_over_is_read_first(tmp_path: Path, fits: Fits) -> None:
    write_fit(fits, tmp_path / "fit.nc")
    again = load_fit(tmp_path / "fit.nc")
    write_fit(again, tmp_path / "fit.nc")
    assert same(draws_of(load_fit(tmp_path / "fit.nc")), draws_of(fits))


def test_draws_of_another_file_in_its_place_are_not_taken(tmp_path: Path, fits: Fits) -> None:
    write_fit(fits, tmp_path / "fit.nc")
    again = load_fit(tmp_path / "fit.nc")
    write_fit(fit_kind("one row a unit"), tmp_path / "fit.nc")
    with pytest.raises(TableError, match="changed since it was opened"):
        draws_of(again)
    os.remove(tmp_path / "fit.nc")
    with pytest.raises(TableError):
        draws_of(again)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no such file"):
        load_fit(tmp_path / "fit.nc")
    with pytest.raises(TableError, match="this is a folder"):
        load_fit(tmp_path)


def other_hdf5(path: Path) -> None:
    """Make a file of HDF5 that is something else."""
    with h5py.File(path, "w") as file:
        file["posterior/theta"] = np.zeros((4, 100))


@pytest.mark.parametrize("content", [b"", b"unit,numerator\n", b"\x89HDF\r\n", b"CDF\x01" * 99])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "fit.nc").write_bytes(content)
    with pytest.raises(TableError, match="not a fit that varstat wrote"):
        load_fit(tmp_path / "fit.nc")


def test_the_hdf5_of_others_is_refused(tmp_path: Path) -> None:
    other_hdf5(tmp_path / "fit.nc")
    with pytest.raises(TableError, match="not a fit that varstat wrote"):
        load_fit(tmp_path / "fit.nc")


def test_a_later_form_is_refused(tmp_path: Path, fits: Fits) -> None:
    write_fit(fits, tmp_path / "fit.nc")
    with h5py.File(tmp_path / "fit.nc", "r+") as file:
        file.attrs["varstat_format"] = np.array([99])
        file.attrs["inference_library_version"] = "9.9"
    with pytest.raises(TableError, match=r"varstat 9\.9 wrote this fit"):
        load_fit(tmp_path / "fit.nc")


def drop(name: str) -> Callable[[Any], None]:
    """Leave out a group or variable."""

    def damage(file: Any) -> None:
        del file[name]

    return damage


def say(name: str, value: object) -> Callable[[Any], None]:
    """Give an attribute another value."""

    def damage(file: Any) -> None:
        file.attrs[name] = value

    return damage


def put(name: str, value: object) -> Callable[[Any], None]:
    """Give a variable other values."""

    def damage(file: Any) -> None:
        file[name][...] = value

    return damage


def shorten(name: str) -> Callable[[Any], None]:
    """Leave only the first of a variable's values."""

    def damage(file: Any) -> None:
        first = file[name][:1]
        del file[name]
        file[name] = first

    return damage


DAMAGE: dict[str, Callable[[Any], None]] = {
    "no posterior": drop("posterior"),
    "no effects": drop("posterior/effect"),
    "no rows": drop("observed_data"),
    "no names": drop("constant_data/unit"),
    "a card that is no card": say("card", "{}"),
    "a card that is no JSON": say("card", "{"),
    "an account that doesn't add up": say("account", '{"rows_read": 3}'),
    "no such engine": say("engine", "guessing"),
    "a seed in words": say("seed", "one"),
    "another centre": say("centre", 5.0),
    "another unit's rows": put("observed_data/unit_index", 0),
    "rows of no unit": put("observed_data/unit_index", 10**6),
    "a negative size": put("observed_data/size", -1.0),
    "hyper-parameters that aren't numbers": put("unconstrained_posterior/hyper", np.nan),
    "weights that don't add up": put("constant_data/lattice_weight", 7.0),
    "other parameters": put("unconstrained_posterior/parameter", "x"),
    "fewer effects": shorten("posterior/effect"),
    "fewer hyper-parameters": shorten("unconstrained_posterior/hyper"),
    "fewer rows": shorten("observed_data/event"),
    "a smaller design": shorten("constant_data/matrix"),
    "a smaller lattice": shorten("constant_data/lattice_h"),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_fit_is_refused(tmp_path: Path, fits: Fits, what: str) -> None:
    write_fit(fits, tmp_path / "fit.nc")
    with h5py.File(tmp_path / "fit.nc", "r+") as file:
        DAMAGE[what](file)
    with pytest.raises(TableError, match=r"fit\.nc: ") as refused:
        draws_of(load_fit(tmp_path / "fit.nc"))
    assert str(refused.value).count("\n") == 0


def test_draws_that_are_no_numbers_are_refused(tmp_path: Path, fits: Fits) -> None:
    write_fit(fits, tmp_path / "fit.nc")
    with h5py.File(tmp_path / "fit.nc", "r+") as file:
        file["posterior/effect"][3, 99, 0] = np.nan
    with pytest.raises(TableError, match="damaged"):
        draws_of(load_fit(tmp_path / "fit.nc"))


def test_a_fit_cut_short_anywhere_is_refused(tmp_path: Path, fits: Fits) -> None:
    write_fit(fits, tmp_path / "fit.nc")
    whole = (tmp_path / "fit.nc").read_bytes()
    for share in np.linspace(0.01, 0.99, 25):
        (tmp_path / "cut.nc").write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(TableError):
            load_fit(tmp_path / "cut.nc")


def test_bytes_that_changed_are_no_traceback(tmp_path: Path, fits: Fits) -> None:
    write_fit(fits, tmp_path / "fit.nc")
    whole = (tmp_path / "fit.nc").read_bytes()
    rng = np.random.default_rng(5)
    for _ in range(40):
        changed = bytearray(whole)
        for at in rng.integers(0, len(whole), 200):
            changed[at] = int(rng.integers(0, 256))
        (tmp_path / "bad.nc").write_bytes(bytes(changed))
        with contextlib.suppress(TableError):
            assert np.isfinite(draws_of(load_fit(tmp_path / "bad.nc"))).all()


def test_neither_arviz_nor_xarray_is_imported(tmp_path: Path) -> None:
    told = (
        "import sys, varstat\n"
        "table = varstat.read_table('example:star98')\n"
        "fits = varstat.fit_model(table, draws=100)\n"
        "assert not {'h5py', 'h5netcdf'} & set(sys.modules)\n"
        "varstat.write_fit(fits, 'fit.nc')\n"
        "list(varstat.load_fit('fit.nc')[0].effects.blocks())\n"
        "assert not {'xarray', 'arviz', 'pymc', 'matplotlib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", told], check=True, cwd=tmp_path)
