"""Many specifications: each once, none twice, a mistake no end to the others."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from analysis.asked import PROPORTION, SOURCES

from varstat.analysis.asking import FunnelAsking
from varstat.analysis.batch import batch, tabulate
from varstat.analysis.specification import Specification

ASKED = [
    Specification(reading=PROPORTION, asking=FunnelAsking(target=target))
    for target in ("median", "pooled", "median")
]
WRONG = Specification(reading=replace(PROPORTION, unit="nobody"), asking=FunnelAsking())


class Far:
    """A client as Dask's, which gives futures."""

    def map(self, function: Callable[[Any], Any], calls: Any) -> list[Callable[[], Any]]:
        """Start calls."""
        return [lambda call=call: function(call) for call in calls]

    def gather(self, futures: Any) -> list[Any]:
        """Wait for them."""
        return [future() for future in futures]


def test_each_specification_is_run_once() -> None:
    found = list(batch(ASKED, sources=SOURCES))
    assert [each.specification for each in found] == ASKED[:2]
    assert [each.results is not None and each.results.trusted for each in found] == [True, True]


def test_what_is_done_is_skipped() -> None:
    table = tabulate(batch(ASKED[:1], sources=SOURCES))
    found = list(batch(ASKED, done=set(table["digest"]), sources=SOURCES))
    assert [each.specification for each in found] == [ASKED[1]]


def test_a_mistake_is_an_outcome_and_no_end() -> None:
    found = list(batch([WRONG, *ASKED], sources=SOURCES))
    assert [bool(each.error) for each in found] == [True, False, False]
    table = tabulate(found)
    assert list(table) == ["digest", "verb", "source", "trusted", "error"]
    assert "nobody" in table["error"][0]


def test_a_client_runs_them_elsewhere() -> None:
    near = [each.row for each in batch(ASKED, sources=SOURCES)]
    assert [each.row for each in batch(ASKED, sources=SOURCES, client=Far())] == near
