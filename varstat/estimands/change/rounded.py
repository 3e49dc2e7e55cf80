"""A bridge rounded to what is known of it, with parts that still add up."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from varstat.estimands.change.bridge import Bridge
from varstat.measure import Floats
from varstat.prose.number import noise_step, stepped


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoundedBridge:
    """A bridge as it is printed.

    Attributes
    ----------
    bridge : Bridge
        All figures in whole steps.
    exact : Bridge
        As it was computed.
    step : float
        A power of ten.
    """

    bridge: Bridge
    exact: Bridge
    step: float

    def write(self, value: float) -> str:
        """Write a total, or a part with its sign where that is minus."""
        return stepped(value, self.step)

    def write_signed(self, value: float) -> str:
        """Write a part with its sign; none where it rounds to nothing."""
        text = stepped(abs(value), self.step)
        if not any(digit in text for digit in "123456789"):
            return text
        return f"{'+' if value > 0 else '−'}{text}"

    def span(self, name: str, said: str = "", *, whole: bool = False) -> str:
        """Write a part with its sign, or a whole total, and its interval, with what is said.

        A part that rounds to none, and whose interval lies to one side of none, isn't none: it is
        written to two digits of its own noise.
        """
        estimate, low, high = self.bridge.of(name)
        if estimate == 0.0 and (low or high) and not low < 0.0 < high:
            estimate, low, high = self.exact.of(name)
            finer = noise_step((high - low) / (2.0 * norm.ppf(0.5 * (1.0 + self.bridge.level))))
            return replace(self, step=min(finer, self.step))._finely(estimate, low, high, said)
        write = self.write if whole else self.write_signed
        return f"{write(estimate)} ({said}{write(low)} to {write(high)})"

    def _finely(self, estimate: float, low: float, high: float, said: str) -> str:
        """Write a small part; where even so it rounds to none, below what it lies."""
        low, high = (round(value / self.step) * self.step for value in (low, high))
        text = self.write_signed(round(estimate / self.step) * self.step)
        if text.strip("0.,") == "" and estimate != 0.0:
            text = f"under {self.write(self.step)}"
        return f"{text} ({said}{self.write_signed(low)} to {self.write_signed(high)})"


def round_bridge(bridge: Bridge) -> RoundedBridge:
    """Round a bridge to two digits of the noise of its change.

    The running total is rounded after each part, and a part is what leads from one to the next: so
    that they add up as printed, and no part is off by more than a step.

    Parameters
    ----------
    bridge : Bridge

    Returns
    -------
    RoundedBridge
    """
    _, low, high = bridge.of("change")
    step = noise_step((high - low) / (2.0 * norm.ppf(0.5 * (1.0 + bridge.level))))

    def whole(values: Floats) -> Floats:
        return np.asarray(np.round(values / step) * step)

    running = whole(np.cumsum(bridge.estimate[:-1]))
    parts = np.r_[running[0], whole(np.diff(running)), running[-1]]
    named = dict(zip(bridge.named, whole(bridge.named_estimate), strict=True))
    effects = dict(zip(bridge.effect, parts, strict=True))
    named["change"] = effects["to"] - effects["from"]
    named["performance"] = effects["rate"] + effects["target"]
    return RoundedBridge(
        bridge=replace(
            bridge,
            estimate=parts,
            lower=whole(bridge.lower),
            upper=whole(bridge.upper),
            named_estimate=np.array(list(named.values())),
            named_lower=whole(bridge.named_lower),
            named_upper=whole(bridge.named_upper),
        ),
        exact=bridge,
        step=step,
    )
