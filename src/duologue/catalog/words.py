"""The word lists behind the rules, read once from `words.yaml`.

What a name says ("price" is money, "reports to" means a manager) is language, not logic: it lives in a data file that
can be read and extended without touching code. Reading is put off until a catalog is wanted, so that importing the
package stays light.
"""

from functools import cache, cached_property
from importlib.resources import files
from typing import Any


class Words:
    """The lists and maps of `words.yaml`. Every word is lower case."""

    def __init__(self, lists: dict[str, frozenset[str]], maps: dict[str, dict[str, str]]) -> None:
        self._lists, self._maps = lists, maps

    def __getitem__(self, name: str) -> frozenset[str]:
        """The list of that name. Raises `KeyError`."""
        return self._lists[name]

    @cached_property
    def known(self) -> frozenset[str]:
        """Every word of the lists that is neither an acronym nor a name."""
        return frozenset(
            w for name, found in self._lists.items() if name not in {"acronyms", "given_names"} for w in found
        )

    def map(self, name: str) -> dict[str, str]:
        """The map of that name. Raises `KeyError`."""
        return self._maps[name]


@cache
def words() -> Words:
    """The word lists, read on first use."""
    import yaml  # here, because only a run that reads a catalog pays for it

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw = yaml.load(files(__package__).joinpath("words.yaml").read_text(encoding="utf-8"), Loader=loader)
    lists = {name: frozenset(str(text).split()) for name, text in raw["lists"].items()}
    maps = {name: {str(k): str(v) for k, v in pairs.items()} for name, pairs in raw["maps"].items()}
    return Words(lists, maps)
