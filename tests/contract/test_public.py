"""What holds for all that is public: it exists, says what it takes, and gives what can't change."""

import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import varstat

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def functions() -> dict[str, Callable[..., Any]]:
    """Every public function."""
    found = {name: getattr(varstat, name) for name in varstat.__all__}
    return {name: each for name, each in found.items() if inspect.isroutine(each)}


def test_every_public_name_exists_and_is_documented() -> None:
    assert [name for name in varstat.__all__ if not inspect.getdoc(getattr(varstat, name))] == []
    assert set(varstat.__all__) <= set(dir(varstat))


def test_no_other_name_is_public() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = varstat.nonsense


def section(docstring: str, title: str) -> str | None:
    """One section of a numpydoc docstring."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=\n\n?[A-Z]\w+\n-+\n|\Z)", docstring, re.M | re.S)
    return found[1] if found else None


def undocumented(function: Callable[..., Any]) -> list[str]:
    """Which of a function's parameters, and whether what it returns, its docstring leaves out."""
    docstring, signature = inspect.getdoc(function) or "", inspect.signature(function)
    taken = section(docstring, "Parameters") or ""
    entries = re.findall(r"^([\w, ]+?)(?: :.*)?$", taken, re.M)
    documented = {each.strip() for entry in entries for each in entry.split(",")}
    missing = [parameter for parameter in signature.parameters if parameter not in documented]
    if signature.return_annotation not in (None, "None") and not section(docstring, "Returns"):
        missing.append("Returns")
    return missing


def test_every_public_function_documents_what_it_takes_and_gives(functions) -> None:
    missing = {name: undocumented(function) for name, function in functions.items()}
    assert {name: what for name, what in missing.items() if what} == {}


def test_options_are_keywords_and_chance_is_seeded(functions) -> None:
    loose = {}
    for name, function in functions.items():
        parameters = list(inspect.signature(function).parameters.values())
        by_place = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
        unwanted = {p.name for p in parameters} & {"inplace", "random_state", "rng"}
        if len(by_place) > 2 or unwanted:
            loose[name] = [*by_place[2:], *unwanted]
    assert loose == {}


def test_arrays_in_results_are_locked() -> None:
    funnels = varstat.compute_funnel(varstat.read_table("example:star98"))
    units = funnels[0].units
    arrays = {field.name: getattr(units, field.name) for field in fields(units)}
    assert all(isinstance(array, np.ndarray) for array in arrays.values())
    assert [name for name, array in arrays.items() if array.flags.writeable] == []
    with pytest.raises(ValueError, match="read-only"):
        units.z[0] = 0
    with pytest.raises(AttributeError):
        funnels[0].target = 0.5


def test_changing_a_results_table_leaves_the_result_alone() -> None:
    funnel = varstat.compute_funnel(varstat.read_table("example:star98"))[0]
    before = funnel.units.z.copy()
    frame = funnel.to_frame()
    frame["z"] = 0.0
    frame.loc[0, "rate"] = 0.0
    assert np.array_equal(funnel.units.z, before)
    assert funnel.to_frame().loc[0, "rate"] > 0


def test_cards_are_found_from_any_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import varstat; print(*varstat.list_cards())"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        text=True,
    )
    assert done.stdout.split() == sorted(path.stem for path in (ROOT / "models").glob("*.toml"))
