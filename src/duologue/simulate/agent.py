"""The scripted assistant: driven by what was said and by what came back, never by a gold plan.

At its move it looks at every open request. A row that was named is sought in what results have shown, then looked up; a name
that fits several rows is asked about; a change is confirmed before it is made; what is answered is reported. Calls that do not
wait for one another are made together.
"""

from collections.abc import Sequence

from duologue.catalog.model import Catalog
from duologue.language.conditions import holds
from duologue.language.vocabulary import phrases_of
from duologue.language.written import as_written
from duologue.plans.binding import Bound, bind, bound_values
from duologue.plans.index import ToolIndex
from duologue.plans.likeness import alike, pieces_of
from duologue.plans.memory import Known
from duologue.plans.rows import PART
from duologue.protocols import Utterance, View
from duologue.simulate.afresh import afresh
from duologue.simulate.agenda import CHECK, FETCH, GUIDE, LOOKUP, WAITS, Agenda
from duologue.simulate.beforehand import look_first
from duologue.simulate.character import assistant_register
from duologue.simulate.dice import Dice
from duologue.simulate.guiding import Guiding
from duologue.simulate.linked import linked_already
from duologue.simulate.moves import Call, Say, Wait
from duologue.simulate.noticing import twin
from duologue.simulate.owed import Owed, told_of
from duologue.simulate.rationale import rationale, together
from duologue.simulate.recovering import call_mark, hold_on, without_guesses
from duologue.simulate.refusing import is_so
from duologue.simulate.report import Reporter
from duologue.simulate.small_names import small_names
from duologue.types import (
    Act,
    Environment,
    Fork,
    Meaning,
    Mention,
    Message,
    Need,
    Origin,
    Scenario,
    Tool,
    ToolCall,
    Turn,
)  # fmt: skip

ONE_BY_ONE = 0.5
"""How often a branch makes one after the other what its parent looked up at once."""
_OFFERED = 3
"""Rows offered at most in the place of one that can't be found."""


class ScriptedAgent:
    """Plays the assistant of one conversation."""

    def __init__(
        self, catalog: Catalog, index: ToolIndex, environment: Environment, scenario: Scenario, fork: Fork | None = None
    ) -> None:
        """`fork`: in a branch, where it begins."""
        self.index = index
        confirm = environment.policy.confirm_writes and scenario.mode == "user"
        self.agenda = Agenda(catalog, index, approved=not confirm)
        self.dice = Dice(scenario.seed, "agent", fork)
        phrases = phrases_of(catalog, scenario.seed % 3, scenario.clock.start[:7])
        register, rules = assistant_register(scenario.seed), environment.policy.rules
        self.report = Reporter(phrases, self.agenda, index, register, rules)
        self.guiding = Guiding(self.report, environment)

    async def reply(self, view: View) -> Utterance:
        """Calls where something must be found out or done, else words."""
        self.agenda.fold(view.turns)
        self.guiding.turns = view.turns
        at = len(view.turns)
        moves = self._moves()
        calls = [m for m in moves if isinstance(m, Call)]
        if calls:
            return self._calling(self._arranged(calls, at), view.turns)
        said = [m for m in moves if isinstance(m, Say)]
        return self._speaking(said, view.turns)

    # ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _moves(self) -> list[Call | Say]:
        out: list[Call | Say] = []
        unfinished: list[Owed] = []
        queue = self.agenda.open()
        for owed in queue:
            parts = self._parts(owed, queue)
            if parts and parts[0].number in {m.owed.number for m in out}:
                continue
            if parts and not unfinished:
                out += self._together(parts)
                if any(isinstance(m, Call) or m.kind in WAITS for m in out):
                    break
                continue
            move = Wait() if parts else self._move(owed, unfinished)
            if isinstance(move, Call | Wait):
                unfinished.append(owed)
            if isinstance(move, Wait):
                if self._writes(owed):
                    break
                continue
            out.append(move)
            if isinstance(move, Call) and move.tool.effect == "write":
                break
            if isinstance(move, Say) and move.kind in WAITS:
                break
        return without_guesses(out)

    def _parts(self, owed: Owed, queue: Sequence[Owed]) -> list[Owed]:
        """The open parts of a request about several rows; empty for any other, and while it is not clear which rows these are."""
        whole = self.agenda.owed[owed.number]
        if whole.need.against is not None and owed.is_each | (owed.part >= 0):
            return [p for p in self.agenda.parts(whole) if not p.told and not p.waiting]
        if owed.part >= 0:
            return [p for p in queue if p.number == owed.number]
        return self.agenda.parts(owed) if owed.is_each else []

    def _together(self, parts: Sequence[Owed]) -> list[Call | Say]:
        """The changes of one request about several rows: looked at, proposed, made and reported together."""
        moves = [m for p in parts if not isinstance(m := self._move(p, ()), Wait)]
        calls = [m for m in moves if isinstance(m, Call)]
        if self.agenda.owed[parts[0].number].need.against is not None and not isinstance(moves[0], Call):
            moves = moves if moves[0].kind == "report" else moves[:1]
            calls = [m for m in moves if isinstance(m, Call)]
        asked = [m for m in moves if m.kind in ("choices", "ask")]
        return list(calls) or asked[:1] or list(moves)

    def _move(self, owed: Owed, unfinished: Sequence[Owed]) -> Call | Say | Wait:
        if owed.answered_at >= 0 and not owed.again:
            return Say(owed, "error" if owed.failed else "report")
        if owed.again and owed.listings is not None:
            return Say(owed, "report")
        if unfinished and (self._leans(owed) or self._writes(owed) or self._may_appear(owed, unfinished)):
            return Wait()
        if self.guiding.leads(owed):
            return self.guiding.move(owed, lambda i: self._row(owed, i, owed.need.mentions[i]))
        tool = self.index.serving(owed.need.meaning)
        known = self._from_memory(owed)
        if known is not None:
            return Say(owed, "known", rows=(known,))
        if tool is None:
            return Say(owed, "cannot")
        rows: list[Known | None] = []
        for i, mention in enumerate(owed.need.mentions):
            found = self._row(owed, i, mention)
            if isinstance(found, Call | Say):
                return found
            rows.append(found)
        doubt = self._looked_at(owed, rows) if owed.trouble.doubtful else None
        return doubt or self._decided(owed, rows) or self._act(owed, tool, rows)

    def _decided(self, owed: Owed, rows: Sequence[Known | None]) -> Call | Say | None:
        """What a condition asks for first: a look at the row, or to leave it as it is; None where it holds, or there is none."""
        if owed.need.amends == "undo":
            self.agenda.restore(owed)
        condition = owed.need.when
        if condition is None:
            return None
        row = next((r for r in rows if r is not None and r.table == owed.need.meaning.table), None)
        value = self.agenda.standing(owed, row, condition)
        held = holds(condition, value)
        if held is None and not owed.checked:
            return self._looked_at(owed, rows)
        if held is None:
            return Say(owed, "cannot")
        return None if held else Say(owed, "left as it is")

    def _looked_at(self, owed: Owed, rows: Sequence[Known | None]) -> Call | Say:
        """A look at the row that a change is about, or at what shows whether it was made."""
        look, tool = owed.trouble.look, self.index.serving(owed.need.meaning)
        if owed.trouble.doubtful and look is not None and tool is not None:
            made, _ = bind(tool, self.index.inputs[tool.name], owed.need, rows)
            return Call(owed, CHECK, look.tool, {name: made[p] for name, p in look.given.items()})
        getter = self.index.getter(owed.need.meaning.table)
        if getter is None:
            return Say(owed, "cannot")
        wanted = Need(Meaning("get", owed.need.meaning.table), owed.need.mentions)
        bound, missing = bind(getter, self.index.inputs[getter.name], wanted, rows)
        return Say(owed, "cannot") if missing else Call(owed, CHECK, getter, bound)

    def _leans(self, owed: Owed) -> bool:
        """It points at what an earlier request brings."""
        return owed.follow_up or any(m.pick is not None or not m.by for m in owed.need.mentions)

    def _may_appear(self, owed: Owed, unfinished: Sequence[Owed]) -> bool:
        """A row it names is not known yet, and an earlier request is about to show rows of that kind."""
        coming = {t for o in unfinished for t in (o.need.meaning.table, o.need.meaning.group.partition(".")[0])}
        return any(m.table in coming and not self.agenda.memory.candidates(m, owed.number) for m in owed.need.mentions)

    def _writes(self, owed: Owed) -> bool:
        tool = self.index.serving(owed.need.meaning)
        return tool is not None and tool.effect == "write"

    def _from_memory(self, owed: Owed) -> Known | None:
        """For a follow-up about a row just shown: the row, if all that is wanted was in it and nothing changed since."""
        if not owed.follow_up or owed.again or not owed.need.mentions:
            return None
        found = self.agenda.memory.candidates(owed.need.mentions[0], owed.number)
        if len(found) != 1:
            return None
        row, prefix = found[0], owed.need.mentions[0].table + "."
        for slot in owed.need.wanted:
            column = slot.removeprefix(prefix)
            if not slot.startswith(prefix) or row.source(column) <= self.agenda.last_write:
                return None
        return row

    def _row(self, owed: Owed, i: int, mention: Mention) -> Known | Call | Say | None:
        memory = self.agenda.memory
        if i in owed.chosen:
            return memory.known[mention.table][owed.chosen[i]]
        found = self.agenda.found(owed, i)
        if len(found) == 1:
            return self._attend(owed, i, found[0])
        if len(found) > 1:
            return Say(owed, "choices", i, tuple(found))
        if self._is_key(mention):
            memory.focus_by_key(mention, owed.number)
            return None
        route = self.index.lookup(mention.table, mention.by) if mention.by and i not in owed.looked_up else None
        if route is not None:
            tool, arguments = route
            return Call(owed, LOOKUP, tool, {k: Bound(v) for k, v in arguments.items()}, i)
        return self._nearly(owed, i, mention) or Say(owed, "not found", i)

    def _nearly(self, owed: Owed, i: int, mention: Mention) -> Call | Say | None:
        """A name that nobody has may be a slip: look for pieces of it, and offer what comes close."""
        said = str(mention.by.get("@name", ""))
        if not said or i not in owed.looked_up:
            return None
        known = self.agenda.memory.known.get(mention.table, {}).values()
        names = alike(said, [str(k.values["@name"]) for k in known if k.values.get("@name")])
        close = [k for k in known if k.values.get("@name") in names]
        if close:
            return Say(owed, "suggest", i, tuple(close[:_OFFERED]))
        for piece in pieces_of(said):
            route = self.index.lookup(mention.table, {PART: piece})
            if route is not None and piece not in owed.sought.get(i, ()):
                tool, arguments = route
                return Call(owed, LOOKUP, tool, {k: Bound(v) for k, v in arguments.items()}, i)
        return None

    def _attend(self, owed: Owed, i: int, row: Known) -> Known:
        """Settle for good which row a mention means: what is talked about later must not change it."""
        owed.chosen[i] = row.key
        self.agenda.memory.focus_on(row.table, row.key, owed.number)
        return row

    def _is_key(self, mention: Mention) -> bool:
        table = next((t for t in self.agenda.memory.catalog.tables if t.name == mention.table), None)
        return table is not None and bool(table.key) and all(k in mention.by for k in table.key)

    def _act(self, owed: Owed, tool: Tool, rows: Sequence[Known | None]) -> Call | Say:
        bound, missing = bind(tool, self.index.inputs[tool.name], owed.need, rows)
        if missing:
            slot = missing[0].slot
            kind = "ask" if slot.use != "key" else "not found"
            return Say(owed, kind, slot=f"{slot.table}.{slot.column}:{slot.use}")
        if tool.effect == "write" and not bound_values(bound, tool):
            slot = next(s for s in tool.inputs.values() if s.use == "value")
            return Say(owed, "ask", slot=f"{slot.table}.{slot.column}:{slot.use}")
        if tool.effect == "write" and self._is_so(owed, rows):
            return Say(owed, "so already")
        if tool.effect == "write" and not owed.approved:
            if (look := look_first(self.agenda, owed, rows)) is not None:
                return look
            like = twin(self.agenda.memory, tool, bound)
            return Say(owed, "confirm?", rows=(like,) if like is not None else ())
        if (
            not (owed.again or owed.part >= 0)
            and (seen := self.agenda.remembered(tool, {k: b.value for k, b in bound.items()})) is not None
        ):
            self.agenda.answer_from(owed, seen[0])
            return Say(owed, "report")
        return Call(owed, FETCH, tool, bound)

    def _is_so(self, owed: Owed, rows: Sequence[Known | None]) -> bool:
        """What it is to set has been seen to be so. What was written since to the row was seen as well."""
        row = next((r for r in rows if r is not None and r.table == owed.need.meaning.table), None)
        if owed.need.meaning.family == "link":
            return linked_already(self.agenda, owed, rows)
        if row is None or not is_so(owed.need):
            return False
        values = {k.rpartition(":")[0]: v for k, v in owed.need.values.items() if k.endswith(":value")}
        return all(row.values.get(key.removeprefix(f"{row.table}.")) == v for key, v in values.items())

    def _arranged(self, calls: Sequence[Call], at: int) -> Sequence[Call]:
        """Several look-ups of one turn: in a branch they may come in another order, or one after the other."""
        if len(calls) < 2 or not self.dice.forked(at) or any(c.tool.effect == "write" for c in calls):
            return calls
        dice = self.dice.thrown("arrangement", at)
        other = dice.sample(list(calls), len(calls))
        return other[:1] if dice.random() < ONE_BY_ONE else other

    # ── acting ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _calling(self, moves: Sequence[Call], turns: Sequence[Turn]) -> Utterance:
        at = len(turns)
        calls: list[ToolCall] = []
        acts, origins = [], {}
        seen: set[str] = set()
        for move in moves:
            arguments = {k: b.value for k, b in move.bound.items()}
            mark = call_mark(move.tool, arguments)
            if mark in seen:
                continue
            seen.add(mark)
            name = f"call_{at}_{len(calls) + 1}"
            calls.append(ToolCall(name, move.tool.name, arguments))
            acts.append(Act(move.kind, values={"call": name, **told_of(move.owed), "mention": move.mention}))
            origins[name] = {k: self._origin(move, k, b) for k, b in move.bound.items()}
        dice = self.dice.thrown("rationale", at)
        reasons = [rationale(self.report, m.owed, (m.kind, m.mention, m.tool), dice) for m in moves]
        if len(calls) > 1:
            reasons.append(together(self.report, len(calls), dice))
        return Utterance(
            Message("assistant", hold_on(self.report, [m.owed for m in moves], turns, dice), tool_calls=tuple(calls)),
            acts=tuple(acts),
            rationale=" ".join(dict.fromkeys(reasons)),
            origins=origins,
        )

    def _origin(self, move: Call, name: str, bound: Bound) -> Origin:
        if bound.row is not None and bound.column in bound.row.sources:
            return Origin("result", bound.row.source(bound.column), bound.row.path(bound.column))
        if move.kind == GUIDE and self.guiding.given(move.owed, name, bound):
            return Origin("policy")
        slot, agenda = move.tool.inputs[name], self.agenda
        if move.mention >= 0 and agenda.is_speaker(move.owed.need.mentions[move.mention]):
            return Origin("user", agenda.introduced_at)
        key = f"{slot.table}.{slot.column}:{slot.use}"
        if key in move.owed.restored:
            return Origin("result", *move.owed.restored[key])
        return Origin("user", move.owed.said_at.get(key, move.owed.turn))

    def _speaking(self, moves: Sequence[Say], turns: Sequence[Turn]) -> Utterance:
        dice = self.dice.thrown("agent", len(turns))
        if self.guiding.speaks(moves):
            text, acts = afresh(lambda: self.guiding.words(moves[0], dice), turns)
        else:
            text, acts = afresh(lambda: self.report.words(moves, dice), turns)
        text = as_written(text, small_names(self.agenda.memory, [o.need for o in self.agenda.owed]))
        return Utterance(Message("assistant", content=text), acts=acts)
