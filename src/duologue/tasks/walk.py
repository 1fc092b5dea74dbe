"""A plan in the making: a walk from what is known over what tools return.

Each accepted need adds its look-ups and its own call to the plan, executed on a live session, so that whatever the next need
builds on was really returned. Arguments that were read from a result are written down as placeholders (`$2.rows[0].id`).
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.environment import SqliteSession
from duologue.ids import digest
from duologue.language.apart import APART, difference
from duologue.plans.against import Held, held, other, own, told_slot
from duologue.plans.binding import Bound, bind, bound_values
from duologue.plans.gist import answering, gist, known_of, told_values
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Known, Memory, Moment, telling_apart
from duologue.plans.rows import Listing, Row, RowKey, pick_row
from duologue.plans.ways import error_kind, error_text
from duologue.tasks.recall import Recall
from duologue.tasks.rulings import letting_through, refusing
from duologue.types import Disclosure, Fact, Json, Meaning, Mention, Need, PlanStep, Ruling, Slot, Subtask, Tool


class Taken(Exception):  # noqa: N818 - not an error: the walk simply goes another way
    """This need can't be met from here."""


class Refused(Taken):
    """The call of a write was refused, by a rule or by the data: `reason` is what the tool said, `kind` its type in letters only, `ruling` what
    the policy has to do with it."""

    def __init__(self, reason: str, kind: str, ruling: Ruling | None) -> None:
        super().__init__(reason)
        self.reason, self.kind, self.ruling = reason, kind, ruling


ACCIDENTS = ("invalidarguments", "unknowntool", "budgetexceeded", "constraintviolated", "notfound")
"""Types of errors (letters only) that are no decision: nobody would ask for them on purpose."""


class Mark(Struct, frozen=True):
    """A point in a walk: how much there was of everything."""

    taken: int
    steps: int
    known: int
    needs: int
    seen: frozenset[tuple[str, str]]
    memory: Moment
    untouched: bool
    edited: frozenset[tuple[Meaning | None, tuple[str, ...]]]
    turned_down: frozenset[tuple[str, str]]


class Walk:
    """Steps taken so far, and the memory they left. Step numbers run on through the tasks of one scenario."""

    def __init__(self, catalog: Catalog, index: ToolIndex, session: SqliteSession, recall: Recall) -> None:
        self.catalog, self.index, self.session, self.recall = catalog, index, session, recall
        self._guarded = session.guarded
        self.untouched = True
        """Nothing was written in the session."""
        self.memory = Memory(catalog, index)
        self._numbers = {f"{t.name}.{t.key[0]}": t.name for t in catalog.tables if len(t.key) == 1 and not t.display}
        self.taken = 0
        """Steps since the scenario began."""
        self.first = 0
        """Steps before the task being made; placeholders count from there."""
        self.needs = 0
        self.steps: list[PlanStep] = []
        self.asked: list[str] = []
        """For each step, what it asks in terms of the database, whatever its tool is called; empty for a look-up."""
        self.seen: frozenset[tuple[str, str]] = frozenset()
        """(tool, arguments) of the reads already made in the state as it is."""
        self.turned_down: frozenset[tuple[str, str]] = frozenset()
        """Writes that a rule refused."""
        self.called: dict[str, Json] = {}
        """The arguments of the last call."""
        self.ruling: Ruling | None = None
        """What the policy decided about the last call, where that was a write."""
        self.known: list[Fact] = []
        self.edited: frozenset[tuple[Meaning | None, tuple[str, ...]]] = frozenset()
        """Writes made: what they do, and to which row."""

    def begin_task(self) -> None:
        """From here on steps belong to a new task; what was returned before stays in the memory."""
        self.first = self.taken
        self.steps, self.known, self.asked = [], [], []

    def mark(self) -> Mark:
        """Where the walk stands now, to come back to."""
        return Mark(
            taken=self.taken,
            steps=len(self.steps),
            known=len(self.known),
            needs=self.needs,
            seen=self.seen,
            memory=self.memory.mark(),
            untouched=self.untouched,
            edited=self.edited,
            turned_down=self.turned_down,
        )

    def back_to(self, mark: Mark) -> None:
        """Forget what came after the mark. What was written since stays written: see `rewind`."""
        self.taken = mark.taken
        del self.steps[mark.steps :], self.asked[mark.steps :]
        del self.known[mark.known :]
        self.memory.back_to(mark.memory)
        self.needs, self.seen = mark.needs, mark.seen

    def rewind(self, mark: Mark, session: SqliteSession) -> None:
        """Forget what came after the mark, and go on in `session`, which is in the state of that moment."""
        self.untouched, self.edited, self.turned_down = mark.untouched, mark.edited, mark.turned_down
        self.session.close()
        self.session = session
        self.back_to(mark)

    def take(
        self, tool: Tool, need: Need, meant: Mapping[str, RowKey] = {}, before: Known | None = None, means: bool = False
    ) -> tuple[list[Listing], Json]:
        """Resolve the need's mentions (looking up what is not known yet) and make its call.

        `meant` says, per table, which row is meant where a name turns out to be shared. `before`: the need amends a change to
        this row, and goes back to what the row held then as far as it sets that. `means`: it is a look-up on the way to something else.

        Returns the listings and the raw result of its own call. Raises `Taken` with the walk as it was, or `Refused` with
        the look-ups made: the refusal may be the point of a task.
        """
        mark = self.mark()
        try:
            rows = [self._resolve(m, meant) for m in need.mentions]
            known = [(r.table, r.key) for r in rows if r is not None]
            if len(set(known)) < len(known):
                raise Taken  # nothing is connected with itself
            bound, missing = bind(tool, self.index.inputs[tool.name], need, rows)
            if missing or (tool.effect == "write" and not bound_values(bound, tool)):
                raise Taken  # the assistant would ask what is to be set
            if before is not None:
                bound = {k: _gone_back(tool.inputs.get(k), b, before) for k, b in bound.items()}
            return self._step(tool, bound, "structural" if means else "critical", amending=before is not None)
        except Refused:
            raise
        except Taken:
            self.back_to(mark)
            raise

    def find(self, mention: Mention, meant: Mapping[str, RowKey] = {}) -> Known | None:
        """The row a mention means, looked up where it has to be; None for one given by its key and not seen yet. Raises `Taken`."""
        return self._resolve(mention, meant)

    def _resolve(self, mention: Mention, meant: Mapping[str, RowKey]) -> Known | None:
        found = self.memory.candidates(mention, self.needs)
        if not found and mention.by and not self._is_key(mention):
            route = self.index.lookup(mention.table, mention.by)
            if route is None:
                raise Taken
            tool, arguments = route
            self._step(tool, {k: Bound(v) for k, v in arguments.items()}, "structural")
            found = self.memory.candidates(mention, self.needs)
        if self._is_key(mention) and not found:
            self.memory.focus_by_key(mention, self.needs)
            return None
        if len(found) > 1:
            return self._tell_apart(found, meant.get(mention.table))
        if not found or ("@name" in mention.by and meant.get(mention.table, found[0].key) != found[0].key):
            raise Taken  # by that name another one would be understood
        self.memory.focus_on(mention.table, found[0].key, self.needs)
        return found[0]

    def _tell_apart(self, found: list[Known], key: RowKey | None) -> Known:
        """The row meant among namesakes, with a fact the user can give to tell it from the others."""
        one = next((k for k in found if k.key == key), None)
        if one is None:
            raise Taken
        table = self.catalog.table(one.table)
        columns = telling_apart(table, found)
        self.memory.hear_of(one, columns)
        for name in columns:
            if name not in table.key:
                self.known.append(Fact(f"{table.name}.{name}", one.values[name], table.column(name).label))
                self.memory.focus_on(one.table, one.key, self.needs)
                return one
        raise Taken

    def _is_key(self, mention: Mention) -> bool:
        key = self.catalog.table(mention.table).key
        return bool(key) and all(k in mention.by for k in key)

    def _step(
        self, tool: Tool, bound: dict[str, Bound], weight: str, amending: bool = False
    ) -> tuple[list[Listing], Json]:
        values = {k: b.value for k, b in bound.items()}
        mark = _mark(tool, values)
        if mark in self.seen and weight == "critical":
            raise Taken
        if tool.effect == "write" and (_edit(tool, values) in self.edited) != amending:
            raise Taken  # nobody corrects one entry twice in a conversation, unless they say so
        if mark in self.turned_down:
            raise Taken  # nobody asks again for what was just refused
        judged = (self.session.judged(tool.name, values, near=self._guarded) or []) if tool.effect == "write" else []
        outcome = self.recall.execute(self.session, tool.name, values)
        if outcome.failed:
            error = outcome.result["error"]
            kind = error_kind(error)
            if tool.effect == "write" and kind not in ACCIDENTS:
                self.turned_down |= {mark}
                raise Refused(error_text(error), kind, refusing(judged, tool.name, values))
            raise Taken
        self.called = values
        self.ruling = letting_through(judged)
        arguments = {k: self._written(b) for k, b in bound.items()}
        builds_on = {n for b in bound.values() if (n := self._source(b)) > 0}
        if amending:
            builds_on |= {n for n, s in enumerate(self.steps, 1) if s.tool == tool.name}
        after = tuple(sorted(builds_on))
        need = self.needs if weight == "critical" else -1
        self.taken += 1
        critical = "critical" if weight == "critical" else "structural"
        self.steps.append(PlanStep(tool.name, arguments, after, critical))  # type: ignore[arg-type]
        self.asked.append(ask(tool, values) if critical == "critical" else "")
        listings = self.memory.absorb(tool, values, outcome.result, self.taken, need)
        self._made(tool, values)
        return listings, outcome.result

    def repeat(self, tool: Tool, values: dict[str, Json], failed: bool) -> None:
        """Take a call for made that was made elsewhere: what can't be asked for again, and what can be seen anew."""
        mark = _mark(tool, values)
        if failed:
            self.turned_down |= {mark} if tool.effect == "write" else frozenset()
            return
        self._made(tool, values)

    def _made(self, tool: Tool, values: Mapping[str, Json]) -> None:
        if tool.effect == "write":
            self.untouched = False
            self.edited |= {_edit(tool, values)}
            self.seen = frozenset(m for m in self.seen if not self._shows_change(self.index.by_name[m[0]], tool))
        self.seen |= {_mark(tool, values)}

    def _shows_change(self, read: Tool, write: Tool) -> bool:
        """After the write somebody may want to see the row again, though not the same lists and figures."""
        return read.meaning is not None and read.meaning.family == "get" and read.meaning.table in write.writes

    def _source(self, bound: Bound) -> int:
        """The step of this task a value was read from; 0 where it was said, or returned in an earlier task."""
        if bound.row is None or bound.column not in bound.row.sources:
            return 0
        return max(0, bound.row.source(bound.column) - self.first)

    def _written(self, bound: Bound) -> Json:
        step = self._source(bound)
        if step > 0 and bound.row is not None and bound.value is bound.row.values.get(bound.column):
            return f"${step}.{bound.row.path(bound.column)}"
        return f"${bound.value}" if isinstance(bound.value, str) and bound.value.startswith("$") else bound.value

    def accept(self, need: Need, goal: str, listing: Listing | None, first_step: int) -> Subtask:
        """Close the need: its steps, and what must be told of its answer."""
        own = len(self.steps)
        tell: tuple[Disclosure, ...] = ()
        if listing is not None:
            listing = self.memory.narrow(need, listing)
            self.memory.attend(need, listing)
            tell = tuple(Disclosure(v, s, own) for s, v in told_values(gist(need, listing)))
            self.remember_told(tell)
            for line in gist(need, listing).lines:
                self.memory.hear(line.row, known_of(need, line))
        self.needs += 1
        return Subtask(goal, tuple(range(first_step + 1, own + 1)), need, tell)

    def look_at(self, tool: Tool, need: Need, meant: Sequence[Mapping[str, RowKey]] = ()) -> dict[int, Row]:
        """The rows that a need compares, by the step that brought each. `meant`: as in `take`, for each. Raises `Taken`."""
        rows: dict[int, Row] = {}
        for i, mention in enumerate(need.mentions):
            one = replace(need, mentions=(mention,), pick=None)
            listings, _ = self.take(tool, one, meant[i] if meant else {})
            found = answering(one, listings)
            if found is None or not found.rows:
                raise Taken
            rows[len(self.steps)] = found.rows[0]
        return rows

    def weigh(self, need: Need, goal: str, rows: Mapping[int, Row], first_step: int) -> Subtask:
        """Close a need that compares rows, by the step that brought each: what was looked at of each is told, and which is chosen."""
        slot, numbers = need.wanted[0], {id(row): n for n, row in rows.items()}
        listing = self.memory.put_together(need, tuple(rows.values()), self.needs)
        best = pick_row(listing.rows, need.pick) if need.pick is not None else None
        tell = [Disclosure(row.values[slot], slot, n) for n, row in rows.items()]
        name = f"{need.meaning.table}.@name"
        if best is not None and best.values.get(name) is not None:
            tell.append(Disclosure(best.values[name], name, numbers[id(best)]))
        if need.apart:
            column = self.catalog.table(need.meaning.table).column(slot.rpartition(".")[2])
            one, other = (row.values[slot] for row in rows.values())
            tell.append(Disclosure(difference(column, one, other), f"{slot}{APART}", max(rows)))
        self.remember_told(tuple(tell))
        for row in rows.values():
            self.memory.hear(row, {slot})
        self.needs += 1
        return Subtask(goal, tuple(range(first_step + 1, len(self.steps) + 1)), need, tuple(tell))

    def both_sides(
        self, need: Need, meant: Mapping[str, RowKey] = {}, may: Callable[[Tool, Need], bool] = lambda *_: True
    ) -> Held:
        """What a need holds against one another, asked for. `may`: whether a question is the user's to ask. Raises `Taken` where one side says
        nothing, or was told before."""
        tool = self.index.serving(need.meaning)
        if tool is None:
            raise Taken
        listings, _ = self.take(tool, own(need), meant)
        record, others = answering(own(need), listings), list[Listing]()
        then = other(need, record.rows[0] if record is not None and record.rows else None, self.catalog)
        if then is not None:
            second = self.index.serving(then.meaning)
            if second is None or not may(second, then):
                raise Taken
            others, _ = self.take(second, then, meant)
        both = held(need, listings, others)
        if record is None or both is None or self.memory.was_heard(record.rows[0], need.wanted[0]):
            raise Taken
        for question, answers in ((own(need), listings), (then, others)):
            answer = answering(question, answers) if question is not None else None
            if question is not None and answer is not None:
                self.memory.attend(question, answer)
        self.memory.hear(record.rows[0], {need.wanted[0]})
        return both

    def hold(self, need: Need, goal: str, both: Held, first_step: int) -> Subtask:
        """Close a need that holds one side against the other: both are told."""
        last = len(self.steps)
        before = last - (need.against is not None and need.against.meaning is not None)
        slot = told_slot(need.against) if need.against is not None else ""
        tell = (Disclosure(both.one, need.wanted[0], before), Disclosure(both.other, slot, last))
        self.remember_told(tell)
        self.needs += 1
        return Subtask(goal, tuple(range(first_step + 1, last + 1)), need, tell)

    def remember_told(self, tell: tuple[Disclosure, ...]) -> None:
        """Names that were told, and those the user brought (`known`), can be spoken of from now on."""
        told = [(item.slot, item.value) for item in tell] + [(fact.slot, fact.value) for fact in self.known]
        for slot, value in told:
            if slot.endswith(".@name"):
                self.memory.tell(slot[: -len(".@name")], value)
            elif slot in self._numbers:
                self.memory.tell(f"{self._numbers[slot]}#", value)


def _mark(tool: Tool, values: Mapping[str, Json]) -> tuple[str, str]:
    return tool.name, repr(sorted(values.items(), key=lambda kv: kv[0]))


def _edit(tool: Tool, values: Mapping[str, Json]) -> tuple[Meaning | None, tuple[str, ...]]:
    """What a write does, and to which row."""
    return tool.meaning, tuple(str(values[k]) for k, s in tool.inputs.items() if s.use == "key" and k in values)


def _gone_back(slot: Slot | None, bound: Bound, before: Known) -> Bound:
    """A value that is set, as one read where the row held it."""
    column = slot.column if slot is not None and slot.use == "value" else ""
    return Bound(before.values[column], before, column) if before.values.get(column) == bound.value else bound


def ask(tool: Tool, values: Mapping[str, Json]) -> str:
    """Names what a call asks, as it would be in any dialect: its meaning, and what is given for what.

    What a write sets doesn't count: changing one entry to 5 or to 6 is the same wish.
    """
    said = [(n, s) for n, s in tool.inputs.items() if n in values and s.use not in ("value", "limit")]
    return digest([tool.meaning, {f"{s.table}.{s.column}:{s.use}": str(values[n]) for n, s in said}])
