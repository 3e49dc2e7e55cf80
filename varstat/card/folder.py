"""Where the cards and rule sets that come with varstat are."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from varstat.errors import CardError


def cards_folder() -> Traversable:
    """Find the folder of cards: inside the installed package, or beside it in a checkout.

    Raises
    ------
    CardError
        If neither is there.
    """
    package = files("varstat")
    for folder in (package / "models", Path(str(package)).parent / "models"):
        if (folder / "default-proportion.toml").is_file():
            return folder
    raise CardError("models", "varstat's cards are not installed. Install varstat again.")
