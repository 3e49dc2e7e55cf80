"""Multiverses: what a total and its ranks would be by other methods that are as defensible."""
