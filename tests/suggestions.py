"""What check names to type next, taken apart."""

import json
import shlex
from collections.abc import Callable
from typing import Any


def found(run: Callable[..., Any], *said: object) -> dict[str, Any]:
    """What check says of a file, as data."""
    ran = run("check", *said, "--format", "json")
    assert ran.code == 0, ran.err
    told: dict[str, Any] = json.loads(ran.out)
    return told


def commands(told: dict[str, Any]) -> list[list[str]]:
    """The commands it names, as a shell would take them apart."""
    return [shlex.split(each["command"]) for each in told["suggestions"]]


def options(said: list[str]) -> dict[str, str]:
    """The options of a command, by name."""
    parts, given = iter(said), {}
    for part in parts:
        name, joined, value = part.removeprefix("--").partition("=")
        given[name] = value if joined else next(parts)
    return given
