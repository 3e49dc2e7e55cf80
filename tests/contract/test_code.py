"""What holds for all of the code: layers, names, signatures, docstrings, frozen results."""

import ast
import importlib
import importlib.util
import inspect
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import varstat

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "varstat").rglob("*.py"))
# Typer hands a command its options by their names.
BY_NAME = ROOT / "varstat" / "cli" / "grouped.py"
HOMELESS = {"utils", "util", "helpers", "helper", "common", "base", "core", "misc"}


def relative(path: Path) -> str:
    """A file's path within the project, for the names of tests."""
    return str(path.relative_to(ROOT))


def walk() -> Iterator[ModuleType]:
    """Every module of varstat, imported."""
    yield varstat
    for info in pkgutil.walk_packages(varstat.__path__, "varstat."):
        yield importlib.import_module(info.name)


def test_imports_go_down_the_rooms() -> None:
    if importlib.util.find_spec("importlinter") is None:
        pytest.skip("import-linter is not installed")
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_every_module_has_a_docstring(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_no_function_passes_keywords_through(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    found = [
        getattr(node, "name", "lambda")
        for node in ast.walk(tree)
        if isinstance(node, functions) and node.args.kwarg
    ]
    assert found == (["call"] if path == BY_NAME else [])


def test_every_module_is_named_for_what_is_in_it() -> None:
    names = {path.stem for path in FILES} | {path.parent.name for path in FILES}
    assert names & HOMELESS == set()


def test_the_tests_of_a_room_stand_in_a_folder_of_its_name() -> None:
    rooms = {path.parent.relative_to(ROOT / "varstat") for path in FILES} - {Path()}
    assert [room for room in rooms if not (ROOT / "tests" / room).is_dir()] == []


@pytest.mark.parametrize("name", varstat.__all__)
def test_every_public_name_exists_and_is_documented(name: str) -> None:
    found = getattr(varstat, name)
    assert inspect.getdoc(found)
    assert name in dir(varstat)


def test_no_other_name_is_public() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = varstat.nonsense


def section(docstring: str, title: str) -> str | None:
    """One section of a numpydoc docstring."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=\n\n?[A-Z]\w+\n-+\n|\Z)", docstring, re.M | re.S)
    return found[1] if found else None


@pytest.mark.parametrize(
    "name", [name for name in varstat.__all__ if inspect.isroutine(getattr(varstat, name, None))]
)
def test_every_public_function_documents_what_it_takes_and_gives(name: str) -> None:
    function = getattr(varstat, name)
    docstring, signature = inspect.getdoc(function) or "", inspect.signature(function)
    taken = section(docstring, "Parameters") or ""
    entries = re.findall(r"^([\w, ]+?)(?: :.*)?$", taken, re.M)
    documented = {each.strip() for entry in entries for each in entry.split(",")}
    missing = [parameter for parameter in signature.parameters if parameter not in documented]
    assert missing == []
    if signature.return_annotation not in (None, "None"):
        assert section(docstring, "Returns")


@pytest.mark.parametrize(
    "name", [name for name in varstat.__all__ if inspect.isroutine(getattr(varstat, name, None))]
)
def test_options_are_keywords_and_chance_is_seeded(name: str) -> None:
    parameters = list(inspect.signature(getattr(varstat, name)).parameters.values())
    loose = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert len(loose) <= 2
    assert {p.name for p in parameters}.isdisjoint({"inplace", "random_state", "rng"})


def test_every_dataclass_is_frozen() -> None:
    loose = [
        f"{module.__name__}.{name}"
        for module in walk()
        for name, found in vars(module).items()
        if isinstance(found, type) and is_dataclass(found) and found.__module__ == module.__name__
        if not found.__dataclass_params__.frozen
    ]
    assert loose == []


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


def test_the_wheel_carries_the_cards_inside_the_package() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        wheel = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"models": "varstat/models"}
    assert wheel["packages"] == ["varstat"]


def test_cards_are_found_from_any_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import varstat; print(*varstat.list_cards())"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        text=True,
    )
    assert done.stdout.split() == sorted(path.stem for path in (ROOT / "models").glob("*.toml"))
