"""Records of patients or events, counted into cells before any of them is shown."""

from varstat.records.cells import Cells, count_cells, write_cells
from varstat.records.query import cells_expression
from varstat.records.sql import cells_sql

__all__ = ["Cells", "cells_expression", "cells_sql", "count_cells", "write_cells"]
