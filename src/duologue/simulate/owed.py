"""One request of the user's, and what is settled about it so far; and the parts that some fall into."""

from msgspec import Struct, field

from duologue.catalog.model import Catalog
from duologue.language.weighed import compares
from duologue.plans.against import other, own
from duologue.plans.gist import answering
from duologue.plans.memory import Known
from duologue.plans.rows import Listing, RowKey
from duologue.simulate.recovering import Trouble
from duologue.types import Json, Need

__all__ = ["Owed", "part_of", "told_of", "two_sides"]


class Owed(Struct):
    """One request of the user's."""

    number: int
    """Requests are numbered as they come."""
    need: Need
    turn: int
    """The user's turn that made it."""
    follow_up: bool = False
    said_at: dict[str, int] = field(default_factory=dict)
    """Slot key with use → the later turn that gave its value."""
    chosen: dict[int, RowKey] = field(default_factory=dict)
    """Mention → the row the user picked among namesakes."""
    looked_up: set[int] = field(default_factory=set)
    """Mentions already searched for."""
    sought: dict[int, list[str]] = field(default_factory=dict)
    """Mention whose name was found nowhere → the pieces of it that were looked for since."""
    pieced: set[int] = field(default_factory=set)
    """Mentions that were spoken of otherwise once pieces of what was said had been sought."""
    respoken: set[int] = field(default_factory=set)
    """Mentions that were put in the place of others."""
    approved: bool = False
    again: bool = False
    """The user doubts the answer: ask the records once more."""
    doubted: tuple[dict[str, Json], Listing | None] = ({}, None)
    """What of it they doubt (slot → value), where they said so, and the answer that they doubt."""
    listings: list[Listing] | None = None
    result: Json = None
    answered_at: int = -1
    """The turn of the tool result; -1 before there is one."""
    failed: bool = False
    before: dict[str, Json] = field(default_factory=dict)
    """Of a change: slot → what results had shown for its row before it was made."""
    waiting: str = ""
    """What the assistant has asked: choices · value · confirm · row; empty when it is the assistant's move."""
    revised: bool = False
    """The user has put another value or row in the place of one they gave."""
    held: bool = False
    """The user wants something else first."""
    choice_of: int = -1
    slot: str = ""
    told: bool = False
    parts: "list[Owed]" = field(default_factory=list)
    """Of a request about each row of a list: one for each row, once it is clear which these are."""
    part: int = -1
    """Its place among the parts of such a request; -1 for a request of its own."""
    checked: bool = False
    """What its condition is about was looked at."""
    was: Known | None = None
    """Of a change that was made: the row as results had shown it by then, and where."""
    restored: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Of a change that is taken back: slot key with use → where a result had shown the value it goes back to."""
    trouble: Trouble = field(default_factory=Trouble)
    mended: list[tuple[str, dict[str, Json]]] = field(default_factory=list)
    """Of a trouble on the user's side: what the assistant itself changed about it, tool and arguments each."""
    recalled: int = -1
    """The turn of an earlier result that answers it, where no call was made for it; -1 for none."""

    @property
    def is_each(self) -> bool:
        """It is about each row of a list, or of several that are compared, or about two sides that are asked for one by one."""
        two = self.need.against is not None and self.need.against.meaning is not None
        return two or compares(self.need) or any(m.each for m in self.need.mentions)

    @property
    def answer(self) -> Listing | None:
        """The part of the result that answers it."""
        return answering(self.need, self.listings) if self.listings else None


def told_of(owed: Owed) -> dict[str, Json]:
    """How an act says which request it is about, and of one that needed no call of its own where its answer stood."""
    part = {"part": owed.part} if owed.part >= 0 else {}
    return {"request": owed.number, **part, **({"recalled": owed.recalled} if owed.recalled >= 0 else {})}


def part_of(owed: Owed, need: Need, mention: int) -> Owed:
    """The part of a request that is about one of its mentions, which may have been spoken of anew since it was made."""
    said_at = dict(owed.said_at) if mention in owed.respoken else {}
    return Owed(owed.number, need, owed.turn, said_at=said_at, part=mention)


def two_sides(owed: Owed, catalog: Catalog) -> list[Owed]:
    """A request that holds one side against another: the row, and, once that is clear, what is asked for the other side."""
    owed.parts = owed.parts or [part_of(owed, own(owed.need), 0)]
    first, mention = owed.parts[0], owed.need.mentions[0]
    row = first.answer.rows[0] if first.answer is not None and first.answer.rows else None
    key = catalog.table(mention.table).key
    if len(owed.parts) == 1 and (row is not None or 0 in first.chosen or all(k in mention.by for k in key)):
        then = other(owed.need, row, catalog)
        if then is not None:
            chosen = {} if then.mentions != owed.need.mentions else dict(first.chosen)
            owed.parts.append(Owed(owed.number, then, owed.turn, chosen=chosen, part=1))
    return owed.parts
