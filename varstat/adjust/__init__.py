"""What case-mix explains: standardisation, regression on cells, and who can be compared."""
