"""The built-in shop, at the moment its data ends, which its policy does not name."""

import pytest

from duologue.types import ClockSpec


@pytest.fixture
def clock() -> ClockSpec:
    return ClockSpec("2025-06-14T17:45:00", seed=1)
