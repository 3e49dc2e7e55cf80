"""What a person reads of league tables in a terminal."""

import io
import re

import pytest
from present.leagues import build_league, gather
from rich.console import Console

from varstat import show
from varstat.errors import UsageError
from varstat.estimands.league.result import Leagues
from varstat.measure import MEAN
from varstat.present.terminal.notes import print_notes


def shown(leagues: Leagues, *, width: int = 80, highlight: tuple[str, ...] = ()) -> str:
    """What is printed of leagues at a width."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show(leagues, console, highlight=highlight)
    return console.file.getvalue()


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith((" U0", " …"))]


def test_units_are_listed_best_first() -> None:
    league = build_league(12)
    text = shown(gather(league))
    assert [row.split()[0] for row in rows(text)] == league.units.unit.tolist()


@pytest.mark.parametrize("width", [60, 70, 80, 120])
@pytest.mark.parametrize("count", [5, 24, 303, 7000])
def test_no_rank_stands_without_its_interval(width: int, count: int) -> None:
    text = shown(gather(build_league(count)), width=width)
    listed = [row for row in rows(text) if not row.startswith(" …")]
    assert listed
    for row in listed:
        assert len(re.findall(r"[\d.,]+ +\([\d.,]+–[\d.,]+\)", row)) == 2


def test_everything_asked_for_fits_in_80_columns() -> None:
    text = shown(gather(build_league(300)))
    head = " ".join(text.splitlines()[1:4])
    for word in ("raw %", "estimate %", "expected", "rank", "(interval)", "P best", "P worst"):
        assert word in head
    assert "tier" in head
    assert max(map(len, text.splitlines())) <= 80


def test_of_a_long_table_the_best_the_worst_and_the_marked_are_shown() -> None:
    league = build_league(303)
    middle = str(league.units.unit[150])
    text = shown(gather(league), highlight=(middle.lower(),))
    listed = [row.split()[0] for row in rows(text)]
    codes = league.units.unit.tolist()
    assert listed == [*codes[:8], "…", middle, "…", *codes[-8:]]
    assert f"{middle} ◄" in text


def test_a_highlighted_unit_among_the_best_leaves_no_gap() -> None:
    league = build_league(303)
    listed = rows(shown(gather(league), highlight=(str(league.units.unit[8]),)))
    assert [row.startswith(" …") for row in listed].index(True) == 9
    assert len(listed) == 18


def test_a_failed_posterior_is_the_first_thing_said() -> None:
    text = shown(gather(build_league(12, problems=("R-hat is 1.3.",))))
    assert text.startswith("NOT TO BE TRUSTED")
    assert text.count("NOT TO BE TRUSTED") == 1
    many = gather(*(build_league(9, by={"r": n}, problems=("x.",) * (n == "b")) for n in "ab"))
    text = shown(many)
    assert text.startswith("NOT TO BE TRUSTED: 1 of 2")
    assert [line.split()[-1] for line in text.splitlines() if line[:3] in (" a ", " b ")] == [
        "passed",
        "FAILED",
    ]


def test_without_a_direction_no_rank_is_shown_and_it_is_said_why() -> None:
    league = build_league(12, direction="neither")
    text = shown(gather(league))
    table, said = text.split("\n\n")
    for word in ("rank", "quarter", "tier", "nan"):
        assert word not in table
    assert said.startswith("No direction of this indicator is stated as good")
    estimates = [float(row.split()[2]) for row in rows(text)]
    assert estimates == sorted(estimates, reverse=True)


def test_an_interval_of_negative_numbers_can_be_read() -> None:
    text = shown(gather(build_league(20, measure=MEAN, spread=1.0)))
    assert re.search(r"−\d\.\d+ \(−\d\.\d+ to −?\d\.\d+\)", text)


def test_a_withheld_raw_rate_is_a_dash() -> None:
    league = build_league(12, withheld=12)
    assert all(row.split()[1] == "–" for row in rows(shown(gather(league))))


def test_names_are_safe_and_give_way_to_numbers() -> None:
    names = ["\x1b[31mred", "[red]markup[/red]", "two\nlines", "turn\u202eed", "全" * 200]
    text = shown(gather(build_league(5, names=names)), width=120)
    for letter in ("\x1b", "\u202e"):
        assert letter not in text
    for name in ("[31mred", "[red]markup[/red]", "two lines", "turned"):
        assert name in text
    assert max(map(len, text.splitlines())) <= 120


def test_several_leagues_take_one_line_each_and_show_the_marked() -> None:
    groups = [build_league(10, by={"region": name}, seed=i) for i, name in enumerate("ab")]
    text = shown(gather(*groups), highlight=("U00003",))
    lines = [line.split() for line in text.splitlines() if line[:3] in (" a ", " b ")]
    assert [line[:2] for line in lines] == [["a", "10"], ["b", "10"]]
    assert len(rows(text)) == 2
    assert "2 groups hold 20 units." in text


def test_more_leagues_than_fit_are_counted() -> None:
    groups = [build_league(3, by={"region": f"g{i:03}"}) for i in range(63)]
    assert "… and 3 more league tables" in shown(gather(*groups))


def test_an_unknown_highlight_is_refused() -> None:
    with pytest.raises(UsageError, match="highlight"):
        shown(gather(build_league(12)), highlight=("nobody",))


def test_notes_are_told_once_with_their_number() -> None:
    groups = [build_league(3, by={"region": n}, notes=("Mind \x1b this.",)) for n in "ab"]
    console = Console(file=io.StringIO(), width=80, highlight=False)
    print_notes(gather(*groups), console)
    text = console.file.getvalue()
    assert "Note: Mind this. (2 league tables)" in text
    assert "6 rows read; 6 kept" in text
