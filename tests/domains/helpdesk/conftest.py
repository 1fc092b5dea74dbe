"""The built-in service desk."""

import pytest

from duologue.sources import Source


@pytest.fixture(scope="module")
def helpdesk(source: Source) -> Source:
    return source
