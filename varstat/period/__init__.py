"""Periods: what a label says, and the months that it covers."""
