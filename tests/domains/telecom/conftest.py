"""The built-in mobile network, at half past ten and not a second later."""

import pytest

from duologue.sources import Source
from duologue.types import ClockSpec


@pytest.fixture(scope="module")
def telecom(source: Source) -> Source:
    return source


@pytest.fixture
def clock(source: Source) -> ClockSpec:
    return ClockSpec(source.now, seed=1, least=0, most=0)
