"""What chance explains: tails, dispersion, limits and the funnel itself."""

from varstat.funnel.funnel import compute_funnel
from varstat.funnel.result import Funnel, Funnels, FunnelUnits

__all__ = ["Funnel", "FunnelUnits", "Funnels", "compute_funnel"]
