"""What data is about, as people would say it: from the name of its file or domain."""

import re
from functools import lru_cache

__all__ = ["subject"]

_BREAKS = re.compile(r"[\s_.-]+")
_VOWEL = re.compile(r"[aeiouy]", re.IGNORECASE)
_LONGEST = 4
"""Letters of a word without a vowel that is read as an abbreviation."""


@lru_cache(maxsize=64)
def subject(name: str) -> str:
    """The name without numbers and underscores, abbreviations in capitals ("hr_1" → "HR"); empty where no word is left."""
    words = [w for w in _BREAKS.split(name) if w and not w.isdigit()]
    return " ".join(w.upper() if len(w) <= _LONGEST and w.isalpha() and not _VOWEL.search(w) else w for w in words)
