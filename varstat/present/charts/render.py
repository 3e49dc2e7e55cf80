"""Turn a figure into the bytes of a file that says what it shows and where it comes from."""

import io
import json
import re
from collections import Counter
from collections.abc import Mapping
from xml.sax.saxutils import escape

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D

from varstat.errors import OutputError, did_you_mean, one_of
from varstat.measure import Floats
from varstat.present.charts import style
from varstat.prose.text import clean

SUFFIXES = (".png", ".svg", ".pdf")
PNG_DPI = 150
VECTOR_DPI = 200


def render(
    figure: Figure,
    *,
    suffix: str,
    alt: str,
    provenance: Mapping[str, object],
    title: str = "",
    dpi: int = PNG_DPI,
) -> bytes:
    """Render a figure; the same figure always gives the same bytes.

    Parameters
    ----------
    figure : Figure
    suffix : {".png", ".svg", ".pdf"}
    alt : str
        What the figure shows, for readers who don't see it.
    provenance : mapping of str to object
        What ran; kept in the file's metadata as JSON.
    title : str
        Title of the document; by default the first sentence of `alt`.
    dpi : int
        Dots an inch of a PNG.

    Returns
    -------
    bytes

    Raises
    ------
    OutputError
        If the suffix is unknown.
    """
    if suffix not in SUFFIXES:
        message = f"charts cannot be written as {suffix!r}; expected {one_of(SUFFIXES)}."
        raise OutputError("chart", message + did_you_mean(suffix, SUFFIXES))
    alt = clean(alt)
    title = clean(title) or alt.partition(". ")[0].rstrip(".")
    record = json.dumps(dict(provenance), sort_keys=True, default=str)
    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    with matplotlib.rc_context(dict(style.RC)):
        match suffix:
            case ".png":
                about: dict[str, object] = {"Title": title, "Description": alt, "varstat": record}
                figure.savefig(buffer, format="png", dpi=dpi, metadata=about)
            case ".svg":
                about = {"Date": None, "Title": title, "Description": alt, "Source": record}
                figure.savefig(buffer, format="svg", dpi=VECTOR_DPI, metadata=about)
            case ".pdf":
                about = {"CreationDate": None, "Title": title, "Subject": alt, "Keywords": record}
                figure.savefig(buffer, format="pdf", dpi=VECTOR_DPI, metadata=about)
    data = buffer.getvalue()
    return _describe_svg(data, title=title, alt=alt) if suffix == ".svg" else data


def _describe_svg(data: bytes, *, title: str, alt: str) -> bytes:
    """Give an SVG the name and description that assistive technology reads."""
    start = data.index(b"<svg")
    end = data.index(b">", start)
    role = b' role="img" aria-labelledby="chart-title chart-description"'
    words = (
        f'\n <title id="chart-title">{escape(title)}</title>'
        f'\n <desc id="chart-description">{escape(alt)}</desc>'
    )
    # Matplotlib writes a title of its own, without an id.
    rest = data[end + 1 :].replace(f"<title>{escape(title)}</title>".encode(), b"", 1)
    return data[:end] + role + b">" + words.encode() + _number_ids(rest)


def _number_ids(svg: bytes) -> bytes:
    """Make the ids of groups unique: the second of a kind of label ends in -2, and so on."""
    seen: Counter[bytes] = Counter()

    def number(match: re.Match[bytes]) -> bytes:
        seen[match[1]] += 1
        count = seen[match[1]]
        return match[0] if count == 1 else b'<g id="%b-%d">' % (match[1], count)

    return re.sub(rb'<g id="([^"]+)">', number, svg)


def svg_places(figure: Figure, at: Floats) -> Floats:
    """Find where data of the first axes stand in the SVG: points, down from the top.

    Parameters
    ----------
    figure : Figure
    at : ndarray of float, shape (marks, 2)

    Returns
    -------
    ndarray of float, shape (marks, 2)
    """
    scale = 72 / figure.dpi
    flip = Affine2D().scale(scale, -scale).translate(0, figure.get_figheight() * 72)
    return np.asarray((figure.axes[0].transData + flip).transform(at))


def rasterise_marks(figure: Figure, *, raster: bool) -> None:
    """Draw the marks of the first axes as one image, or each by itself."""
    for artist in figure.axes[0].collections:
        artist.set_rasterized(raster)
