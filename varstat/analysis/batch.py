"""Many specifications, each run once: what was done before is skipped."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from varstat.analysis.run import run
from varstat.analysis.specification import Specification
from varstat.errors import VarstatError

if TYPE_CHECKING:
    import os

    import pandas as pd

    from varstat.analysis.inputs import Input
    from varstat.results import Results


class Client(Protocol):
    """What runs calls elsewhere, such as a `dask.distributed.Client`."""

    def map(self, function: Callable[..., Any], calls: Any, /) -> Iterable[Any]:
        """Start a call of a function for each item; give their futures or results."""

    def gather(self, futures: Any, /) -> Iterable[Any]:
        """Give the results of futures."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What became of one specification.

    Attributes
    ----------
    specification : Specification
    results : Results or None
        None where there was an error.
    error : str
        What is wrong, and how to mend it; empty where nothing is.
    """

    specification: Specification
    results: "Results[Any] | None"
    error: str = ""

    @property
    def row(self) -> dict[str, Any]:
        """The outcome as a row of a table: `digest`, `verb`, `source`, `trusted`, `error`."""
        return {
            "digest": self.specification.digest,
            "verb": self.specification.verb,
            "source": " + ".join(self.specification.reading.source),
            "trusted": None if self.results is None else self.results.trusted,
            "error": self.error,
        }


def batch(
    specifications: Iterable[Specification],
    *,
    done: Collection[str] = (),
    sources: "Mapping[str, Input] | None" = None,
    folder: "str | os.PathLike[str] | None" = None,
    client: Client | None = None,
) -> Iterator[Outcome]:
    """Run specifications, each once, one outcome each as it is there.

    Parameters
    ----------
    specifications : iterable of Specification
        One that stands there twice is run once.
    done : collection of str
        Digests of those that were run before, which are skipped.
    sources, folder : optional
        As for `run`, of all of them.
    client : Client, optional
        Runs them elsewhere, as a `dask.distributed.Client` does; else they run here, one after
        another.

    Returns
    -------
    iterator of Outcome
        In their order. A mistake in one is its outcome, and doesn't end the others.

    Examples
    --------
    >>> from varstat.analysis.asking import FunnelAsking
    >>> from varstat.analysis.specification import Reading
    >>> asked = [Specification(reading=Reading(source=("example:star98",)),
    ...                        asking=FunnelAsking(target=target)) for target in ("median", "typo")]
    >>> [outcome.row["error"][:8] for outcome in batch(asked)]
    ['', 'target: ']
    """
    wanted = {each.digest: each for each in specifications if each.digest not in done}
    one = partial(run_one, sources=sources, folder=folder)
    if client is None:
        yield from map(one, wanted.values())
    else:
        yield from client.gather(client.map(one, list(wanted.values())))


def run_one(
    specification: Specification,
    *,
    sources: "Mapping[str, Input] | None" = None,
    folder: "str | os.PathLike[str] | None" = None,
) -> Outcome:
    """Run a specification of a batch.

    Parameters
    ----------
    specification : Specification
    sources, folder : optional
        As for `run`.

    Returns
    -------
    Outcome
    """
    try:
        return Outcome(
            specification=specification,
            results=run(specification, sources=sources, folder=folder),
        )
    except VarstatError as error:
        return Outcome(specification=specification, results=None, error=str(error))


def tabulate(outcomes: Iterable[Outcome]) -> "pd.DataFrame":
    """Tabulate outcomes, a row a specification.

    Parameters
    ----------
    outcomes : iterable of Outcome

    Returns
    -------
    DataFrame
        `digest`, by which a later batch knows what is done, `verb`, `source`, `trusted`, `error`.
    """
    import pandas as pd

    return pd.DataFrame([outcome.row for outcome in outcomes])
