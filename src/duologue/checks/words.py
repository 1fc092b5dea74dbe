"""The phrases of `words.toml`, ready to search with. Each group is one compiled expression."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from duologue.language.spotting import Spotter

__all__ = ["finds", "phrases", "spotter"]


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("duologue.checks").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def spotter(section: str, *groups: str) -> Spotter:
    """What finds any phrase of some groups as whole words. Raises `KeyError` for an unknown group."""
    options = [phrase for group in groups for phrase in _lists()[section][group]]
    return Spotter(sorted(options, key=len, reverse=True), r"(?<![\w'])(?:{})(?!\w)")


def phrases(section: str, group: str) -> re.Pattern[str]:
    """The expression of a group. Raises `KeyError` for an unknown one."""
    return spotter(section, group).pattern


def finds(section: str, group: str, text: str) -> re.Match[str] | None:
    """The first phrase of a group in a text; typographic apostrophes count as plain ones."""
    return spotter(section, group).search(text.replace("’", "'") if "’" in text else text)
