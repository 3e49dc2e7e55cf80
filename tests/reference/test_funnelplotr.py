"""FunnelPlotR 0.6.0 on star98, method CQC.

Its target, phi, tau squared and z-scores are right and agree with the formulas to 1e-13; its
adjusted limits for ratios are not, and are not compared. Source: funnelplotr_star98.json,
`funnel_plot(data_type = "PR", trim_by = 0.1)`, run in R 4.2.2.
"""

import json

import numpy as np
import pytest

import varstat


@pytest.fixture
def reference(references):
    return json.loads((references / "funnelplotr_star98.json").read_text())


def test_target_phi_tau_and_z_are_funnelplotrs(references, reference):
    table = varstat.read_table(references / "star98.csv", numerator="y", denominator="n")
    funnel = varstat.compute_funnel(table, method="cqc")[0]
    assert funnel.target == pytest.approx(reference["target"], abs=1e-9)
    assert funnel.phi == pytest.approx(reference["phi"], abs=1e-9)
    assert funnel.tau**2 == pytest.approx(reference["tau2"], abs=1e-9)
    assert funnel.units.unit.tolist() == [unit["unit"] for unit in reference["units"]]
    z = [unit["z"] for unit in reference["units"]]
    np.testing.assert_allclose(funnel.units.z, z, atol=1e-9)
    assert funnel.flagged(0.95) == reference["flagged_95_overdispersed"]
    assert funnel.flagged(0.998) == reference["flagged_998_overdispersed"]


def test_exact_flags_are_those_found_independently():
    # 236 and 209 of 303 lie outside exact binomial limits of chance alone (R's pbinom).
    table = varstat.read_table("example:star98")
    funnel = varstat.compute_funnel(table, dispersion="none")[0]
    assert (funnel.flagged(0.95), funnel.flagged(0.998)) == (236, 209)
