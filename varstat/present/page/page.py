"""Write one self-contained web page of charts and tables, readable without scripts."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import jinja2

from varstat.present.page.inline import Stylesheet
from varstat.prose.text import clean

MOST_ROWS = 2_000
MOST_VECTOR_MARKS = 10_000
MOST_TIPS = 20_000
# Sections of a page; of more results the first so many are shown, and the page says so. Of more
# than a few each is folded until it is opened.
MAX_SECTIONS, MOST_OPEN = 60, 4
# Notes that stand open below the charts; more are folded.
_FEW_NOTES = 3
# Letters of a cell that isn't broken, and of one that needs room for a sentence.
_BRIEF, _SAID = 14, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a table says of one unit in one column.

    Attributes
    ----------
    text : str
    value : str
        To sort by; empty where it isn't known.
    """

    text: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One unit in the table, and in a tooltip.

    Attributes
    ----------
    name, code : str
    cells : tuple of Cell
        In the other columns.
    tips : tuple of str
        What a tooltip says below the name, under the section's `tips`; empty where there is none.
    strong : bool
        Whether the name stands out.
    """

    name: str
    code: str
    cells: tuple[Cell, ...]
    tips: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A column of the table besides the unit and its code."""

    title: str
    number: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One chart of a section.

    Attributes
    ----------
    svg : str
    label : str
        What it holds, for assistive technology.
    order : str
        By what the arrow keys move among units.
    rows : bool
        Whether units are rows, so that a pointer anywhere on one is at the unit.
    note : str
        Which units can't be pointed at; empty if all can.
    json : str
        Those that can, in the order of the keys: the number of each among the section's units, and
        where it stands.
    narrow : bool
        Whether it is drawn for a telephone, in place of the one before.
    """

    svg: str
    label: str
    order: str
    rows: bool
    note: str
    json: str
    narrow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """A small table of a section, which isn't sorted or searched.

    Attributes
    ----------
    title : str
    columns : tuple of Heading
    rows : tuple of tuple of str
    last : bool
        Whether it stands below the table of the units.
    """

    title: str
    columns: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What the page says of one result.

    Attributes
    ----------
    group : str
    kind : str
        Its heading where there is no group.
    alarm : str
        Why it isn't to be trusted; empty if it is.
    finding : str
        For the list of groups.
    summary : str
    warnings : tuple of str
    plots : tuple of Plot
    caption : str
    columns : tuple of Heading
    rows : tuple of Row
    beside : tuple of Small
    json : str
        What tooltips say of the units that some chart shows: headings, and a list a unit of its
        name, code and cells. Once, however many charts there are.
    """

    group: str
    kind: str
    alarm: str
    finding: str
    summary: str
    warnings: tuple[str, ...]
    plots: tuple[Plot, ...]
    caption: str
    columns: tuple[Heading, ...]
    rows: tuple[Row, ...]
    beside: tuple[Small, ...] = ()
    json: str = "{}"


def render_page(
    sections: Sequence[Section],
    *,
    titles: Sequence[str],
    sheet: Stylesheet,
    provenance: Mapping[str, object],
    account_text: str = "",
) -> bytes:
    """Render sections as one HTML file that needs nothing else and fetches nothing.

    Each has its summary, its charts (the same that are drawn for print), notes and a table. Scripts
    add tooltips, search, sorting and movement by keyboard; without them the page still says
    everything but what a tooltip says of units that have no row.

    Parameters
    ----------
    sections : sequence of Section
    titles : sequence of str
        The indicators.
    sheet : Stylesheet
        The styles of the charts.
    provenance : mapping of str to object
        What ran.
    account_text : str
        What became of every row of the data.

    Returns
    -------
    bytes
        UTF-8.
    """
    css = f"{_asset('page.css')}\n{sheet.text()}"
    script = _asset("page.js")
    names = list(dict.fromkeys(clean(title) for title in titles))
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    page = environment.from_string(_asset("page.html.jinja")).render(
        title=names[0] if len(names) == 1 else f"{len(names)} indicators",
        policy=_policy(css, script),
        css=css,
        script=script,
        sections=sections,
        folded=len(sections) > MOST_OPEN,
        few=_FEW_NOTES,
        brief=_BRIEF,
        said=_SAID,
        account_text="\n".join(clean(line) for line in account_text.splitlines()),
        provenance=json.dumps(dict(provenance), sort_keys=True, default=str),
    )
    return page.encode()


def _asset(name: str) -> str:
    return files("varstat.present.page").joinpath(name).read_text(encoding="utf-8")


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
