"""Charts as they are asked for on the command line."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def pixels(path: Path) -> tuple[int, ...]:
    return struct.unpack(">II", path.read_bytes()[16:24])


def test_an_image_has_the_size_that_was_asked_for(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    ran = run("funnel", "example:star98", "-o", path, "--size", "slide", "--dpi", 96)
    assert ran.code == 0
    assert pixels(path) == (960, 540)
    run("funnel", "example:star98", "-o", path, "--width", 5, "--height", 4, "--dpi", 100)
    assert pixels(path) == (500, 400)


def test_labels_are_those_that_were_asked_for(run: Run, tmp_path: Path) -> None:
    found = {}
    for label in ("all", "flagged", "none"):
        path = tmp_path / f"{label}.svg"
        options = ("--label", label, "--highlight", "D108", "-o", path)
        assert run("funnel", "example:star98", *options).code == 0
        found[label] = path.read_text().count('id="label')
    # The note on who isn't named is no label.
    assert found["none"] == 1
    assert found["all"] > found["flagged"] > 1


def test_free_scales_are_for_small_multiples(run: Run, tmp_path: Path, put: Any) -> None:
    path = put(
        unit=[f"U{i}" for i in range(24)],
        numerator=[*range(1, 13), *range(400, 412)],
        denominator=[100 + i for i in range(12)] + [900 + i for i in range(12)],
        region=["north"] * 12 + ["south"] * 12,
    )
    texts = []
    for scales in ("shared", "free"):
        out = tmp_path / f"{scales}.svg"
        assert run("funnel", path, "--by", "region", "--scales", scales, "-o", out).code == 0
        texts.append("scales of its own" in out.read_text())
    assert texts == [False, True]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--size", "poster"), "slide"),
        (("--width", "900"), "4 to 60 inches"),
        (("--dpi", "7"), "40 to 1200"),
    ],
)
def test_what_can_not_be_drawn_is_refused_before_anything_is_computed(
    run: Run, tmp_path: Path, options: tuple[str, str], words: str
) -> None:
    ran = run("funnel", "no-such-file.csv", *options, "-o", tmp_path / "out.png")
    assert ran.code != 0
    assert words in " ".join(ran.err.split())
    assert not list(tmp_path.glob("out*"))


def test_a_chart_says_which_command_makes_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.svg"
    options = ("--direction", "higher-is-better", "--chart", "ranks")
    assert run("league", "example:star98", *options, "-o", path).code == 0
    text = " ".join(path.read_text().split())
    assert "varstat league example:star98 --direction higher-is-better --chart ranks" in text
