"""Write funnels as one self-contained web page, readable without scripts and by keyboard."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import jinja2
import numpy as np
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from varstat.errors import UsageError
from varstat.funnel.result import Funnel
from varstat.measure import Floats
from varstat.present.charts import words
from varstat.present.charts.funnel import draw_funnel
from varstat.present.charts.inline import Stylesheet, inline_svg
from varstat.present.charts.marks import centre
from varstat.present.charts.names import full_name
from varstat.present.charts.save import render
from varstat.present.charts.view import rate_text
from varstat.present.highlight import find_units
from varstat.present.text import clean

MOST_ROWS = 2_000
MOST_VECTOR_MARKS = 10_000
MOST_TIPS = 20_000
# Sections of a page; of more funnels the first so many are shown, and the page says so.
MAX_SECTIONS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One unit in the table, as text and as values to sort by."""

    name: str
    code: str
    size: str
    size_value: str
    rate: str
    rate_value: str
    target: str
    target_value: str
    p: str
    p_value: str
    flag: str

    def lines(self, size: str, rate: str) -> list[str]:
        """Say the same in the lines of a tooltip."""
        name = self.name if self.name == self.code else f"{self.name} ({self.code})"
        flag = f"flagged {self.flag}" if self.flag else "not flagged"
        return [
            name,
            f"{rate} {self.rate}, target {self.target}",
            f"{size} {self.size}",
            f"p {self.p}, {flag}" if self.p else flag,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What the page says of one funnel."""

    group: str
    finding: str
    summary: str
    warnings: tuple[str, ...]
    svg: str
    chart_note: str
    caption: str
    size: str
    rate: str
    rows: list[Row]
    json: str


def render_page(
    funnels: Sequence[Funnel],
    *,
    highlight: Sequence[str] = (),
    provenance: Mapping[str, object],
    account_text: str = "",
) -> bytes:
    """Render funnels as one HTML file that needs nothing else and fetches nothing.

    Each funnel has a section with its summary, its chart (the same that is drawn for print)
    and a table. Scripts add tooltips, search, sorting and movement by keyboard; without them
    the page still says everything but what a tooltip says of units that have no row.

    Parameters
    ----------
    funnels : sequence of Funnel
    highlight : sequence of str
        Codes or names of units to ring in every funnel that has them.
    provenance : mapping of str to object
        What ran.
    account_text : str
        What became of every row of the data.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    UsageError
        If there is no funnel, or none has a highlighted unit.
    """
    if not funnels:
        raise UsageError("render_page", "there is no funnel to draw; expected one or more.")
    sheet = Stylesheet()
    left = len(funnels) - MAX_SECTIONS
    if left > 0:
        account_text = f"{left:,} more funnels are not on this page.\n{account_text}"
    sections = [
        _section(funnel, chosen, sheet, provenance, prefix=f"f{i}")
        for i, (funnel, chosen) in enumerate(
            zip(funnels, find_units(funnels, highlight), strict=True), start=1
        )
        if i <= MAX_SECTIONS
    ]
    css = f"{_asset('page.css')}\n{sheet.text()}"
    script = _asset("page.js")
    titles = list(dict.fromkeys(clean(funnel.indicator) for funnel in funnels))
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    page = environment.from_string(_asset("page.html.jinja")).render(
        title=titles[0] if len(titles) == 1 else f"{len(titles)} indicators",
        policy=_policy(css, script),
        css=css,
        script=script,
        sections=sections,
        account_text="\n".join(clean(line) for line in account_text.splitlines()),
        provenance=json.dumps(dict(provenance), sort_keys=True, default=str),
    )
    return page.encode()


def _asset(name: str) -> str:
    return files("varstat.present.charts").joinpath(name).read_text(encoding="utf-8")


def _policy(css: str, script: str) -> str:
    """Allow nothing but this very style and script, and the images that a chart holds."""
    return (
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def escape_json(value: object) -> str:
    r"""Write JSON that cannot end the script element in which it stands.

    Examples
    --------
    >>> escape_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _section(
    funnel: Funnel,
    chosen: NDArray[np.bool_],
    sheet: Stylesheet,
    provenance: Mapping[str, object],
    *,
    prefix: str,
) -> Section:
    units = funnel.units
    count = len(units.unit)
    figure = draw_funnel(funnel, highlight=[str(code) for code in units.unit[chosen]])
    for artist in figure.axes[0].collections:
        artist.set_rasterized(count > MOST_VECTOR_MARKS)
    title = words.heading(funnel)
    alt = words.alt_text(funnel)
    data = render(figure, suffix=".svg", alt=alt, provenance=provenance, title=title)
    important = ((units.flag == "high") | (units.flag == "low")) | chosen
    listed = _listed(funnel, important)
    tipped = np.arange(count) if count <= MOST_TIPS else np.flatnonzero(important)[:MOST_TIPS]
    rows = {int(i): _row(funnel, int(i)) for i in np.union1d(listed, tipped)}
    size, rate = funnel.measure.size.capitalize(), funnel.measure.rate.capitalize()
    return Section(
        group=words.group_text(funnel),
        finding=words.finding(funnel),
        summary=clean(funnel.summary()),
        warnings=tuple(clean(warning) for warning in funnel.warnings),
        svg=inline_svg(data, sheet, prefix=prefix),
        chart_note=f"Only {len(tipped):,} of {count:,} units can be pointed at: the flagged ones."
        if len(tipped) < count
        else "",
        caption=_caption(count, len(listed)),
        size="Standard error" if funnel.measure.name == "mean" else size,
        rate=rate,
        rows=[rows[int(i)] for i in listed],
        json=escape_json(_tips(funnel, figure, tipped, rows, size, rate)),
    )


def _listed(funnel: Funnel, important: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Choose the units of the table: all, or the flagged ones, the strictest first."""
    units = funnel.units
    index = np.arange(len(units.unit))
    if len(index) > MOST_ROWS:
        index = np.flatnonzero(important)
    level = np.nan_to_num(units.flag_level[index], nan=0.0)
    p_value = np.nan_to_num(units.p_value[index], nan=1.0)
    distance = np.nan_to_num(np.abs(units.z[index]), nan=0.0)
    return index[np.lexsort((index, -distance, p_value, -level))][:MOST_ROWS]


def _caption(count: int, listed: int) -> str:
    if listed == count:
        return f"All {count:,} units, the furthest from the target first"
    return f"{listed:,} flagged or highlighted units of {count:,}, the strictest flags first"


def _row(funnel: Funnel, i: int) -> Row:
    units = funnel.units
    shares = funnel.measure.name == "proportion"
    flag = units.flag[i]
    p = float(units.p_value[i])
    rate, target = float(units.rate[i]), float(units.target[i])
    return Row(
        name=full_name(units, i),
        code=clean(str(units.unit[i])),
        size=f"{units.size[i]:,.6g}" if units.size[i] < 1e6 else f"{units.size[i]:,.0f}",
        size_value=_number(float(units.size[i])),
        rate=rate_text(rate, percent=shares) if np.isfinite(rate) else "withheld",
        rate_value=_number(rate),
        target=rate_text(target, percent=shares),
        target_value=_number(target),
        p=_p_text(p),
        p_value=_number(p),
        flag=f"{flag} at {words.percent(float(units.flag_level[i]))}" if flag else "",
    )


def _number(value: float) -> str:
    return f"{value:.12g}" if np.isfinite(value) else ""


def _p_text(p: float) -> str:
    if not np.isfinite(p):
        return ""
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}" if p < 0.01 else f"{p:.2f}"


def _tips(
    funnel: Funnel,
    figure: Figure,
    tipped: NDArray[np.intp],
    rows: Mapping[int, Row],
    size: str,
    rate: str,
) -> list[dict[str, object]]:
    """Say of each unit where it stands in the SVG, and what to show there."""
    at = np.column_stack([funnel.units.size, centre(funnel)])[tipped]
    seen = np.isfinite(at).all(axis=1)
    places = _in_svg(figure, at[seen])
    return [
        {
            "x": round(float(x), 1),
            "y": round(float(y), 1),
            "key": f"{rows[i].name} {rows[i].code}".lower(),
            "lines": rows[i].lines(size, rate),
        }
        for i, (x, y) in zip(tipped[seen].tolist(), places, strict=True)
    ]


def _in_svg(figure: Figure, at: Floats) -> Floats:
    """Change data to the units of the SVG's view box: points, down from the top."""
    scale = 72 / figure.dpi
    height = figure.get_figheight() * 72
    flip = Affine2D().scale(scale, -scale).translate(0, height)
    places = (figure.axes[0].transData + flip).transform(at)
    return np.asarray(places, dtype=np.float64)
