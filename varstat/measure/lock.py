"""Results that nobody can change: the arrays of a dataclass made read-only."""

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def lock_arrays(instance: "DataclassInstance") -> None:
    """Make every array among the fields of a dataclass read-only.

    Parameters
    ----------
    instance : dataclass instance
        Usually from its own `__post_init__`. Its arrays are locked in place, and aren't copied.
    """
    for field in fields(instance):
        value = getattr(instance, field.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
