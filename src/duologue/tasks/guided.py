"""Tasks about a trouble that shows on the user's own side, and that a guide is for.

A case is a row of the user's tables whose owner's test fails as things stand. The guide is walked with both sides' tools, executed on the
walk's session, until the test passes or what is left was done; what was looked at is a means, what was mended and the last test are
what the task is about. The proof is the one that every task has.
"""

import random
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from duologue.catalog.model import Catalog
from duologue.environment import Image, SqliteSession, quote
from duologue.ids import digest, rng
from duologue.language.grammar import grammar, sentence
from duologue.plans.belonging import reference
from duologue.plans.guides import TROUBLE, Did, Move, need_of, next_move, own_values, through
from duologue.plans.index import ToolIndex
from duologue.tasks.anchors import Anchor, Anchors
from duologue.tasks.clients import Client, owner
from duologue.tasks.walk import Refused, Taken
from duologue.types import (
    Criterion,
    Fact,
    Guide,
    Json,
    Meaning,
    Mention,
    Need,
    PlanStep,
    Ruling,
    Slot,
    Subtask,
    Task,
    Tool,
)

if TYPE_CHECKING:
    from duologue.tasks.drawing import Drawing

__all__ = ["SHARE", "guided", "troubles"]

SHARE = 0.5
"""How often a conversation begins so, where the domain has guides."""
_TRIED = 60
"""Rows of the user's tables that are tried for a case."""
_DRAFTS = 6
"""Cases drafted before a conversation does without."""
_MOST_MOVES = 24


class Owned(Struct, frozen=True):
    """Whose things the user's tools are for: the parameter's value, and the desk's row that it belongs to."""

    value: Json
    key: Json
    row: dict[str, Json] = {}
    """As it stands in the user's table."""


class Side(Struct, frozen=True):
    """The user's table behind a tool, and the desk's table that its rows refer to."""

    column: str
    """Of the user's table: what the tools are given."""
    table: str
    """Of the desk."""
    owned: tuple[Owned, ...]


class _Stuck(Exception):  # noqa: N818 - the case is no task, and another is drawn
    """The guide can't be walked from here."""


def guided(drawing: "Drawing", used: Container[str]) -> Task | None:
    """A proven task about a trouble, as the first of a conversation; None where no new one could be drawn."""
    dice = rng(drawing.clock.seed, "guide")
    guides = list(drawing.maker.environment.policy.guides)
    for _ in range(_DRAFTS if guides else 0):
        mark, speaking = drawing.walk.mark(), drawing.client
        draft = _draft(drawing, dice.choice(guides), dice)
        reason = "no trouble of the kind"
        if draft is not None and draft.id in used:
            reason = "all of it came up before"
        elif draft is not None:
            found = drawing.maker.prover.prove(draft, (), drawing.clock)
            if found.task is not None:
                drawing.untried.update(found.untried)
                return found.task
            reason = found.reason
        drawing.reasons[reason] += 1
        _speak_as(drawing, speaking)
        drawing.walk.rewind(mark, drawing.maker.prover.session_after((), drawing.clock))
    return None


def troubles(task: Task) -> set[str]:
    """What a task about a trouble asks, beside its calls: that this should work again for this user."""
    return {digest([s.need.meaning, task.own]) for s in task.subtasks if s.need is not None and task.own}


def _speak_as(drawing: "Drawing", client: Client | None) -> None:
    """Who the user is from here on; None = somebody at the desk."""
    drawing.client = drawing.proposer.client = client


def side_of(tools: tuple[Tool, ...], image: Image, catalog: Catalog) -> Side | None:
    """The user's side of an environment; None where its first table refers to no table of the desk's."""
    slot = next(s for s in tools[0].inputs.values() if s.use == "own")
    db = image.connect()
    desk = {t.name for t in catalog.tables}
    theirs = [name for (name,) in db.execute("SELECT name FROM sqlite_schema") if name not in desk]
    found = reference(db, slot.table, theirs)
    if found is None:
        return None
    column, table = found
    names = [name for (name,) in db.execute("SELECT name FROM pragma_table_info(?)", (slot.table,))]
    sql = f"SELECT {', '.join(map(quote, names))} FROM {quote(slot.table)} ORDER BY {quote(slot.column)}"
    rows = [dict(zip(names, row, strict=True)) for row in db.execute(sql)]
    owned = tuple(Owned(r[slot.column], r[column], r) for r in rows if r[column] is not None)
    return Side(slot.column, table, owned)


def _draft(drawing: "Drawing", guide: Guide, dice: random.Random) -> Task | None:
    """A case of the guide as a task, not proven yet; None where there is none."""
    maker, own = drawing.maker, drawing.maker.environment.toolset.own
    side = maker.once("own side", lambda: side_of(own, maker.image, maker.catalog))
    if side is None:
        return None
    tools = {t.name: t for t in own}
    with maker.prover.session_after((), drawing.clock) as session:
        case = _case(side, (guide, tools), session, dice)
    anchor = _anchor(maker.anchors, side, case) if case is not None else None
    if case is None or anchor is None:
        return None
    _speak_as(drawing, owner(anchor, maker.catalog, maker.anchors))
    theirs = {name: case.value for t in own for name, s in t.inputs.items() if s.use == "own"}
    drawing.walk.begin_task()
    try:
        return _Walked(drawing, guide, anchor, theirs).task()
    except (_Stuck, Taken):
        return None


def _case(side: Side, what: tuple[Guide, dict[str, Tool]], session: SqliteSession, dice: random.Random) -> Owned | None:
    """Somebody whose test fails."""
    guide, tools = what
    for owned in dice.sample(side.owned, min(_TRIED, len(side.owned))):
        given = dict.fromkeys(own_values(tools[guide.works.tool], _all(tools, owned.value)), owned.value)
        tried = session.execute(guide.works.tool, given, own=True)
        if tried.failed or guide.works.holds(tried.result):
            continue
        if guide.case.items() <= {**owned.row, **tried.result}.items():
            return owned
    return None


def _all(tools: dict[str, Tool], value: Json) -> dict[str, Json]:
    return {name: value for t in tools.values() for name, s in t.inputs.items() if s.use == "own"}


def _anchor(anchors: Anchors, side: Side, case: Owned) -> Anchor | None:
    """The desk's row, where nobody else is called so."""
    table = anchors.catalog.table(side.table)
    found = anchors.at(table, (str(case.key),))
    name = found.values.get("@name") if found is not None else None
    if found is None or not table.display:
        return found
    namesakes = sum(1 for a in anchors.rows(table) if a.values.get("@name") == name)
    return found if isinstance(name, str) and name.isprintable() and name.strip() and namesakes == 1 else None


class _Walked:
    """A guide walked for one case, step by step, on the drawing's walk."""

    def __init__(self, drawing: "Drawing", guide: Guide, anchor: Anchor, own: dict[str, Json]) -> None:
        self.drawing, self.guide, self.own = drawing, guide, own
        self.tools = {t.name: t for t in drawing.maker.environment.toolset.own}
        (key,) = drawing.maker.catalog.table(anchor.table).key
        called = "@name" if "@name" in anchor.values else key
        self.mention = Mention(anchor.table, by={called: anchor.values[called]})
        client = drawing.client
        speaker = (client.mention,) if client is not None and client.table != anchor.table else ()
        needed = {s.table for s in _slots(drawing.maker.index, guide)}
        self.index = drawing.maker.index
        found = self.index.lookup(anchor.table, self.mention.by) is not None
        self.about = (self.mention, *(m for m in speaker if m.table in needed or not found))
        self.proofs: dict[str, Json] = {}
        self.done: list[Did] = []
        self.ruling: Ruling | None = None
        """What the policy has to do with it that a call of the guide was refused."""

    def task(self) -> Task:
        """The task. Raises `_Stuck` or `Taken` where the guide can't be walked to its end."""
        first = len(self.drawing.walk.steps)
        self._come_by()
        for _ in range(_MOST_MOVES):
            move = next_move(self.guide, self.done)
            if move.kind in ("solved", "stuck"):
                return self._told(move, first)
            self.done.append(self._own_call(move) if move.by == "user" else self._desk_call(move))
        raise _Stuck

    def _come_by(self) -> None:
        """Look up the row that the trouble is about."""
        walk, way = self.drawing.walk, through(self.index, self.about)
        if way is not None:
            walk.find(self.about[1])
            walk.take(*way, means=True)
        walk.find(self.mention)

    def _own_call(self, move: Move) -> Did:
        walk = self.drawing.walk
        arguments = {**own_values(self.tools[move.tool], self.own), **move.args}
        outcome = walk.session.execute(move.tool, arguments, own=True)
        if outcome.failed:
            raise _Stuck
        walk.taken += 1
        walk.untouched = walk.untouched and not outcome.changes
        walk.steps.append(
            PlanStep(move.tool, arguments, weight="structural" if move.kind == "look" else "critical", own=True)
        )
        walk.asked.append("")
        return Did("user", move.tool, outcome.result)

    def _desk_call(self, move: Move) -> Did:
        walk, tool = self.drawing.walk, self.drawing.maker.index.by_name[move.tool]
        need = need_of(tool, move, self.about, self._proofs(tool))
        if need is None:
            raise _Stuck
        try:
            _, result = walk.take(tool, need, means=move.kind == "look")
        except Refused as refusal:
            self.ruling = refusal.ruling
            return Did("agent", move.tool, {}, failed=True)
        return Did("agent", move.tool, result if isinstance(result, dict) else {})

    def _proofs(self, tool: Tool) -> dict[str, Json]:
        """What the user says to show who they are, where the tool asks for it."""
        maker = self.drawing.maker
        for slot in tool.inputs.values():
            mention = next((m for m in self.about if m.table == slot.table), None)
            if slot.use != "proof" or mention is None:
                continue
            rows = maker.anchors.rows(maker.catalog.table(slot.table))
            row = next((r for r in rows if all(r.values.get(k) == v for k, v in mention.by.items())), None)
            if row is None or slot.column not in row.values:
                raise _Stuck
            self.proofs[f"{slot.table}.{slot.column}:proof"] = row.values[slot.column]
        return self.proofs

    def _told(self, end: Move, first: int) -> Task:
        drawing, walk, guide = self.drawing, self.drawing.walk, self.guide
        if not any(s.weight == "critical" for s in walk.steps[first:]):
            raise _Stuck
        client = drawing.client
        row = drawing.phrases.row(self.mention)
        dice = rng(drawing.clock.seed, "guide", "goal")
        goal = grammar("goal").line(f"mend.{end.kind}", dice, {"row": row, "title": _small(guide.title)})
        need = Need(Meaning("mend", self.mention.table, verb=guide.name), self.about, dict(self.proofs))
        known = [Fact(f"{self.mention.table}.{k}", v) for k, v in self.mention.by.items()]
        if client is not None and client.table != self.mention.table:
            known.append(client.fact)
        known.append(Fact(TROUBLE, dice.choice(guide.complaint), TROUBLE))
        known += [Fact(slot.rpartition(":")[0], value) for slot, value in self.proofs.items()]
        plan = tuple(walk.steps)
        walk.needs += 1
        walk.known.extend(f for f in known if f not in walk.known)
        walk.remember_told(())
        own_tools = tuple(self.tools)
        who = f"The user is {client.name}. " if client is not None else ""
        return Task(
            id=digest([guide.name, self.own, [(s.tool, s.arguments) for s in plan if s.weight == "critical"]]),
            goal=who + sentence(f"by the end, {goal}"),
            user_role="client" if client is not None else "staff",
            difficulty="medium" if end.kind == "solved" and len(plan) < _LONG else "hard",
            known=tuple(walk.known),
            subtasks=(Subtask(goal, tuple(range(first + 1, len(plan) + 1)), need, ruling=self.ruling),),
            plan=plan,
            rubric=_rubric(goal),
            shape="guided",
            speaker=client.mention if client is not None else None,
            user_tools=own_tools,
            own=self.own,
        )


def _slots(index: ToolIndex, guide: Guide) -> Iterator[Slot]:
    """What the assistant's own calls of a guide take."""
    calls = [c for s in guide.steps for c in (s.look, s.fix, guide.otherwise) if c is not None]
    for call in calls:
        if call.by == "agent":
            yield from index.inputs[call.tool].values()


_LONG = 8
"""Steps from which a walk is a hard one."""


def _small(title: str) -> str:
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _rubric(goal: str) -> tuple[Criterion, ...]:
    return (
        Criterion(f"In the end {goal}.", "critical", "state"),
        Criterion("The assistant asks the user to look and to do what only the user can.", "critical", "calls"),
        Criterion("Nothing but what mends the trouble has changed in the database.", "critical", "state"),
        Criterion(
            "Every figure, date, name and id stated comes from a result, the user or the policy.",
            "critical",
            "grounding",
        ),
        Criterion("Instructions come one at a time, in words that the user understands.", "noncritical"),
    )
