"""Make a page of results of any kind: the charts and the table of each group."""

from collections.abc import Mapping
from typing import Any

import numpy as np

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
from varstat.prose.text import clean


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
    below = [each.summary() for each in results.accounts]
    if remarks := [clean(each) for each in kind.remarks(results)]:
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
    rows = {i: _row(opened, table, columns, i, strong=bool(strong[i])) for i in wanted.tolist()}
    provenance = opened.results.provenance.to_dict()
    return Section(
        group=group_text(result),
        kind=kind.title,
        alarm=clean(result.distrust),
        finding=kind.finding(result),
        summary=clean(findings_of(result)),
        warnings=tuple(clean(note) for note in kind.notes(result)),
        plots=tuple(
            _plot(
                name,
                chart,
                (result, mark),
                places.get(name),
                rows,
                sheet,
                provenance,
                prefix=f"{kind.name[0]}{at + 1}{name[0]}",
            )
            for name, chart in charts.items()
        ),
        caption=kind.caption(result, len(listed)),
        columns=tuple(Heading(title=each.title(table), number=each.number) for each in columns),
        rows=tuple(rows[i] for i in listed.tolist()),
        beside=tuple(map(_small, kind.beside(result))),
    )


def _small(block: Block) -> Small:
    columns = {**block.texts, **block.numbers}
    return Small(
        title=clean(block.title),
        columns=tuple(
            Heading(title=clean(name.replace("\n", " ")), number=name in block.numbers)
            for name in columns
        ),
        rows=tuple(tuple(map(clean, row)) for row in zip(*columns.values(), strict=True)),
    )


def _row(
    opened: Open, table: Table[Any], columns: list[Column[Any]], i: int, *, strong: bool
) -> Row:
    units = opened.kind.named(table.result)
    name, code = full_name(units, i), clean(str(units.unit[i]))
    cells = {
        column.title(table): (
            column,
            Cell(text=column.cell(table, i), value=table.sort_value(column.name, i)),
        )
        for column in columns
    }
    told = [
        f"{title} {cell.text}"
        for title, (column, cell) in cells.items()
        if column.tip and cell.text
    ]
    return Row(
        name=name,
        code=code,
        cells=tuple(cell for _, cell in cells.values()),
        lines=(name if name == code else f"{name} ({code})", *told),
        strong=strong,
    )


def _plot(
    name: str,
    chart: Chart[Any],
    drawn: tuple[Any, Bools],
    places: Places | None,
    rows: Mapping[int, Row],
    sheet: Stylesheet,
    provenance: Mapping[str, object],
    *,
    prefix: str,
) -> Plot:
    result, mark = drawn
    figure = chart.draw([result], [mark], Canvas())
    if not chart.rows:
        rasterise_marks(figure, raster=len(mark) > MOST_VECTOR_MARKS)
    data = render(
        figure,
        suffix=".svg",
        alt=chart.alt([result]),
        provenance=provenance,
        title=chart.title(result),
    )
    told: list[dict[str, object]] = []
    note = ""
    if places is not None:
        seen = places.order[np.isfinite(places.at[places.order]).all(axis=1)]
        told = [
            {
                "x": round(x, 1),
                "y": round(y, 1),
                "key": rows[i].key,
                "lines": list(rows[i].lines),
            }
            for i, (x, y) in zip(
                seen.tolist(), svg_places(figure, places.at[seen]).tolist(), strict=True
            )
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
    )
