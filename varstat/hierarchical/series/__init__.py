"""Series of several periods: a lasting level that drifts and may break, and what passes."""
