"""Files of charts: the same bytes every time, saying what they show and whence they come."""

import io
import json
import xml.etree.ElementTree as ET

import pytest
from present.pages import draw_funnel

from varstat.errors import OutputError
from varstat.funnel.result import Funnel
from varstat.present.captions.funnel import alt_text
from varstat.present.charts.render import render

PROVENANCE = {"version": "0.1", "source": "a < b & \u2028.csv"}


def rendered(funnel: Funnel, suffix: str) -> bytes:
    alt = alt_text([funnel])
    return render(draw_funnel(funnel), suffix=suffix, alt=alt, provenance=PROVENANCE)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_funnel_gives_the_same_bytes(hospitals: Funnel, suffix: str) -> None:
    assert rendered(hospitals, suffix) == rendered(hospitals, suffix)


def test_a_png_holds_alternative_text_and_provenance(hospitals: Funnel) -> None:
    image = pytest.importorskip("PIL.Image").open(io.BytesIO(rendered(hospitals, ".png")))
    assert image.info["Description"] == alt_text([hospitals])
    assert json.loads(image.info["varstat"]) == PROVENANCE
    assert image.size == (1260, 900)


def test_an_svg_names_and_describes_itself(hospitals: Funnel) -> None:
    root = ET.fromstring(rendered(hospitals, ".svg"))
    assert root.get("role") == "img"
    ids = {element.get("id"): element for element in root}
    name, description = (ids[i] for i in root.get("aria-labelledby", "").split())
    assert name.text == "Funnel plot of Readmissions"
    assert description.text == alt_text([hospitals])
    (source,) = root.iter("{http://purl.org/dc/elements/1.1/}source")
    assert json.loads("".join(source.itertext())) == PROVENANCE


def test_an_svg_has_one_mark_a_unit_and_real_text(hospitals: Funnel) -> None:
    root = ET.fromstring(rendered(hospitals, ".svg"))
    svg = "{http://www.w3.org/2000/svg}"
    groups = [g for g in root.iter(f"{svg}g") if g.get("id", "").startswith("units-")]
    assert sum(len(list(group.iter(f"{svg}use"))) for group in groups) == 80
    assert any("lower is better" in "".join(text.itertext()) for text in root.iter(f"{svg}text"))


def test_a_pdf_has_a_title_and_no_date(hospitals: Funnel) -> None:
    data = rendered(hospitals, ".pdf")
    assert b"/Title (Funnel plot of Readmissions)" in data
    assert b"/Subject" in data
    assert b"/Keywords" in data
    assert b"CreationDate" not in data


def test_hostile_text_cannot_break_a_file(make_funnel) -> None:
    funnel = make_funnel([5, 6], [9, 9], indicator="]]></desc>\ud800<script>&\x00\u202e")
    for suffix in (".png", ".svg", ".pdf"):
        rendered(funnel, suffix)
    ET.fromstring(rendered(funnel, ".svg"))


def test_an_unknown_suffix_offers_the_nearest(hospitals: Funnel) -> None:
    with pytest.raises(OutputError, match=r"Did you mean '\.svg'"):
        rendered(hospitals, ".svgz")


def test_alternative_text_says_what_axes_and_findings(hospitals: Funnel) -> None:
    text = alt_text([hospitals])
    assert text.startswith("Funnel plot of Readmissions. Each of 80 units is a point")
    assert "denominator from" in text
    assert "99.8%" in text
    assert text.endswith(hospitals.summary())


def test_alternative_text_of_many_names_every_group(make_funnel) -> None:
    funnels = [make_funnel([5] * 6, [9] * 6, by={"year": str(year)}) for year in range(61)]
    text = alt_text(funnels)
    assert "58: None of 6 outside 99.8%. 59: None of 6 outside 99.8%." in text
    assert "1 more groups are not drawn" in text
