"""The scripted user: reveals the goals bit by bit, reacts to what was really said, and ends when everything is done.

The tasks of the scenario are worked off in order, one or two parts at a time (mode `user`), or one whole task at a time (mode
`task`). Between them: answers to the assistant's questions, a follow-up on what was just shown, a doubt, a recap. Like the agenda
of the assistant, everything is derived from the turns, so a conversation can be taken up anywhere.
"""

import random

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.ids import rng
from duologue.language.phrases import Phrases
from duologue.plans.index import ToolIndex
from duologue.protocols import Utterance, View
from duologue.simulate.agenda import WRITES
from duologue.simulate.asking import Wording
from duologue.simulate.hearing import Hearing, situation
from duologue.simulate.hearing_reply import Listener
from duologue.simulate.play import MOST_TURNS
from duologue.simulate.said import UnsaidError, unsaid
from duologue.types import Act, Disclosure, Json, Meaning, Mention, Message, Need, Pick, Scenario, Subtask, Turn

FOLLOW_UP, DOUBT, RECAP, PARTIAL, TWO, ORDINAL, REACT = 0.6, 0.12, 0.2, 0.5, 0.04, 0.35, 0.45
"""How often each behaviour is taken up where there is occasion for it."""
MARGIN = 24
"""Turns before the end of the road at which a user whose partner is a model brings the conversation to an end."""


class Part(Struct, frozen=True):
    """A subtask in its place."""

    task: int
    subtask: Subtask
    reason: str


class ScriptedUser:
    """Plays the user of one scenario. `askable` are the tables whose single rows this desk can show."""

    def __init__(self, catalog: Catalog, index: ToolIndex, scenario: Scenario) -> None:
        self.scenario, self.catalog = scenario, catalog
        self.words = Wording(Phrases(catalog, scenario.seed // 3 % 3), index)
        self.getters = {t.name: g.meaning for t in catalog.tables if t.key and (g := index.getter(t.name)) is not None}
        self.listener = Listener(self.words, Hearing(catalog, self.words.phrases), scenario.seed)
        self.parts = [
            Part(n, s, s.goal.partition(", because ")[2]) for n, t in enumerate(scenario.tasks) for s in t.subtasks
        ]

    async def reply(self, view: View) -> Utterance:
        """The next message, and whether the goals are reached."""
        return await self.draw(view, 0)

    async def draw(self, view: View, again: int) -> Utterance:
        """The next message; in other words, or with another behaviour, where `again` says that it is drawn another time. At the
        second redraw the user only goes on with the goals: no follow-up, no doubt, no second request. Raises `UnsaidError` where
        the words drawn don't say what they mean."""
        said = self._drawn(view, again)
        missing = unsaid(said.message.content, said.acts, self.words.phrases)
        if missing:
            raise UnsaidError(missing)
        return said

    def _drawn(self, view: View, again: int) -> Utterance:
        dice = rng(self.scenario.seed, "user", len(view.turns), *[again] * bool(again))
        past = Past(view.turns)
        past.again = again
        if past.is_free:
            return self._by_words(past, view, dice)
        for act in past.heard:
            answer = self._answer(act, past, view, dice)
            if answer is not None:
                return answer
        if self.scenario.mode == "task":
            return self._whole(past, dice)
        return self._react(past, view, dice) or self._next(past, dice)

    def _by_words(self, past: "Past", view: View, dice: random.Random) -> Utterance:
        """To a partner known by its words alone."""
        subtasks = [p.subtask for p in self.parts]
        at = situation(view.turns, subtasks, self.scenario.tasks[view.task].known)
        following = subtasks[past.asked].need if past.asked < len(subtasks) else None
        late = len(view.turns) > MOST_TURNS - MARGIN
        taken = self.listener.take(at, len(view.turns), following, late, past.again)
        if taken.answer is not None:
            return taken.answer
        past.heard, past.lead = taken.heard, taken.lead
        if past.asked >= len(self.parts) and (taken.dropped or at.drops):
            return self.listener.give_up(dice, stuck=taken.dropped)
        if self.scenario.mode == "task":
            return taken.onto(self._whole(past, dice))
        going_on = None if taken.dropped else self._react(past, view, dice)
        return taken.onto(going_on or self._next(past, dice))

    # ── answering ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _answer(self, act: Act, past: "Past", view: View, dice: random.Random) -> Utterance | None:
        if act.kind == "choices":
            return self._select(act, view, dice)
        if act.kind == "ask":
            return self._inform(str(act.values["slot"]), past, dice)
        if act.kind == "confirm?":
            return _say(self.words.say("confirm", dice), Act("confirm"))
        return None

    def _select(self, act: Act, view: View, dice: random.Random) -> Utterance:
        """Tell the row meant from its namesakes by something the assistant offered and the user knows."""
        offered = view.turns[-1].message.content
        for fact in self.scenario.tasks[view.task].known:
            name = next((c for c in act.values["columns"] if fact.slot.endswith(f".{c}")), "")
            value = self.words.value(fact.slot, fact.value)
            if name and value in offered:
                text = self.words.say("select", dice, label=fact.label or name, value=value)
                return _say(text, Act("select", values={name: fact.value}))
        return _say(self.words.say("unknown", dice), Act("refuse"))

    def _inform(self, slot: str, past: "Past", dice: random.Random) -> Utterance:
        need = self.parts[past.asked - 1].subtask.need
        value = need.values.get(slot) if need is not None else None
        if value is None:
            return _say(self.words.say("unknown", dice), Act("refuse"))
        key = slot.rpartition(":")[0]
        given = {k: v for k, v in need.values.items() if k.endswith(":value")} if need is not None else {}
        rest = {k: v for k, v in given.items() if k != slot}
        label = self.words.phrases.label(key, need.meaning.table if need else "")
        text = self.words.say("inform", dice, value=self.words.value(key, value), label=label)
        for k, v in rest.items():
            name = k.rpartition(":")[0]
            text += f" And {self.words.phrases.label(name, key.partition('.')[0])}: {self.words.value(name, v)}."
        return _say(text, Act("inform", values={slot: value, **rest}))

    # ── reacting ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _react(self, past: "Past", view: View, dice: random.Random) -> Utterance | None:
        """A follow-up or a doubt about what was just reported; None to go on."""
        report = next((a for a in past.heard if a.kind in ("report", "report many") and a.need is not None), None)
        if report is None or report.need is None or not past.asked or past.last == "follow up" or past.is_plain:
            return None
        part = self.parts[past.asked - 1]
        if past.count("doubt") == 0 and past.called and dice.random() < DOUBT:
            figure = next((d for d in part.subtask.tell if self._is_figure(d)), None)
            value = self.words.value(figure.slot, figure.value) if figure is not None else ""
            if figure is not None and value in view.turns[-1].message.content:
                text = self.words.say("doubt", dice, value=value)
                return _say(text, Act("doubt", values={figure.slot: figure.value} if value in text else {}))
        if report.values.get("single") and past.count("follow up") < 4 and dice.random() < FOLLOW_UP:
            return self._follow_up(report.need, past, dice)
        return None

    def _is_figure(self, told: Disclosure) -> bool:
        """A figure somebody could doubt: an amount or a count, not a number that names something."""
        slot, _, column = self.words.phrases.slot(told.slot)
        return isinstance(told.value, int | float) and (
            bool(slot.use) or (column is not None and column.role == "measure")
        )

    def _follow_up(self, need: Need, past: "Past", dice: random.Random) -> Utterance | None:
        meaning: Meaning | None = self.getters.get(need.meaning.table)
        if meaning is None or need.meaning.family in ("total", "count", "ratio") or need.meaning.group:
            return None
        table = self.catalog.table(need.meaning.table)
        told = set(need.wanted).union(*(p.subtask.need.wanted for p in self.parts[past.asked :] if p.subtask.need))
        columns = [
            c
            for c in table.columns
            if c.role in ("measure", "date", "status", "category", "contact", "flag")
            and f"{table.name}.{c.name}" not in told
            and c.nulls == 0
        ]
        if not columns:
            return None
        column = dice.choice(columns)
        asked = Need(meaning, (Mention(table.name),), wanted=(f"{table.name}.{column.name}",))
        text = self.words.say("follow_up", dice, columns=self.words.phrases.columns(asked))
        return _say(text, Act("follow up", asked))

    # ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _next(self, past: "Past", dice: random.Random) -> Utterance:
        if past.asked >= len(self.parts):
            return self._end(past, dice)
        part = self.parts[past.asked]
        new_task = past.asked == 0 or self.parts[past.asked - 1].task != part.task
        frame = "first" if past.asked == 0 else "topic" if new_task else "next"
        need = self._spoken(part, past, dice)
        text = self.words.request(need, frame, past.names, dice)
        if part.reason and dice.random() < 0.7:
            text += " " + self.words.say("because", dice, reason=part.reason)
        acts = [Act("request", need)]
        second = self._second(past, part, dice)
        if second is not None:
            text += " " + self.words.request(second, "also", past.names, dice)
            acts.append(Act("request", second))
        if past.asked and not past.lead and dice.random() < REACT:
            text = f"{self._reaction(past, dice)} {text}"
        return Utterance(Message("user", content=text), acts=tuple(acts), task=part.task)

    def _spoken(self, part: Part, past: "Past", dice: random.Random) -> Need:
        """The need as it is said here: a row by its place in the list just read out; a value kept for later."""
        need = part.subtask.need
        if need is None:
            raise ValueError("a scripted user needs subtasks with needs")
        mentions = tuple(self._pointed(m, past, dice) for m in need.mentions)
        values = need.values
        if need.meaning.family == "set" and any(k.endswith(":value") for k in values) and dice.random() < PARTIAL:
            values = {k: v for k, v in values.items() if not k.endswith(":value")}
        return replace(need, mentions=mentions, values=values)

    def _pointed(self, mention: Mention, past: "Past", dice: random.Random) -> Mention:
        names: list[Json] = next((a.values["names"] for a in past.heard if "names" in a.values), [])
        listed = next((a.need.meaning.table for a in past.heard if "names" in a.values and a.need), "")
        name = mention.by.get("@name")
        if mention.table == listed and len(names) > 1 and names.count(name) == 1 and dice.random() < ORDINAL:
            return Mention(mention.table, pick=Pick("ordinal", value=names.index(name) + 1))
        return mention

    def _second(self, past: "Past", part: Part, dice: random.Random) -> Need | None:
        """The next part too, where it stands on its own."""
        if past.asked + 1 >= len(self.parts) or dice.random() >= TWO or past.is_plain:
            return None
        other = self.parts[past.asked + 1]
        need, first = other.subtask.need, part.subtask.need
        if need is None or first is None or other.task != part.task or need.meaning.family in WRITES | {"act"}:
            return None
        free = all(m.pick is None and m.by for m in need.mentions)
        return need if free and first.meaning.family not in WRITES else None

    def _reaction(self, past: "Past", dice: random.Random) -> str:
        kinds = {a.kind for a in past.heard}
        if kinds & {"error", "cannot", "not found"}:
            return self.words.say("react.problem", dice)
        if "report change" in kinds:
            return self.words.say("react.change", dice)
        if "report empty" in kinds:
            return self.words.say("react.empty", dice)
        long = any(int(a.values.get("total", 0)) > 8 for a in past.heard)
        return self.words.say("react.long" if long and dice.random() < 0.5 else "react.report", dice)

    def _end(self, past: "Past", dice: random.Random) -> Utterance:
        if past.count("recap") == 0 and len(self.parts) > 3 and self.scenario.mode == "user" and dice.random() < RECAP:
            return _say(self.words.say("recap", dice), Act("recap"))
        return Utterance(Message("user", content=self.words.say("done", dice)), acts=(Act("done"),), done=True)

    def _whole(self, past: "Past", dice: random.Random) -> Utterance:
        """Mode `task`: the whole of the next task at once."""
        if past.asked >= len(self.parts):
            return self._end(past, dice)
        task = self.parts[past.asked].task
        needs = [p.subtask.need for p in self.parts if p.task == task and p.subtask.need is not None]
        clauses = [self.words.clause(n, past.names, dice) for n in needs]
        text = self.words.say(
            "task_mode.next" if past.asked else "task_mode.open", dice, list=self.words.several(clauses)
        )
        if any(n.meaning.family in WRITES for n in needs):
            text += " " + self.words.say("task_mode.go_ahead", dice)
        return Utterance(Message("user", content=text), acts=tuple(Act("request", n) for n in needs), task=task)


class Past:
    """What the turns so far say to the user."""

    def __init__(self, turns: tuple[Turn, ...]) -> None:
        mine = [t for t in turns if t.message.role == "user"]
        self.acts = [a for t in mine for a in t.acts]
        self.asked = sum(1 for a in self.acts if a.kind == "request")
        """Parts asked for so far."""
        self.last = mine[-1].acts[0].kind if mine and mine[-1].acts else ""
        latest = turns[-1] if turns else None
        self.heard: tuple[Act, ...] = latest.acts if latest is not None and latest.message.role == "assistant" else ()
        """What the assistant just said."""
        self.again = 0
        """Which redraw of this turn it is; 0 for the first draw."""
        self.lead = ""
        """Words to begin the next turn with."""
        said = latest is not None and latest.message.role == "assistant"
        self.is_free = said and latest is not None and (latest.maker != "scripted" or not latest.acts)
        """It said so in free text: no acts tell what it did."""
        self.called = len(turns) > 1 and turns[-2].message.role == "tool"
        """The assistant looked something up for it."""
        self.names = [str(m.by["@name"]) for a in self.acts if a.need for m in a.need.mentions if "@name" in m.by]

    @property
    def is_plain(self) -> bool:
        """Nothing that could be left out is said."""
        return self.again > 1

    def count(self, kind: str) -> int:
        """How often the user did this."""
        return sum(1 for a in self.acts if a.kind == kind)


def _say(text: str, act: Act) -> Utterance:
    return Utterance(Message("user", content=text), acts=(act,))
