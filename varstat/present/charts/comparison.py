"""Draw what the gulf between two units is made of."""

from dataclasses import replace

import matplotlib
from matplotlib.figure import Figure

from varstat.errors import UsageError
from varstat.estimands.comparison.result import Comparison, Comparisons
from varstat.estimands.comparison.words import say_difference
from varstat.present.captions.head import Head
from varstat.present.charts import style
from varstat.present.charts.names import figure_text
from varstat.present.charts.render import render
from varstat.present.charts.row_sheet import WARNING, stamp, write_head
from varstat.present.charts.sheet import MARGIN, Sheet
from varstat.present.charts.waterfall import AROUND, BAR, LEFT, RIGHT, WIDTH, draw_bars
from varstat.present.page.inline import Stylesheet, inline_svg
from varstat.present.page.page import (
    Cell,
    Column,
    Plot,
    Row,
    Section,
    render_page,
    sort_value,
)
from varstat.prose.number import percent
from varstat.prose.rate import style_of
from varstat.prose.text import clean, shorten
from varstat.prose.trust import say_distrust

LONGEST = 20


def draw_comparison(comparison: Comparison) -> Figure:
    """Draw how the raw difference of two units falls to what remains, a bar for each part.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Figure
    """
    # Names must leave room for what is said of them.
    first, second = (shorten(clean(unit), LONGEST) for unit in comparison.unit)
    comparison = replace(comparison, unit=(first, second))
    distrust = clean(say_distrust(comparison.diagnostics))
    shares = comparison.measure.percent
    count = len(comparison.component)
    # The finding takes several lines.
    height = AROUND + 30.0 + BAR * count + (WARNING if distrust else 0.0)
    with matplotlib.rc_context(dict(style.RC)):
        sheet = Sheet(WIDTH, height)
        write_head(
            sheet,
            Head(
                distrust=distrust,
                title=_title(comparison),
                finding=clean(say_difference(comparison)),
            ),
        )
        sheet.write_below(
            f"Lines: {percent(comparison.level)} intervals. Parts are Shapley shares and add up in "
            "every draw.",
            lines=2,
        )
        ax = sheet.figure.add_axes(
            sheet.rectangle(
                MARGIN + LEFT, sheet.bottom + 34.0, sheet.width - MARGIN - RIGHT, sheet.top - 8.0
            )
        )

        def write(value: float) -> str:
            return f"{100 * value:.2g} points" if shares else f"{value:.3g}"

        draw_bars(
            ax,
            comparison.component,
            comparison.part,
            comparison.part_lower,
            comparison.part_upper,
            write=write,
            taken=False,
            percent=shares,
        )
        ax.set_xlabel(
            figure_text(f"Rate of {comparison.unit[0]} less that of {comparison.unit[1]}"),
            fontsize=style.SMALL + 0.5,
            color=style.QUIET,
            parse_math=False,
        )
        if distrust:
            stamp(ax)
        return sheet.figure


def _title(comparison: Comparison) -> str:
    group = " · ".join(comparison.by.values())
    title = f"{comparison.unit[0]} and {comparison.unit[1]}: {comparison.indicator}"
    return clean(f"{title}, {group}" if group else title)


def _columns(comparison: Comparison) -> tuple[Column, ...]:
    level = percent(comparison.level)
    sign = " %" if comparison.measure.percent else ""
    return (
        Column(title="Peer group", number=False),
        Column(title=f"Raw{sign}"),
        Column(title=f"Estimate{sign} ({level} interval)"),
    )


def _row(comparison: Comparison, side: int) -> Row:
    style = style_of(
        comparison.measure, raw=comparison.raw, lower=comparison.lower, upper=comparison.upper
    )
    code = clean(comparison.unit[side])
    name = comparison.unit_name[side]
    raw, rate = comparison.raw[side], comparison.estimate[side]
    ends = style.interval(comparison.lower[side], comparison.upper[side])
    cells = (
        Cell(text=clean(comparison.peer_group[side] or "")),
        Cell(text=style.text(raw) or "withheld", value=sort_value(raw)),
        Cell(text=f"{style.text(rate)} ({ends})", value=sort_value(rate)),
    )
    return Row(name=clean(name or code), code=code, cells=cells, lines=())


def comparison_chart_bytes(comparisons: Comparisons, *, suffix: str) -> bytes:
    """Draw a comparison as a file of the suffix's format.

    Raises
    ------
    UsageError
        If there are several groups.
    """
    if len(comparisons) > 1:
        raise UsageError(
            "chart",
            f"a chart is of one group, and {len(comparisons):,} have both units. Leave out --by, "
            "or write a page (.html), which has one for each.",
        )
    first = comparisons[0]
    return render(
        draw_comparison(first),
        suffix=suffix,
        alt=f"{_title(first)}. {clean(first.summary())}",
        provenance=comparisons.provenance.to_dict(),
    )


def comparison_page_bytes(comparisons: Comparisons) -> bytes:
    """Make a page with the chart of each comparison, for any browser."""
    sheet = Stylesheet()
    provenance = comparisons.provenance.to_dict()
    sections = []
    for at, each in enumerate(comparisons):
        alt = f"{_title(each)}. {clean(each.summary())}"
        data = render(
            draw_comparison(each), suffix=".svg", alt=alt, provenance=provenance,
            title=_title(each),
        )  # fmt: skip
        plot = Plot(
            svg=inline_svg(data, sheet, prefix=f"c{at}"),
            label="Parts of the difference",
            order="part",
            rows=True,
            note="",
            json="[]",
        )
        sections.append(
            Section(
                group=clean(" · ".join(each.by.values())),
                kind="Comparison",
                alarm=clean(say_distrust(each.diagnostics)),
                finding=clean(each.findings),
                summary=clean(each.findings),
                warnings=tuple(clean(note) for note in each.notes),
                plots=(plot,),
                caption="The two units",
                columns=_columns(each),
                rows=tuple(_row(each, side) for side in (0, 1)),
            )
        )
    return render_page(
        sections,
        titles=[each.indicator for each in comparisons],
        sheet=sheet,
        provenance=provenance,
        account_text=comparisons.account.summary(),
    )
