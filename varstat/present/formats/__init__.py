"""Formats of tables, one file each, called as the suffix is.

A format has a function `encode`, which makes a file of a `Content`, and may have `beside`, which
makes another file for what its own has no room for.
"""
