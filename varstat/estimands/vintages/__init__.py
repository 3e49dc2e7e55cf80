"""Vintages: counts of one period as they were known at several dates."""
