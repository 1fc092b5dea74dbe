"""The phrases of `words.toml`, ready to search with. Each group is one compiled expression."""

import re
import tomllib
from functools import cache
from importlib.resources import files

__all__ = ["finds", "phrases"]


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("duologue.checks").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def phrases(section: str, group: str) -> re.Pattern[str]:
    """The expression that finds any phrase of a group as whole words. Raises `KeyError` for an unknown group."""
    options = "|".join(sorted(_lists()[section][group], key=len, reverse=True))
    return re.compile(rf"(?<![\w'])(?:{options})(?!\w)", re.IGNORECASE)


def finds(section: str, group: str, text: str) -> re.Match[str] | None:
    """The first phrase of a group in a text; typographic apostrophes count as plain ones."""
    return phrases(section, group).search(text.replace("’", "'"))
