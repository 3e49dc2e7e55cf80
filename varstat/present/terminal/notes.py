"""What a reader must know of a result, on stderr: caveats, and what became of the rows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from varstat.funnel.result import Funnels
from varstat.prose.text import clean

if TYPE_CHECKING:
    from varstat.estimands.comparison.result import Comparisons
    from varstat.estimands.league.result import Leagues
    from varstat.estimands.opportunity.result import Opportunities
    from varstat.estimands.verdict.result import Verdicts

_MOST = 5
_NOUNS = {"league": "league tables", "opportunity": "analyses"}


def print_notes(
    results: "Funnels | Leagues | Opportunities | Comparisons",
    console: Console,
    *,
    verdicts: "Verdicts | None" = None,
) -> None:
    """Print what a reader must know: caveats, each once, and what became of the rows.

    Parameters
    ----------
    results : Funnels, Leagues, Opportunities or Comparisons
    console : rich.console.Console
    verdicts : Verdicts, optional
        Of these funnels: of their posteriors too there is something to know.
    """
    if isinstance(results, Funnels):
        noun, caveats = "funnels", [(f.by, f.warnings) for f in results]
    else:
        noun, caveats = (
            _NOUNS.get(results.provenance.verb, "groups"),
            [(each.by, each.notes) for each in results],
        )
    _print([*caveats, *((v.by, v.notes) for v in verdicts or ())], noun, console)
    for account in getattr(results, "accounts", (results.account,)):
        console.print(Text(account.summary()))


def _print(
    caveats: Sequence[tuple[Mapping[str, str], Sequence[str]]], noun: str, console: Console
) -> None:
    told: dict[str, list[str]] = {}
    for by, notes in caveats:
        for note in notes:
            told.setdefault(note, []).append(clean(", ".join(by.values())))
    for note in list(told)[:_MOST]:
        first, *others = told[note]
        of = f" ({len(others) + 1} {noun})" if others else f" ({first})" if first else ""
        console.print(Text(f"Note: {clean(note)}{of}"))
    if len(told) > _MOST:
        console.print(Text(f"Note: and {len(told) - _MOST} more, in the JSON output."))
