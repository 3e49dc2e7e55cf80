"""What is written part by part is the JSON of the whole."""

import json

import pandas as pd
import pytest

from varstat.present.content import Content
from varstat.present.formats.json import json_bytes

ABOUT = {"account": {"rows_read": 2}, "provenance": {"source": "é.csv"}}
UNITS = [{"unit": "A", "rate": 0.5, "flag": None}, {"unit": 'B"', "rate": 1e-9, "flag": "high"}]
ONE = {"indicator": "Fälle", "units": UNITS, "by": {}}
OTHER = {"indicator": "x", "units": [], "account": {"rows_read": 1}}


@pytest.mark.parametrize("objects", [[ONE], [ONE, OTHER], [ONE, OTHER, ONE], []])
def test_parts_make_the_whole(objects):
    content = Content(
        kind="funnels", title="x", sheets={"units": pd.DataFrame()}, objects=objects, about=ABOUT
    )
    every = [ABOUT | each for each in objects]
    whole = (every[0] if len(every) == 1 else ABOUT) | {"funnels": every}
    assert json.loads(json_bytes(content)) == whole
    assert json_bytes(content).endswith(b"}\n")
    assert "é".encode() in json_bytes(content)


def test_what_json_cannot_say_is_refused():
    content = Content(
        kind="funnels",
        title="x",
        sheets={"units": pd.DataFrame()},
        objects=[ONE | {"rate": float("nan")}],
        about=ABOUT,
    )
    with pytest.raises(ValueError, match="JSON"):
        json_bytes(content)
