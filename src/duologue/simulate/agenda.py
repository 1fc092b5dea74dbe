"""What the assistant still owes: the requests it has heard, each with what is settled about it.

The agenda is folded from the turns alone. Nothing is kept that a second reading of the same turns would not give again, so a
conversation can be taken up at any turn. Acts in a turn of calls say which request each call serves; no text says them.
"""

from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.ids import from_json
from duologue.language.weighed import compares
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Known, Memory
from duologue.plans.renamed import as_meant
from duologue.plans.rows import PART, Listing, RowKey, matches
from duologue.simulate.owed import Owed, part_of, told_of, two_sides
from duologue.simulate.recovering import begin_again, call_mark, cleared, stumbled
from duologue.simulate.revising import introduced, revised, spoken_slots
from duologue.types import Act, Condition, Json, Mention, Need, Tool, Turn

__all__ = ["ASKS", "CHECK", "FETCH", "GUIDE", "LOOKUP", "WAITS", "WRITES", "Agenda", "Owed", "told_of"]

LOOKUP, FETCH, CHECK, GUIDE = "look up", "fetch", "check", "guide"
WAITS = {"choices": "choices", "suggest": "row", "ask": "value", "confirm?": "confirm", "instruct": "own"}
"""Kinds of the assistant's acts that want an answer → what for."""
_DECIDED = frozenset({LOOKUP, FETCH, CHECK, "so already", "left as it is", *WAITS})
ASKS = frozenset({"request", "follow up", "take up"})
"""Kinds of the user's acts that make a request. To take up is to ask again for what was put off."""
WRITES = frozenset({"set", "create", "remove", "link", "unlink", "act"})


class Agenda:
    """The requests so far and the memory of all results."""

    def __init__(self, catalog: Catalog, index: ToolIndex, approved: bool) -> None:
        self.memory = Memory(catalog, index)
        self.index = index
        self.owed: list[Owed] = []
        self.approved = approved
        """Changes need no further yes."""
        self.asides: list[Act] = []
        """What the user's last turn did beside asking for things and settling what was asked."""
        self.speaker: Mention | None = None
        """The row that the user said they are."""
        self.introduced_at = -1
        """The turn in which they said so."""
        self.goodbye = False
        self.pressed = 0
        """How often the user has pressed by now after one refusal."""
        self.dropped = False
        """The user has just taken a request back."""
        self.last_write = -1
        """The turn of the latest change."""
        self.written: dict[str, int] = {}
        """Table → the turn of the latest change to it."""
        self.heard = -1
        """The turn in which the user spoke last."""
        self.read = 0
        """Turns folded so far."""
        self.answers: dict[str, tuple[int, Json, list[Listing]]] = {}
        """Reads already made: name and arguments → turn of the result, the result, its listings."""
        self._serving: dict[str, tuple[str, Owed, int]] = {}
        self._calls: dict[str, tuple[str, dict[str, Json]]] = {}

    def fold(self, turns: tuple[Turn, ...]) -> None:
        """Take in the turns not read yet."""
        for at in range(self.read, len(turns)):
            turn = turns[at]
            if turn.message.role == "user":
                self._hear(turn, at)
            elif turn.message.role == "tool":
                self._learn(turn, at)
            elif turn.message.role == "assistant":
                self._recall(turn)
        self.read = len(turns)

    def remembered(self, tool: Tool, arguments: dict[str, Json]) -> tuple[int, Json, list[Listing]] | None:
        """The answer to the same read, where nothing was changed since."""
        found = self.answers.get(call_mark(tool, arguments))
        return found if found is not None and found[0] > self.last_write else None

    def answer_from(self, owed: Owed, at: int) -> None:
        """The result of turn `at` answers a request that was made later: the same rows, now told for it."""
        found = next((a for a in self.answers.values() if a[0] == at), None)
        if found is None:
            return
        owed.recalled, owed.answered_at, owed.result = at, at, found[1]
        owed.listings = [replace(x, need=owed.number) for x in found[2]]
        self.memory.listings.extend(owed.listings)
        self.attend(owed)

    def open(self) -> list[Owed]:
        """Requests that are the assistant's move, in the order they were made; those that are to wait come last."""
        mine = [p for o in self.owed for p in (o.parts or [o]) if not p.told and not p.waiting]
        return sorted(mine, key=lambda o: o.held)

    def parts(self, owed: Owed) -> list[Owed]:
        """A request about each row of a list, row by row; empty while it is not clear which rows these are."""
        if owed.need.against is not None:
            return two_sides(owed, self.memory.catalog)
        if compares(owed.need):
            needs = [replace(owed.need, mentions=(m,), pick=None, apart=False) for m in owed.need.mentions]
            owed.parts = owed.parts or [part_of(owed, n, i) for i, n in enumerate(needs)]
            return owed.parts
        at = next(i for i, m in enumerate(owed.need.mentions) if m.each)
        mention = owed.need.mentions[at]
        if not owed.parts:
            for known in self.memory.candidates(mention, owed.number):
                mentions = (*owed.need.mentions[:at], self._named(known), *owed.need.mentions[at + 1 :])
                part = Owed(owed.number, replace(owed.need, mentions=mentions), owed.turn, part=len(owed.parts))
                part.approved, part.chosen[at] = owed.approved, known.key
                owed.parts.append(part)
        return owed.parts

    def standing(self, owed: Owed, row: Known | None, condition: Condition) -> Json:
        """How a row stands in what a condition is about, as far as results have shown it since the latest change, or for this request."""
        column = condition.slot.removeprefix(f"{row.table}.") if row is not None else ""
        if row is None or (row.source(column) < self.last_write and not owed.checked):
            return None
        return row.values.get(column)

    def _is_unique(self, mention: Mention) -> bool:
        """Whether no two rows can have the name it is called by."""
        table = self.memory.catalog.table(mention.table)
        return len(table.display) == 1 and table.column(table.display[0]).unique

    def _named(self, row: Known) -> Mention:
        """A known row by its name, or by its key."""
        if row.values.get("@name") is not None:
            return Mention(row.table, by={"@name": row.values["@name"]})
        return Mention(row.table, by={k: row.values.get(k) for k in self.memory.catalog.table(row.table).key})

    def restore(self, owed: Owed) -> None:
        """Fill in what a change that is taken back goes back to: what results had shown before it."""
        key = self._row_of(owed)
        made = (p for o in reversed(self.owed) if o is not owed for p in (o.parts or [o]))
        last = next((o for o in made if o.need.meaning == owed.need.meaning and self._is_made(o, key)), None)
        if last is None or last.was is None or owed.restored:
            return
        values = {}
        for slot in (s for s in last.need.values if s.endswith(":value")):
            column = slot.rpartition(":")[0].removeprefix(f"{owed.need.meaning.table}.")
            if last.was.values.get(column) is not None:
                values[slot] = last.was.values[column]
                owed.restored[slot] = (last.was.source(column), last.was.path(column))
        owed.need = replace(owed.need, values=values)

    def _is_made(self, owed: Owed, key: RowKey | None) -> bool:
        """It is a change that was made, to this row."""
        return owed.answered_at >= 0 and not owed.failed and key is not None and self._row_of(owed) == key

    def _row_of(self, owed: Owed) -> RowKey | None:
        """The row that a change is about, where that is clear."""
        about = (i for i, m in enumerate(owed.need.mentions) if m.table == owed.need.meaning.table)
        return owed.chosen.get(next(about, -1))

    def _hear(self, turn: Turn, at: int) -> None:
        self.asides, self.goodbye, self.dropped = [], False, False
        self.pressed = self.pressed + 1 if any(a.kind == "press" for a in turn.acts) else 0
        waiting = [p for o in self.owed for p in (o.parts or [o]) if p.waiting]
        for act in turn.acts:
            if act.kind in ASKS and act.need is not None:
                self.owed.append(Owed(len(self.owed), act.need, at, act.kind == "follow up", approved=self.approved))
            elif act.kind == "correct":
                self._correct(waiting[0] if waiting else None, act, at)
            elif act.kind == "introduce":
                self.speaker, self.introduced_at = introduced(act), at
            elif act.kind == "done":
                self.goodbye = True
            elif act.kind in ("doubt", "try again"):
                self._once_more(act)
            elif not waiting or not self._settle(waiting[0], act, at):
                self.asides.append(act)
            elif act.kind in ("confirm", "refuse", "put off"):  # what was proposed together is settled together
                for owed in waiting[1:]:
                    self._settle(owed, act, at)
        self.heard = at

    def is_speaker(self, mention: Mention) -> bool:
        """Whether a row is the user."""
        own = self.speaker
        return own is not None and mention.table == own.table and mention.pick is None and mention.by in ({}, own.by)

    def _once_more(self, act: Act) -> None:
        if act.kind == "try again":
            begin_again(self.owed, self.heard)
            return
        last = next((o for o in reversed(self.owed) if o.told and o.listings), None)
        if last is not None and last.need.meaning.family not in WRITES:
            last.doubted = (act.values, last.answer)
            last.told, last.again, last.listings = False, True, None

    def _correct(self, waiting: Owed | None, act: Act, at: int) -> None:
        """Something the user said is taken back: of what waits for an answer, else of what was answered last."""
        wrong = waiting or next((o for o in reversed(self.owed) if o.told), None)
        if wrong is None:
            return
        if waiting is None:
            wrong = Owed(len(self.owed), wrong.need, wrong.turn, said_at=dict(wrong.said_at), approved=self.approved)
            self.owed.append(wrong)
        self._revise(wrong, act, at)
        wrong.waiting, wrong.revised = "", True

    def _settle(self, owed: Owed, act: Act, at: int) -> bool:
        """Take an answer to what the assistant asked; False where the act is none."""
        if act.kind == "confirm":
            owed.approved = True
        elif act.kind in ("refuse", "put off"):
            owed.told = self.dropped = True
        elif act.kind == "hold":
            owed.held = True
        elif (given := _given(act, owed)) is not None:
            owed.need = replace(owed.need, values={**owed.need.values, **given})
            owed.said_at.update(dict.fromkeys(given, at))
        elif act.kind == "select":
            self._select(owed, act, at)
        elif act.kind != "observe":
            return False
        owed.waiting = ""
        return True

    def _select(self, owed: Owed, act: Act, at: int) -> None:
        """Which of several rows is meant: by its place among those offered, or by what is said of it. A name that several have, or that
        none of those offered has, takes the place of what was said before."""
        mention, place = owed.need.mentions[owed.choice_of], act.values.get("place")
        found = self.memory.candidates(mention, owed.number)
        fits = found[place - 1 : place] if place else [k for k in found if matches(k.values, act.values)]
        if len(fits) == 1:
            owed.chosen[owed.choice_of] = fits[0].key
            self.memory.focus_on(mention.table, fits[0].key, owed.number)
        elif "@name" in act.values:
            self._revise(owed, Act("correct", Need(owed.need.meaning, (Mention(mention.table, dict(act.values)),))), at)

    def _revise(self, owed: Owed, act: Act, at: int) -> None:
        """Put what an act says in the place of what was said; a row that is spoken of otherwise is to be sought anew."""
        before, owed.need = owed.need, revised(owed.need, act)
        owed.said_at.update(dict.fromkeys(spoken_slots(act), at))
        for i, (old, new) in enumerate(zip(before.mentions, owed.need.mentions, strict=True)):
            if old != new:
                owed.respoken.add(i)
                owed.chosen.pop(i, None)
                owed.looked_up.discard(i)
                if owed.sought.pop(i, None):
                    owed.pieced.add(i)

    def found(self, owed: Owed, i: int) -> list[Known]:
        """The rows that a mention may mean, by what was seen so far. Behind a part of a name, or a name found by its
        pieces, there may be others than those seen, unless the talk has been about it."""
        mention = owed.need.mentions[i]
        known = self.memory.candidates(mention, owed.number)
        partly = PART in mention.by or (i in owed.pieced and not self._is_unique(mention))
        if not partly or i in owed.looked_up or any(self.memory.was_talked_about(k) for k in known):
            return known
        return []

    def _recall(self, turn: Turn) -> None:
        """What the assistant itself did in an earlier turn."""
        for call in turn.message.tool_calls:
            self._calls[call.id] = (call.name, call.arguments)
        for act in turn.acts:
            owed = self._meant(act)
            if owed is None:
                continue
            if act.kind in _DECIDED:
                self._settle_rows(owed)
            if act.kind in (LOOKUP, FETCH, CHECK, GUIDE):
                self._serving[str(act.values["call"])] = (act.kind, owed, int(act.values["mention"]))
            elif act.kind in WAITS:
                owed.waiting = WAITS[act.kind]
                owed.choice_of = int(act.values.get("mention", -1))
                owed.slot = str(act.values.get("slot", ""))
            else:
                if act.kind in ("mended", "passed on", "unsolved"):
                    owed.result = act.kind
                if isinstance(at := act.values.get("recalled"), int) and owed.listings is None:
                    self.answer_from(owed, at)
                self._told(owed)

    def _meant(self, act: Act) -> Owed | None:
        """The request that an act of the assistant's is about."""
        number, part = act.values.get("request"), act.values.get("part")
        if not isinstance(number, int):
            return None
        return self.parts(self.owed[number])[part] if isinstance(part, int) else self.owed[number]

    def _told(self, owed: Owed) -> None:
        owed.told, owed.again = True, False
        whole = self.owed[owed.number]
        if whole.need.against is not None and owed.part == 0 and (owed.answered_at < 0 or owed.failed):
            for part in whole.parts:  # without the one side there is no other
                part.told = True
        if whole is not owed and all(p.told for p in whole.parts):
            whole.told, whole.failed = True, all(p.failed for p in whole.parts)
            whole.answered_at = max(p.answered_at for p in whole.parts)

    def _put_together(self, whole: Owed) -> None:
        """What was compared can be pointed back at: "the cheaper one"."""
        found = [p.answer.rows[0] for p in whole.parts if p.answer is not None and p.answer.rows]
        if compares(whole.need) and len(found) == len(whole.parts):
            self.memory.put_together(whole.need, found, whole.number)

    def _settle_rows(self, owed: Owed) -> None:
        """The rows its mentions meant when it was decided on, as far as that was clear then."""
        for i, mention in enumerate(owed.need.mentions):
            found = self.found(owed, i) if i not in owed.chosen else []
            if len(found) == 1:
                owed.chosen[i] = found[0].key
                self.memory.focus_on(mention.table, found[0].key, owed.number)
            elif not found and i not in owed.chosen:
                self.memory.focus_by_key(mention, owed.number)
        if owed.need.amends == "undo":
            self.restore(owed)

    def _learn(self, turn: Turn, at: int) -> None:
        name, arguments = self._calls.get(turn.message.tool_call_id, ("", {}))
        tool = self.index.by_name.get(name)
        if tool is None or turn.message.tool_call_id not in self._serving:
            self.memory.overhear(tool, arguments, turn.message.content, at)
            return
        kind, owed, mention = self._serving[turn.message.tool_call_id]
        result = as_meant(tool, from_json(turn.message.content))
        failed = isinstance(result, dict) and "error" in result
        if tool.effect == "write":
            self._keep(owed)
        if stumbled(self, (owed, kind == LOOKUP), (tool, arguments), result, at):
            return
        listings = self._remember((kind, owed), (tool, arguments), result, at)
        if kind == GUIDE:
            owed.approved = self.approved
            owed.mended += [(name, arguments)] if tool.effect == "write" and not failed else []
            return
        if kind == LOOKUP:
            if mention in owed.looked_up:
                owed.sought.setdefault(mention, []).extend(str(v) for v in arguments.values())
            owed.looked_up.add(mention)
            return
        if kind == CHECK:
            owed.checked = True
            cleared(self, owed, self._own_row(owed), result, at)
            return
        owed.listings, owed.result, owed.answered_at, owed.failed = listings, result, at, failed
        if not failed:
            self.attend(owed)
            self._put_together(self.owed[owed.number])

    def _remember(
        self, what: tuple[str, Owed], call: tuple[Tool, dict[str, Json]], result: Json, at: int
    ) -> list[Listing]:
        """Take in what a call gave, and when something was changed."""
        (kind, owed), tool = what, call[0]
        failed = isinstance(result, dict) and "error" in result
        answers = kind == FETCH or (kind == GUIDE and tool.effect == "write")
        listings = self.memory.absorb(tool, call[1], result, at, owed.number if answers else -1)
        doubted = failed or owed.trouble.doubtful  # a look at a change in doubt answers nobody
        if tool.effect == "read" and not doubted and call_mark(*call) not in owed.trouble.spared:
            self.answers[call_mark(*call)] = (at, result, listings)
        if tool.effect == "write" and not failed:
            self.last_write = at
            self.written |= dict.fromkeys(tool.writes, at)
        return listings

    def attend(self, owed: Owed) -> None:
        """What answers a request is now what the talk is about: of a list, as far as its rows are meant."""
        listing = owed.answer
        if listing is None:
            return
        meant = self.memory.narrow(owed.need, listing)
        owed.listings = [meant if x is listing else x for x in owed.listings or ()]
        self.memory.attend(owed.need, meant)

    def stood(self, owed: Owed) -> dict[str, Json]:
        """Slot → value of the row a request is about, as results have shown it; nothing where the row is not clear."""
        table = owed.need.meaning.table
        at = next((i for i, m in enumerate(owed.need.mentions) if m.table == table), -1)
        if at in owed.chosen:
            row = self.memory.known[table].get(owed.chosen[at])
            found = [row] if row is not None else []
        else:
            found = self.memory.candidates(owed.need.mentions[at], owed.number) if at >= 0 else []
        return {f"{table}.{k}": v for k, v in found[0].values.items()} if len(found) == 1 else {}

    def _own_row(self, owed: Owed) -> Known | None:
        """The row that a change is about, as results have shown it."""
        key = self._row_of(owed)
        return self.memory.known.get(owed.need.meaning.table, {}).get(key) if key is not None else None

    def _keep(self, owed: Owed) -> None:
        """Remember a row as it was before it is changed."""
        owed.before = self.stood(owed)
        if (row := self._own_row(owed)) is not None:
            owed.was = Known(row.table, row.key, dict(row.values), dict(row.sources))


def _given(act: Act, owed: Owed) -> dict[str, Json] | None:
    """The values that an act gives of a request: those that it informs of, or of the same request made again; None otherwise."""
    if act.kind == "inform":
        return act.values
    need = act.need if act.kind == "repeat" and owed.waiting == "value" else None
    return need.values or None if need is not None and need.meaning == owed.need.meaning else None
