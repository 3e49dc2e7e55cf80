"""One thread for linear algebra: matrices here are small, and sums must not depend on threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS to one thread, so that the same seed gives the same bits on any machine's cores.

    Threads also cost more than they gain on matrices of some thousand numbers.
    """
    with _controller().limit(limits=1, user_api="blas"):
        yield
