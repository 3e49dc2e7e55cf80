"""Options of a command grouped as values: the fields of a dataclass are laid out as options."""

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Annotated, Any, get_type_hints

from varstat.cli.option import Laid
from varstat.cli.options import OPTIONS

Command = Callable[..., None]
_ORDER = {place: at for at, place in enumerate(OPTIONS)}


def grouped(
    *, without: Collection[str] = (), instead: Mapping[str, Laid] | None = None
) -> Callable[[Command], Command]:
    """Lay out the fields of a command's dataclasses as options, and hand it their values.

    Parameters
    ----------
    without : collection of str
        Fields that the command leaves at their defaults.
    instead : mapping of str to Laid, optional
        Options of fields that `OPTIONS` doesn't have, or has for other commands.

    Returns
    -------
    callable
        Decorates a command; its options stand in the order of `OPTIONS`.
    """

    def decorate(command: Command) -> Command:
        hints = get_type_hints(command, include_extras=True)
        parameters = inspect.signature(command).parameters
        groups = {name: hints[name] for name in parameters if is_dataclass(hints[name])}
        places = _places(groups, without)
        laid = {
            f.name: (instead or {}).get(f.name) or OPTIONS[groups[g], f.name] for g, f in places
        }

        def call(**options: Any) -> None:
            values: dict[str, dict[str, Any]] = {group: {} for group in groups}
            for group, field in places:
                given = options.pop(field.name)
                if given is not None and given != []:
                    values[group][field.name] = laid[field.name].read(given)
            command(**options, **{name: kind(**values[name]) for name, kind in groups.items()})

        shown = {p: (hints[p], parameters[p].default) for p in parameters if p not in groups}
        for _, field in places:
            entry = laid[field.name]
            shown[field.name] = Annotated[entry.type, entry.info], entry.shown(field.default)
        _sign(call, shown)
        call.__doc__, call.__name__ = command.__doc__, command.__name__
        return call

    return decorate


def _places(groups: Mapping[str, Any], without: Collection[str]) -> list[tuple[str, "Field[Any]"]]:
    """The fields of all groups, in the order of the options; what has no place there is first."""
    found = [
        (_ORDER.get((kind, field.name), -1), group, field)
        for group, kind in groups.items()
        for field in fields(kind)
        if field.name not in without
    ]
    found.sort(key=lambda place: place[0])
    return [(group, field) for _, group, field in found]


def _sign(call: Command, shown: Mapping[str, tuple[Any, Any]]) -> None:
    """Give a function the signature from which Typer makes options: a type and default each."""
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(name, kind, annotation=annotation, default=default)
        for name, (annotation, default) in shown.items()
    ]
    # Not by assignment: mypy knows no signature of a function.
    vars(call)["__signature__"] = inspect.Signature(parameters)
    call.__annotations__ = {name: annotation for name, (annotation, _) in shown.items()}
