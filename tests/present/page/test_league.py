"""The page of league tables: both charts and the table, complete without scripts."""

import html
import json
import re
from collections.abc import Callable

import pytest
from present.leagues import build_league, gather
from present.pages import page_of, read_tips

from varstat.errors import UsageError
from varstat.present.kinds.league import _PAGE_ENDS as ENDS

HOSTILE = [
    "</script><script>document.title='broken'</script>",
    "<img src=x onerror=document.title='broken'>",
    "{{ 7 * 7 }}",
    "\u202egnitirw",
    "\ud800 alone",
]


def test_the_page_has_both_charts_and_the_table() -> None:
    league = build_league(20, notes=("Mind this.",))
    page = page_of(gather(league))
    text = page.decode()
    # Each for wide screens and for narrow ones.
    assert text.count("<svg") == 2 * 2
    assert text.count("<tr") == 21
    for word in ("20 rows read", "Mind this.", "Expected rank (interval)", "P worst quarter"):
        assert word in text
    assert html.escape(league.summary(), quote=True).split(";")[0][:80] in text
    assert " style=" not in text


def test_without_a_direction_there_is_one_chart_and_no_rank() -> None:
    text = page_of(gather(build_league(20, direction="neither"))).decode()
    assert text.count("<svg") == 2
    assert "P above target" in text
    assert "Expected rank" not in text
    assert "Tier" not in text


def test_a_failed_posterior_is_an_alarm_above_all_else() -> None:
    groups = [
        build_league(9, by={"r": name}, problems=("R-hat is 1.3.",) * (name == "b"))
        for name in "ab"
    ]
    text = page_of(gather(*groups)).decode()
    assert text.count('class="alarm"') == 1
    section = text[text.index('id="group-2"') :]
    assert section.index('class="alarm"') < section.index("<p>")
    assert "R-hat is 1.3." in section
    nav = text[text.index("<nav") : text.index("</nav>")]
    assert nav.count("NOT TO BE TRUSTED") == 1


def test_rows_of_the_json_stand_where_the_marks_stand_in_the_order_of_the_rows() -> None:
    league = build_league(80)
    text = page_of(gather(league)).decode()
    found = read_tips(text)
    assert len(found) == 4
    for units in found:
        assert len(units) == 80
        down = [unit["y"] for unit in units]
        assert down == sorted(down)
    for each, prefix in zip(found, ("l1c", "l1cn", "l1r", "l1rn"), strict=True):
        # Of a kind with few marks each has a path of its own; this kind has many.
        start = text.index(f'id="{prefix}-units-unsure"')
        group = text[start : text.index("</g>\n<g id", start)]
        marks = re.findall(r'<use href="#\S+" x="([\d.]+)" y="([\d.]+)"', group)
        assert len(marks) > 40
        places = {(round(unit["x"]), round(unit["y"])) for unit in each}
        near = {(x + i, y + j) for x, y in places for i in (-1, 0, 1) for j in (-1, 0, 1)}
        assert all((round(float(x)), round(float(y))) in near for x, y in marks)


def test_no_rank_stands_without_its_interval() -> None:
    league = build_league(30)
    text = page_of(gather(league)).decode()
    for each in read_tips(text):
        for unit in each:
            assert re.search(
                r"Expected rank \(interval\) [\d.]+ \([\d.]+–[\d.]+\)", unit["lines"][3]
            )


def test_peer_groups_have_a_column_of_their_own() -> None:
    text = page_of(gather(build_league(9, peers=True))).decode()
    assert text.count(">Peer group</th>") == 1
    assert text.count(">Group 1</td>") == 3
    assert "Peer group</th>" not in page_of(gather(build_league(9))).decode()


def test_ids_are_unique() -> None:
    groups = [build_league(9, by={"r": name}) for name in "ab"]
    text = page_of(gather(*groups)).decode()
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_a_long_table_keeps_both_ends_and_the_highlighted_and_says_so() -> None:
    league = build_league(2500)
    middle = str(league.units.unit[1250])
    text = page_of(gather(league), highlight=[middle]).decode()
    assert text.count("<tr") == 2 * ENDS + 2
    assert f"{2 * ENDS + 1:,} of 2,500 units, those at both ends and the highlighted" in text


def test_hostile_names_stay_text() -> None:
    league = build_league(5, names=HOSTILE, indicator=HOSTILE[0], by={"r": HOSTILE[1]})
    text = page_of(gather(league)).decode()
    assert text.count("<script") == 6
    assert "<img" not in text
    assert "\u202e" not in text
    names = [each[i]["lines"][0] for each in read_tips(text) for i in range(5)]
    assert any(name.startswith("</script><script>") for name in names)


def test_the_same_leagues_give_the_same_page() -> None:
    one, two = (page_of(gather(build_league(12))) for _ in range(2))
    assert one == two


def test_no_league_or_an_unknown_unit_is_a_mistake() -> None:
    with pytest.raises(UsageError):
        page_of([])
    with pytest.raises(UsageError, match="highlight"):
        page_of(gather(build_league(9)), highlight=["nobody"])


def test_keys_move_in_each_chart_and_search_finds_in_both(browse: Callable[[bytes], str]) -> None:
    league = build_league(40)
    driver = """
      const [one, two] = document.querySelectorAll(".chart.wide");
      const key = (chart, name) => chart.querySelector(".plot").dispatchEvent(
        new KeyboardEvent("keydown", {key: name}));
      const read = (chart) => chart.querySelector(".read").textContent;
      key(one, "Home"); const first = read(one);
      key(one, "ArrowDown"); const second = read(one);
      key(one, "ArrowUp"); const again = read(one);
      key(two, "End"); const last = read(two);
      const box = document.querySelector("input");
      box.value = "u00017"; box.dispatchEvent(new Event("input"));
      setTimeout(() => {
        document.body.dataset.result = JSON.stringify([first, second, again, last,
          document.querySelector(".found-count").textContent,
          String(document.querySelectorAll("tbody tr:not([hidden])").length),
          read(one), read(two)]);
      }, 500);
    """
    page = page_of(gather(league)).decode()
    page = re.sub(r"<meta http-equiv.*?>", "", page)
    document = browse(page.replace("</body>", f"<script>{driver}</script></body>").encode())
    found = re.search(r'data-result="([^"]*)"', document)
    assert found
    first, second, again, last, count, rows, one, two = json.loads(html.unescape(found[1]))
    order = (-league.units.estimate).argsort(kind="stable")
    assert first.startswith(league.units.unit[order[0]])
    assert second.startswith(league.units.unit[order[1]])
    assert again == first
    assert last.startswith(str(league.units.unit[-1]))
    assert (count, rows) == ("1 found", "1")
    assert one.startswith("U00017")
    assert two.startswith("U00017")


def test_the_script_runs_under_the_policy(browse: Callable[[bytes], str]) -> None:
    document = browse(page_of(gather(build_league(12, names=None))))
    assert document.count('role="application"') == 4
    assert document.count('<button type="button">') == 10
