"""What broke once is mended in kind: its siblings are read right, or refused with the cure."""

import pytest
from siblings import KINDS

from varstat.data import read_table
from varstat.errors import TableError

EVERY = [(kind, name) for kind, siblings in KINDS.items() for name in siblings]


@pytest.mark.parametrize(("kind", "name"), EVERY, ids=[": ".join(each) for each in EVERY])
def test_a_sibling_is_read_right_or_refused_with_the_cure(kind, name, tmp_path):
    sibling = KINDS[kind][name]
    path = sibling.write(tmp_path)
    if sibling.sums is None:
        with pytest.raises(TableError, match=sibling.refused):
            read_table(path, **sibling.options)
        return
    table = read_table(path, **sibling.options)
    events, size = table.measure.event, table.measure.size
    found = (table.frame[events].sum(), table.frame[size].sum())
    assert found == pytest.approx(sibling.sums, rel=1e-9)


def test_each_kind_has_five_siblings_or_more():
    assert {kind for kind, siblings in KINDS.items() if len(siblings) < 5} == set()
