"""Judging rows: which are kept, merged or left out, and why."""
