"""Opening a file: what stands in it, before anything is judged."""
