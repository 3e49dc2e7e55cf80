"""Times of several periods that are asked for by name rather than by their label."""

AVERAGE, LAST = "average", "last"
