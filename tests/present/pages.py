"""Results made by hand, drawn, and as a page."""

import json
import re
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from varstat import draw
from varstat.data.account import Account
from varstat.funnel.result import Funnel, Funnels
from varstat.present.canvas import make_canvas
from varstat.present.captions.funnel import caption
from varstat.present.charts import funnel as charts
from varstat.present.highlight import find_units
from varstat.present.write import encode
from varstat.provenance import Provenance


def gather_funnels(*funnels: Funnel, source: str = "made.csv") -> Funnels:
    """Put funnels together, with an account and a provenance."""
    count = sum(funnel.units.unit.size for funnel in funnels)
    return Funnels(
        groups=funnels,
        accounts=(
            Account(
                source=source,
                rows_read=count,
                rows_kept=count,
                rows_merged=0,
                exclusions=(),
                totals={},
                units=count,
            ),
        ),
        provenance=Provenance(
            verb="funnel",
            source=source,
            data_hash="0" * 64,
            card="default-proportion",
            card_hash="1" * 64,
            options={},
        ),
    )


_UNITS = re.compile(r'<script type="application/json" class="units">(.*?)</script>', re.S)
_PLACES = re.compile(r'<script type="application/json" class="places">(.*?)</script>', re.S)


def read_tips(page: bytes | str) -> list[list[dict[str, Any]]]:
    """Read of each chart of a page what can be pointed at: where, and what a tooltip says."""
    text = page if isinstance(page, str) else page.decode()
    found = []
    for section in text.split("<section")[1:]:
        said = [json.loads(each) for each in _UNITS.findall(section)]
        for each in _PLACES.findall(section):
            chart = []
            for at, x, y in json.loads(each):
                name, code, *cells = said[0]["units"][at]
                pairs = zip(said[0]["heads"], cells, strict=True)
                told = [f"{head} {cell}" for head, cell in pairs if cell]
                chart.append(
                    {"x": x, "y": y, "lines": [name if name == code else f"{name} ({code})", *told]}
                )
            found.append(chart)
    return found


def page_of(results: Any, **said: Any) -> bytes:
    """Make the page of results."""
    return encode(results, ".html", **said)


def draw_funnel(funnel: Funnel, *, highlight: Sequence[str] = (), **options: Any) -> Figure:
    """Draw a funnel with options that no command has."""
    (chosen,) = find_units([funnel], highlight)
    x_scale = options.pop("x_scale", "auto")
    canvas = make_canvas(**options)
    return charts.draw_funnel(funnel, caption(funnel), chosen, x_scale=x_scale, canvas=canvas)


def drawing(chart: str) -> Any:
    """Make the function that draws one chart of any results."""

    def draw_it(results: Any, **said: Any) -> Figure:
        return draw(results, chart=chart, **said)

    return draw_it
