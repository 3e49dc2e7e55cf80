"""What is written of events can be given back."""

from types import SimpleNamespace

from varstat.estimands.completeness.overrule import read_event_file
from varstat.estimands.completeness.result import History


def test_a_fitted_share_of_a_little_more_than_all_goes_back_as_all():
    event = {"unit": "A", "start": "2014-07", "end": "2014-09", "class_": "merger"}
    history = SimpleNamespace(
        events=[
            SimpleNamespace(**event, share=1.03),
            SimpleNamespace(**(event | {"class_": "spike"}), share=float("nan")),
        ]
    )
    frame = History.events_frame(history)
    assert read_event_file(frame).rows[0].share == 1.0
    assert frame["share"].isna().tolist() == [False, True]
