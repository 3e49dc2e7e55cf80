"""Opportunities and comparisons of published files: table, sentence and chart say the same."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text
from present.charts.published import DAY_CASES, heart_operations, stays

import varstat
from varstat import draw
from varstat.estimands import compare_units
from varstat.present.kind import load_kind
from varstat.prose.number import MINUS

pytestmark = pytest.mark.slow

SHMI = {"card": "shmi"}
HEART = {
    "unit": "id",
    "unit_name": "name",
    "observed": "deaths",
    "expected": "expected",
    "direction": "lower-is-better",
}
FILES = (
    *("day cases", "one month", "mortality 2011-10-01", "mortality 2012-01-01"),
    *("mortality 2012-07-01", "mortality 2012-10-01", "heart operations"),
    *("simple heart operations", "districts", "stays"),
)


def source(name: str, shared: Path) -> tuple[Any, dict[str, Any]]:
    """Give a published file, and how it is read."""
    data = shared / "data"
    if name == "day cases":
        return data / "mar_hospital_activity_2012_2017.csv", DAY_CASES
    if name == "one month":
        return data / "MAR_Prov-Web-file-March-17-4896.xls", {
            "unit": "Org Code",
            "numerator": "Elective G&A Daycase Admissions (FFCEs)",
            "denominator": "Elective G&A Total Admissions (FFCEs)",
            "direction": "higher-is-better",
        }
    if name.startswith("mortality"):
        return data / "shmi_2011_2012.csv", SHMI | {"only": {"DATE": name.split()[1]}}
    if name == "districts":
        return "example:star98", {"direction": "higher-is-better"}
    if name == "stays":
        read = {"unit": "unit", "observed": "stays", "exposure": "days"}
        return stays(data), read | {"direction": "higher-is-better"}
    kind = "Overall" if name == "heart operations" else "STAT Mortality Category 1"
    return heart_operations(data, kind), HEART


@pytest.fixture(params=FILES, scope="module", name="asked")
def _asked(request: pytest.FixtureRequest, shared: Path) -> tuple[Any, dict[str, Any]]:
    return source(request.param, shared)


def written(result: Any, kind: str) -> tuple[list[str], list[str]]:
    """What the chart and the table write of the parts."""
    figure = draw(result, chart="waterfall" if kind == "opportunity" else kind)
    drawn = [each.get_text() for each in figure.findobj(Text) if each.get_gid() == "value"]
    (cells,) = load_kind(kind).blocks(result)[0].numbers.values()
    return drawn, [cell.partition(" (")[0] for cell in cells]


def sign(text: str) -> int:
    """The sign of a number as a reader sees it; 0 where all its digits are."""
    assert "-" not in text
    return 0 if not re.search("[1-9]", text) else -1 if text.startswith(MINUS) else 1


def test_parts_of_a_published_opportunity_have_the_same_signs(asked) -> None:
    data, read = asked
    found = varstat.opportunity(data, draws=200, **read)[0]
    parts = found.waterfall.estimate
    for texts in written(found, "opportunity"):
        assert len(texts) == parts.size
        assert all(sign(text) in (0, np.sign(v)) for text, v in zip(texts, parts, strict=True))
    said = found.summary()
    assert "-" not in re.sub("[a-z]-[a-z]", "", said.replace(found.indicator, ""))
    # Five sentences at most, and the finding first.
    assert len(re.findall(r"[.?] (?=[A-Z])", said)) <= 4
    assert said.startswith("If ")
    assert parts[0] - parts[1:-1].sum() == pytest.approx(parts[-1])


def test_a_published_comparison_says_the_likelier_claim_everywhere(asked) -> None:
    data, read = asked
    fits = varstat.fit(data, draws=200, **read)
    codes = sorted(fits[0].design.unit)[:6]
    for pair in ((codes[0], codes[5]), (codes[5], codes[0])):
        found = compare_units(fits, pair)[0]
        for texts in written(found, "comparison"):
            parts = zip(texts, found.part, strict=True)
            assert all(sign(text) in (0, np.sign(value)) for text, value in parts)
        first, second = pair if found.p_better >= 0.5 else pair[::-1]
        said = found.summary()
        assert re.search(rf"{re.escape(first)}\b.* is better than {re.escape(second)}\b", said)
        if max(found.p_better, 1 - found.p_better) > 0.9:
            towards = 1 if found.direction == "higher-is-better" else -1
            assert np.sign(found.difference) * towards == (1 if first == pair[0] else -1)
