"""What a run was started with and what it is asked for now, told apart in the words of the command line."""

from collections.abc import Iterator, Mapping

from duologue.types import Json

_OF_COMMANDS = ("branches", "continued")
"""Under which a command keeps its own options; how many items these make follows from them."""
_MARKS = {"conversations": "the conversations it is made from are others", "tools": "--tools: another file"}
"""Options that are kept by a mark of what was named, which says nothing to anybody."""


def differing(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[str]:
    """Each argument of a run that is another now, in words."""
    found = [name for name in _OF_COMMANDS if old.get(name) != new.get(name)]
    both = [(old[name], new[name]) for name in found if name in old and name in new]
    for before, now in both:
        if isinstance(before, dict) and isinstance(now, dict):
            yield from _options(before, now)
    told = {"n", *found} if both else set[str]()
    yield from _arguments(
        {k: v for k, v in old.items() if k not in told}, {k: v for k, v in new.items() if k not in told}
    )


def _options(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[str]:
    others = [name for name in dict.fromkeys([*new, *old]) if old.get(name) != new.get(name)]
    if len(others) > 1 and "conversations" in others:  # they follow from the other options
        others.remove("conversations")
    for name in others:
        yield _MARKS.get(name, f"--{name}: {old.get(name)!r} then, {new.get(name)!r} now")


def _arguments(old: Mapping[str, Json], new: Mapping[str, Json], within: str = "") -> Iterator[str]:
    for name in dict.fromkeys([*new, *old]):
        before, now = old.get(name), new.get(name)
        if isinstance(before, dict) and isinstance(now, dict):
            yield from _arguments(before, now, f"{within}{name}.")
        elif isinstance(before or now, dict):  # of a run that another command began
            yield f"{within}{name}: {'given' if before else 'none'} then, {'given' if now else 'none'} now"
        elif before != now:
            yield f"{within}{name}: {before!r} then, {now!r} now"
