"""One option of a command, as Typer takes it."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """An option, as Typer takes it.

    Attributes
    ----------
    type : type
        What Typer reads.
    info : OptionInfo or ArgumentInfo
        Its spelling, text, panel and range.
    read : callable
        Makes the field's value of what Typer read.
    default : object
        What help shows, where it isn't the field's default.
    required : bool
        Whether there is no doing without it.
    """

    type: Any
    info: Any
    read: Callable[[Any], Any] = _as_it_is
    default: Any = None
    required: bool = False

    def shown(self, default: Any) -> Any:
        """Give Typer's default, of a field's: none where that says nothing.

        Parameters
        ----------
        default : object
            The field's.

        Returns
        -------
        object
        """
        if self.required or default is MISSING:
            return inspect.Parameter.empty
        if self.default is not None:
            return self.default
        return None if default in (None, ()) else default


def complete_card(begun: str) -> list[str]:
    """Give the names of cards that begin so, for a shell to complete.

    Parameters
    ----------
    begun : str
        What was typed.

    Returns
    -------
    list of str
    """
    from varstat.card import list_cards

    return [name for name in list_cards() if name.startswith(begun)]


def text(
    name: str,
    panel: str | None,
    words: str,
    *,
    metavar: str | None = None,
    required: bool = False,
    complete: Callable[[str], list[str]] | None = None,
) -> Laid:
    """Lay out an option that is one text.

    Parameters
    ----------
    name : str
        Without its dashes.
    panel : str or None
        Where it stands in the help.
    words : str
        What the help says of it.
    metavar : str, optional
        What stands for its value.
    required : bool
        Whether there is no doing without it.
    complete : callable, optional
        Gives what a shell may complete a value to.

    Returns
    -------
    Laid
    """
    info = typer.Option(
        f"--{name}",
        metavar=metavar,
        help=words,
        rich_help_panel=panel,
        autocompletion=complete,
    )
    return Laid(type=str if required else str | None, info=info, required=required)


def texts(
    name: str,
    panel: str | None,
    words: str,
    *,
    metavar: str | None = None,
    read: Callable[[Any], Any] = tuple,
) -> Laid:
    """Lay out an option that can be repeated.

    Parameters
    ----------
    name, panel, words, metavar : str
        As of `text`.
    read : callable
        Makes the field's value of the list.

    Returns
    -------
    Laid
    """
    info = typer.Option(f"--{name}", metavar=metavar, help=words, rich_help_panel=panel)
    return Laid(type=list[str] | None, info=info, read=read)


def number(
    kind: Any,
    name: str,
    panel: str,
    words: str,
    *,
    metavar: str | None = None,
    least: int | None = None,
    most: int | None = None,
) -> Laid:
    """Lay out an option that is a number.

    Parameters
    ----------
    kind : type
    name, panel, words, metavar : str
        As of `text`.
    least, most : int, optional

    Returns
    -------
    Laid
    """
    info = typer.Option(
        f"--{name}", metavar=metavar, help=words, rich_help_panel=panel, min=least, max=most
    )
    return Laid(type=kind, info=info)


def choice(kind: type[StrEnum], name: str, panel: str | None, words: str, default: Any) -> Laid:
    """Lay out an option that is one of a few words.

    Parameters
    ----------
    kind : type
        The words.
    name, panel, words : str
        As of `text`.
    default : StrEnum

    Returns
    -------
    Laid
    """
    info = typer.Option(f"--{name}", help=words, rich_help_panel=panel)
    return Laid(type=kind, info=info, read=str, default=default)


def flag(name: str, panel: str | None, words: str, *, short: str | None = None) -> Laid:
    """Lay out an option that is there or not.

    Parameters
    ----------
    name, panel, words : str
        As of `text`.
    short : str, optional
        A letter for it, with its dash.

    Returns
    -------
    Laid
    """
    spelt = [f"--{name}", *([short] if short else [])]
    return Laid(type=bool, info=typer.Option(*spelt, help=words, rich_help_panel=panel))


def files(words: str) -> Laid:
    """Lay out the files that a command writes.

    Parameters
    ----------
    words : str
        What the help says of them.

    Returns
    -------
    Laid
    """
    info = typer.Option("--output", "-o", metavar="FILE", help=words)
    return Laid(type=list[Path] | None, info=info, read=tuple)


def units(panel: str) -> Laid:
    """Lay out the units to mark, in a panel of the command's own."""
    return texts("highlight", panel, "Mark a unit, by code or name; repeatable.", metavar="UNIT")


def argument(metavar: str, words: str, *, several: bool = False) -> Laid:
    """Lay out an argument.

    Parameters
    ----------
    metavar : str
        What it is called.
    words : str
        What the help says of it.
    several : bool
        Whether there can be more than one.

    Returns
    -------
    Laid
    """
    info = typer.Argument(metavar=metavar, help=words)
    return Laid(type=list[str] if several else str, info=info, required=True)
