"""Make a page of results of any kind: the charts and the table of each group."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from varstat.data.account import Account
from varstat.present.canvas import Canvas
from varstat.present.caption import group_text
from varstat.present.chart import Chart, Places
from varstat.present.charts.render import rasterise_marks, render, svg_places
from varstat.present.column import Column, Table
from varstat.present.highlight import Bools, full_name
from varstat.present.kind import Block, Open, findings_of
from varstat.present.page.inline import Stylesheet, inline_svg
from varstat.present.page.page import (
    MAX_SECTIONS,
    MOST_VECTOR_MARKS,
    Cell,
    Heading,
    Plot,
    Row,
    Section,
    Small,
    escape_json,
    render_page,
)
from varstat.prose.text import clean, without_options

# Columns of a line that ends where its paragraph does.
_UNBROKEN = 100_000
# Inches: as wide as a telephone shows letters of a chart in a size that can be read.
_NARROW = 4.6
# Units of such a chart that a finger can point at.
_MOST_POINTED = 500


def page_bytes(opened: Open) -> bytes:
    """Make a page with the charts and the table of each group, for any browser.

    Parameters
    ----------
    opened : Open

    Returns
    -------
    bytes
        UTF-8 of one HTML file that needs nothing else and fetches nothing.
    """
    kind, results = opened.kind, opened.results
    sheet = Stylesheet()
    below = [_say_account(each) for each in results.accounts]
    if remarks := [without_options(clean(each)) for each in kind.remarks(results)]:
        below = [*remarks, "", *below]
    left = len(opened.groups) - MAX_SECTIONS
    if left > 0:
        below = [f"{left:,} more {kind.noun} are not on this page.", *below]
    return render_page(
        [_section(opened, at, sheet) for at in range(min(len(opened.groups), MAX_SECTIONS))],
        titles=[each.indicator for each in opened.groups],
        sheet=sheet,
        provenance=results.provenance.to_dict(),
        account_text="\n".join(below),
    )


def _say_account(account: Account) -> str:
    """What became of the rows, for readers who have no command line: lines end where they end."""
    notes = tuple(filter(None, (without_options(note) for note in account.notes)))
    return replace(account, notes=notes).summary(width=_UNBROKEN)


def _section(opened: Open, at: int, sheet: Stylesheet) -> Section:
    kind, result, mark = opened.kind, opened.groups[at], opened.marks[at]
    charts = {name: chart for name, chart in kind.charts.items() if chart.shows(result)}
    places = {name: chart.places(result, mark) for name, chart in charts.items() if chart.places}
    table = kind.table(result)
    columns = [
        column
        for column in kind.columns
        if column.text and not column.names and column.where(result)
    ]
    listed = kind.listed(result, mark)
    wanted = np.unique(np.concatenate([listed, *(each.order for each in places.values())]))
    strong = kind.strong(result, mark)
    tips = [column for column in columns if column.tip]
    rows = {i: _row(opened, table, columns, i, strong=bool(strong[i])) for i in wanted.tolist()}
    drawn = sorted({i for each in places.values() for i in each.order.tolist()})
    provenance = opened.results.provenance.to_dict()
    return Section(
        group=group_text(result),
        kind=kind.title,
        alarm=without_options(clean(result.distrust)),
        finding=kind.finding(result),
        summary=without_options(clean(findings_of(result))),
        warnings=tuple(filter(None, (without_options(clean(n)) for n in kind.notes(result)))),
        plots=tuple(
            _plot(
                name,
                chart,
                (result, mark),
                places.get(name),
                {unit: number for number, unit in enumerate(drawn)},
                sheet,
                provenance,
                prefix=f"{kind.name[0]}{at + 1}{name[0]}{'n' * narrow}",
                narrow=narrow,
            )
            for name, chart in charts.items()
            for narrow in (False, True)
        ),
        caption=kind.caption(result, len(listed)),
        columns=tuple(Heading(title=each.title(table), number=each.number) for each in columns),
        rows=tuple(rows[i] for i in listed.tolist()),
        beside=tuple(map(_small, kind.beside(result))),
        json=escape_json(
            {
                "heads": [column.title(table) for column in tips],
                "units": [[rows[i].name, rows[i].code, *rows[i].tips] for i in drawn],
            }
            if drawn
            else {}
        ),
    )


def _small(block: Block) -> Small:
    columns = {**block.texts, **block.numbers}
    return Small(
        title=clean(block.title),
        columns=tuple(
            # The first cell of a row is its heading, and stands as text does.
            Heading(title=_heading(name), number=at > 0 and name in block.numbers)
            for at, name in enumerate(columns)
        ),
        rows=tuple(tuple(map(clean, row)) for row in zip(*columns.values(), strict=True)),
        last=block.last,
    )


def _heading(name: str) -> str:
    """Write a heading on one line, as those of the units are."""
    title = clean(name.replace("-\n", "").replace("\n", " "))
    return title[:1].upper() + title[1:]


def _row(
    opened: Open, table: Table[Any], columns: list[Column[Any]], i: int, *, strong: bool
) -> Row:
    units = opened.kind.named(table.result)
    return Row(
        name=full_name(units, i),
        code=clean(str(units.unit[i])),
        cells=tuple(
            Cell(text=column.cell(table, i, named=True), value=table.sort_value(column.name, i))
            for column in columns
        ),
        tips=tuple(column.cell(table, i) for column in columns if column.tip),
        strong=strong,
    )


def _plot(
    name: str,
    chart: Chart[Any],
    drawn: tuple[Any, Bools],
    places: Places | None,
    numbers: Mapping[int, int],
    sheet: Stylesheet,
    provenance: Mapping[str, object],
    *,
    prefix: str,
    narrow: bool,
) -> Plot:
    result, mark = drawn
    figure = chart.draw([result], [mark], Canvas(width=_NARROW if narrow else None))
    if not chart.rows:
        rasterise_marks(figure, raster=len(mark) > MOST_VECTOR_MARKS)
    data = render(
        figure,
        suffix=".svg",
        alt=without_options(chart.alt([result])),
        provenance=provenance,
        title=chart.title(result),
    )
    told: list[tuple[int, float, float]] = []
    note = ""
    if places is not None and not (narrow and len(mark) > _MOST_POINTED):
        seen = places.order[np.isfinite(places.at[places.order]).all(axis=1)]
        at = svg_places(figure, places.at[seen]).tolist()
        told = [
            (numbers[i], round(x, 1), round(y, 1))
            for i, (x, y) in zip(seen.tolist(), at, strict=True)
        ]
        if len(places.order) < len(mark):
            note = f"Only {len(places.order):,} of {len(mark):,} units can be pointed at."
    return Plot(
        svg=inline_svg(data, sheet, prefix=prefix),
        label=f"Units of this chart, in order of {chart.order}",
        order=chart.order,
        rows=chart.rows,
        note=note,
        json=escape_json(told),
        narrow=narrow,
    )
