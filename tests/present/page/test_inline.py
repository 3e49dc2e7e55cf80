"""Charts inside a page: ids that stand once."""

import re

from varstat.present.page.inline import Stylesheet, inline_svg

STROKES = (
    b'<svg xmlns="http://www.w3.org/2000/svg"><g id="interval"/><g id="interval"/>'
    b'<g id="unit"/><g id="interval"/></svg>'
)


def test_strokes_of_one_name_have_ids_of_their_own() -> None:
    made = inline_svg(STROKES, Stylesheet(), prefix="r1s")
    ids = re.findall(r'id="([^"]*)"', made)
    assert ids == ["r1s-interval", "r1s-interval-2", "r1s-unit", "r1s-interval-3"]
