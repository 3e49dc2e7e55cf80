"""The version of varstat."""

__version__ = "0.1.0"
