"""Reviews as tables, pages, files and a statement show them."""

import json
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import varstat
from varstat.errors import ModelError, OutputError
from varstat.present.captions.statement import _safe, write_statement
from varstat.present.draw import draw
from varstat.present.kinds.review import KIND
from varstat.present.show import show
from varstat.present.write import lay_out, write
from varstat.review.result import Reviews

SHORT = {"over": "target=best:0.25,median", "refits": 0, "draws": 200}
HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script> | **bold** `x`"


def make_reviews(**options: object) -> Reviews:
    rng = np.random.default_rng(3)
    rate = 1 / (1 + np.exp(-rng.normal(0.0, 0.5, 16)))
    frame = pd.DataFrame(
        {
            "unit": [f"u{at:02d}" for at in range(16)],
            "unit_name": [HOSTILE, *(f"Hospital {at}" for at in range(1, 16))],
            "numerator": rng.binomial(300, rate),
            "denominator": 300,
        }
    )
    asked = SHORT | options
    return varstat.review(frame, **asked)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def reviews() -> Reviews:
    return make_reviews(direction="lower-is-better")


def shown(reviews: Reviews, width: int = 80) -> str:
    console = Console(width=width, force_terminal=False, color_system=None)
    with console.capture() as captured:
        show(reviews, console)
    return captured.get()


def test_a_terminal_of_80_columns_shows_claims_parts_and_what_to_believe(reviews: Reviews) -> None:
    lines = shown(reviews).splitlines()
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert "Units differ by more than chance." in text
    assert "What was examined" in text
    assert "To be believed" in text
    assert len(lines) < 100


def test_no_finding_of_a_part_is_cut(reviews: Reviews) -> None:
    text = " ".join(shown(reviews).split())
    assert "…  " not in text
    for part in reviews[0].parts:
        assert part.sentence.split()[-1] in text


def test_json_has_what_the_reference_says(reviews: Reviews, tmp_path: Path) -> None:
    write(reviews, tmp_path / "r.json")
    found = json.loads((tmp_path / "r.json").read_text())
    (one,) = found["reviews"]
    assert {"parts", "claims", "verdicts", "specifications", "units", "checklist"} <= one.keys()
    assert {"name", "status", "sentence", "values", "mcse"} <= one["parts"][0].keys()
    assert {"claim", "verdict", "because"} <= one["claims"][0].keys()
    assert len(one["units"]) == 16


def test_a_workbook_has_a_sheet_of_each(reviews: Reviews) -> None:
    sheets = lay_out(reviews).sheets
    assert list(sheets)[:3] == ["claims", "parts", "values"]
    assert {"specifications", "units", "checklist", "reliability"} <= sheets.keys()
    assert all(len(name) <= 31 for name in sheets)


def test_a_workbook_has_tables_of_groups_that_the_first_group_lacks() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "unit": [f"u{at}" for at in range(10)],
            "region": ["a"] + ["b"] * 9,
            "numerator": rng.binomial(300, rng.uniform(0.1, 0.4, 10)),
            "denominator": 300,
        }
    )
    found = varstat.review(frame, by="region", direction="lower-is-better", **SHORT)
    assert found[0].part("labels").tables == {}  # type: ignore[union-attr]
    sheets = lay_out(found).sheets
    assert set(sheets["labels"]["region"]) == {"b"}
    assert {"fit", "influence", "specifications"} <= sheets.keys()


def test_a_sheet_whose_name_has_a_space_is_a_table_too(reviews: Reviews, tmp_path: Path) -> None:
    first, *others = reviews[0].parts
    bands = pd.DataFrame({"place": [0.5]})
    parts = (replace(first, tables={"computation bands": bands}), *others)
    write(replace(reviews, groups=(replace(reviews[0], parts=parts),)), tmp_path / "r.xlsx")
    with ZipFile(tmp_path / "r.xlsx") as book:
        names = [name for name in book.namelist() if name.startswith("xl/tables/")]
        tables = [book.read(name).decode() for name in names]
    assert any('displayName="computation_bands_table"' in each for each in tables)


def test_an_address_in_a_name_is_no_link_in_a_statement() -> None:
    assert _safe("see http://x.y www.z.w a@b.c &lt; $x$") == (
        r"see http\://x.y www\.z.w a\@b.c \&lt; \$x\$"
    )


def test_a_page_shows_parts_before_claims_and_the_checklist_last(
    reviews: Reviews, tmp_path: Path
) -> None:
    write(reviews, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert (
        page.index("What was examined")
        < page.index("claims, those about")
        < page.index('<caption id="small-1-last')
    )
    assert "<script>alert" not in page


def test_a_statement_is_markdown_in_which_no_name_is_markup(reviews: Reviews) -> None:
    text = write_statement(reviews)
    assert text.startswith("# Review: ")
    assert "<script>" not in text
    assert "**bold**" not in text
    widths = {line.replace("\\|", "").count("|") for line in text.splitlines() if line[:1] == "|"}
    assert widths == {4}


def test_only_a_review_has_a_statement(tmp_path: Path) -> None:
    funnels = varstat.funnel("example:star98")
    with pytest.raises(OutputError, match=r"\.md"):
        write(funnels, tmp_path / "f.md")


def test_every_chart_is_drawn_of_what_was_examined(reviews: Reviews) -> None:
    for name, chart in KIND.charts.items():
        if chart.shows(reviews[0]):
            figure = draw(reviews, chart=name)
            assert figure.axes, name


def test_a_chart_of_what_was_not_examined_is_refused() -> None:
    without = make_reviews()
    for name in ("specifications", "ranks"):
        with pytest.raises(ModelError, match="no other specifications"):
            draw(without, chart=name)


def test_claims_on_a_page_do_not_name_the_unit_that_stands_before_them(reviews: Reviews) -> None:
    table = KIND.table(reviews[0])
    (column,) = (each for each in KIND.columns if each.name == "claim")
    single = [at for at, each in enumerate(reviews[0].claims) if len(each.units) == 1]
    assert single
    for at in single:
        beside, alone = column.cell(table, at, named=True), column.cell(table, at)
        code, name = (reviews[0].about.unit[at], reviews[0].about.unit_name[at])
        # A terminal has no other column that names it.
        assert code in alone
        assert "his unit" in beside
        assert code not in beside
        assert name not in beside
