"""Imports go down the rooms and never in a circle, be they deferred or for types alone."""

import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parents[2]
Imports = list[tuple[str, str]]


@pytest.fixture(scope="module")
def imports() -> Imports:
    """Which module imports which, within functions and for type checkers alone included."""
    grimp = pytest.importorskip("grimp", reason="import-linter is not installed")
    graph = grimp.build_graph("varstat", cache_dir=None)
    return sorted(
        (module, other)
        for module in graph.modules
        for other in graph.find_modules_directly_imported_by(module)
    )


def floors() -> dict[str, int]:
    """How far down each room lies, by import-linter's contract."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (rooms,) = (each for each in contracts if each["id"] == "rooms")
    return {
        room.strip(): floor
        for floor, layer in enumerate(rooms["layers"])
        for room in layer.strip("()").replace(":", "|").split("|")
    }


def goes_down(module: str, other: str, floor: dict[str, int]) -> bool:
    """Whether an import stays in its room or goes to a lower one; the package is above all."""
    here, there = ([*name.split("."), ""][1] for name in (module, other))
    return here == there or not here or (bool(there) and floor[there] > floor[here])


def circles(imports: Imports) -> list[list[str]]:
    """Modules that import each other, directly or by way of others."""
    names = sorted({name for pair in imports for name in pair})
    at = {name: i for i, name in enumerate(names)}
    rows, columns = np.array([[at[module], at[other]] for module, other in imports]).T
    graph = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(names), len(names)))
    found = defaultdict(list)
    for name, circle in zip(
        names, connected_components(graph, connection="strong")[1], strict=True
    ):
        found[circle].append(name)
    return [circle for circle in found.values() if len(circle) > 1]


def test_contracts_of_import_linter_are_kept() -> None:
    pytest.importorskip("importlinter", reason="import-linter is not installed")
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_no_import_goes_up(imports: Imports) -> None:
    floor = floors()
    up = [f"{a} imports {b}" for a, b in imports if not goes_down(a, b, floor)]
    assert not up, "\n".join(up)


def test_no_two_modules_import_each_other(imports: Imports) -> None:
    # A circle through what goes up, found above, would hide all others in it.
    floor = floors()
    found = circles([pair for pair in imports if goes_down(*pair, floor)])
    assert not found, "\n".join(" and ".join(circle) for circle in found)


def test_circles_are_found_of_any_length() -> None:
    pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "d")]
    assert circles(pairs) == [["a", "b", "c"]]
    assert circles(pairs[1:]) == []


@pytest.mark.parametrize(
    ("module", "other", "down"),
    [
        ("varstat.cli.fit", "varstat.errors", True),
        ("varstat.data.read", "varstat.data.table", True),
        ("varstat", "varstat.cli", True),
        ("varstat.errors", "varstat.files", False),
        ("varstat.funnel", "varstat.hierarchical.fit", False),
        ("varstat.provenance", "varstat", False),
    ],
)
def test_an_import_goes_down_or_it_does_not(module: str, other: str, down: bool) -> None:
    assert goes_down(module, other, floors()) is down
