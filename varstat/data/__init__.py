"""What was reported: reading tables, and accounting for every row of them."""

from varstat.data.account import Account, Exclusion
from varstat.data.cell_query import cells_expression
from varstat.data.cell_sql import cells_sql
from varstat.data.cells import Cells, count_cells, write_cells
from varstat.data.examples import EXAMPLES, Example, load_example
from varstat.data.read import read_table
from varstat.data.table import Table

__all__ = [
    "EXAMPLES",
    "Account",
    "Cells",
    "Example",
    "Exclusion",
    "Table",
    "cells_expression",
    "cells_sql",
    "count_cells",
    "load_example",
    "read_table",
    "write_cells",
]
