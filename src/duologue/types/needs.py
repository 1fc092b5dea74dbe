"""What a request means, in terms of the database, and what an utterance does."""

from msgspec import Struct, field

from duologue.types.tools import Json, Meaning


class Pick(Struct, frozen=True, omit_defaults=True):
    """Which of several rows is meant: max · min · latest · earliest (by `column`) · where (`column` = `value`) ·
    ordinal (`value` = 1, 2, … or -1 for the last) · only."""

    kind: str
    table: str = ""
    column: str = ""
    value: Json = None
    """What `where` and `ordinal` go by; of an extreme, how many rows were compared, where only these were."""
    use: str = ""
    """As in `Slot.use`, where the column picked by is a computed one (a sum, a count)."""


class Mention(Struct, frozen=True, omit_defaults=True):
    """How a row is spoken of. By what is said of it (`by`: column or `@name` → value), by its place in what was last listed
    (`pick`), or by pointing back at the row talked about (both empty)."""

    table: str
    by: dict[str, Json] = field(default_factory=dict)
    pick: Pick | None = None
    each: bool = False
    """All rows of what was last listed are meant; with a `pick`, all but that one."""


class Condition(Struct, frozen=True):
    """What must hold of the row a change is about: below · above · is."""

    slot: str
    """`table.column` of the row."""
    test: str
    value: Json


class Among(Struct, frozen=True, omit_defaults=True):
    """Which of the rows that come back are meant: lacking (they hold nothing in `slot`) · within (as many as together come to no more
    than `value`, the smallest first)."""

    kind: str
    slot: str
    """`table.column` of the rows."""
    value: Json = None


class OtherSide(Struct, frozen=True, omit_defaults=True):
    """What a value of a row is held against: the same thing in the row it refers to (same), or what the rows that refer to it come to (sum) or
    how many they are (count)."""

    how: str
    slot: str
    """`table.column` of the other side; of a count `table.`."""
    times: str = ""
    """Of a sum: `table.column` that each is multiplied by."""
    meaning: Meaning | None = None
    """How the other side is read; None = it comes with the row."""


class Need(Struct, frozen=True, omit_defaults=True):
    """Something wanted, in terms of the database: no tool, no key that was not said."""

    meaning: Meaning
    mentions: tuple[Mention, ...] = ()
    values: dict[str, Json] = field(default_factory=dict)
    """What is said of values: `table.column:use` (as in `Slot`) → value."""
    wanted: tuple[str, ...] = ()
    """What is to be told of the result, `table.column[:use]` each; empty = the gist."""
    pick: Pick | None = None
    """Of the rows that come back, the one that matters; of `get` with several mentions, which of these has the most or the least."""
    apart: bool = False
    """Of two rows that are compared, how far they are apart is wanted, too."""
    among: Among | None = None
    """Of the rows that come back, the several that matter."""
    against: OtherSide | None = None
    """Of one row: the value wanted is held against what another table says of the same."""
    when: Condition | None = None
    """A change that is wanted only where this holds; whether it does is for the assistant to find out."""
    amends: str = ""
    """How it stands to a change made before: `undo` (as it was, without saying how that was) · `instead` (yet another value)."""


class Act(Struct, frozen=True, omit_defaults=True):
    """What an utterance does (`conversations.md` lists the kinds). Carries only values that its text says."""

    kind: str
    need: Need | None = None
    values: dict[str, Json] = field(default_factory=dict)
