"""varstat card: list, show, check and write cards."""

from pathlib import Path
from typing import Annotated

import typer

from varstat.cli import options
from varstat.cli.parse import parse_range, parse_strata
from varstat.prose.text import clean, printable

app = typer.Typer(
    help="Cards: one indicator each, and how it is to be analysed.", no_args_is_help=True
)
Name = Annotated[
    str, typer.Argument(metavar="CARD", help="A card's name, or the path of a .toml file.")
]


@app.command("list")
def list_(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Names alone.")] = False,
) -> None:
    """List the cards that come with varstat."""
    from varstat.card import list_cards, load_card

    names = list_cards()
    width = max(len(name) for name in names)
    for name in names:
        typer.echo(name if quiet else f"{name:<{width}}  {load_card(name).indicator.title}")


@app.command()
def show(
    card: Name,
    json: Annotated[
        bool, typer.Option("--json", help="The whole card as data, its defaults included.")
    ] = False,
) -> None:
    """Describe a card in plain English."""
    from varstat.card import describe_card, load_card

    loaded = load_card(card)
    typer.echo(loaded.model_dump_json(indent=2) if json else printable(describe_card(loaded)))


@app.command()
def check(card: Name) -> None:
    """Check a card; every problem at once."""
    from varstat.card import load_card

    loaded = load_card(card)
    typer.echo(clean(f"{card}: this card is complete. {loaded.indicator.title}."))


@app.command()
def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The .toml file to write.")],
    title: options.Title = None,
    direction: options.DirectionName = None,
    counts: options.Counts = None,
    unit: options.Unit = None,
    unit_name: options.UnitName = None,
    numerator: options.Numerator = None,
    denominator: options.Denominator = None,
    observed: options.Observed = None,
    expected: options.Expected = None,
    exposure: options.Exposure = None,
    value: options.Value = None,
    se: options.Se = None,
    count: options.Count = None,
    total: options.Total = None,
    sum_of_squares: options.SumOfSquares = None,
    peer_group: options.PeerGroup = None,
    period: options.Period = None,
    stratum: options.Stratum = None,
    suppressed: options.Suppressed = None,
    rounded: options.Rounded = None,
    unit_cost: options.UnitCost = None,
    price_year: options.PriceYear = None,
    cost_source: options.CostSource = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file.")] = False,
) -> None:
    """Write the card that says what these options say."""
    from varstat.card import new_card
    from varstat.errors import OutputError
    from varstat.files import replace_file

    if path.suffix != ".toml":
        raise OutputError(str(path), "a card's name ends in .toml.")
    if path.exists() and not force:
        raise OutputError(str(path), "there is a file of this name. Use --force to replace it.")
    said = {
        "title": title,
        "direction": direction,
        "counts": counts,
        "unit": unit,
        "unit_name": unit_name,
        "numerator": numerator,
        "denominator": denominator,
        "observed": observed,
        "expected": expected,
        "exposure": exposure,
        "value": value,
        "se": se,
        "count": count,
        "total": total,
        "sum_of_squares": sum_of_squares,
        "peer_group": peer_group,
        "period": period,
        "suppressed": parse_range(suppressed),
        "rounded": rounded,
        "strata": parse_strata(stratum),
        "unit_cost": unit_cost,
        "price_year": price_year,
        "cost_source": cost_source,
    }
    replace_file(path, new_card(path.stem, said).encode())
    typer.echo(f"Wrote {clean(str(path))}.", err=True)
