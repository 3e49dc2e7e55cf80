"""varstat review, as it is typed."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli.conftest import Run

SHORT = ["--over", "target=best:0.25,median", "--refits", "0", "--draws", "200"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of rates, with ranks of which two are swapped."""
    rng = np.random.default_rng(3)
    rate = 1 / (1 + np.exp(-rng.normal(0.0, 0.5, 16)))
    frame = pd.DataFrame(
        {
            "unit": [f"u{at:02d}" for at in range(16)],
            "numerator": rng.binomial(300, rate),
            "denominator": 300,
        }
    )
    rank = frame["numerator"].rank(method="first").astype(int)
    rank.iloc[[2, 9]] = rank.iloc[[9, 2]].to_numpy()
    frame["Rank 2024"] = rank
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    return path


def test_a_review_ends_well_and_says_what_to_believe(run: Run, table: Path) -> None:
    ran = run("review", table, "--direction", "lower-is-better", *SHORT)
    assert ran.code == 0
    assert "Units differ by more than chance." in ran.out


def test_swapped_ranks_are_named(run: Run, table: Path) -> None:
    ran = run("review", table, "--direction", "lower-is-better", "--published",
              "rank=Rank 2024", *SHORT)  # fmt: skip
    assert ran.code == 0
    text = " ".join(ran.out.split())
    assert "u02" in text
    assert "u09" in text
    assert "swapped" in text


def test_a_published_table_may_be_another_file(run: Run, table: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(table)
    printed = tmp_path / "printed.csv"
    frame[["unit", "Rank 2024"]].rename(columns={"unit": "Code"}).to_csv(printed, index=False)
    frame.drop(columns="Rank 2024").to_csv(table, index=False)
    ran = run("review", table, "--direction", "lower-is-better", "--published", "rank=Rank 2024",
              "--printed", f"{printed}:Code", "-o", tmp_path / "r.json", *SHORT)  # fmt: skip
    assert ran.code == 0
    found = json.loads((tmp_path / "r.json").read_text())
    assert found["parts"][0]["name"] == "published"
    assert found["provenance"]["asking"]["printed"] == "printed.csv:Code"


def test_a_printed_file_is_never_written_over(run: Run, table: Path, tmp_path: Path) -> None:
    ran = run("review", table, "--published", "rank=Rank 2024", "--printed",
              f"{table}:unit", "-o", table, *SHORT)  # fmt: skip
    assert ran.code != 0
    assert "Rank 2024" in table.read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--over", "methods=all"], "methods"),
        (["--over", "effects=magic"], "magic"),
        (["--published", "place=Rank 2024"], "place"),
        (["--published", "rank=Rnk"], "Rnk"),
        (["--budget", "soon"], "90s"),
        (["--printed", "other.csv:unit", "--published", "rank=Rank"], "other.csv"),
        (["--says", "rank=raw"], "--published"),
        (["--printed", "other.csv:unit"], "--published"),
        (["--refits", "19"], "20"),
    ],
)
def test_what_cannot_be_asked_is_said_with_the_cure(
    run: Run, table: Path, options: list[str], said: str
) -> None:
    ran = run("review", table, "--direction", "lower-is-better", "--draws", "200", *options)
    assert ran.code != 0
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_saved_fit_is_refused(run: Run, table: Path, tmp_path: Path) -> None:
    run("fit", table, "--draws", "100", "-o", tmp_path / "f.nc")
    ran = run("review", tmp_path / "f.nc")
    assert ran.code != 0
    assert "fit" in ran.err
