"""The tables of columns in the reference of output, made from where columns are declared.

`python docs/_ext/columns.py` writes them into the page; between `<!-- columns NAME -->` and
`<!-- end -->` nothing is written by hand.
"""

import re
from importlib import import_module
from pathlib import Path

from varstat.present.column import Column, describe

PAGE = Path(__file__).parents[1] / "reference" / "output.md"
TABLES = {
    "funnel": "funnel.COLUMNS",
    "posterior": "judged.JUDGED",
    "league": "league.COLUMNS",
    "opportunity": "opportunity.COLUMNS",
    "comparison": "comparison.FILES",
    "fit": "fit.COLUMNS",
}


def columns_of(name: str) -> tuple[Column, ...]:
    """Find the columns of a table where they are declared."""
    module, _, attribute = TABLES[name].partition(".")
    found: tuple[Column, ...] = getattr(import_module(f"varstat.present.kinds.{module}"), attribute)
    return found


def filled(page: str) -> str:
    """Put the tables of columns into the text of the page."""
    for name in TABLES:
        table = describe(columns_of(name))
        block = re.compile(rf"(<!-- columns {name} -->\n).*?(\n<!-- end -->)", re.S)
        page = block.sub(lambda match, table=table: f"{match[1]}\n{table}\n{match[2]}", page)
    return page


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
