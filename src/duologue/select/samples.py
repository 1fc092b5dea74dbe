"""What selection looks at of a conversation. Made from the store once; everything after it is pure."""

from msgspec import Struct

from duologue.types import Json


class OfferedTool(Struct, frozen=True):
    """A tool as its users see it: what decontamination compares."""

    name: str
    description: str
    parameters: dict[str, Json]


class Candidate(Struct, frozen=True):
    """An accepted conversation, as far as selection needs it."""

    id: str
    """The dialogue's."""
    item: int
    domain: str
    """The environment's name: which database or domain it is of."""
    environment: str
    mode: str
    difficulty: str
    """Of its hardest task."""
    families: tuple[str, ...]
    """Families of the tools that were called (`Meaning.family`, else the tool's effect), sorted, each once."""
    turns: int
    tokens: int
    goals: tuple[str, ...]
    asks: tuple[str, ...]
    """A digest for each task: two tasks that ask the same of the same rows have the same."""
    said: tuple[str, ...]
    """What user and assistant said, in order."""
    tools: tuple[OfferedTool, ...]
    """The tools that were called."""
    messages: str = ""
    """A digest of all its messages, calls and results included; ids of calls don't count."""
    by_user: tuple[str, ...] | None = None
    """Those of `said` that the user said; None where speakers aren't told apart."""


class Left(Struct, frozen=True, omit_defaults=True):
    """A conversation that is left out: why, and beside which other or which benchmark entry."""

    run: int
    """Of which of the list's runs, from 0."""
    id: str
    reason: str
    """A short fixed code: contaminated · duplicate · same task · near duplicate · mix · balance · budget."""
    beside: str = ""
    """Id of the conversation that stays in its place; or the benchmark's entry."""
    beside_run: int = -1
    """Of which run that conversation is."""
    evidence: str = ""


class Entry(Struct, frozen=True):
    """What is kept of a candidate while it is weighed against all the others: no text."""

    run: int
    item: int
    id: str
    groups: dict[str, str]
    """For each of `groups.DIMENSIONS` the group it belongs to."""
    tasks: int
    turns: int
    tokens: int
    asks: tuple[str, ...]
    messages: str

    @property
    def mode(self) -> str:
        """How it was asked for: user or task."""
        return self.groups["mode"]
