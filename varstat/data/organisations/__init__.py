"""Organisations over time: who succeeded whom, and one frame of units for several periods."""
