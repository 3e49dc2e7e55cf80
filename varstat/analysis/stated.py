"""Values that are compared, hashed and kept as JSON: what the parts of a specification are."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, Self

from varstat.errors import UsageError, did_you_mean

Names = tuple[str, ...]
# A column, and which of its values.
Choices = tuple[tuple[str, Names], ...]
_NAMES = (Names, Names | None)
# Defaults that say nothing; where they stand, a specification doesn't mention the field.
_UNSAID = (None, (), False, "none")


class Stated:
    """A part of a specification: plain values that are compared, hashed and kept as JSON.

    Lists become tuples, mappings tuples of pairs, and one name a tuple of one.
    """

    __slots__ = ()

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value = _freeze(getattr(self, field.name))
            if isinstance(value, str) and field.type in _NAMES:
                value = (value,)
            object.__setattr__(self, field.name, value)

    def to_dict(self) -> dict[str, Any]:
        """Make a dictionary for JSON of what isn't left to its default.

        Returns
        -------
        dict
            `from_dict` takes it back.
        """
        return {
            field.name: _thaw(getattr(self, field.name))
            for field in fields(self)  # type: ignore[arg-type]
            if getattr(self, field.name) != field.default or field.default not in _UNSAID
        }

    @classmethod
    def from_dict(cls, stated: Mapping[str, Any]) -> Self:
        """Take back what `to_dict` made.

        Parameters
        ----------
        stated : mapping of str to object

        Returns
        -------
        Stated
            Of the class that is asked.

        Raises
        ------
        UsageError
            If a field is unknown, or one is missing.
        """
        known = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
        where = cls.__name__
        problems = [
            f"there is no field {name!r}.{did_you_mean(name, known)}"
            for name in stated
            if name not in known
        ]
        problems += [
            f"the field {name!r} is missing."
            for name, field in known.items()
            if field.default is MISSING and name not in stated
        ]
        if problems:
            raise UsageError(where, problems)
        return cls(**stated)


def _freeze(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple((str(name), _freeze_names(some)) for name, some in value.items())
    return tuple(_freeze(each) for each in value) if isinstance(value, (list, tuple)) else value


def _freeze_names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else _freeze(value)


def _thaw(value: Any) -> Any:
    """Give tuples back as lists, and pairs of a name and its values as a dictionary."""
    if not isinstance(value, tuple):
        return value
    if value and all(isinstance(each, tuple) for each in value):
        return {name: _thaw(some) for name, some in value}
    return list(value)
