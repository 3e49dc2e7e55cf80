"""Completeness: what was reported, what wasn't, and what happened to the volumes of units."""
