"""The web page: complete without scripts, safe with any name, and alive in a browser."""

import base64
import hashlib
import html.parser
import json
import re
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from present.pages import gather_funnels, page_of, read_tips

from varstat import Funnels, compute_funnel, fit_model, read_table
from varstat.errors import UsageError
from varstat.estimands.verdict.compute import compute_verdicts
from varstat.estimands.verdict.result import Verdicts
from varstat.funnel.result import Funnel
from varstat.present.page.page import escape_json

HOSTILE = [
    "</script><script>document.title='broken'</script>",
    "<img src=x onerror=document.title='broken'>",
    "{{ 7 * 7 }} {% raw %}",
    "a\u2028b\u2029c & <b>bold</b> \"quoted\" 'single'",
    "]]><!-- --><svg onload=document.title='broken'>",
    "\u202egnitirw desrever",
    "\ud800 alone",
]


class Outline(html.parser.HTMLParser):
    """What elements a page has, and the text of its JSON."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.json: list[str] = []
        self._in_json = False
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_json = tag == "script" and dict(attrs).get("type") == "application/json"

    def handle_data(self, data: str) -> None:
        if self._in_json:
            self.json.append(data)
            self._in_json = False

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def hostile_page(make_funnel: Callable[..., Funnel]) -> bytes:
    count = len(HOSTILE)
    funnel = make_funnel(
        [50] + [5] * (count - 1),
        [60] * count,
        names=HOSTILE,
        codes=[f"{name[:9]}{i}" for i, name in enumerate(HOSTILE)],
        indicator=HOSTILE[0],
        by={"region": HOSTILE[1]},
        warnings=(HOSTILE[2],),
    )
    return page_of(gather_funnels(funnel, source=HOSTILE[0]))


def test_the_page_is_complete_and_fetches_nothing(hospitals: Funnel) -> None:
    page = page_of(gather_funnels(hospitals))
    outline = Outline(page)
    # Each chart twice, the second for telephones.
    assert outline.count("svg") == 2
    assert outline.count("tr") == 81
    assert outline.count("script") == 4
    text = page.decode()
    for word in (hospitals.summary().split(";")[0], "80 rows read", "Hospital of St Number 5"):
        assert word in text
    for _, attrs in outline.tags:
        for name in ("src", "href", "action", "srcset"):
            address = attrs.get(name) or "#"
            assert address.startswith(("#", "data:"))
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_the_policy_allows_this_script_and_style_alone(hospitals: Funnel) -> None:
    page = page_of(gather_funnels(hospitals)).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    content = policy[1].replace("&#39;", "'").replace("&#43;", "+")
    assert content.startswith("default-src 'none'")
    assert "unsafe" not in content
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in content
    assert " style=" not in page
    assert not re.search(r"\son[a-z]+=", re.sub(r"<script.*?</script>|>[^<]*<", "", page))


def test_the_same_funnels_give_the_same_page(hospitals: Funnel) -> None:
    one, two = (page_of(gather_funnels(hospitals, hospitals)) for _ in range(2))
    assert one == two


def test_ids_are_unique(hospitals: Funnel) -> None:
    outline = Outline(page_of(gather_funnels(hospitals, hospitals)))
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    referred = {
        str(attrs.get(name, "")).lstrip("#")
        for _, attrs in outline.tags
        for name in ("href", "aria-labelledby", "for")
        if attrs.get(name)
    }
    for words in referred:
        for word in words.split():
            assert ids.count(word) == 1
    assert len(ids) == len(set(ids))


def test_hostile_names_stay_text(make_funnel) -> None:
    page = hostile_page(make_funnel)
    outline = Outline(page)
    assert outline.count("script") == 4
    assert outline.count("img") == outline.count("b") == 0
    units, _ = read_tips(page)
    assert [unit["lines"][0] for unit in units][1].startswith("<img src=x onerror")
    assert "\u202e" not in page.decode()
    assert not any("49" in each for each in outline.json)


def test_json_cannot_end_its_element() -> None:
    value = "</script> & <!-- \u2028\u2029"
    text = escape_json(value)
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == value


def test_the_units_of_the_json_stand_where_the_marks_stand(hospitals: Funnel) -> None:
    page = page_of(gather_funnels(hospitals))
    units, _ = read_tips(page)
    assert len(units) == 80
    marks = re.findall(r'<use href="#f1f-\w+" x="([\d.]+)" y="([\d.]+)" class', page.decode())
    places = {(round(float(x)), round(float(y))) for x, y in marks}
    near = {(x + i, y + j) for x, y in places for i in (-1, 0, 1) for j in (-1, 0, 1)}
    assert all((round(unit["x"]), round(unit["y"])) in near for unit in units)


def test_a_long_table_keeps_flagged_units_only_and_says_so(make_funnel) -> None:
    funnel = make_funnel([20] * 2500 + [90], [100] * 2501)
    page = page_of(gather_funnels(funnel), highlight=["U00004"])
    assert Outline(page).count("tr") == 3
    assert "2 flagged or highlighted units of 2,501" in page.decode()


def test_each_group_has_a_section(make_funnel) -> None:
    funnels = [make_funnel([5, 6], [9, 9], by={"year": str(year)}) for year in (2018, 2019)]
    outline = Outline(page_of(gather_funnels(*funnels)))
    assert outline.count("section") == 2
    assert outline.count("svg") == 4
    assert outline.count("nav") == 1


def test_an_unknown_highlight_is_refused(hospitals: Funnel) -> None:
    with pytest.raises(UsageError, match="highlight"):
        page_of(gather_funnels(hospitals), highlight=["nobody"])


def judged(problems: tuple[str, ...] = ()) -> tuple[Funnels, Verdicts]:
    """Funnels and verdicts of one table; its posterior has these problems."""
    frame = pd.DataFrame(
        {
            "unit": [f"{i}{name[:9]}".replace("\ud800", "") for i, name in enumerate(HOSTILE)],
            "numerator": [20, 25, 30, 35, 22, 27, 80],
            "denominator": [100] * len(HOSTILE),
        }
    )
    table = read_table(frame)
    funnels = compute_funnel(table)
    verdicts = compute_verdicts(funnels, fit_model(table, draws=100))
    (one,) = verdicts
    one = replace(one, diagnostics=replace(one.diagnostics, problems=problems))
    return funnels, replace(verdicts, groups=(one,))


def test_the_table_and_the_tooltips_tell_verdicts() -> None:
    funnels, verdicts = judged()
    page = page_of(funnels, verdicts=verdicts)
    outline, text = Outline(page), page.decode()
    for words in ("(95% interval)", "P above target", "Verdict", "what persists can&#39;t"):
        assert words in text
    assert 'class="alarm"' not in text
    units, _ = read_tips(page)
    for at, verdict in enumerate(verdicts[0].verdict):
        (lines,) = (unit["lines"] for unit in units if unit["lines"][0].startswith(str(at)))
        assert lines[-1] == f"Verdict {verdict}"
        assert lines[-3].startswith("Estimate % (95% interval) ")
    plain = page_of(funnels).decode()
    assert "Verdict" not in plain
    assert outline.count("th") == Outline(plain.encode()).count("th") + 3


def test_a_page_raises_the_alarm_over_a_failed_posterior() -> None:
    funnels, verdicts = judged(("<b>R-hat</b> is 1.3.",))
    page = page_of(funnels, verdicts=verdicts)
    (alarm,) = re.findall(r'<p class="alarm" role="alert">(.*?)</p>', page.decode())
    assert alarm.startswith("NOT TO BE TRUSTED")
    assert "&lt;b&gt;R-hat" in alarm
    assert Outline(page).count("b") == 0


# Puts a driver in place of the policy, which would refuse it.
def driven(page: bytes, driver: str) -> bytes:
    text = re.sub(r"<meta http-equiv.*?>", "", page.decode())
    return text.replace("</body>", f"<script>{driver}</script></body>").encode()


def test_hostile_names_do_nothing_in_a_browser(make_funnel, browse) -> None:
    document = browse(hostile_page(make_funnel))
    assert "<title>broken" not in document
    assert 'role="application"' in document


def test_the_script_runs_under_the_policy(hospitals: Funnel, browse) -> None:
    document = browse(page_of(gather_funnels(hospitals)))
    assert 'role="application"' in document
    assert document.count('<button type="button">') == 9


def test_keys_move_search_finds_and_headings_sort(hospitals: Funnel, browse) -> None:
    driver = """
      const plot = document.querySelector(".plot");
      const key = (name) => plot.dispatchEvent(new KeyboardEvent("keydown", {key: name}));
      key("Home"); const first = document.querySelector(".read").textContent;
      key("ArrowRight"); const second = document.querySelector(".read").textContent;
      key("End"); const last = document.querySelector(".read").textContent;
      const heads = document.querySelectorAll("thead button");
      heads[3].click(); const small = document.querySelector("tbody tr").textContent;
      heads[3].click(); const large = document.querySelector("tbody tr").textContent;
      const box = document.querySelector("input");
      box.value = "number 77"; box.dispatchEvent(new Event("input"));
      setTimeout(() => {
        const result = [first, second, last, small, large,
          document.querySelector(".found-count").textContent,
          String(document.querySelectorAll("tbody tr:not([hidden])").length),
          document.querySelector(".tip").textContent];
        document.body.dataset.result = JSON.stringify(result);
      }, 500);
    """
    document = browse(driven(page_of(gather_funnels(hospitals)), driver))
    found = re.search(r'data-result="([^"]*)"', document)
    assert found
    first, second, last, small, large, count, rows, tip = json.loads(html.unescape(found[1]))
    order = hospitals.units.size.argsort(kind="stable")
    names = [f"Hospital of St Number {i}" for i in order]
    assert first.startswith(names[0])
    assert second.startswith(names[1])
    assert last.startswith(names[-1])
    assert small.startswith(names[0])
    assert large.startswith(names[-1])
    assert (count, rows) == ("1 found", "1")
    assert "Hospital of St Number 77 (U00077)" in tip
