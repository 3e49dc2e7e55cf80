"""What holds for all of the code, as it is written: names, docstrings, lengths, frozen results."""

import ast
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
FILES = sorted((ROOT / "varstat").rglob("*.py"))
# Typer hands a command its options by their names.
BY_NAME = "varstat/cli/grouped.py"
HOMELESS = {"utils", "util", "helpers", "helper", "common", "base", "core", "misc"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

LINES_OF_A_FILE, LINES_OF_A_BODY = 400, 60


def relative(path: Path) -> str:
    """A file's path within the project."""
    return path.relative_to(ROOT).as_posix()


@lru_cache
def trees() -> dict[str, ast.Module]:
    """Every file of varstat, parsed."""
    return {relative(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """Everything in every file, with the file's name."""
    for file, tree in trees().items():
        for node in ast.walk(tree):
            yield file, node


def public(tree: ast.AST) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Classes, functions and methods whose names, and whose classes' names, are public."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.ClassDef, *FUNCTIONS)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def length_of_body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement to the last, the docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def too_long(lengths: dict[str, int], most: int) -> list[str]:
    """What is longer than is allowed."""
    return [f"{name}: {n} lines" for name, n in lengths.items() if n > most]


def test_all_that_is_public_has_a_docstring() -> None:
    bare = [file for file, tree in trees().items() if not ast.get_docstring(tree)]
    bare += [
        f"{file}:{node.lineno} {node.name}"
        for file, tree in trees().items()
        for node in public(tree)
        if not ast.get_docstring(node)
    ]
    assert not bare, "\n".join(bare)


def test_no_function_passes_keywords_through() -> None:
    """But one: Typer hands a command its options by their names."""
    loose = [
        f"{file}:{node.lineno} {getattr(node, 'name', 'lambda')}"
        for file, node in nodes()
        if file != BY_NAME
        if isinstance(node, (*FUNCTIONS, ast.Lambda)) and node.args.kwarg
    ]
    assert not loose, "\n".join(loose)


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {relative(path): len(path.read_bytes().splitlines()) for path in FILES}
    found = too_long(lengths, LINES_OF_A_FILE)
    assert not found, "\n".join(found)


def test_no_body_of_a_function_is_longer_than_60_lines() -> None:
    lengths = {
        f"{file} {node.name}": length_of_body(node)
        for file, node in nodes()
        if isinstance(node, FUNCTIONS)
    }
    found = too_long(lengths, LINES_OF_A_BODY)
    assert not found, "\n".join(found)


def test_every_module_is_named_for_what_is_in_it() -> None:
    names = {path.stem for path in FILES} | {path.parent.name for path in FILES}
    assert names & HOMELESS == set()


def test_every_dataclass_is_frozen() -> None:
    loose = []
    for file, node in nodes():
        for decorator in getattr(node, "decorator_list", []):
            stated = decorator.keywords if isinstance(decorator, ast.Call) else []
            name = decorator.func if isinstance(decorator, ast.Call) else decorator
            frozen = any(ast.unparse(word) == "frozen=True" for word in stated)
            if ast.unparse(name) in ("dataclass", "dataclasses.dataclass") and not frozen:
                loose.append(f"{file}:{node.lineno} {node.name}")
    assert not loose, "\n".join(loose)


def test_every_room_has_tests_in_the_folder_of_its_name() -> None:
    """A room within a room may be tested where the room around it is."""
    rooms = {path.parent.relative_to(ROOT / "varstat") for path in FILES} - {Path()}
    tested = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")} - {Path()}
    assert sorted(str(room) for room in rooms if not {room, room.parent} & tested) == []
    outermost = {room.parts[0] for room in rooms}
    folders = {room.parts[0] for room in tested}
    assert folders - outermost <= {"calibration", "contract", "property", "reference"}


def test_the_wheel_carries_the_cards_inside_the_package() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        wheel = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"models": "varstat/models"}
    assert wheel["packages"] == ["varstat"]
