"""What checks ask, what dialogue acts mean and what tools do, read from texts.toml."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("duologue.export.card").joinpath("texts.toml").read_text(encoding="utf-8"))


def asks(check: str) -> str:
    """What a check asks; empty for one that is not known."""
    return str(_texts()["checks"].get(check, {}).get("asks", ""))


def blind(check: str) -> str:
    """What a check cannot see; empty for one that is not known."""
    return str(_texts()["checks"].get(check, {}).get("blind", ""))


def means(role: str, act: str) -> str:
    """What a dialogue act of a speaker is; empty for one that is not known."""
    return str(_texts()["acts"].get(role, {}).get(act, ""))


def does(family: str) -> str:
    """What tools of a family do; empty for one that is not known."""
    return str(_texts()["families"].get(family, ""))
