"""Whether units differ by more than chance, in words."""

from varstat.measure.homogeneity import Homogeneity
from varstat.prose.number import p_text


def say_homogeneity(found: Homogeneity, *, what: str = "Raw rates", within: str = "") -> str:
    """Say in a sentence whether units differ by more than chance.

    Parameters
    ----------
    found : Homogeneity
    what : str
        What was tested, to begin the sentence with.
    within : str
        Within what, such as "within strata".

    Returns
    -------
    str
        Empty where nothing could be tested.

    Examples
    --------
    >>> say_homogeneity(Homogeneity(statistic=73.5, df=19, p_value=2e-8, draws=0, spread=0.25,
    ...                             power=0.95))
    'Raw rates differ by more than chance gives (p < 0.0005).'
    """
    if not found.df:
        return ""
    inside = f" {within}" if within else ""
    p = p_text(found.p_value)
    if found.too_alike:
        return (
            f"{what} are more alike{inside} than chance leaves any ({p_text(found.p_alike)}): look "
            "whether counts were smoothed, rounded, apportioned or filled in."
        )
    if found.differs:
        return f"{what} differ{inside} by more than chance gives ({p})."
    if found.alike:
        return f"{what} differ{inside} by no more than chance gives ({p}; {say_power(found)})."
    return (
        f"These data can't tell whether rates differ{inside} by more than chance ({p}; "
        f"{say_power(found)})."
    )


def say_power(found: Homogeneity) -> str:
    """Say what a test would have found.

    Examples
    --------
    >>> say_power(Homogeneity(statistic=1.0, df=9, p_value=0.9, draws=0, spread=0.25, power=0.42))
    'an SD of 0.25 between units would have been found with a probability of 0.42'
    """
    shown = f"{found.power:.2f}" if found.power < 0.995 else "over 0.99"
    return (
        f"an SD of {found.spread:.3g} between units would have been found with a probability of "
        f"{shown}"
    )
