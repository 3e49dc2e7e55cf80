"""Find, read and check cards."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from varstat.card.contradiction import field_names, find_contradictions
from varstat.card.folder import list_stated, read_stated
from varstat.card.schema import Card
from varstat.errors import CardError, did_you_mean, one_of
from varstat.measure import MEASURES
from varstat.prose.text import clean

# Of those sets that exclude each other, what tells the second.
_EITHER = (
    (("expected",), ("exposure",)),
    (("value", "se"), ("total", "sum_of_squares")),
    (("se",), ("lower", "upper")),
)
# What stands beside a size, and gives way with it.
_BESIDE = {
    "expected": "expected_se",
    "exposure": "expected_se",
    "denominator": "sampled_from",
}
# What a rule set says, and a card may.
_RULED = ("suppressed", "rounded", "zero", "missing")
# Cards are some thousand bytes long and four tables deep.
_LONGEST, _DEEPEST, _MOST = 200_000, 20, 2**53
_TOO_DEEP = "lists or tables stand in one another deeper than in any card. Take them apart."
_TOO_LARGE = "a number is larger than 9,007,199,254,740,992, too large to compute with. Correct it."
_NAMED = 20
_NO_CHOICE = ("literal_error", "union_tag_invalid")


def list_cards() -> list[str]:
    """Name the cards that come with varstat.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> "daycase" in list_cards()
    True
    """
    return list_stated()


def load_card(name: str | Path) -> Card:
    """Load a card by name, or from a file.

    Parameters
    ----------
    name : str or Path
        The name of a card that comes with varstat, or the path of a TOML file.

    Returns
    -------
    Card
        Complete: what the card doesn't say is as in its measure's default card.

    Raises
    ------
    CardError
        If there is no such card, or it can't be read; every problem at once.

    Examples
    --------
    >>> load_card("daycase").indicator.direction
    'higher-is-better'
    """
    if str(name).endswith(".toml"):
        path = Path(name)
        return parse_card(_read(path), name=clean(path.stem), where=clean(str(path)))
    return parse_card(_stated(str(name)), name=str(name), where=f"card {name}")


def parse_card(stated: Mapping[str, Any], *, name: str, where: str) -> Card:
    """Complete a card from its measure's default card, and check it.

    Parameters
    ----------
    stated : mapping
        What the card says.
    name : str
        The card's name.
    where : str
        Where it is, for messages.

    Returns
    -------
    Card

    Raises
    ------
    CardError
        Every problem at once.
    """
    _check_extent(stated, where=where)
    measure = stated.get("indicator", {}).get("measure") if _tables(stated) else None
    if not isinstance(measure, str) or measure not in MEASURES:
        found = "does not say its measure" if measure is None else f"measure is '{measure}'"
        raise CardError(
            where,
            f"[indicator] {found}; expected {one_of(MEASURES)}."
            + did_you_mean(str(measure), MEASURES),
        )
    defaults = _stated(f"default-{measure}")
    _give_way(defaults["columns"], stated.get("columns", {}))
    if "name" in stated:
        raise CardError(where, f"a card's name is that of its file, {name}. Leave out 'name'.")
    whole = _merge(defaults, stated)
    try:
        card = Card.model_validate({"name": name, **whole})
    except ValidationError as error:
        # A list that lost its bad items is told to be too short as well.
        faults = [e for e in error.errors() if e["type"] != "too_short" or not e["input"]]
        problems = [_problem(e) for e in faults[:_NAMED]]
        more = len(faults) - len(problems)
        raise CardError(where, [*problems, *([f"And {more:,} more."] if more else [])]) from None
    if problems := list(find_contradictions(card)):
        raise CardError(where, problems)
    return card


def override_card(card: Card, changes: Mapping[str, Mapping[str, Any]], *, where: str) -> Card:
    """Say some things of a card differently.

    Parameters
    ----------
    card : Card
    changes : mapping of str to mapping
        Section to key to value; a value of None says nothing.
    where : str
        Where the changes come from, for messages.

    Returns
    -------
    Card

    Raises
    ------
    CardError
        Every problem at once.
    """
    said = {
        section: {key: value for key, value in keys.items() if value is not None}
        for section, keys in changes.items()
    }
    if not any(said.values()):
        return card
    stated = card.model_dump(mode="json", exclude={"name"}, exclude_none=True)
    _give_way(stated["columns"], said.get("columns", {}))
    return parse_card(_merge(stated, said), name=card.name, where=where)


def _give_way(under: dict[str, Any], over: Mapping[str, Any]) -> None:
    """Take out the columns, and the marks, in whose place others are said."""
    if "rules" in over:
        for name in _RULED:
            under.pop(name, None)
    if "suppressed" in over and not isinstance(over["suppressed"], Mapping):
        under.pop("suppressed", None)
    for size, beside in _BESIDE.items():
        if size in over and beside not in over:
            under.pop(beside, None)
    for one, other in _EITHER:
        for said, instead in ((one, other), (other, one)):
            if over.keys() & set(said) and not over.keys() & set(instead):
                for name in instead:
                    under.pop(name, None)


def _stated(name: str) -> dict[str, Any]:
    names = list_cards()
    if name not in names:
        raise CardError(
            f"card {name}",
            "there is no card of this name, and it is not the path of a .toml file."
            + did_you_mean(name, names)
            + " `varstat card list` names them all.",
        )
    return read_stated(name)


def _read(path: Path) -> dict[str, Any]:
    where = clean(str(path))
    if not path.exists():
        raise CardError(where, "there is no such file.")
    # A pipe or a device might never end.
    if not path.is_file():
        raise CardError(where, "this can't be read: it is no file.")
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise CardError(where, f"this is longer than {_LONGEST:,} bytes: it is no card.")
        return tomllib.loads(content.decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise CardError(where, "this can't be read as a text file.") from None
    except tomllib.TOMLDecodeError as error:
        raise CardError(where, f"this is not TOML: {error}.") from None
    except RecursionError:
        raise CardError(where, _TOO_DEEP) from None
    except ValueError:
        # Python reads no number of more than some thousand digits.
        raise CardError(where, _TOO_LARGE) from None


def _check_extent(stated: Mapping[str, Any], *, where: str) -> None:
    """Refuse what goes deeper than any card, and numbers with which nothing can be computed."""
    level: list[Any] = [stated]
    for _ in range(_DEEPEST):
        if any(_is_huge(each) for each in level):
            raise CardError(where, _TOO_LARGE)
        level = [
            inner
            for each in level
            if isinstance(each, Mapping | list | tuple)
            for inner in (each.values() if isinstance(each, Mapping) else each)
        ]
        if not level:
            return
    raise CardError(where, _TOO_DEEP)


def _is_huge(value: Any) -> bool:
    return isinstance(value, int) and abs(value) >= _MOST


def _tables(stated: Mapping[str, Any]) -> bool:
    return isinstance(stated.get("indicator", {}), dict) and isinstance(
        stated.get("columns", {}), dict
    )


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one nested table over another; anything that isn't a table replaces."""
    merged = dict(under)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        # A prior of another distribution has other parameters; nothing of the old one stays.
        renewed = both and value.get("distribution", None) is not None
        merged[key] = _merge(merged[key], value) if both and not renewed else value
    return merged


def _problem(error: ErrorDetails) -> str:
    """Say one of pydantic's findings as a sentence about the card."""
    *path, key = (str(part) for part in error["loc"])
    section = f"[{'.'.join(path)}] " if path else ""
    match error["type"]:
        case "extra_forbidden" if not path:
            known = [name for name in Card.model_fields if name != "name"]
            hint = did_you_mean(key, known).replace("'", "[", 1).replace("'", "]", 1)
            return f"unknown section [{key}].{hint}"
        case "extra_forbidden":
            known = [
                name.rpartition(".")[2]
                for name in field_names(Card)
                if name.rpartition(".")[0] == ".".join(path)
            ]
            return f"{section}has an unknown key '{key}'.{did_you_mean(key, known)}"
        case "missing":
            return f"{section}does not say '{key}'."
        case kind if kind in _NO_CHOICE:
            context = error.get("ctx", {})
            options = str(context.get("expected", context.get("expected_tags", "")))
            bare = [option.strip("'") for option in options.replace(" or ", ", ").split(", ")]
            found = context.get("tag", error["input"])
            hint = did_you_mean(found, bare) if isinstance(found, str) else ""
            shown = f"'{found}'" if isinstance(found, str) else "not text"
            return f"{section}{key} is {shown}; expected {one_of(bare)}.{hint}"
        case "value_error":
            return f"{section}{key}: {str(error['msg']).removeprefix('Value error, ')}"
        case _:
            message = error["msg"][0].lower() + error["msg"][1:]
            return f"{section}{key}: {message}."
