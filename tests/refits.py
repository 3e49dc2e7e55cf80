"""Jobs of refits: worker processes import them by this name."""

import os

import numpy as np

from varstat.errors import ModelError


def draw(shared: float, scale: float, *, seed: int) -> dict[str, object]:
    drawn = shared + scale * np.random.default_rng(seed).standard_normal(3)
    return {"drawn": drawn, "text": "π", "pair": (1, drawn[0]), "none": float("nan")}


def refuse(shared: object, *, seed: int) -> dict[str, object]:
    raise ModelError("here", "this can't be modelled.")


def fail(shared: object, *, seed: int) -> dict[str, object]:
    raise ValueError("secret 42")


def crash(shared: object, *, seed: int) -> dict[str, object]:
    os._exit(3)


def interrupt(shared: object, *, seed: int) -> dict[str, object]:
    raise KeyboardInterrupt
