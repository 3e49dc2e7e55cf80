"""A synthetic nation of hospitals and primary care trusts whose truth is known."""

from varstat.data.nation.nation import Nation, make_nation

__all__ = ["Nation", "make_nation"]
