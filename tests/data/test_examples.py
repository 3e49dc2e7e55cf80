import subprocess
import sys

from cards import make_card

from varstat.data import EXAMPLES, load_example, read_table


def test_every_example_loads():
    for name, example in EXAMPLES.items():
        assert len(load_example(name)) > 1
        assert example.description
        assert example.title
        made_up = "SYNTHETIC" in example.description
        assert made_up == bool(example.note)


def test_an_example_is_read_like_a_file():
    table = read_table("example:star98", card=make_card())
    assert table.account.source == "example:star98"
    assert table.account.units == 303
    assert table.frame["unit"].iloc[[0, -1]].tolist() == ["D001", "D303"]


def test_an_example_is_read_without_importing_statsmodels():
    code = (
        "import sys; from varstat.data import load_example; load_example('star98'); "
        "assert not {'statsmodels', 'scipy', 'pyarrow.parquet', 'python_calamine'} "
        "& set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
