"""What stands small below a chart."""

from varstat.present.captions.source import say_source


def test_a_result_by_itself_has_no_file(hospitals) -> None:
    assert say_source(hospitals) == ""
