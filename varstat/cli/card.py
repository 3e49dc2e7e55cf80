"""varstat card: list, show, check and write cards."""

from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from varstat.analysis.asking import OpportunityAsking
from varstat.analysis.specification import Modelling, Reading
from varstat.cli.grouped import grouped
from varstat.cli.option import complete_card
from varstat.prose.text import clean, printable

_COST = ("unit_cost", "price_year", "cost_source")

app = typer.Typer(
    help="Cards: one indicator each, and how it is to be analysed.",
    no_args_is_help=True,
)
Name = Annotated[
    str,
    typer.Argument(
        metavar="CARD",
        help="A card's name, or the path of a .toml file.",
        autocompletion=complete_card,
    ),
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
        if quiet:
            typer.echo(name)
            continue
        card = load_card(name)
        stub = " (a stub)" if card.missing else ""
        typer.echo(f"{name:<{width}}  {card.indicator.title}{stub}")


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
    if not loaded.missing:
        typer.echo(clean(f"{card}: this card is complete. {loaded.indicator.title}."))
        return
    typer.echo(clean(f"{card}: this card says nothing wrong, but is a stub. Missing:"))
    for each in loaded.missing:
        typer.echo(f"- {clean(each)}")


@app.command()
@grouped(
    without={
        *("source", "card", "by", "only", "exclude", "lookup", "roll_up", "annualise"),
        *("sheet", "spread", "decimal", "lenient"),
        *(field.name for field in fields(Modelling) if field.name != "strata"),
        *(field.name for field in fields(OpportunityAsking) if field.name not in _COST),
    }
)
def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The .toml file to write.")],
    reading: Reading,
    modelling: Modelling,
    asking: OpportunityAsking,
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
    stated = {**reading.to_dict(), "strata": modelling.strata}
    stated |= {name: getattr(asking, name) for name in _COST}
    replace_file(path, new_card(path.stem, stated).encode())
    typer.echo(f"Wrote {clean(str(path))}.", err=True)
