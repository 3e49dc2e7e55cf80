"""The engine that samples the whole model with PyMC."""
