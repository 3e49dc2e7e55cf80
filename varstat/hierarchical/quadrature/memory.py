"""Memory that a fit needs again and again is kept, not asked for each time."""

import numpy as np

# Just below the 32 MiB up to which glibc learns from what is freed.
_NUMBERS = 4_190_000


def keep_freed_memory() -> None:
    """Have the C library keep freed memory for the next array, up to 64 MiB of it.

    At first glibc gives arrays of some hundred kilobytes back to the system as soon as they are
    freed, and each new one comes page by page, which takes longer than what is computed in it. It
    stops doing so up to twice the largest that was asked of the system and freed. No page of this
    one is ever touched; other C libraries are not changed by it.
    """
    np.empty(_NUMBERS)
