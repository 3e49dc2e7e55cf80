"""The model as stated: design, prior, likelihood and effects."""
