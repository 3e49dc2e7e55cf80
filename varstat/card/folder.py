"""The cards, rule sets and code lists that come with varstat: where they are, and their names."""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from varstat.errors import CardError, did_you_mean, one_of

_SUFFIX = ".toml"


def list_stated(*under: str) -> list[str]:
    """Name what is stated in a folder of the cards.

    Parameters
    ----------
    *under : str
        The folder below that of the cards; none for the cards themselves.

    Returns
    -------
    list of str
        In alphabetical order.

    Raises
    ------
    CardError
        If the cards aren't installed.
    """
    names = (entry.name for entry in _cards_folder().joinpath(*under).iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))


def read_stated(name: str, *under: str) -> dict[str, Any]:
    """Read one of those that `list_stated` names, as it is stated.

    Parameters
    ----------
    name : str
    *under : str
        The folder, as for `list_stated`.

    Returns
    -------
    dict of str to Any

    Raises
    ------
    CardError
        If the cards aren't installed.
    """
    text = _cards_folder().joinpath(*under, f"{name}{_SUFFIX}").read_text(encoding="utf-8")
    return tomllib.loads(text)


def say_unknown(noun: str, name: str, known: Sequence[str]) -> str:
    """Say that nothing of a kind goes by a name, and what does.

    Examples
    --------
    >>> say_unknown("rule set", "hse", ["cms", "hes"])
    "there is no rule set 'hse'; expected cms or hes. Did you mean 'hes'?"
    """
    return f"there is no {noun} '{name}'; expected {one_of(known)}.{did_you_mean(name, known)}"


def _cards_folder() -> Traversable:
    """Find the folder of cards: inside the installed package, or beside it in a checkout."""
    package = files("varstat")
    for folder in (package / "models", Path(str(package)).parent / "models"):
        if (folder / "default-proportion.toml").is_file():
            return folder
    raise CardError("models", "varstat's cards are not installed. Install varstat again.")
