"""Pages in a browser: nothing that axe finds, light and dark, on paper, and on a telephone."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from present.conftest import build_funnel
from present.histories import (
    build_changes,
    build_histories,
    build_league_at,
    build_nowcasts,
    build_reviews,
)
from present.leagues import build_league, gather
from present.opportunities import build_comparison, build_opportunity, gather_comparisons
from present.opportunities import gather as gather_opportunities
from present.pages import gather_funnels, page_of

NAMES = [f"UNIVERSITY HOSPITALS OF PLACE NUMBER {i} NHS FOUNDATION TRUST" for i in range(147)]
# A sheet of A4 on its side, within its margins, in the units of a browser.
SHEET = 1032
AXE = """
  axe.run(document, {resultTypes: ["violations"]}).then((found) => {
    document.documentElement.dataset.result = JSON.stringify(
      found.violations.map((each) => [each.id, each.nodes.map((node) => node.html)]));
  });
"""


def _funnels() -> Any:
    rng = np.random.default_rng(4)
    size = rng.integers(200, 4000, 30)
    return [
        build_funnel(rng.binomial(size, 0.2), size, by={"region": f"Region {i}"}) for i in range(6)
    ]


PAGES: dict[str, Callable[[], bytes]] = {
    "league": lambda: page_of(gather(build_league(40, notes=("Mind this.",)))),
    "failed": lambda: page_of(gather(build_league(12, problems=("R-hat is 1.3.",)))),
    "opportunity": lambda: page_of(gather_opportunities(build_opportunity(24, peers=True))),
    "comparison": lambda: page_of(gather_comparisons(build_comparison())),
    "folded groups": lambda: page_of(gather_funnels(*_funnels())),
    "league at a time": lambda: page_of(build_league_at()),
    "change": lambda: page_of(build_changes()),
    "change in money": lambda: page_of(build_changes(priced=True)),
    "completeness": lambda: page_of(build_histories()),
    "vintages": lambda: page_of(build_nowcasts()),
    "review": lambda: page_of(build_reviews()),
}


def open_page(
    page: bytes, driver: str, folder: Path, *options: str, print_rules: bool = False
) -> str:
    """Open a page, run a driver in place of its policy, and give the document that is left."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("no chromium on PATH")
    text = re.sub(r"<meta http-equiv.*?>", "", page.decode())
    if print_rules:
        text = text.replace("@media print {", "@media all {")
    folder.mkdir(exist_ok=True)
    path = folder / "page.html"
    path.write_text(text.replace("</body>", f"<script>{driver}</script></body>"))
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]
    command += ["--no-first-run", "--disable-background-networking", "--disable-sync"]
    command += ["--disable-component-update", f"--user-data-dir={folder / 'profile'}"]
    command += ["--virtual-time-budget=60000", *options]
    done = subprocess.run([*command, path.as_uri()], capture_output=True, timeout=600, check=True)
    return done.stdout.decode()


def result_of(document: str) -> Any:
    """Read what a driver left."""
    found = re.search(r'data-result="([^"]*)"', document)
    assert found
    return json.loads(html.unescape(found[1]))


@pytest.mark.browser
@pytest.mark.parametrize("scheme", [0, 1], ids=["dark", "light"])
@pytest.mark.parametrize("name", PAGES)
def test_a_checker_of_accessibility_finds_nothing(name: str, scheme: int, tmp_path: Path) -> None:
    pytest.importorskip("axe_core_python")
    axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    options = ("--dump-dom", f"--blink-settings=preferredColorScheme={scheme}")
    driver = axe.replace("</script", "<\\/script") + AXE
    assert result_of(open_page(PAGES[name](), driver, tmp_path, *options)) == []


@pytest.mark.browser
def test_a_league_of_147_trusts_prints_all_its_columns_on_eight_sheets(tmp_path: Path) -> None:
    page = page_of(gather(build_league(147, names=NAMES)))
    pdf = tmp_path / "page.pdf"
    open_page(page, "", tmp_path, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    sheets = max(int(n) for n in re.findall(rb"/Count (\d+)", pdf.read_bytes()))
    assert 3 <= sheets <= 8
    driver = """
      const table = document.querySelector("table");
      document.documentElement.dataset.result = JSON.stringify(
        [table.scrollWidth, table.parentElement.clientWidth]);
    """
    size = f"--window-size={SHEET},800"
    document = open_page(page, driver, tmp_path, "--dump-dom", size, print_rules=True)
    table, room = result_of(document)
    assert table <= room


@pytest.mark.browser
@pytest.mark.parametrize(
    "name", ["league", "opportunity", "comparison", "change", "completeness", "vintages", "review"]
)
def test_on_a_telephone_charts_are_as_wide_as_the_screen(name: str, tmp_path: Path) -> None:
    driver = """
      const all = [...document.querySelectorAll(".plot")].filter((p) => p.offsetParent !== null);
      document.documentElement.dataset.result = JSON.stringify(
        all.map((p) => [p.scrollWidth, p.parentElement.clientWidth]));
    """
    # The narrowest window that a browser without a screen opens.
    document = open_page(PAGES[name](), driver, tmp_path, "--dump-dom", "--window-size=500,900")
    shown = result_of(document)
    assert shown
    assert all(width <= room for width, room in shown)


@pytest.mark.browser
def test_search_scrolls_to_the_unit_found_and_marks_it(tmp_path: Path) -> None:
    page = page_of(gather(build_league(7000)))
    driver = """
      const box = document.querySelector("input");
      box.value = "u03511"; box.dispatchEvent(new Event("input"));
      setTimeout(() => {
        const ring = [...document.querySelectorAll(".chart.wide .ring.found")];
        const at = ring[0].getBoundingClientRect();
        const read = document.querySelector(".chart.wide .read").textContent;
        document.documentElement.dataset.result = JSON.stringify(
          [ring.length, at.top >= 0 && at.bottom <= innerHeight, read]);
      }, 1000);
    """
    document = open_page(page, driver, tmp_path, "--dump-dom", "--window-size=1000,700")
    rings, within, read = result_of(document)
    assert rings == 2  # one in each chart
    assert within
    assert read.startswith("U03511")
    assert len(page) <= 2_500_000


@pytest.mark.browser
@pytest.mark.parametrize("name", ["change", "completeness", "review", "vintages"])
def test_on_a_desk_every_column_is_seen_and_no_period_is_broken(name: str, tmp_path: Path) -> None:
    driver = """
      const tables = [...document.querySelectorAll("table")];
      const lines = (cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
      };
      document.documentElement.dataset.result = JSON.stringify([
        tables.map((each) => [each.scrollWidth, each.parentElement.clientWidth]),
        [...document.querySelectorAll("td.brief")].map(lines)]);
    """
    document = open_page(PAGES[name](), driver, tmp_path, "--dump-dom", "--window-size=1280,900")
    tables, lines = result_of(document)
    assert tables
    assert all(width <= room for width, room in tables)
    assert lines
    assert set(lines) == {1}


# A window can't be as narrow as a telephone, a frame in it can.
_FRAME = """
  const doc = document.documentElement.outerHTML;
  if (window === window.top) {
    const frame = document.createElement("iframe");
    frame.style = "width: 390px; height: 800px; border: 0";
    frame.srcdoc = doc;
    addEventListener("message", (e) => { document.documentElement.dataset.result = e.data; });
    document.body.replaceChildren(frame);
  } else {
    for (const each of document.querySelectorAll("details")) each.open = true;
    const wide = [...document.querySelectorAll(".scroll")].filter((e) => e.querySelector("table"));
    for (const each of wide) each.scrollLeft = 1e6;
    const told = wide.map((each) => {
      const cell = each.querySelector("tbody tr > :first-child").getBoundingClientRect();
      const name = each.getBoundingClientRect();
      const behind = each.querySelector("tbody tr > :last-child").getBoundingClientRect();
      return [each.scrollLeft, cell.left - name.left, cell.width, behind.right - name.right];
    });
    parent.postMessage(JSON.stringify(
      [document.documentElement.scrollWidth, innerWidth, told,
       getComputedStyle(document.querySelector("tbody tr > :first-child")).backgroundColor,
       getComputedStyle(document.body).backgroundColor]), "*");
  }
"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", [0, 1], ids=["dark", "light"])
@pytest.mark.parametrize("name", PAGES)
def test_on_a_telephone_only_tables_scroll_and_names_stay(
    name: str, scheme: int, tmp_path: Path
) -> None:
    options = ("--dump-dom", f"--blink-settings=preferredColorScheme={scheme}")
    page, room, tables, behind, paper = result_of(
        open_page(PAGES[name](), _FRAME, tmp_path, *options)
    )
    assert page <= room == 390
    assert tables
    for scrolled, moved, width, left in tables:
        # However far a table is scrolled, the name of a row stands at its edge, and leaves room.
        assert abs(moved) <= 1
        assert width <= 0.55 * room or not scrolled
        assert abs(left) <= 1
    # What scrolls beneath a name isn't seen through it.
    assert behind == paper


@pytest.mark.browser
def test_on_a_telephone_a_sentence_in_a_table_has_lines_to_be_read(tmp_path: Path) -> None:
    driver = """
      document.documentElement.dataset.result = JSON.stringify(
        [...document.querySelectorAll("td.said")].map((cell) => cell.clientWidth));
    """
    document = open_page(PAGES["review"](), driver, tmp_path, "--dump-dom", "--window-size=500,900")
    widths = result_of(document)
    assert widths
    assert min(widths) >= 250
