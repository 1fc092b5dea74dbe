"""How many tokens a text has: estimated, or counted with a vocabulary that the person names."""

import re

_PIECES = re.compile(r"[^\W\d_]+|\d|\s+|[^\w\s]+|_+")


def estimate(text: str) -> int:
    """Tokens of a text."""
    return sum(1 for _ in _PIECES.finditer(text))
