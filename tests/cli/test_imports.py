"""Nothing is imported before it is needed."""

import json
import subprocess
import sys

import pytest

SLOW = {"scipy.stats", "scipy.optimize", "statsmodels", "pymc", "arviz", "matplotlib"}
SLOW |= {"duckdb", "ibis", "sqlglot"}
ANY = SLOW | {"numpy", "pandas", "scipy", "pydantic", "pyarrow", "rich.table"}
PROGRAM = """
import json, sys
sys.argv = ["varstat", *{args!r}]
try:
    {what}
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
MAIN = "import varstat.cli; varstat.cli.main()"


def modules(what: str, *args: str) -> set[str]:
    """Modules that are loaded once a program has run."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(args=args, what=what)],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_importing_varstat_loads_nothing_else() -> None:
    assert modules("import varstat") & ANY == set()


@pytest.mark.parametrize(
    ("args", "allowed"),
    [
        (["--help"], {"rich.table"}),
        (["--version"], {"rich.table"}),
        # Typer itself uses pydantic, where there is one, to read options.
        (["funnel", "--help"], {"rich.table", "pydantic"}),
        (["cells", "--help"], {"rich.table", "pydantic"}),
    ],
)
def test_help_loads_neither_numbers_nor_tables(args: list[str], allowed: set[str]) -> None:
    assert modules(MAIN, *args) & (ANY - allowed) == set()


@pytest.mark.parametrize("format_", ["table", "csv", "json"])
def test_a_funnel_without_a_chart_loads_no_statistics_and_no_charts(format_: str) -> None:
    assert modules(MAIN, "funnel", "example:star98", "--format", format_) & SLOW == set()


def test_a_funnel_without_a_posterior_loads_no_models() -> None:
    loaded = modules(MAIN, "funnel", "example:star98")
    assert not {name for name in loaded if name.startswith(("varstat.hier", "varstat.estim"))}


def test_a_posterior_by_quadrature_loads_no_sampler() -> None:
    loaded = modules(MAIN, "funnel", "example:star98", "--posterior", "--draws", "100")
    assert loaded & {"pymc", "arviz", "nutpie", "matplotlib"} == set()


def test_a_card_is_shown_without_numpys_friends() -> None:
    assert modules(MAIN, "card", "show", "shmi") & (SLOW | {"pandas", "scipy"}) == set()
