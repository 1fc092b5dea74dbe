"""What somebody could want next: from a tool and what has been seen so far to a need that can be spoken.

One proposer per family of tools. A proposer chooses whom the need is about (a row just listed, one talked about before, or one
the user knows by name), what is said of values, and nothing else: whether the need can be met is found out by executing it.
What is to be told of the answer is chosen afterwards, from what came back (`answers.py`).
"""

import random
from collections.abc import Callable

from msgspec import Struct, field
from msgspec.structs import replace

from duologue.catalog.model import Catalog, Column, Table
from duologue.plans.binding import mention_slots
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Memory
from duologue.plans.rows import Listing, RowKey, pick_row
from duologue.tasks.anchors import Anchors, sayable
from duologue.tasks.edits import Edits
from duologue.types import Fact, Json, Mention, Need, Pick, Slot, Tool

_ANY = 1 << 30
"""Later than any need."""


class Proposal(Struct):
    """A need under way, with what the user must know to speak it."""

    need: Need
    known: list[Fact] = field(default_factory=list)
    meant: dict[str, RowKey] = field(default_factory=dict)
    reason: str = ""
    """Why a write is wanted (see `edits.Edit.reason`)."""
    built_on: bool = False
    """It uses something an earlier result showed."""


class Proposer:
    """Proposes needs over one environment; `memory` is what the walk has seen so far."""

    def __init__(self, catalog: Catalog, index: ToolIndex, anchors: Anchors, edits: Edits) -> None:
        self.catalog, self.index, self.anchors, self.edits = catalog, index, anchors, edits
        self.lean = 0.9
        """How readily a need builds on what was seen rather than on something new."""
        self.now = 0
        """Number of the need being proposed."""

    def propose(self, tool: Tool, memory: Memory, rng: random.Random) -> Proposal | None:
        """A need that the tool would serve; None where nothing sensible comes to mind."""
        if tool.meaning is None or tool.meaning.family == "find":
            return None
        proposal = Proposal(Need(tool.meaning))
        if not self._mentions(tool, memory, rng, proposal):
            return None
        family = tool.meaning.family
        fill = _FILLERS.get(family)
        if fill is not None and not fill(self, tool, memory, rng, proposal):
            return None
        return proposal

    # ── whom it is about ─────────────────────────────────────────────────────────────────────────────────────────────

    def _mentions(self, tool: Tool, memory: Memory, rng: random.Random, out: Proposal) -> bool:
        wanted: list[str] = []
        required = set(tool.parameters.get("required", ()))
        for name, slot, nth in mention_slots(self.index.inputs[tool.name]):
            if name not in required and rng.random() < 0.8:
                continue
            if sum(1 for t in wanted if t == slot.table) <= nth:
                wanted.append(slot.table)
        mentions: list[Mention] = []
        for table in wanted:
            mention = self._mention(table, memory, rng, out, avoid=mentions)
            if mention is None:
                return False
            mentions.append(mention)
        out.need = replace(out.need, mentions=tuple(mentions))
        return True

    def _mention(
        self, table: str, memory: Memory, rng: random.Random, out: Proposal, avoid: list[Mention]
    ) -> Mention | None:
        seen = [m for m in self._seen(table, memory, rng) if m not in avoid]
        if seen and rng.random() < self.lean:
            out.built_on = True
            return rng.choices(seen, [_readiness(m) for m in seen])[0]
        return self._introduced(self.catalog.table(table), rng, out)

    def _seen(self, table: str, memory: Memory, rng: random.Random) -> list[Mention]:
        """Ways to point at rows of the table that results have shown."""
        out: list[Mention] = []
        if memory.still_pointed_at(table, self.now):
            out.append(Mention(table))
        listing = memory.latest(table, _ANY)
        if listing is not None and len({memory.key_of(table, r) for r in listing.rows}) == len(listing.rows):
            picks = [p for p in self.picks(listing, rng) if _shows(memory, table, listing, p)]
            if picks:
                out.append(Mention(table, pick=rng.choice(picks)))
        names = [k.values.get("@name") for k in memory.known.get(table, {}).values()]
        told = [n for n in memory.told.get(table, ()) if sayable(n) and names.count(n) == 1]
        if told:
            out.append(Mention(table, by={"@name": rng.choice(told)}))
        numbers = memory.told.get(f"{table}#", ())
        if numbers:
            out.append(Mention(table, by={self.catalog.table(table).key[0]: rng.choice(numbers)}))
        return out

    def picks(self, listing: Listing, rng: random.Random) -> list[Pick]:
        """Ways to single out one row of a listing by what it shows, each clear on these rows. Of a part nothing is the highest."""
        out: list[Pick] = []
        if not listing.whole:
            return out
        for slot in listing.rows[0].values if listing.rows else ():
            spec = self.slot(slot)
            column = self.column(spec)
            if spec.use in ("sum", "avg", "count", "min", "max", "share") or (column and column.role == "measure"):
                kinds = ("max", "min")
            elif column is not None and column.role == "date" and column.sorts:
                kinds = ("latest", "earliest")
            else:
                continue
            pick = Pick(rng.choice(kinds), spec.table, spec.column, use=spec.use)
            if pick_row(listing.rows, pick) is not None:
                out.append(pick)
        return out

    def _introduced(self, table: Table, rng: random.Random, out: Proposal) -> Mention | None:
        """A row the user brings along: by name; by the number on their papers for events; by its code for want of better."""
        if table.display:
            anchor = self.anchors.named(table, rng)
            if anchor is None:
                return None
            name = anchor.values["@name"]
            out.known.append(Fact(f"{table.name}.@name", name, table.label))
            out.meant[table.name] = tuple(_plain(anchor.values.get(k)) for k in table.key)
            return Mention(table.name, by={"@name": name})
        anchor = self.anchors.any(table, rng) if self._numbered(table) else None
        if anchor is None:
            return None
        by = {k: anchor.values[k] for k in table.key}
        out.known.extend(Fact(f"{table.name}.{k}", v, table.column(k).label) for k, v in by.items())
        return Mention(table.name, by=by)

    def _numbered(self, table: Table) -> bool:
        """People have the number of its rows at hand: it is on their papers (events), or there is no other way to name them."""
        if len(table.key) != 1 or table.kind == "link":
            return False
        dated = any(c.role == "date" for c in table.columns)
        return (table.kind == "event" and dated) or not any(x.table == table.name for x in self.catalog.links)

    # ── what is said of values ───────────────────────────────────────────────────────────────────────────────────────

    def _say(self, out: Proposal, slot: Slot, value: Json) -> None:
        key = f"{slot.table}.{slot.column}:{slot.use}"
        out.need = replace(out.need, values={**out.need.values, key: value})
        column = self.column(slot)
        out.known.append(Fact(f"{slot.table}.{slot.column}", value, column.label if column else ""))

    def _filters(self, tool: Tool, rng: random.Random, out: Proposal, least: int) -> bool:
        """Say something of one or two of the optional filters; `least` of them at least."""
        required = set(tool.parameters.get("required", ()))
        free = [(n, s) for n, s in tool.inputs.items() if s.use in ("equals", "from", "match")]
        chosen = [ns for ns in free if ns[0] in required]
        optional = [ns for ns in free if ns[0] not in required]
        rng.shuffle(optional)
        want = max(least - len(chosen), rng.choice((least, least, least + 1)) - len(chosen))
        done = 0
        for _, slot in chosen + optional:
            if done >= max(want, len(chosen)):
                break
            done += self._filter(tool, slot, rng, out)
        return done >= least

    def _filter(self, tool: Tool, slot: Slot, rng: random.Random, out: Proposal) -> bool:
        column = self.column(slot)
        table = self.catalog.table(slot.table)
        if slot.use == "match":
            return self._word(slot, table, rng, out)
        if slot.column == "@name" and tool.meaning is not None and slot.table == tool.meaning.table:
            return False
        if slot.column == "@name":
            anchor = self.anchors.named(table, rng)
            if anchor is not None:
                self._say(out, slot, anchor.values["@name"])
            return anchor is not None
        if slot.column in table.key:
            mention = self._introduced(table, rng, out) if table.display else None
            if mention is not None:
                out.need = replace(out.need, mentions=(*out.need.mentions, mention))
            return mention is not None
        if column is None:
            return False
        if slot.use == "from":
            return self._range(tool, slot, column, rng, out)
        value = self.anchors.value(column, rng)
        if value is None or (isinstance(value, str) and not value.isprintable()):
            return False
        self._say(out, slot, value)
        return True

    def _word(self, slot: Slot, table: Table, rng: random.Random, out: Proposal) -> bool:
        """A word that occurs in names or texts, as somebody remembers it."""
        column = self.column(slot)
        text = str((self.anchors.value(column, rng) if column else self._name(table, rng)) or "")
        words = [w for w in text.split() if len(w) > 3 and w.isalpha()]
        if not words or len(text.split()) < 2:
            return False
        self._say(out, slot, rng.choice(words))
        return True

    def _name(self, table: Table, rng: random.Random) -> Json:
        anchor = self.anchors.named(table, rng)
        return anchor.values["@name"] if anchor is not None else None

    def _range(self, tool: Tool, slot: Slot, column: Column, rng: random.Random, out: Proposal) -> bool:
        values = self.anchors.values(column)
        if len(values) < 4 or not column.sorts:
            return False
        upper = next((s for s in tool.inputs.values() if s == replace(slot, use="to")), None)
        i = rng.randrange(len(values) // 2, len(values) - 1)
        low = _rounded(values[i], column)
        self._say(out, slot, low)
        if upper is not None and rng.random() < 0.5:
            j = rng.randrange(i + 1, len(values))
            high = _rounded(values[j], column)
            if type(high) is type(low) and high > low:
                self._say(out, upper, high)
        return True

    # ── the schema ───────────────────────────────────────────────────────────────────────────────────────────────────

    def slot(self, key: str) -> Slot:
        """`table.column[:use]` back to a slot. Table and column names may hold dots and colons; the catalog decides."""
        return parse_slot(self.catalog, key)

    def column(self, slot: Slot) -> Column | None:
        """The column a slot is about, if it is about one."""
        try:
            return self.catalog.table(slot.table).column(slot.column)
        except KeyError:
            return None


def _readiness(mention: Mention) -> float:
    """How readily a row is pointed at this way: by its place, by "that one", by its name, by its number."""
    if mention.pick is not None:
        return 3.0
    return 2.0 if not mention.by else 1.5 if "@name" in mention.by else 0.6


def parse_slot(catalog: Catalog, key: str) -> Slot:
    """`table.column[:use]` back to a slot, longest table name first, so that dots in names do no harm."""
    for table in sorted(catalog.tables, key=lambda t: -len(t.name)):
        if key.startswith(table.name + "."):
            rest = key[len(table.name) + 1 :]
            if rest in ("@name", "") or any(c.name == rest for c in table.columns):
                return Slot(table.name, rest)
            column, _, use = rest.rpartition(":")
            return Slot(table.name, column, use)
    return Slot("", "", key.rpartition(":")[2])


def _shows(memory: Memory, table: str, listing: Listing, pick: Pick) -> bool:
    row = pick_row(listing.rows, pick)
    return row is not None and memory.key_of(table, row) is not None


def _plain(value: Json) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _rounded(value: Json, column: Column) -> Json:
    """A bound as people say it: a day instead of a moment, a round figure instead of an odd one."""
    if isinstance(value, str):
        return value[:10] if column.format == "datetime" else value
    if column.role == "date" or abs(value) < 20:
        return value
    size = 10 ** (len(str(int(abs(value)))) - 2)
    return int(value // size * size)


# ── families ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _search(self: Proposer, tool: Tool, _: Memory, rng: random.Random, out: Proposal) -> bool:
    return self._filters(tool, rng, out, least=1)


def _aggregate(self: Proposer, tool: Tool, _: Memory, rng: random.Random, out: Proposal) -> bool:
    if rng.random() < 0.35:
        self._filters(tool, rng, out, least=1)
    return True


def _top(self: Proposer, tool: Tool, memory: Memory, rng: random.Random, out: Proposal) -> bool:
    _aggregate(self, tool, memory, rng, out)
    limit = next((s for s in tool.inputs.values() if s.use == "limit"), None)
    if limit is not None:
        self._say(out, limit, rng.choice((2, 3, 3, 4, 5)))
    return True


def _set(self: Proposer, tool: Tool, memory: Memory, rng: random.Random, out: Proposal) -> bool:
    current = _current(self, tool, memory, out)
    said = 0
    for name, slot in tool.inputs.items():
        if slot.use != "value":
            continue
        column = self.column(slot)
        edit = self.edits.change(column, current.get(slot.column), rng) if column is not None else None
        if edit is None:
            if name in tool.parameters.get("required", ()):
                return False
            continue
        self._say(out, slot, edit.value)
        out.reason = out.reason or edit.reason
        said += 1
        if said == 1 and name not in tool.parameters.get("required", ()):
            break
    if not said:  # a reference to another row is what changes
        out.reason = "assign"
        return len(out.need.mentions) > 1
    return True


def _current(self: Proposer, tool: Tool, memory: Memory, out: Proposal) -> dict[str, Json]:
    """The row to be changed as it stands, as far as it was seen, else as it was at the start."""
    table = tool.meaning.table if tool.meaning else ""
    mention = next((m for m in out.need.mentions if m.table == table), None)
    if mention is None:
        return {}
    found = memory.candidates(mention, _ANY)
    key = found[0].key if found else out.meant.get(table)
    if key is None and mention.by:
        key = tuple(_plain(mention.by.get(k)) for k in self.catalog.table(table).key)
    anchor = self.anchors.at(self.catalog.table(table), key) if key else None
    return {**(anchor.values if anchor else {}), **(found[0].values if found else {})}


def _create(self: Proposer, tool: Tool, _: Memory, rng: random.Random, out: Proposal) -> bool:
    required = set(tool.parameters.get("required", ()))
    for name, slot in tool.inputs.items():
        if slot.use != "value":
            continue
        column = self.column(slot)
        value = self.edits.fresh(column, rng) if column is not None else None
        if value is None:
            if name in required:
                return False
            continue
        if name in required or (rng.random() < 0.3 and column is not None and column.role != "date"):
            self._say(out, slot, value)
    out.reason = "create"
    return bool(out.need.values) or len(out.need.mentions) > 1


def _act(self: Proposer, tool: Tool, memory: Memory, rng: random.Random, out: Proposal) -> bool:
    properties = tool.parameters.get("properties", {})
    for name, slot in tool.inputs.items():
        if slot.use == "key":
            continue
        needed = name in tool.parameters.get("required", ())
        if not needed and rng.random() < 0.7:
            continue
        choices = properties.get(name, {}).get("enum")
        column = self.column(slot)
        if choices:
            value: Json = rng.choice(choices)
        elif slot.use == "value" and column is not None:
            edit = self.edits.change(column, self.anchors.value(column, rng), rng)
            value = edit.value if edit else self.edits.fresh(column, rng)
        else:
            value = None
        if value is not None:
            self._say(out, slot, value)
        elif needed:
            return False
    out.reason = "act"
    return True


def _reason(reason: str) -> Callable[[Proposer, Tool, Memory, random.Random, Proposal], bool]:
    def fill(_: Proposer, __: Tool, ___: Memory, ____: random.Random, out: Proposal) -> bool:
        out.reason = reason
        return True

    return fill


_FILLERS: dict[str, Callable[[Proposer, Tool, Memory, random.Random, Proposal], bool]] = {
    "search": _search,
    "top": _top,
    "total": _aggregate,
    "count": _aggregate,
    "ratio": _aggregate,
    "set": _set,
    "create": _create,
    "act": _act,
    "remove": _reason("remove"),
    "link": _reason("link"),
    "unlink": _reason("unlink"),
}
