"""What was reported: reading tables, and accounting for every row of them."""

from varstat.data.account import Account, Exclusion
from varstat.data.examples import EXAMPLES, Example, load_example
from varstat.data.read import read_table
from varstat.data.table import Table

__all__ = [
    "EXAMPLES",
    "Account",
    "Example",
    "Exclusion",
    "Table",
    "load_example",
    "read_table",
]
