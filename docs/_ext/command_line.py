"""The reference of the command line, read off the program itself.

A ``{command} varstat card new`` directive gives a command's usage, arguments and options. A
command that no page documents is a warning, and so fails the build.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from varstat.cli.program import app as program

logger = logging.getLogger(__name__)


def commands(command: Any, name: str = "varstat") -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, by its full name."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    for word, each in (inner or {}).items():
        yield from commands(each, f"{name} {word}")


COMMANDS = dict(commands(typer.main.get_command(program)))


class Command(SphinxDirective):
    """A command's usage, arguments and options."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Put the reference of one command into the page."""
        name = self.arguments[0]
        if name not in COMMANDS:
            raise self.error(f"there is no command '{name}'")
        self.env.metadata[self.env.docname].setdefault("commands", []).append(name)
        text = "\n".join(_describe(name, COMMANDS[name]))
        return self.parse_text_to_nodes(text)


def _describe(name: str, command: Any) -> Iterator[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    usage = [name, "[OPTIONS]" if options else ""]
    usage += [each.metavar if each.required else f"[{each.metavar}]" for each in arguments]
    yield f"{command.help}\n\n```text\n{' '.join(filter(None, usage))}\n```\n"
    yield from _table("Argument", [(f"`{each.metavar}`", each.help) for each in arguments])
    panels: dict[str, list[tuple[str, str]]] = {}
    for each in options:
        panel = getattr(each, "rich_help_panel", None) or "Options"
        panels.setdefault(panel, []).append((_flags(each), _help(each)))
    for panel, rows in panels.items():
        yield from _table(panel, rows)


def _table(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield ":::{list-table}\n:header-rows: 1\n:widths: 38 62\n:class: options\n"
        yield f"* - {title}\n  - Meaning"
        yield from (f"* - {left}\n  - {right}" for left, right in rows)
        yield ":::\n"


def _flags(option: Any) -> str:
    flags = ", ".join(f"`{flag}`" for flag in option.opts)
    if option.is_flag:
        return flags
    return f"{flags} `{_choices(option) or option.metavar or 'TEXT'}`"


def _choices(option: Any) -> str:
    """What an option may be, where that is a list; Typer keeps it in one of two places."""
    kind = getattr(getattr(option, "type_descriptor", None), "annotation", None)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(each.value for each in kind)
    return "|".join(map(str, getattr(getattr(option, "type", None), "choices", ())))


def _help(option: Any) -> str:
    default = option.default
    shown = default is not None and not option.is_flag and default != ()
    shown = shown and not callable(default) and str(default) not in ("", "Sentinel.UNSET")
    return option.help + (f" Default: `{getattr(default, 'value', default)}`." if shown else "")


def _check_all(app: Sphinx, env: BuildEnvironment) -> None:
    told = {name for page in env.metadata.values() for name in page.get("commands", [])}
    for name in COMMANDS.keys() - told:
        logger.warning("no page documents the command '%s'", name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive and the check."""
    app.add_directive("command", Command)
    app.connect("env-check-consistency", _check_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
