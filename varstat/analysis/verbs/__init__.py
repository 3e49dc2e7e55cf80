"""The verbs of the library, each a function of a data frame or a file."""
