"""Flag and posterior side by side."""
