"""Two units compared."""
