import pandas as pd
import pytest

from varstat import compute_funnel, compute_league, fit_model
from varstat.data import read_table
from varstat.errors import CardError
from varstat.prose.rate import measured_text, style_of


def read(events, days, **options):
    frame = pd.DataFrame(
        {"ward": [f"W{i}" for i in range(len(events))], "falls": events, "bed_days": days}
    )
    options = {"observed": "falls", "exposure": "bed_days"} | options
    options = {name: value for name, value in options.items() if value is not None}
    return read_table(frame, unit="ward", **options)


EVENTS, DAYS = [12, 5, 20, 3], [2100, 1890, 2500, 900]


@pytest.mark.parametrize(
    ("scale", "per"),
    [(0.01, 1), (1, 1000), (10, 10_000), (1000, 1_000_000), (1e8, 1e11)],
)
def test_small_rates_of_an_exposure_are_shown_for_a_power_of_ten(scale, per):
    table = read(EVENTS, [days * scale for days in DAYS])
    assert table.measure.per == per
    pooled = sum(EVENTS) / sum(DAYS) / scale * per
    assert pooled < 10 or per == 1000


def test_what_is_said_is_followed():
    measure = read(EVENTS, DAYS, per=10_000).measure
    assert measure.unit == "per 10,000 bed days"
    assert measure.title == "Observed per 10,000 bed days"
    assert read(EVENTS, DAYS, per=1).measure.unit == ""


def test_a_ratio_and_a_share_are_shown_for_a_hundred_or_more_if_asked():
    ratio = read(EVENTS, [10.5, 6.5, 17, 4], exposure=None, expected="bed_days", per=100)
    assert ratio.measure.text(1.12) == "112 per 100 bed days"
    shares = {"observed": None, "exposure": None, "numerator": "falls", "denominator": "bed_days"}
    assert read(EVENTS, DAYS, **shares, per=1000).measure.text(0.0125) == "12.5 per 1,000 bed days"
    assert read(EVENTS, DAYS, **shares, per=100).measure.text(0.0125) == "1.25%"
    assert read(EVENTS, DAYS, **shares).measure.text(0.0125) == "1.25%"


def test_a_mean_has_no_size_to_be_shown_for():
    frame = pd.DataFrame({"unit": ["A"], "value": [1.0], "se": [0.1]})
    with pytest.raises(CardError, match="per is of rates"):
        read_table(frame, per=1000)


def test_data_keep_rates_as_they_are():
    (funnel,) = compute_funnel(read(EVENTS, DAYS))
    assert funnel.to_frame()["rate"].tolist() == [e / d for e, d in zip(EVENTS, DAYS, strict=True)]
    assert "per 1,000 bed days" in funnel.summary()


def test_what_is_written_is_multiplied():
    measure = read(EVENTS, DAYS).measure
    assert measured_text(0.00521, measure=measure) == "5.21 per 1,000 bed days"
    (league,) = compute_league(fit_model(read(EVENTS, DAYS), draws=200))
    units = league.units
    style = style_of(measure, raw=units.raw, lower=units.lower, upper=units.upper)
    assert style.sign == "per 1,000"
    assert style.text(0.0052) == "5.2"


def test_rates_per_person_day_are_no_row_of_zeros(shared):
    table = read_table(
        shared / "cases" / "rate-person-days.csv", unit="site", observed="events", exposure="py"
    )
    (funnel,) = compute_funnel(table)
    texts = [measured_text(rate, measure=table.measure) for rate in funnel.units.rate]
    assert len(set(texts)) > 4
    assert not any("0.0000" in text for text in texts)


def test_an_exposure_of_a_power_of_ten_in_all_rows_is_asked_about():
    frame = pd.DataFrame({"unit": list("abcdef"), "y": [3, 9, 5, 2, 8, 4], "per": 100_000})
    table = read_table(frame, observed="y", exposure="per")
    assert any("is 'per' what a rate is given for" in note for note in table.account.notes)
    other = read_table(frame.assign(per=99_000), observed="y", exposure="per")
    assert not any("what a rate is given for" in note for note in other.account.notes)
