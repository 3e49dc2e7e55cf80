import pandas as pd
from cards import make_card
from hypothesis import given
from hypothesis import strategies as st

from varstat.data import read_table


def printed(count, size, decimals):
    """All ways to print a percentage: at an exact half either neighbour is right."""
    exact = 100 * count * 10**decimals
    low, rest = divmod(exact, size)
    if 2 * rest == size:
        return {low, low + 1}
    return {low + (2 * rest > size)}


@st.composite
def shares(draw):
    size = draw(st.integers(1, 100_000))
    return draw(st.integers(0, size)), size


@given(st.lists(shares(), min_size=1, max_size=8), st.integers(0, 3), st.booleans())
def test_a_printed_percentage_gives_all_counts_that_print_so(rows, decimals, signed):
    """The range holds the count, all in it print alike, and those next to it don't."""
    whole = [min(printed(count, size, decimals)) for count, size in rows]
    texts = [f"{each / 10**decimals:.{decimals}f}" + "%" * signed for each in whole]
    frame = pd.DataFrame(
        {
            "unit": [f"U{at}" for at in range(len(rows))],
            "numerator": texts,
            "denominator": [str(size) for _, size in rows],
        }
    )
    table = read_table(frame, card=make_card(), percent=not signed)
    found = table.frame[["event_lower", "event_upper"]].to_numpy().astype(int).tolist()
    for (count, size), (low, high), each in zip(rows, found, whole, strict=True):
        assert low <= count <= high
        assert all(each in printed(y, size, decimals) for y in (low, high))
        for next_to in (low - 1, high + 1):
            if 0 <= next_to <= size:
                assert each not in printed(next_to, size, decimals)
