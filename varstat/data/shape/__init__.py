"""Shape: tables whose periods are columns, or whose measures are rows, put a row a record."""
