"""What shapes that write have in common: what can be changed of one row, a look at a row, and a new value for it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog.model import Column
from duologue.plans.binding import mention_slots
from duologue.plans.gist import FEW, gist
from duologue.plans.memory import Known
from duologue.plans.rows import Listing, pick_row
from duologue.tasks.answers import complete
from duologue.tasks.clients import OWN_ENTRIES
from duologue.tasks.habits import by_machine, is_place
from duologue.tasks.pointing import speakable
from duologue.tasks.proposal import Proposal
from duologue.types import Fact, Json, Mention, Need, Pick, Slot, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = [
    "Field",
    "Seen",
    "Target",
    "change",
    "fields",
    "is_deed",
    "listed",
    "look",
    "moves",
    "pointed_at",
    "target",
]

_SHOWING = frozenset({"get", "related", "search", "top", "missing"})
_LOOKS = 12
"""Questions that are tried for one whose answer shows what is needed."""


class Field(Struct, frozen=True):
    """What a tool can change of one row that is given by its key: a column, or which row of another table it belongs to."""

    tool: Tool
    slot: Slot
    column: Column
    other: str = ""
    """The table it is moved to another row of; empty where a value is set."""

    @property
    def key(self) -> str:
        """`table.column`."""
        return f"{self.slot.table}.{self.slot.column}"


class Target(Struct, frozen=True):
    """What a field is to become."""

    value: Json
    reason: str
    mention: Mention | None = None
    """The other row, where it is moved to one."""


class Seen(Struct, frozen=True):
    """A row that was told in answer to a part, how people would point at it, and what results have shown of it by then."""

    part: Subtask
    row: Known
    mention: Mention


def fields(drawing: "Drawing", *roles: str) -> list[Field]:
    """Columns of which one value alone can be changed, of these roles (or any)."""
    index, out = drawing.walk.index, []
    for tool in index.toolset.tools:
        if tool.meaning is None or tool.meaning.family != "set":
            continue
        inputs, required = index.inputs[tool.name], set(tool.parameters.get("required", ()))
        rows = mention_slots(inputs)
        if not rows or any(s.table != tool.meaning.table or nth for _, s, nth in rows):
            continue
        for name, slot in inputs.items():
            column = drawing.proposer.column(slot) if slot.use == "value" else None
            alone = required <= {name, *(n for n, _, _ in rows)}
            mine = drawing.client is None or (column is not None and column.role in OWN_ENTRIES)
            if column is not None and mine and alone and not by_machine(column) and (not roles or column.role in roles):
                out.append(Field(tool, slot, column))
    return out


def moves(drawing: "Drawing") -> list[Field]:
    """Tools that move a row to another row of a table whose rows have names. Nobody moves rows who speaks for themselves."""
    index, out = drawing.walk.index, list[Field]()
    if drawing.client is not None:
        return out
    for tool in index.toolset.tools:
        if tool.meaning is None or tool.meaning.family != "set":
            continue
        inputs = index.inputs[tool.name]
        rows = mention_slots(inputs)
        own = [s for _, s, nth in rows if s.table == tool.meaning.table and not nth]
        others = [s for _, s, nth in rows if s.table != tool.meaning.table or nth]
        if len(others) != 1 or not own or len(inputs) != len(rows):
            continue
        table, column = drawing.maker.catalog.table(others[0].table), drawing.proposer.column(others[0])
        stays = is_place(table) and is_place(drawing.maker.catalog.table(tool.meaning.table))
        if table.display and column is not None and not stays:
            out.append(Field(tool, Slot(tool.meaning.table, others[0].column), column, table.name))
    return out


def is_deed(field: Field) -> bool:
    """It is done to a row, not set of it."""
    return field.tool.meaning is not None and field.tool.meaning.family == "act"


# ── reading first ────────────────────────────────────────────────────────────────────────────────────────────────────────


def look(drawing: "Drawing", field: Field) -> Seen | None:
    """A row is looked at, and told of it what the field holds; None where no question brings that."""
    found = listed(drawing, field, least=1)
    if found is None:
        return None
    part, listing = found
    rows = [i for i, r in enumerate(listing.rows) if r.values.get(field.key) is not None]
    if part.need is not None and part.need.pick is not None:
        picked = pick_row(listing.rows, part.need.pick)
        rows = [i for i in rows if listing.rows[i] is picked]
    at = drawing.dice.choice(rows) if rows else -1
    key = drawing.walk.memory.key_of(field.slot.table, listing.rows[at]) if rows else None
    row = drawing.walk.memory.known.get(field.slot.table, {}).get(key) if key is not None else None
    mention = pointed_at(drawing, field.slot.table, (part, listing), at) if row is not None else None
    if row is None or mention is None:
        return None
    return Seen(part, Known(row.table, row.key, dict(row.values), dict(row.sources)), mention)


def listed(drawing: "Drawing", field: Field, least: int) -> tuple[Subtask, Listing] | None:
    """A question whose answer is a few rows of the field's table, told in full with what the field holds where it holds anything; where
    one row is enough, also a longer list of which one row is told."""
    table, seen = field.slot.table, []
    tools = [t for t in drawing.walk.index.toolset.tools if _shows(t, field)]

    def finish(need: Need, listing: Listing) -> Need | None:
        keys = [drawing.walk.memory.key_of(table, r) for r in listing.rows]
        short = least <= len(listing.rows) <= FEW and listing.whole
        if (not short and least > 1) or not keys or None in keys or len(set(keys)) < len(keys):
            return None
        done = complete(drawing.proposer, drawing.walk.memory, need, listing, drawing.dice)
        asked = f"{field.key}:equals" in need.values
        held = not field.other and not asked and any(r.values.get(field.key) is not None for r in listing.rows)
        if done is None and (listing.many or not held):
            return None
        wanted = (done or need).wanted[: 3 if listing.many else 1]
        if not short and (done is None or done.pick is None):
            return None
        pick = done.pick if done is not None and not short else None
        seen.append(listing)
        return replace(done or need, pick=pick, wanted=tuple(dict.fromkeys((*wanted, *[field.key] * held))))

    for _ in range(_LOOKS if tools else 0):
        tool = drawing.dice.choice(tools)
        drawing.proposer.lean, drawing.proposer.now = 0.5, drawing.walk.needs
        proposal = drawing.proposer.propose(tool, drawing.walk.memory, drawing.dice)
        part = drawing.attempt(tool, proposal, finish=finish) if proposal is not None else None
        if part is not None and seen:
            return part, seen[-1]
    return None


def _shows(tool: Tool, field: Field) -> bool:
    """Its rows are of the field's table, with the field among what they show."""
    if tool.meaning is None or tool.meaning.family not in _SHOWING or tool.meaning.table != field.slot.table:
        return False
    return bool(field.other) or any(f"{s.table}.{s.column}" == field.key and not s.use for s in tool.outputs.values())


def pointed_at(drawing: "Drawing", table: str, told: tuple[Subtask, Listing], at: int) -> Mention | None:
    """A row that was told, as people would point at it: back, by its name, by its number, or by its place."""
    part, listing = told
    if part.need is None:
        return None
    if len(listing.rows) == 1 or part.need.pick is not None:
        named = next((m for m in part.need.mentions if m.table == table and m.by), None)
        return named if named is not None and drawing.dice.random() < 0.4 else Mention(table)
    spec, line = drawing.maker.catalog.table(table), dict(gist(part.need, listing).lines[at].values)
    name = line.get(f"{table}.@name")
    names = [r.values.get(f"{table}.@name") for r in listing.rows]
    if name is not None and names.count(name) == 1:
        return Mention(table, by={"@name": name})
    number = line.get(f"{table}.{spec.key[0]}") if len(spec.key) == 1 and speakable(spec) else None
    if number is not None:
        return Mention(table, by={spec.key[0]: number})
    return Mention(table, pick=Pick("ordinal", table, value=at + 1))


# ── what is to become of it ──────────────────────────────────────────────────────────────────────────────────────────────


def target(drawing: "Drawing", field: Field, row: Mapping[str, Json], *but: Json) -> Target | None:
    """Something new that the field of this row could become, none of `but`, with the kind of reason for it."""
    for _ in range(4):
        found = _moved(drawing, field, row) if field.other else _set(drawing, field, row)
        if found is not None and not any(str(found.value) == str(v) for v in but):
            return found
    return None


def _moved(drawing: "Drawing", field: Field, row: Mapping[str, Json]) -> Target | None:
    table, anchors = drawing.maker.catalog.table(field.other), drawing.maker.anchors
    anchor = anchors.named(table, drawing.dice)
    if anchor is None or field.tool.meaning is None:
        return None
    if field.other == field.slot.table and anchors.habits.loops(table, field.tool.meaning.column, row, anchor.values):
        return None
    name = anchor.values["@name"]
    return Target(name, "assign", Mention(field.other, by={"@name": name}))


def _set(drawing: "Drawing", field: Field, row: Mapping[str, Json]) -> Target | None:
    edits, table = drawing.proposer.edits, drawing.maker.catalog.table(field.slot.table)
    anchor = drawing.maker.anchors.at(table, tuple(str(row.get(k)) for k in table.key))
    row = {**(anchor.values if anchor is not None else {}), **row}
    edit = edits.change(field.column, row.get(field.slot.column), drawing.dice, row)
    if edit is None or (field.column.role == "date" and not edits.in_order(field.column, edit.value, row)):
        return None
    return Target(edit.value, edit.reason)


def change(field: Field, mention: Mention, to: Target, reason: str | None = None) -> Proposal:
    """The wish to change a row, with what the user must know for it."""
    if field.tool.meaning is None:
        raise ValueError("a field is changed by a tool whose meaning is known")
    if is_deed(field):
        return Proposal(Need(field.tool.meaning, (mention,)), reason=to.reason)
    if to.mention is not None:
        proposal = Proposal(Need(field.tool.meaning, (mention, to.mention)))
        proposal.known.append(Fact(f"{field.other}.@name", to.value))
    else:
        proposal = Proposal(Need(field.tool.meaning, (mention,), {f"{field.key}:value": to.value}))
        proposal.known.append(Fact(field.key, to.value, field.column.label))
    proposal.reason = to.reason if reason is None else reason
    return proposal
