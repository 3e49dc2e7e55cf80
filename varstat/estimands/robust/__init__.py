"""Intervals of shrunken estimates that hold whatever the distribution of effects."""
