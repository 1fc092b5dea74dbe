"""Tools that come or go midway.

The environment of such a conversation has them all, so that every call in it can be made again; which are to be had when is said by
`Continued.offers`, and a check holds the assistant to it. A system message announces the change before the user speaks. The turns before it
were said under other tools and are not trained on again: the conversation they come from is there for that.
"""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from duologue.audit.deeds import changes
from duologue.errors import StageError, UserError
from duologue.export import read_environment, read_tools
from duologue.export.stage_files import named
from duologue.ids import digest
from duologue.sources import toolfile
from duologue.sources.seed_tools import read_seed_tools
from duologue.types import Environment, Message, Offer, Tool, Toolset, Turn

NO_SUCH, TAKEN, THERE = "it has no tool to withdraw", "it has another tool of that name", "it has these tools already"


class Changes(Struct, frozen=True):
    """What is asked to come and go."""

    file: Path | None = None
    """Tools to be added: a toolset file, or hand-written ones (`.toml`); where no tool runs, any list of tools with descriptions."""
    without: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.file is not None or bool(self.without)

    @property
    def mark(self) -> str:
        """Tells one file's content from another's. Raises `UserError` where it can't be read."""
        if self.file is None:
            return ""
        try:
            return digest(self.file.read_bytes().decode("utf-8", "replace"))
        except OSError as error:
            raise UserError(f"Cannot read {str(self.file)!r}: {error.strerror}.", "Name an existing file.") from error

    def tools(self, image: str) -> tuple[Tool, ...]:
        """The tools to be added to an environment over this image. Raises `UserError` where the file holds none for it."""
        return _read(self.file, image, self.mark) if self.file is not None else ()

    def check(self, environments: Sequence[Environment]) -> None:
        """Raise `UserError` where a tool is to be withdrawn that none of these has, or tools to be added can't be read for one of them."""
        for image in dict.fromkeys(e.image for e in environments):
            self.tools(image)
        known = {t.name for e in environments for t in e.toolset.tools}
        for name in self.without:
            if name not in known:
                raise UserError(f"--without {name!r}: there is no such tool.", f"Choose among: {_choice(name, known)}.")

    def extended(self, environment: Environment) -> Environment:
        """An environment with the tools to be added that it lacks. One whose name is taken there is none of them."""
        mine = {t.name for t in environment.toolset.tools}
        new = tuple(t for t in self.tools(environment.image) if t.name not in mine)
        if not new:
            return environment
        toolset: Toolset = replace(environment.toolset, tools=(*environment.toolset.tools, *new))
        return named(replace(environment, toolset=toolset))

    def offer(self, before: Environment, has: frozenset[str], at: int) -> Offer:
        """What changes for a conversation that `has` these tools of its environment. Raises `StageError` where nothing does, or where it
        can't."""
        asked = {t.name: t for t in self.tools(before.image)}
        own = {t.name: t for t in before.toolset.tools}
        for name in self.without:
            if name not in has:
                raise StageError("continue", NO_SUCH, name)
        for name, tool in asked.items():
            if name in own and own[name] != tool:
                raise StageError("continue", TAKEN, name)
        added = tuple(name for name in asked if name not in has)
        if asked and not added:
            raise StageError("continue", THERE, ", ".join(asked))
        return Offer(at, added, self.without)


def toolset(file: Path, image: str) -> Environment:
    """A toolset file, or an environment as `export` writes them beside the rows, for that image. Raises `UserError`."""
    try:
        return read_tools(file, image)
    except UserError as error:
        try:
            found = read_environment(file)
        except UserError:
            raise error from None
        if image and found.image != image:
            raise UserError(
                f"{str(file)!r} was made for another database (image {found.image}, this one is {image}).",
                "Name tools of this database.",
            ) from error
        return found


def _described(tool: Tool) -> Tool:
    """A tool that only has a description, as one whose calls can be answered."""
    effect = "write" if changes(tool.name) else "read"
    return replace(tool, effect=effect, returns=tool.returns or {"type": "object"})


@lru_cache(maxsize=16)
def _read(file: Path, image: str, mark: str) -> tuple[Tool, ...]:
    """`mark` tells the file from what it was before."""
    if not image:
        return tuple(_described(tool) for given in read_seed_tools(file) for tool in given.tools)
    by_hand = file.suffix == ".toml"
    found = toolfile.read_tools(file, {}) if by_hand else toolset(file, image).toolset.tools
    if not found:
        raise UserError(f"{str(file)!r} holds no tools.", "Name a toolset file, or one of hand-written tools.")
    return found


def announced(offer: Offer, environment: Environment, turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns so far, not to be trained on, and the message that says what changes."""
    tools = {t.name: t for t in environment.toolset.tools}
    lines = ["Your tools have changed."]
    if offer.added:
        lines.append("From now on you also have:")
        lines += [f"- {name}: {tools[name].description}" for name in offer.added]
    if offer.withdrawn:
        lines.append(f"No longer available: {', '.join(offer.withdrawn)}.")
    last = turns[-1]
    message = Message("system", content="\n".join(lines))
    said = Turn(message, parent=len(turns) - 1, state=last.state, task=max(last.task, 0))
    return (*untrained(turns), said)


def untrained(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Turns that nothing is to be learnt from."""
    return tuple(replace(t, train=False) if t.message.role == "assistant" else t for t in turns)


_SHOWN, _NEAR = 12, 5
"""Names that people look through, and of more than these those that are shown."""


def _choice(name: str, known: Collection[str]) -> str:
    """The names there are, or of many those that are most like the one that was typed."""
    if len(known) <= _SHOWN:
        return ", ".join(sorted(known))
    near = get_close_matches(name, sorted(known), n=_NEAR)
    return f"{', '.join(near or sorted(known)[:_NEAR])} (of {len(known)} tools{', the nearest first' if near else ''})"
