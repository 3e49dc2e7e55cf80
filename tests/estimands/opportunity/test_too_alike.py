"""Rates that are more alike than chance leaves any are told before what would be gained."""

import pandas as pd

import varstat


def test_that_rates_are_more_alike_than_chance_leaves_any_is_said():
    frame = pd.DataFrame(
        {"unit": [f"u{i}" for i in range(15)], "numerator": 12, "denominator": 400}
    )
    table = varstat.read_table(frame, direction="lower-is-better")
    found = varstat.compute_opportunity(varstat.fit_model(table, draws=200))[0]
    said = found.summary()
    assert "more alike than chance leaves any (p < 0.0005)" in said
    # That it is what chance gives would not be true.
    assert "what chance gives" not in said
    assert "can't tell" not in said
