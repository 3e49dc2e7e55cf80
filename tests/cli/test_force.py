"""What varstat didn't write is replaced only with --force."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from varstat.present.write import SUFFIXES


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_of_someone_else_is_not_replaced(
    run: Callable[..., Any], tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"out{suffix}"
    path.write_text("varstat is what I tried on Monday\n")
    ran = run("funnel", "example:star98", "-o", path)
    assert ran.code == 15
    assert "use --force" in ran.err
    assert path.read_text() == "varstat is what I tried on Monday\n"
    assert run("funnel", "example:star98", "-o", path, "--force").code == 0
    # Its own it replaces without being asked to.
    assert run("funnel", "example:star98", "-o", path).code == 0


def test_a_fit_and_an_empty_file_are_replaced(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "fit.nc"
    path.touch()
    for _ in range(2):
        assert run("fit", "example:star98", "--draws", 200, "-o", path).code == 0


def test_a_statement_of_a_review_is_known_as_its_own(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "review.md"
    asked = ("review", "example:star98", "--direction", "higher-is-better", "--refits", 0)
    for _ in range(2):
        assert run(*asked, "--over", "target=best:0.25", "--draws", 200, "-o", path).code == 0
    path.write_text("Notes of mine.\n")
    assert run(*asked, "--over", "target=best:0.25", "--draws", 200, "-o", path).code == 15
