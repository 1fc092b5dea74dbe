"""The assistant with a guide: what to ask the user to look at or to do, what to look up and to do itself, in the guide's order.

Where it stands follows from the turns: from what the user said they saw, and from what its own calls gave. It tells what it makes of the last
thing, and asks for the next.
"""

import random
from collections.abc import Callable, Mapping, Sequence

from duologue.errors import StageError
from duologue.ids import from_json
from duologue.language.cases import filled
from duologue.language.clauses import YOU, of_the_speaker
from duologue.language.grammar import capital, listed, sentence
from duologue.language.notices import passed_on
from duologue.plans.binding import Bound, bind
from duologue.plans.faults import TimeOut, met
from duologue.plans.guides import Did, Move, need_of, next_move, through
from duologue.plans.looking import Look, look_for
from duologue.plans.memory import Known
from duologue.plans.renamed import as_meant
from duologue.plans.trace import is_error
from duologue.simulate.agenda import CHECK, GUIDE, LOOKUP
from duologue.simulate.moves import Call, Say
from duologue.simulate.owed import Owed, told_of
from duologue.simulate.report import Reporter
from duologue.types import Act, Environment, Guide, Json, Need, Tool, ToolCall, Turn

__all__ = ["Guiding"]

_SPOKEN = ("ask", "instruct", "propose", "mended", "passed on")


class Guiding:
    """Follows the guides of one environment through one conversation."""

    def __init__(self, report: Reporter, environment: Environment) -> None:
        self.report, self.index = report, report.index
        self.guides: dict[str, Guide] = {g.name: g for g in environment.policy.guides}
        self.own: dict[str, Tool] = {t.name: t for t in environment.toolset.own}
        self.turns: Sequence[Turn] = ()
        """The conversation so far."""

    def leads(self, owed: Owed) -> bool:
        """Whether a request is about a trouble that there is a guide for."""
        return owed.need.meaning.family == "mend" and owed.need.meaning.verb in self.guides

    def move(self, owed: Owed, row: Callable[[int], Known | Call | Say | None]) -> Call | Say:
        """What comes next. `row`: the row that a mention of the request means, or what has to come first."""
        found = self._among_theirs(owed, row) or row(0)
        if isinstance(found, Call | Say):
            return found
        move = next_move(self._guide(owed), self.done(owed))
        if move.by == "user":
            return Say(owed, "instruct", move=move)
        if not move.by:
            return Say(owed, "mended" if move.kind == "solved" else "passed on", move=move)
        return self._own_move(owed, move, row)

    def _among_theirs(self, owed: Owed, row: Callable[[int], Known | Call | Say | None]) -> Call | Say | None:
        """A look at what is the user's, where nothing else finds the row that the trouble is about."""
        way = through(self.index, owed.need.mentions)
        if way is None or 0 in owed.looked_up or self.report.agenda.found(owed, 0):
            return None
        found = row(1)
        if isinstance(found, Call | Say):
            return found
        bound, missing = bind(way[0], self.index.inputs[way[0].name], way[1], (found,))
        return Say(owed, "not found", 1) if missing else Call(owed, LOOKUP, way[0], bound, 0)

    def _own_move(self, owed: Owed, move: Move, row: Callable[[int], Known | Call | Say | None]) -> Call | Say:
        tool = self.index.by_name.get(move.tool)
        need = need_of(tool, move, owed.need.mentions, owed.need.values) if tool is not None else None
        if tool is None or need is None:
            return Say(owed, "cannot")
        rows: list[Known | None] = []
        for mention in need.mentions:
            found = row(owed.need.mentions.index(mention))
            if isinstance(found, Call | Say):
                return found
            rows.append(found)
        bound, missing = bind(tool, self.index.inputs[tool.name], need, rows)
        if missing:
            slot = missing[0].slot
            return Say(owed, "ask", slot=f"{slot.table}.{slot.column}:{slot.use}", move=move)
        if tool.effect == "write" and not owed.approved:
            return Say(self._proposed(owed, need), "propose", move=move)
        look = owed.trouble.look if owed.trouble.doubtful else None
        if look is not None:
            return Call(owed, CHECK, look.tool, {name: bound[p] for name, p in look.given.items()})
        return Call(owed, GUIDE, tool, bound)

    def _proposed(self, owed: Owed, need: Need) -> Owed:
        return Owed(owed.number, need, owed.turn, chosen=dict(owed.chosen))

    def given(self, owed: Owed, name: str, bound: Bound) -> bool:
        """Whether an argument of a call is the guide's own."""
        move = next_move(self._guide(owed), self.done(owed))
        return bound.row is None and name in move.args

    # ── what was done ────────────────────────────────────────────────────────────────────────────────────────────────

    def done(self, owed: Owed) -> list[Did]:
        """What was seen and done about a request so far, in order. What could not be told for the moment is none of it; what went
        unanswered was done if a look shows it."""
        out: list[Did] = []
        calls: dict[str, ToolCall] = {}
        doubt: tuple[Tool, Look | None] | None = None
        for turn in self.turns[owed.turn :]:
            if turn.message.role == "assistant":
                own = (a for a in turn.acts if a.kind in (GUIDE, CHECK) and a.values["request"] == owed.number)
                mine = {a.values["call"] for a in own}
                calls |= {c.id: c for c in turn.message.tool_calls if c.id in mine}
            elif turn.message.role == "tool" and turn.message.tool_call_id in calls:
                call = calls[turn.message.tool_call_id]
                tool = self.index.by_name[call.name]
                result = as_meant(tool, from_json(turn.message.content))
                error = met(result, tool)
                if error == TimeOut.error and tool.effect == "write":
                    doubt = tool, look_for(tool, call.arguments, self.index)
                elif not error and doubt is not None:
                    (made, look), doubt = doubt, None
                    if look is not None and look.shows(result, self.index):
                        out.append(Did("agent", made.name, {"ok": True}))
                elif not error:
                    out.append(Did("agent", tool.name, result, is_error(result)))
            elif turn.message.role == "user":
                out += [_seen(a) for a in turn.acts if a.kind == "observe"]
        return out

    def _guide(self, owed: Owed) -> Guide:
        return self.guides[owed.need.meaning.verb]

    # ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def speaks(self, moves: Sequence[Say]) -> bool:
        """Whether what is to be said is part of a guide."""
        return len(moves) == 1 and moves[0].move is not None and moves[0].kind in _SPOKEN

    def words(self, say: Say, dice: random.Random) -> tuple[str, tuple[Act, ...]]:
        """One message: what the last thing showed, and what comes next."""
        move = say.move
        if move is None:
            raise ValueError("a guide speaks of its own moves")
        owed = self.report.agenda.owed[say.owed.number]
        lead = self._lead(owed, say, dice)
        if say.kind == "instruct":
            text = self._instruction(move, dice)
            told = {"tool": move.tool, "args": move.args, "field": self._field(owed, move)}
            act = Act("instruct", values={**told_of(owed), **told})
            return f"{lead} {text}".strip(), (act,)
        if say.kind == "ask":
            text = self.report.lines.line("guide.ask", dice, {"label": self._proofs(owed, move)})
            return f"{lead} {text}".strip(), (Act("ask", values={**told_of(owed), "slot": say.slot}),)
        if say.kind == "propose":
            text, acts = self.report.words([Say(say.owed, "confirm?")], dice)
            return f"{lead} {text}".strip(), acts
        done = self.done(owed)
        helped = done and done[-1].by == "agent" and not done[-1].failed
        kind = "mended" if say.kind == "mended" else "passed on" if helped else "unsolved"
        text = self.report.lines.line(f"guide.{kind.replace(' ', '_')}", dice)
        return f"{lead} {text}".strip(), (Act(kind, values=told_of(owed)),)

    def _proofs(self, owed: Owed, move: Move) -> str:
        """All that the user has yet to say to show who they are."""
        slots = [s for s in self.index.inputs[move.tool].values() if s.use == "proof"]
        keys = [f"{s.table}.{s.column}" for s in slots if f"{s.table}.{s.column}:{s.use}" not in owed.need.values]
        return listed([self.report.phrases.noun(key, key.partition(".")[0]) for key in keys])

    def _field(self, owed: Owed, move: Move) -> str:
        """The field that the user is asked for, of what a tool of theirs shows; empty where it is to be used, and that is all."""
        guide = self._guide(owed)
        return {"look": guide.steps[move.step].look.field, "test": guide.works.field}.get(move.kind, "")

    def _instruction(self, move: Move, dice: random.Random) -> str:
        tool = self.own[move.tool]
        lines = [t for t in (filled(line, move.args) for line in tool.wording.get("instruct", ())) if t is not None]
        if not lines:
            raise StageError("agent", "cannot ask for it", f"there are no words for asking the user to use {move.tool}")
        asked = dice.choice(lines)
        return f"{self.report.lines.line('guide.try', dice)} {asked}" if move.kind == "test" else asked

    def _lead(self, owed: Owed, say: Say, dice: random.Random) -> str:
        """What the assistant makes of what was last seen or done."""
        done, guide, lines = self.done(owed), self._guide(owed), self.report.lines
        if not done:
            return lines.line("guide.begin", dice)
        if self._asked(owed):
            return lines.line("guide.told", dice)
        last, before = done[-1], next_move(guide, done[:-1])
        if last.failed:
            return lines.line("guide.refused", dice, {"reason": passed_on(_message(last.result), self.report.phrases)})
        if before.kind in ("fix", "otherwise"):
            return self._thanks(owed, last, before, dice)
        if before.kind == "test":
            return "" if say.kind == "mended" else lines.line("guide.not_yet", dice)
        if say.move is None or say.move.kind in ("look", "test") or say.move.step >= len(guide.steps):
            return lines.line("guide.fine" if last.by == "user" else "guide.all_right", dice)
        step = guide.steps[say.move.step]
        look = step.look
        if look.by == "user":
            return lines.line("guide.found" if step.fix is not None else "guide.beyond", dice)
        seen = next((d for d in reversed(done) if (d.by, d.tool) == (look.by, look.tool)), last)
        return lines.line(
            "guide.seen" if step.fix is not None else "guide.seen_beyond", dice, self._shown(seen, look.field)
        )

    def _asked(self, owed: Owed) -> bool:
        """Whether the assistant's last words were a question about this request: what was seen was told then."""
        spoken = (t for t in reversed(self.turns) if t.message.role == "assistant" and t.message.content)
        last = next(spoken, None)
        return last is not None and any(a.kind == "ask" and a.values.get("request") == owed.number for a in last.acts)

    def _thanks(self, owed: Owed, last: Did, move: Move, dice: random.Random) -> str:
        if last.by == "user":
            return self.report.lines.line("guide.thanks", dice)
        tool = self.index.by_name[last.tool]
        need = need_of(tool, move, owed.need.mentions, owed.need.values)
        about, spoken = owed.need.mentions, self.report.rows(owed)
        rows = [spoken[about.index(m)] for m in need.mentions] if need is not None else []
        done = of_the_speaker(self.report.sayings.line("done", need, rows, dice), YOU) if need is not None else ""
        return sentence(capital(done)) if done else self.report.lines.line("guide.own_done", dice)

    def _shown(self, did: Did, field: str) -> dict[str, str]:
        slot = self.index.by_name[did.tool].outputs.get(field)
        key = f"{slot.table}.{slot.column}" if slot is not None else field
        phrases = self.report.phrases
        label = phrases.noun(key, slot.table) if slot is not None else field.replace("_", " ")
        return {"label": label, "value": phrases.value(key, did.result.get(field))}


def _seen(act: Act) -> Did:
    seen: Mapping[str, Json] = act.values["seen"]
    return Did("user", str(act.values["tool"]), seen, bool(act.values.get("failed")))


def _message(result: Mapping[str, Json]) -> str:
    error = result.get("error")
    return str(error.get("message", "")) if isinstance(error, dict) else ""
