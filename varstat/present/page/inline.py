"""Make a chart's SVG part of a web page: no inline styles, ids of its own, colours by name."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from typing import Final

from varstat.present.charts import style

VARIABLES: Final[Mapping[str, str]] = {
    style.PAPER: "paper",
    style.INK: "ink",
    style.QUIET: "quiet",
    style.RULE: "rule",
    style.INSIDE: "inside",
    style.LIMIT: "limit",
    style.TARGET: "target",
    style.BETTER: "better",
    style.WORSE: "worse",
    style.BAND: "band",
    style.BETTER_SHADE: "better-shade",
    style.WORSE_SHADE: "worse-shade",
}
COLOUR = re.compile(r"#[0-9a-f]{6}")
DROPPED = ("metadata", "style", "title", "desc")


class Stylesheet:
    """The rules that the charts of one page share: one class for each distinct style.

    A policy that allows only styles known by their hash leaves no room for style attributes,
    and a class can say which colour is meant, so that a dark page can use another.
    """

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}

    def class_of(self, declarations: str) -> str:
        """Find or make the class with these declarations."""
        return self._classes.setdefault(declarations, f"s{len(self._classes)}")

    def text(self) -> str:
        """Write the rules as CSS."""
        base = ".plot svg * { stroke-linejoin: round; stroke-linecap: butt; }\n"
        rules = (f".{name} {{ {text} }}" for text, name in self._classes.items())
        return base + "\n".join(rules)


def inline_svg(data: bytes, sheet: Stylesheet, *, prefix: str) -> str:
    """Rewrite an SVG that `render` made for use inside a page.

    Parameters
    ----------
    data : bytes
    sheet : Stylesheet
        Takes the styles.
    prefix : str
        Makes ids unique on the page.

    Returns
    -------
    str
        Markup of one svg element, with its title and description.
    """
    root = ET.fromstring(data)  # noqa: S314, it is our own figure
    for parent in root.iter():
        for child in list(parent):
            if _local(child.tag) in DROPPED and not child.get("id", "").startswith("chart-"):
                parent.remove(child)
    seen: Counter[str] = Counter()
    for element in root.iter():
        if (name := element.get("id")) is not None:
            # What is drawn in several strokes of one name is so many elements: each has its own.
            seen[name] += 1
            element.set("id", name if seen[name] == 1 else f"{name}-{seen[name]}")
        element.tag = _local(element.tag)
        element.text = None if not (element.text or "").strip() else element.text
        element.tail = "\n" if (element.tail or "").strip() == "" else element.tail
        for name, value in list(element.attrib.items()):
            del element.attrib[name]
            _rewrite(element, _local(name), value, sheet, prefix)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)
    return ET.tostring(root, encoding="unicode")


def _rewrite(element: ET.Element, name: str, value: str, sheet: Stylesheet, prefix: str) -> None:
    """Put back one attribute: ids prefixed, styles as a class."""
    match name:
        case "style":
            element.set("class", sheet.class_of(_themed(value)))
        case "id":
            element.set("id", f"{prefix}-{value}")
        case "href" if value.startswith("#"):
            element.set("href", f"#{prefix}-{value[1:]}")
        case "aria-labelledby":
            element.set(name, " ".join(f"{prefix}-{part}" for part in value.split()))
        case "clip-path":
            element.set(name, value.replace("url(#", f"url(#{prefix}-"))
        case _:
            element.set(name, value)


def _themed(declarations: str) -> str:
    return COLOUR.sub(_variable, declarations)


def _variable(match: re.Match[str]) -> str:
    colour = match[0]
    name = VARIABLES.get(colour)
    if name is None:
        for strong, light in ((style.BETTER, "better-light"), (style.WORSE, "worse-light")):
            tints = {style.tint(strong, share / 100) for share in range(1, 100)}
            if colour in tints:
                name = light
    return f"var(--{name}, {colour})" if name else colour


def _local(name: str) -> str:
    return name.rpartition("}")[2]
