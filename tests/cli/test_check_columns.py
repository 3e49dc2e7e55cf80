"""The columns of a checked file: their names are whole, whatever else there is no room for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest


@pytest.mark.parametrize("longest", [20, 44, 56, 90])
def test_names_of_columns_are_never_cut_at_80_columns(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    name = ("elective_admissions_of_a_kind_" * 4)[: longest - 1] + "z"
    frame = pd.DataFrame({"code": ["RA1", "RA2", "RA3"], name: [1, 2, 3], "seen": [10, 20, 30]})
    path = tmp_path / "wide.csv"
    frame.to_csv(path, index=False)
    found = run("check", str(path))
    assert found.code == 0
    lines = found.out.splitlines()
    # Nothing is cut: what is too long for a line goes on in the next.
    table = lines[1 : lines.index("", 1)]
    assert max(map(len, table)) <= 80
    assert name in "".join(line[1:61].split("  ")[0].strip() for line in table)
    assert not any("…" in line for line in table if name[:10] in line)
