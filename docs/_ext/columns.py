"""The tables of columns in the reference and the glossary, made from where columns are declared.

`python docs/_ext/columns.py` writes them into the pages; between `<!-- columns NAME -->` and
`<!-- end -->` nothing is written by hand.
"""

import re
from importlib import import_module
from pathlib import Path

from varstat.present.column import Column, describe, explain

DOCS = Path(__file__).parents[1]
PAGES = (DOCS / "reference" / "output.md", DOCS / "glossary.md")
TABLES = {
    "funnel": "funnel.COLUMNS",
    "posterior": "judged.JUDGED",
    "league": "league.COLUMNS",
    "opportunity": "opportunity.COLUMNS",
    "comparison": "comparison.FILES",
    "change": "change.COLUMNS",
    "history": "history.FILES",
    "nowcast": "nowcast.FILES",
    "review": "review.FILES",
    "fit": "fit.COLUMNS",
}


def columns_of(name: str) -> tuple[Column, ...]:
    """Find the columns of a table where they are declared."""
    module, _, attribute = TABLES[name].partition(".")
    found: tuple[Column, ...] = getattr(import_module(f"varstat.present.kinds.{module}"), attribute)
    return found


def filled(page: str) -> str:
    """Put the tables of columns into the text of a page."""
    tables = {name: describe(columns_of(name)) for name in TABLES}
    # The glossary stands a folder above the reference, from where the links are.
    tables["all"] = explain({name: columns_of(name) for name in TABLES}).replace("](../", "](")
    for name, table in tables.items():
        block = re.compile(rf"(<!-- columns {name} -->\n).*?(\n<!-- end -->)", re.S)
        page = block.sub(lambda match, table=table: f"{match[1]}\n{table}\n{match[2]}", page)
    return page


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(filled(each.read_text(encoding="utf-8")), encoding="utf-8")
