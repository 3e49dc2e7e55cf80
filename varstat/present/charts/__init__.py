"""Charts: drawing is a function of a result and its caption. The only room with matplotlib."""
