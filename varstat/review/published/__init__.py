"""Published tables: whether what was printed can be had from the data, and is borne out by them."""
