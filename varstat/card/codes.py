"""Code lists: by which diagnoses or procedures an indicator's events are told, as data."""

from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from varstat.card.field import Text
from varstat.card.folder import list_stated, read_stated, say_unknown
from varstat.card.schema import Status
from varstat.card.section import Section
from varstat.errors import CardError


class Condition(Section):
    """One condition of a code list.

    Attributes
    ----------
    name, group : str
    codes : tuple of str
        Each a code, the start of one, or a range with a dash.
    position : {"primary", "any"}
        In which place among a spell's diagnoses a code counts.
    secondary : tuple of str
        Codes of which one must stand beside, for those of `if_secondary`.
    if_secondary : tuple of str
        Codes that count only beside one of `secondary`.
    unless : str or None
        What excludes a spell.
    """

    name: Text
    group: Text
    codes: Annotated[tuple[Text, ...], Field(min_length=1)]
    position: Literal["primary", "any"] = "primary"
    if_secondary: tuple[Text, ...] = ()
    secondary: tuple[Text, ...] = ()
    unless: Text | None = None


class CodeList(Section):
    """By which codes events are told.

    Attributes
    ----------
    title, classification, note : str
    status : {"verified", "inferred", "background", "unknown"}
        How well the list is known.
    source : str
        The document that says so.
    warnings : tuple of str
    conditions : tuple of Condition
    """

    title: Text
    classification: Text
    status: Status
    source: Text
    note: Text
    warnings: tuple[Text, ...] = ()
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]


def list_codes() -> list[str]:
    """Name the code lists that come with varstat.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> list_codes()
    ['acs19']
    """
    return list_stated("codes")


@cache
def load_codes(name: str) -> CodeList:
    """Load a code list by name.

    Parameters
    ----------
    name : str

    Returns
    -------
    CodeList

    Raises
    ------
    CardError
        If there is none of this name.

    Examples
    --------
    >>> len(load_codes("acs19").conditions)
    19
    """
    known = list_codes()
    if name not in known:
        raise CardError("codes", say_unknown("code list", name, known))
    return CodeList.model_validate(read_stated(name, "codes"))


def describe_codes(name: str) -> str:
    """Describe a code list in a sentence or two.

    Examples
    --------
    >>> describe_codes("acs19")[:32]
    'the code list acs19 (ICD-10): 19'
    """
    found = load_codes(name)
    return (
        f"the code list {name} ({found.classification}): {len(found.conditions)} conditions, "
        f"{found.title}. {found.status.capitalize()}: {found.source}."
    )
