"""What all tests share."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
def shared() -> Path:
    """Give the folder of real data beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the real data in ../shared are not there")
    return SHARED
