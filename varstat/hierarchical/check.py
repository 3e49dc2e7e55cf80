"""The checks that a posterior can fail: how their messages are known, and where to read on."""

from dataclasses import dataclass

# The page of the documentation with a section for each check.
PAGE = "docs/methods/checks.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check.

    Attributes
    ----------
    name : str
        That of its section in the documentation.
    words : str
        What its message says, and no other.
    """

    name: str
    words: str

    @property
    def address(self) -> str:
        """Where to read on."""
        return f"{PAGE}#{self.name}"


FAR_OUT = Check(name="a-unit-far-out", words="lies further out than the model gives")
SPREAD = Check(name="units-spread-out", words="are more spread out than the model gives")
CHAINS = Check(name="chains-apart", words="R-hat")
FEW = Check(name="few-draws", words="worth as few as")
DIVERGENT = Check(name="divergences", words="diverged")
TAIL = Check(name="importance-ratios", words="The importance ratios' tail")
WORTH = Check(name="importance-draws", words="draws of the hyper-parameters are worth")
DENSITY = Check(name="log-density", words="The log density that hyper-parameters")
POINTS = Check(name="points-of-a-series", words="The points of the hyper-parameters are worth")
PATHS = Check(name="paths-of-a-series", words="aren't near the normal that they")
CHECKS = (FAR_OUT, SPREAD, CHAINS, FEW, DIVERGENT, TAIL, WORTH, DENSITY, POINTS, PATHS)


def find_checks(problems: tuple[str, ...]) -> tuple[Check, ...]:
    """Find the checks whose messages these are, each once.

    Parameters
    ----------
    problems : tuple of str

    Returns
    -------
    tuple of Check

    Examples
    --------
    >>> [check.address for check in find_checks(("R-hat of tau is up to 1.200, above 1.01.",))]
    ['docs/methods/checks.md#chains-apart']
    """
    return tuple(check for check in CHECKS if any(check.words in each for each in problems))
