"""What is left: hierarchical models of the units, by quadrature or by NUTS."""

from varstat.hierarchical.fit import fit_model
from varstat.hierarchical.posterior import Fits, HyperSummary, Posterior
from varstat.hierarchical.storage.load import load_fit
from varstat.hierarchical.storage.write import write_fit

__all__ = ["Fits", "HyperSummary", "Posterior", "fit_model", "load_fit", "write_fit"]
