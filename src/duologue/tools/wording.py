"""The phrases of `wording.yaml`, and how a dialect draws its own from them."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml
from msgspec import Struct

from duologue.tools.naming import article
from duologue.types import Dialect

ENVELOPES = ("rows", "nested", "paged")


@lru_cache(maxsize=1)
def phrases() -> dict[str, Any]:
    """The whole of `wording.yaml`."""
    loaded: dict[str, Any] = yaml.safe_load(
        files("duologue.tools").joinpath("wording.yaml").read_text(encoding="utf-8")
    )
    return loaded


class Voice(Struct, frozen=True):
    """A dialect with the habits that its type has no room for: how names are built and how descriptions sound."""

    dialect: Dialect
    names: Mapping[str, str]
    """Family → pattern of a tool's name."""
    habits: Mapping[str, str]
    """See `habits` in `wording.yaml`."""
    speech: int
    """Seed of the phrases of its descriptions."""
    percent: bool
    columns: int


def draw_voice(rng: Random, naming: str = "") -> Voice:
    """A dialect and its habits; `naming` fixes the case that names have."""
    said = phrases()
    naming = naming or rng.choice(("snake", "snake", "camel", "noun_first"))
    verbs = {family: rng.choice(options) for family, options in said["verbs"].items()}
    _part(verbs, rng)
    patterns = said["noun_first" if naming == "noun_first" else "names"]
    dialect = Dialect(
        naming=naming,
        verbs=verbs,
        granularity=rng.choice(("plain", "wide", "wide", "nested")),
        envelope=rng.choice(ENVELOPES),
        errors=rng.choice(("snake", "upper", "class")),
        ids=rng.choice(("raw", "raw", "raw", "text")),
        dates=rng.choice(("stored", "date", "date")),
    )
    return Voice(
        dialect,
        {family: rng.choice(options) for family, options in patterns.items()},
        {name: rng.choice(options) for name, options in said["habits"].items()},
        rng.getrandbits(32),
        rng.random() < 0.4,
        rng.randint(3, 6),
    )


def _part(verbs: dict[str, str], rng: Random) -> None:
    """Two families that list the same rows must not sound alike: find and search never share a verb."""
    options = [v for v in phrases()["verbs"]["search"] if v not in (verbs["find"], verbs["related"], verbs["missing"])]
    verbs["search"] = rng.choice(options)


class Phrasing:
    """Draws phrases for one tool: the same tool of the same dialect always sounds the same."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def say(self, *path: str, **words: str) -> str:
        """A phrase from the list at `path`, filled in. `{A_…}`/`{a_…}` give the word with its article, `{Word}` a capital."""
        options: Any = phrases()
        for step in path:
            options = options[step]
        return str(self.rng.choice(options)).format_map(_Words(words))


class _Words(dict[str, str]):
    def __missing__(self, name: str) -> str:
        if name.startswith("a_"):
            word = self[name[2:]]
            return f"{article(word)} {word}"
        if name[:1].isupper():
            word = self[name[:1].lower() + name[1:]]
            return word[:1].upper() + word[1:]
        return ""
