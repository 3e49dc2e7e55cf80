"""Ranks, tiers and what can be said of their order."""
