"""Funnels made by hand: what charts draw doesn't depend on how it was computed."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from varstat.funnel.band import Line
from varstat.funnel.result import Funnel, FunnelUnits
from varstat.measure import PROPORTION, Direction, Floats, Measure
from varstat.measure.homogeneity import UNTESTED

MakeFunnel = Callable[..., Funnel]


@dataclass(frozen=True)
class NormalBand:
    """Normal limits: NaN where a limit is not a possible rate."""

    measure: Measure
    between: float

    def lines(
        self, size: Floats, target: Floats, levels: tuple[float, ...], basis: object = None
    ) -> list[Line]:
        found = []
        kinds = ["exact", "overdispersed"] if self.between else ["exact"]
        for kind in kinds:
            extra = self.between if kind == "overdispersed" else 0.0
            sd = np.sqrt(self.measure.chance_variance(size, target) + extra)
            for level in levels:
                half = stats.norm.ppf((1 + level) / 2) * sd
                lower, upper = target - half, target + half
                if self.measure.counts:
                    lower = np.where(lower < 0, np.nan, lower)
                if self.measure.name == "proportion":
                    upper = np.where(upper > 1, np.nan, upper)
                found.append(Line(kind=kind, level=level, lower=lower, upper=upper))
        return found

    def for_the_eye(self) -> "NormalBand":
        return self


def build_funnel(
    event: Sequence[float] | Floats,
    size: Sequence[float] | Floats,
    *,
    measure: Measure = PROPORTION,
    codes: Sequence[str] | None = None,
    names: Sequence[str | None] | None = None,
    indicator: str = "Readmissions",
    by: dict[str, str] | None = None,
    between: float = 0.0,
    direction: Direction = "lower-is-better",
    event_lower: Sequence[float] | None = None,
    event_upper: Sequence[float] | None = None,
    levels: tuple[float, ...] = (0.95, 0.998),
    warnings: tuple[str, ...] = (),
) -> Funnel:
    """Make a funnel about the pooled rate, with normal limits and two-sided normal p-values."""
    event, size = np.array(event, dtype=float), np.array(size, dtype=float)
    count = len(size)
    known = np.isfinite(event)
    target = float(event[known].sum() / size[known].sum()) if measure.counts else 0.0
    rate = np.array(measure.rates(event, size))
    targets = np.full(count, target)
    sd = np.sqrt(measure.chance_variance(size, targets) + between)
    z = np.divide(rate - target, sd, out=np.zeros(count), where=sd > 0)
    p_value = 2 * stats.norm.sf(np.abs(z))
    flag, flag_level = np.full(count, None, dtype=object), np.full(count, np.nan)
    for level in levels:
        flagged = p_value < 1 - level
        flag_level[flagged] = level
        flag[flagged] = np.where(z[flagged] > 0, "high", "low")
    nothing = np.full(count, None, dtype=object)
    texts = codes if codes is not None else [f"U{i:05d}" for i in range(count)]
    units = FunnelUnits(
        unit=np.array(texts, dtype=object),
        unit_name=nothing.copy() if names is None else np.array(names, dtype=object),
        peer_group=nothing.copy(),
        period=nothing.copy(),
        event=event,
        event_lower=event.copy() if event_lower is None else np.array(event_lower, dtype=float),
        event_upper=event.copy() if event_upper is None else np.array(event_upper, dtype=float),
        size=size,
        expected_se=np.full(count, np.nan),
        sampled_from=np.full(count, np.nan),
        rate=rate,
        target=targets,
        z=z,
        p_value=p_value,
        q_value=p_value.copy(),
        flag=flag,
        flag_level=flag_level,
        reliability=np.full(count, 0.5),
        detectable_ratio=np.full(count, 1.5),
    )
    return Funnel(
        indicator=indicator,
        measure=measure,
        event_label=measure.event,
        size_label=measure.size,
        direction=direction,
        method="varstat",
        by=by or {},
        target=target,
        target_rule="pooled",
        dispersion="none",
        robust="none",
        exact=True,
        pull=float("nan"),
        sparse=False,
        phi=1.0,
        tau=0.0,
        tau_lower=np.nan,
        tau_upper=np.nan,
        tau_scale="identity",
        homogeneity=UNTESTED,
        levels=levels,
        sides="both",
        limits_method="exact",
        band=NormalBand(measure, between),
        expected_false_flags={level: (1 - level) * count for level in levels},
        units=units,
        warnings=warnings,
    )


@pytest.fixture
def make_funnel() -> MakeFunnel:
    """Return the function, so that tests need no import from a conftest."""
    return build_funnel


@pytest.fixture
def hospitals() -> Funnel:
    """80 hospitals with more variation than chance gives, sizes over two decades."""
    chance = np.random.default_rng(1)
    size = np.round(chance.lognormal(5.5, 1.0, 80)) + 5
    events = chance.binomial(size.astype(int), chance.beta(20, 60, 80))
    names = [f"Hospital of St Number {i}" for i in range(80)]
    return build_funnel(events, size, names=names, between=0.0004)


@pytest.fixture
def browse(tmp_path: Path) -> Callable[[bytes], str]:
    """Open a page in Chromium and return its document after scripts have run."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("no chromium on PATH")

    def dump(page: bytes) -> str:
        path = tmp_path / "page.html"
        path.write_bytes(page)
        command = [
            browser,
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=4000",
            "--dump-dom",
            path.as_uri(),
        ]
        done = subprocess.run(command, capture_output=True, timeout=600, check=True)
        return done.stdout.decode()

    return dump
