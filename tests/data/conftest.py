"""Where the tests of reading find real data, and the factory of cards."""

import sys
from pathlib import Path

import pytest

# So that `table_card` can be imported whatever the import mode.
sys.path.insert(0, str(Path(__file__).parent))

SHARED = Path(__file__).parents[2].parent / "shared"


@pytest.fixture
def shared() -> Path:
    """Give the folder of real data beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the real data in ../shared are not there")
    return SHARED
