"""What a reader must know of a result, on stderr: caveats, and what became of the rows."""

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from varstat.present.kind import open_results
from varstat.prose.text import clean
from varstat.results import Results

if TYPE_CHECKING:
    from varstat.estimands.verdict.result import Verdicts

_MOST = 5


def print_notes(
    results: Results[Any], console: Console, *, verdicts: "Verdicts | None" = None
) -> None:
    """Print what a reader must know: caveats, each once, and what became of the rows.

    Parameters
    ----------
    results : Funnels, Leagues, Opportunities, Comparisons or Fits
    console : rich.console.Console
    verdicts : Verdicts, optional
        Of these funnels: of their posteriors too there is something to know.
    """
    opened = open_results(results, verdicts=verdicts)
    groups_of: dict[str, list[str]] = {}
    for each in opened.groups:
        for note in opened.kind.notes(each):
            groups_of.setdefault(note, []).append(clean(", ".join(each.by.values())))
    for note in list(groups_of)[:_MOST]:
        first, *others = groups_of[note]
        noun = opened.kind.noun
        of = f" ({len(others) + 1} {noun})" if others else f" ({first})" if first else ""
        console.print(Text(f"Note: {clean(note)}{of}"))
    if len(groups_of) > _MOST:
        console.print(Text(f"Note: and {len(groups_of) - _MOST} more, in the JSON output."))
    for account in opened.results.accounts:
        console.print(Text(account.summary()))
