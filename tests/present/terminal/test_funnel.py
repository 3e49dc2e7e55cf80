"""What a person reads in a terminal."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from present.pages import gather_funnels
from rich.console import Console

from varstat import Funnels, compute_funnel, fit_model, read_table, show
from varstat.estimands.verdict.compute import compute_verdicts
from varstat.estimands.verdict.result import Verdicts
from varstat.present.terminal.notes import print_notes


def shown(funnels: Funnels, *, width: int = 80, verdicts: Verdicts | None = None) -> str:
    """What is printed of funnels at a width."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show(funnels, console, verdicts=verdicts)
    return console.file.getvalue()


def noted(funnels: Funnels) -> str:
    """What is printed on stderr."""
    console = Console(file=io.StringIO(), width=80, highlight=False)
    print_notes(funnels, console)
    return console.file.getvalue()


def funnels_of(numerator: list[int], denominator: list[int], **options: object) -> Funnels:
    """Funnels of a small table."""
    by = options.pop("by", ())
    names = options.pop("names", None)
    frame = pd.DataFrame(
        {
            "unit": [f"R{at:02}" for at in range(len(numerator))],
            "numerator": numerator,
            "denominator": denominator,
        }
    )
    if names is not None:
        frame["unit_name"] = names
    if by:
        frame["region"] = by
    table = read_table(frame, by=("region",) if by else ())
    return compute_funnel(table, **options)


def test_flagged_units_come_first_and_the_furthest_out_before_them_all() -> None:
    text = shown(funnels_of([30, 50, 31, 29, 90], [100] * 5, dispersion="none"))
    rows = [line.split() for line in text.splitlines() if line.startswith(" R")]
    assert [row[0] for row in rows] == ["R04", "R03", "R00", "R02"]
    assert rows[0][-3:] == ["▲", "high", "99.8%"]
    assert rows[1][-3:] == ["▼", "low", "99.8%"]


def test_units_that_are_not_flagged_are_left_out_when_others_are() -> None:
    text = shown(funnels_of([30, 31, 29, 30, 90], [100] * 5, target="rate:0.3", dispersion="none"))
    assert [line.split()[0] for line in text.splitlines() if line.startswith(" R")] == ["R04"]
    assert "1 of 5 units lies outside" in text


def test_without_a_flag_the_five_furthest_out_are_shown_and_it_is_said() -> None:
    text = shown(funnels_of([30, 31, 29, 30, 32, 28, 30], [100] * 7))
    assert "No unit is flagged; these have the smallest p." in text
    assert sum(line.startswith(" R") for line in text.splitlines()) == 5


def test_more_flagged_units_than_fit_are_counted() -> None:
    text = shown(funnels_of([10] * 15 + [90] * 15, [100] * 30, dispersion="none"))
    assert sum(line.startswith(" R") for line in text.splitlines()) == 20
    assert "… and 10 more flagged units" in text
    assert "30 of 30 units lie outside" in text


def test_ties_beyond_double_precision_are_broken_by_distance() -> None:
    text = shown(
        funnels_of([1, 1, 500], [10_000, 1000, 1000], target="rate:0.9", dispersion="none")
    )
    assert next(x for x in text.splitlines() if x.startswith(" R")).split()[0] == "R00"


def test_a_single_unit_is_spoken_of_in_the_singular() -> None:
    assert "of 1 unit " in shown(funnels_of([3], [10]))


def test_a_level_is_said_without_the_noise_of_binary_fractions() -> None:
    text = shown(funnels_of([30, 50, 31], [100] * 3, levels=(0.997,)))
    assert "99.7% limits" in text


@pytest.mark.parametrize("level", [0.9999999999999, 0.999999999999])
def test_no_limits_are_called_100_per_cent(level: float) -> None:
    assert " 100% limits" not in shown(funnels_of([30, 50, 31], [100] * 3, levels=(level,)))


def test_several_funnels_take_one_line_each() -> None:
    funnels = funnels_of([30, 50, 31, 29, 90, 40], [100] * 6, by=list("ababab"))
    text = shown(funnels)
    lines = [line.split() for line in text.splitlines() if line[:3] in (" a ", " b ")]
    assert [line[:2] for line in lines] == [["a", "3"], ["b", "3"]]
    assert "In 2 funnels" in text


def test_more_funnels_than_fit_are_counted() -> None:
    regions = [f"g{at:03}" for at in range(75)]
    text = shown(funnels_of([30] * 75, [100] * 75, by=regions))
    assert "… and 15 more funnels" in text
    assert "In 75 funnels 0 of 75 units" in text


def test_a_lone_group_is_named() -> None:
    assert "north-east" in shown(funnels_of([30, 31, 29], [100] * 3, by=["north-east"] * 3))


def test_names_cannot_speak_to_the_terminal() -> None:
    names = ["\x1b[31mred", "[red]markup[/red]", "[/red]", "two\nlines", "turn\u202eed"]
    text = shown(
        funnels_of([10, 30, 50, 70, 90], [100] * 5, names=names, dispersion="none"), width=120
    )
    for letter in ("\x1b", "\u202e"):
        assert letter not in text
    for name in ("[31mred", "[red]markup[/red]", "[/red]", "two lines", "turned"):
        assert name in text


@pytest.mark.parametrize("width", [60, 80, 100])
def test_numbers_are_never_cut_short(width: int) -> None:
    names = [f"University Hospitals of Somewhere {at}" for at in range(12)]
    funnels = funnels_of([9_000] * 11 + [9_987], [10_000] * 12, names=names, dispersion="none")
    line = next(line for line in shown(funnels, width=width).splitlines() if "▲" in line)
    assert "9,987" in line
    # Below that, sizes give way to names.
    assert ("10,000" in line) == (width >= 80)
    assert "99.9%" in line
    assert "high 99.8%" in line


def test_no_line_is_wider_than_the_terminal() -> None:
    names = ["全国大学医院" * 10] * 3
    text = shown(funnels_of([10, 50, 90], [100] * 3, names=names, dispersion="none"))
    assert max(map(len, text.splitlines())) <= 80


def test_notes_give_each_caveat_once_with_its_number() -> None:
    funnels = funnels_of([30, 31, 29, 30], [100] * 4, by=list("aabb"))
    text = noted(funnels)
    assert text.count("hardly any") == 1
    assert "(2 funnels)" in text
    assert "4 rows read; 4 kept" in text


def test_notes_are_the_funnels_warnings() -> None:
    funnels = funnels_of([10, 50, 90], [100] * 3, dispersion="none")
    text = " ".join(noted(funnels).split())
    assert funnels[0].warnings
    for warning in funnels[0].warnings:
        assert f"Note: {warning}" in text


def test_units_that_differ_are_not_said_to_be_alike() -> None:
    frame = pd.DataFrame(
        {"unit": list("abcdef"), "numerator": [0, 0, 0, 5, 4, 6], "denominator": [10] * 6}
    )
    assert "No unit differs" not in noted(compute_funnel(read_table(frame)))


def test_a_rate_is_not_called_a_ratio_to_the_expected() -> None:
    frame = pd.DataFrame({"ward": ["A", "B"], "falls": [3, 5], "bed_days": [810, 790]})
    funnels = compute_funnel(read_table(frame, unit="ward", observed="falls", exposure="bed_days"))
    assert "expected" not in shown(funnels).splitlines()[0]


def judged(count: int = 30, *, by: bool = False) -> tuple[Funnels, Verdicts]:
    """Funnels and verdicts of units of which the last is flagged; with long names."""
    frame = pd.DataFrame(
        {
            "unit": [f"R{at:02}" for at in range(count)],
            "unit_name": [f"University Hospitals of Somewhere {at}" for at in range(count)],
            "numerator": [*[12 + 7 * (at % 6) for at in range(count - 1)], 75],
            "denominator": [100] * count,
            "region": ["n", "s"] * (count // 2),
        }
    )
    table = read_table(frame, by=("region",) if by else ())
    funnels = compute_funnel(table)
    return funnels, compute_verdicts(funnels, fit_model(table, draws=200))


@pytest.mark.parametrize("width", [70, 80, 100, 160])
def test_verdicts_are_whole_at_any_width(width: int) -> None:
    funnels, verdicts = judged()
    text = shown(funnels, width=width, verdicts=verdicts)
    assert max(map(len, text.splitlines())) <= width
    line = next(line for line in text.splitlines() if "▲" in line)
    estimate, lower, upper = (
        f"{100 * getattr(verdicts[0], name)[-1]:.1f}" for name in ("estimate", "lower", "upper")
    )
    for part in ("75.0%", "▲ high", f"{estimate} ({lower}–{upper})", ">0.99", "differs"):
        assert part in line
    assert ("  100  " in line) == (width > 100)


def test_one_sentence_counts_the_verdicts() -> None:
    funnels, verdicts = judged()
    text = " ".join(shown(funnels, verdicts=verdicts).split())
    assert verdicts.summary() in text
    assert funnels.summary() in text
    assert "verdict" not in shown(funnels)


def test_of_many_funnels_the_verdicts_are_counted() -> None:
    funnels, verdicts = judged(by=True)
    text = shown(funnels, verdicts=verdicts)
    rows = [line.split() for line in text.splitlines() if line[:3] in (" n ", " s ")]
    counts = [str(verdict.count("differs")) for verdict in verdicts]
    assert [row[-2:] for row in rows] == [[count, "passed"] for count in counts]


def test_doubt_is_printed_above_everything() -> None:
    funnels, verdicts = judged()
    diagnostics = replace(verdicts[0].diagnostics, problems=("R-hat is\x1b[31m 1.3.",))
    failed = replace(verdicts, groups=(replace(verdicts[0], diagnostics=diagnostics),))
    text = shown(funnels, verdicts=failed)
    assert text.startswith("NOT TO BE TRUSTED: the posterior failed its checks.")
    assert "\x1b" not in text


def test_notes_of_the_model_are_printed_with_those_of_the_funnel() -> None:
    funnels, verdicts = judged()
    console = Console(file=io.StringIO(), width=80, highlight=False)
    print_notes(funnels, console, verdicts=verdicts)
    text = " ".join(console.file.getvalue().split())
    assert verdicts[0].notes
    for note in (*funnels[0].warnings, *verdicts[0].notes):
        assert f"Note: {note}" in text


def test_the_strictly_flagged_are_listed_under_their_group(make_funnel) -> None:
    plain = make_funnel([5, 6, 5, 6], [40] * 4, by={"region": "Calm"})
    wild = make_funnel([20] * 30 + [90] * 7, [100] * 37, by={"region": "Wild"})
    text = shown(gather_funnels(plain, wild))
    below = text[text.index("to expect") :]
    assert below.count("Calm") == 1  # in the table of groups
    listed = below[below.rindex("Wild") :]
    assert listed.count("high 99.8%") == 5
    assert "… and 2 more like them" in listed


def test_what_there_is_no_room_for_is_said_once_for_all_groups(make_funnel) -> None:
    sizes = [100] * 12
    groups = ["North"] * 6 + ["South"] * 6
    funnels = funnels_of([40, 41, 42, 40, 41, 95] * 2, sizes, by=groups, dispersion="none")
    text = shown(funnels, width=40)
    assert "North\n" in text
    assert "South\n" in text
    assert text.count("R05") == text.count("R11") == 1
    assert text[text.index("\nNorth\n") :].count("not shown at this width") == 1


def test_names_leave_out_what_most_share_where_there_is_no_room_for_it() -> None:
    towns = ["Leeds", "Hull", "York", "Bath", "Kingston upon Thames"]
    names = [f"{town} NHS Foundation Trust" for town in towns]
    funnels = funnels_of([40, 41, 42, 40, 95], [100] * 5, names=names, dispersion="none")
    narrow, wide = shown(funnels, width=72), shown(funnels, width=200)
    assert names[4] in wide
    (line,) = (line for line in narrow.splitlines() if "R04" in line)
    assert "Kingston upon Thames " in line
    assert "Trust" not in narrow
    assert "…" not in line
