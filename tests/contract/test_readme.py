"""README says what the program says."""

import re
from pathlib import Path

import varstat

README = Path(__file__).parents[2] / "README.md"


def test_the_finding_in_the_readme_is_the_programs() -> None:
    shown = re.search(r"```text\n(.*?)…", README.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    found = varstat.compute_funnel(varstat.read_table("example:star98")).summary()
    assert " ".join(found.split()).startswith(" ".join(shown[1].split()).rstrip())


def test_every_python_line_in_the_readme_runs(tmp_path, monkeypatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert (tmp_path / "funnel.png").stat().st_size > 10_000
