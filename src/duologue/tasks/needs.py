"""What somebody could want next: from a tool and what has been seen so far to a need that can be spoken.

One proposer per family of tools. A proposer chooses whom the need is about (a row just listed, one talked about before, or one
the user knows by name), what is said of values, and nothing else: whether the need can be met is found out by executing it.
What is to be told of the answer is chosen afterwards, from what came back (`answers.py`).
"""

import random

from msgspec.structs import replace

from duologue.catalog.model import Catalog, Column, Table
from duologue.language.vocabulary import phrases_of
from duologue.plans.binding import mention_slots
from duologue.plans.index import ToolIndex
from duologue.plans.memory import LATER, Memory
from duologue.plans.rows import Listing, pick_row, plain
from duologue.tasks.anchors import Anchor, Anchors, sayable
from duologue.tasks.clients import Client
from duologue.tasks.edits import Edits
from duologue.tasks.families import FILLERS
from duologue.tasks.pointing import fresh, lately, places, readiness, speakable, usable
from duologue.tasks.proposal import Proposal
from duologue.tasks.reasons import spoken_of
from duologue.types import Fact, Json, Mention, Need, Pick, Slot, Tool

THREADED = 0.92
"""How often a need about a table takes the row that the talk should go on about."""


class Proposer:
    """Proposes needs over one environment; `memory` is what the walk has seen so far."""

    def __init__(self, catalog: Catalog, index: ToolIndex, anchors: Anchors, edits: Edits) -> None:
        self.catalog, self.index, self.anchors, self.edits = catalog, index, anchors, edits
        self.phrases = phrases_of(catalog)
        self.lean = 0.9
        """How readily a need builds on what was seen rather than on something new."""
        self.singled: set[int] = set()
        """Needs whose answer told one row of a list only."""
        self.client: Client | None = None
        """Who the user is, where they speak for themselves."""
        self.now = 0
        """Number of the need being proposed."""
        self.heard: frozenset[str] | None = None
        """What the talk has been about, where that decides why a matter is handed over (`reasons.py`); None where any reason will do."""
        self.about_all: frozenset[str] = frozenset()
        """Tables of which a row is spoken of, where a tool takes one, whether or not it has to."""
        self.thread: dict[str, Mention] = {}
        """Rows that the talk should go on about, by table."""

    def hear(self, need: Need, more: frozenset[str] = frozenset()) -> None:
        """Take in what a part of the talk is about."""
        self.heard = (self.heard or frozenset()) | spoken_of(need, self.phrases) | more

    def propose(self, tool: Tool, memory: Memory, rng: random.Random) -> Proposal | None:
        """A need that the tool would serve; None where nothing sensible comes to mind."""
        proposal = self.about(tool, memory, rng)
        fill = FILLERS.get(tool.meaning.family) if tool.meaning is not None else None
        if proposal is None or (fill is not None and not fill(self, tool, memory, rng, proposal)):
            return None
        return proposal

    def about(self, tool: Tool, memory: Memory, rng: random.Random) -> Proposal | None:
        """A need that says whom it is about, and nothing yet of values."""
        if tool.meaning is None or tool.meaning.family == "find":
            return None
        proposal = Proposal(Need(tool.meaning))
        return proposal if self._mentions(tool, memory, rng, proposal) else None

    # ── whom it is about ─────────────────────────────────────────────────────────────────────────────────────────────

    def _mentions(self, tool: Tool, memory: Memory, rng: random.Random, out: Proposal) -> bool:
        wanted: list[str] = []
        required = set(tool.parameters.get("required", ()))
        for name, slot, nth in mention_slots(self.index.inputs[tool.name]):
            if name not in required and slot.table not in self.about_all and rng.random() < 0.8:
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
        if table in self.thread and self.thread[table] not in avoid and rng.random() < THREADED:
            out.built_on = True
            return self.thread[table]
        seen = [m for m in self.ways_to_point(table, memory, rng) if m not in avoid]
        if seen and rng.random() < self.lean:
            out.built_on = True
            tool = self.index.serving(out.need.meaning)
            changing = tool is not None and tool.effect == "write"
            return rng.choices(seen, [readiness(m, changing) for m in seen])[0]
        return self._introduced(self.catalog.table(table), rng, out)

    def ways_to_point(self, table: str, memory: Memory, rng: random.Random) -> list[Mention]:
        """Ways to point at rows of the table that results have shown."""
        out: list[Mention] = []
        if memory.still_pointed_at(table, self.now):
            out.append(Mention(table))
        listing = memory.latest(table, LATER)
        if listing is not None and fresh(memory, table, listing, self.now):
            picks = self.picks(listing, rng)
            if listing.need not in self.singled:
                picks += places(self.catalog.table(table), listing, self.now)
            picks = [p for p in picks if usable(memory, table, listing, p)]
            if picks:
                out.append(Mention(table, pick=rng.choice(picks)))
        names = [k.values.get("@name") for k in memory.known.get(table, {}).values()]
        told = [n for n in memory.told.get(table, ()) if sayable(n) and names.count(n) == 1]
        if told:
            out.append(Mention(table, by={"@name": lately(told, rng)}))
        numbers = memory.told.get(f"{table}#", ())
        if numbers and speakable(self.catalog.table(table)):
            out.append(Mention(table, by={self.catalog.table(table).key[0]: lately(numbers, rng)}))
        return out

    def picks(self, listing: Listing, rng: random.Random) -> list[Pick]:
        """Ways to single out one row of a listing by what it shows, each clear on these rows. Of a part nothing is the highest."""
        out: list[Pick] = []
        if not listing.whole:
            return out
        for slot in listing.rows[0].values if listing.rows else ():
            spec = self.slot(slot)
            column = self.column(spec)
            if spec.use in ("month", "year", "day", "min", "max"):
                continue  # "which month has the earliest month" asks nothing, "the highest lowest price" nobody
            if listing.meaning.family == "ratio" and spec.use != "share":
                continue  # of how many it is the share is not what was asked
            if spec.use in ("sum", "avg", "count", "share") or (column and column.role == "measure"):
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
        """A row the user brings along: by name; by the number on their papers for events; by its code for want of better.
        A client brings themselves, and of what belongs to people nothing else."""
        if self.client is not None and table.name == self.client.table:
            out.known.append(self.client.fact)
            out.meant[table.name] = self.client.key
            return self.client.mention
        if self.client is not None and table.name in self.client.own | self.client.people:
            return None
        if table.display:
            anchor = self.anchors.named(table, rng)
        else:
            anchor = self.anchors.any(table, rng) if self.is_numbered(table) else None
        return self.bring(table, anchor, out) if anchor is not None else None

    def bring(self, table: Table, anchor: Anchor, out: Proposal) -> Mention:
        """A certain row that the user brings along: by its name, where it has one, else by its number."""
        if table.display:
            name = anchor.values["@name"]
            out.known.append(Fact(f"{table.name}.@name", name, table.label))
            out.meant[table.name] = tuple(plain(anchor.values.get(k)) for k in table.key)
            return Mention(table.name, by={"@name": name})
        by = {k: anchor.values[k] for k in table.key}
        out.known.extend(Fact(f"{table.name}.{k}", v, table.column(k).label) for k, v in by.items())
        return Mention(table.name, by=by)

    def is_numbered(self, table: Table) -> bool:
        """People have the number of its rows at hand: it is on their papers (events), or there is no other way to name them."""
        if len(table.key) != 1 or table.kind == "link" or not speakable(table):
            return False
        dated = any(c.role == "date" for c in table.columns)
        return (table.kind == "event" and dated) or not any(x.table == table.name for x in self.catalog.links)

    # ── what is said of values ───────────────────────────────────────────────────────────────────────────────────────

    def say(self, out: Proposal, slot: Slot, value: Json) -> None:
        """Note what the user says of a value."""
        key = f"{slot.table}.{slot.column}:{slot.use}"
        out.need = replace(out.need, values={**out.need.values, key: value})
        column = self.column(slot)
        out.known.append(Fact(f"{slot.table}.{slot.column}", value, column.label if column else ""))

    def filters(self, tool: Tool, rng: random.Random, out: Proposal, least: int) -> bool:
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
            return self._by_name(slot, table, rng, out)
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
        self.say(out, slot, value)
        return True

    def _by_name(self, slot: Slot, table: Table, rng: random.Random, out: Proposal) -> bool:
        """What belongs to something known by its name. Clients don't ask about other people."""
        anchor = self.anchors.named(table, rng) if self.client is None or not table.person else None
        if anchor is not None:
            self.say(out, slot, anchor.values["@name"])
        return anchor is not None

    def _word(self, slot: Slot, table: Table, rng: random.Random, out: Proposal) -> bool:
        """A word that occurs in names or texts, as somebody remembers it."""
        column = self.column(slot)
        text = str((self.anchors.value(column, rng) if column else self._name(table, rng)) or "")
        words = [w for w in text.split() if len(w) > 3 and w.isalpha()]
        if not words or len(text.split()) < 2:
            return False
        self.say(out, slot, rng.choice(words))
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
        self.say(out, slot, low)
        if upper is not None and rng.random() < 0.5:
            j = rng.randrange(i + 1, len(values))
            high = _rounded(values[j], column)
            if type(high) is type(low) and high > low:
                self.say(out, upper, high)
        return True

    # ── the schema ───────────────────────────────────────────────────────────────────────────────────────────────────

    def slot(self, key: str) -> Slot:
        """`table.column[:use]` back to a slot. Table and column names may hold dots and colons; the catalog decides."""
        return self.phrases.slot(key)[0]

    def read(self, key: str) -> tuple[Slot, Column | None]:
        """A slot, and the column it is about, if it is about one."""
        slot = self.slot(key)
        return slot, self.column(slot)

    def column(self, slot: Slot) -> Column | None:
        """The column a slot is about, if it is about one."""
        try:
            return self.catalog.table(slot.table).column(slot.column)
        except KeyError:
            return None


def _rounded(value: Json, column: Column) -> Json:
    """A bound as people say it: a day instead of a moment, a round figure instead of an odd one."""
    if isinstance(value, str):
        return value[:10] if column.format == "datetime" else value
    if column.role == "date" or abs(value) < 20:
        return value
    size = 10 ** (len(str(int(abs(value)))) - 2)
    return int(value // size * size)
