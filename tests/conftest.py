"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test fails for being slow. A change is judged by the same examples on every run; elsewhere
# new ones are sought.
settings.register_profile(
    "varstat",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("varstat")

# Folders whose tests are searches for counterexamples, or simulations.
SEARCHES = {"property", "calibration"}
SHARED = Path(__file__).parents[2] / "shared"
REFERENCES = Path(__file__).parent / "reference" / "data"


@pytest.fixture(scope="session")
def references() -> Path:
    """Give the folder of what other tools found, and of the data they found it in."""
    return REFERENCES


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of real data beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the real data in ../shared are not there")
    return SHARED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever opens a browser, and what searches or simulates as its folder says."""
    for item in items:
        if "browse" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if SEARCHES & set(item.path.relative_to(Path(__file__).parents[1]).parts[:2]):
            item.add_marker(pytest.mark.slow)
