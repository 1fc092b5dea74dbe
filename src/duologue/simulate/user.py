"""The scripted user: reveals the goals bit by bit, reacts to what was really said, and ends when everything is done.

The parts of the scenario are asked for in order, one or two at a time (mode `user`), or one whole task at a time (mode `task`). At each
move the user answers what was asked, takes a turn of their own (an aside), or goes on with the goals, in some shape; what they do
beside going on is a behaviour, taken up as the profile and their character have it (`behaviours/`). Like the agenda of the assistant,
everything is derived from the turns, so a conversation can be taken up anywhere.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.language.grammar import sentence
from duologue.language.vocabulary import phrases_of
from duologue.language.written import as_written
from duologue.plans.guides import TROUBLE
from duologue.plans.index import ToolIndex
from duologue.protocols import Utterance, View
from duologue.simulate.agenda import WRITES
from duologue.simulate.asking import Wording
from duologue.simulate.behaviours import ANSWERS, ASIDES, PARTING, REMARKS, SHAPES
from duologue.simulate.behaviours.scene import Aside, Request, Scene, say
from duologue.simulate.behaviours.trying import TryAgain
from duologue.simulate.character import character
from duologue.simulate.dice import Dice
from duologue.simulate.hearing import Hearing, situation
from duologue.simulate.hearing_reply import Listener
from duologue.simulate.mirror import Mirror
from duologue.simulate.own_side import OwnSide, is_trouble
from duologue.simulate.past import Part, Past
from duologue.simulate.play import MOST_TURNS
from duologue.simulate.pointing import within_reach
from duologue.simulate.profile import DEFAULT, Profile
from duologue.simulate.reacting import reaction
from duologue.simulate.said import UnsaidError, unsaid
from duologue.simulate.small_names import of_facts
from duologue.simulate.turning import declines, in_order, turn_to
from duologue.simulate.typing import Typing
from duologue.types import Act, Fork, Message, Need, Scenario

MARGIN = 24
"""Turns before the end of the road at which a user whose partner is a model brings the conversation to an end."""
_REASON = 0.7
"""How often a reason that the goal gives is told."""
_REACTED = ("plain", "next", "topic")
"""Frames that a word on the last answer may go before."""


class ScriptedUser:
    """Plays the user of one scenario."""

    def __init__(
        self,
        catalog: Catalog,
        index: ToolIndex,
        scenario: Scenario,
        profile: Profile = DEFAULT,
        asks_first: bool = True,
        fork: Fork | None = None,
    ) -> None:
        """`asks_first`: the assistant asks for a yes before it changes anything, so that one can think better of it. `fork`: in a
        branch, where it begins."""
        self.dice = Dice(scenario.seed, "user", fork)
        self.asks_first = asks_first
        self.mirror = Mirror(catalog, index)
        self.scenario, self.catalog, self.index, self.profile = scenario, catalog, index, profile
        self.character = character(scenario.seed, profile)
        phrases = phrases_of(catalog, scenario.seed // 3 % 3)
        self.words = Wording(phrases, index, self.character.register, scenario.tasks[0].speaker)
        self.typing = Typing(phrases, self.character.habits)
        self.own = OwnSide(index.toolset.own if scenario.tasks[0].user_tools else ())
        self.listener = Listener(self.words, Hearing(catalog, phrases), self.dice)
        self.small = of_facts(f for t in scenario.tasks for f in t.known)
        self.most = MOST_TURNS
        """How long the conversation may become (`play.most_turns`)."""
        self.parts = tuple(
            Part(n, s, s.goal.partition(", because ")[2])
            for n, s in in_order(scenario, switches=profile.rate("switch") > 0)
        )

    async def reply(self, view: View) -> Utterance:
        """The next message, and whether the goals are reached."""
        return await self.draw(view, 0)

    async def draw(self, view: View, again: int) -> Utterance:
        """The next message; in other words, or with another behaviour, where `again` says that it is drawn another time. At the
        second redraw the user only goes on with the goals. Raises `UnsaidError` where the words drawn don't say what they mean."""
        scene = self._scene(view, again)
        if (own := self.own.reply(scene)) is not None:
            return own
        said = self._by_words(scene) if scene.past.is_free else self._by_acts(scene)
        said = _remarked(said, scene)
        said = replace(said, message=replace(said.message, content=as_written(said.message.content, self.small)))
        missing = self._unsaid(said)
        if missing:
            raise UnsaidError(missing)
        typed = self.typing.typed(said, self.dice.thrown("typing", len(view.turns)))
        return said if self._unsaid(typed) else typed

    def _unsaid(self, said: Utterance) -> str:
        return unsaid(said.message.content, said.acts, self.words.phrases, self.words.speaker)

    def _scene(self, view: View, again: int) -> Scene:
        past = Past(view.turns)
        past.again = again
        self.words.earlier = "\n".join(t.message.content for t in view.turns if t.message.role == "user").lower()
        return Scene(
            view=view,
            past=past,
            parts=self.parts,
            scenario=self.scenario,
            catalog=self.catalog,
            index=self.index,
            words=self.words,
            character=self.character,
            profile=self.profile,
            dice=self.dice.thrown("user", len(view.turns), again),
            mirror=self.mirror,
            asks_first=self.asks_first,
        )

    def _by_acts(self, scene: Scene) -> Utterance:
        """To a scripted partner, whose acts say what it did."""
        for act in scene.past.heard:
            answer = self._answer(act, scene)
            if answer is not None:
                return answer
        if self.scenario.mode == "task":
            return TryAgain().take(scene) or self._whole(scene)
        return _taken(ASIDES, scene) or self._next(scene)

    def _by_words(self, scene: Scene) -> Utterance:
        """To a partner known by its words alone."""
        past, turns = scene.past, scene.view.turns
        subtasks = [p.subtask for p in self.parts]
        at = situation(turns, subtasks, self.scenario.tasks[scene.view.task].known)
        following = subtasks[past.asked].need if past.asked < len(subtasks) else None
        late = len(turns) > self.most - MARGIN
        taken = self.listener.take(at, len(turns), following, late, past.again)
        if taken.answer is not None:
            return taken.answer
        past.heard, past.lead = taken.heard, taken.lead
        if past.asked >= len(self.parts) and (taken.dropped or at.drops):
            return self.listener.give_up(scene.dice, stuck=taken.dropped)
        if self.scenario.mode == "task":
            return taken.onto(self._whole(scene))
        going_on = None if taken.dropped else _taken([a for a in ASIDES if a.by_words], scene)
        return taken.onto(going_on or self._next(scene))

    # ── answering ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _answer(self, act: Act, scene: Scene) -> Utterance | None:
        for behaviour in ANSWERS if not is_trouble(scene) else ():
            answer = behaviour.answer(scene, act)
            if answer is not None:
                return answer
        if act.kind == "choices":
            return self._select(act, scene)
        if act.kind == "ask":
            return self._inform(str(act.values["slot"]), scene)
        if act.kind == "confirm?":
            price = str(act.values.get("price", ""))
            proposed = sum(a.kind == "confirm?" for a in scene.past.heard)
            need = act.need if proposed == 1 else None
            return say(self.words.confirm(need, scene.dice, price, proposed), Act("confirm"))
        return None

    def _select(self, act: Act, scene: Scene) -> Utterance:
        """Tell the row meant from its namesakes by something the assistant offered and the user knows."""
        for fact in self.scenario.tasks[scene.view.task].known:
            name = next((c for c in act.values["columns"] if fact.slot.endswith(f".{c}")), "")
            value = self.words.value(fact.slot, fact.value)
            if name and value in scene.heard:
                text = self.words.say("select", scene.dice, label=fact.label or name, value=value)
                return say(text, Act("select", values={name: fact.value}))
        return say(self.words.say("unknown", scene.dice), Act("refuse"))

    def _inform(self, slot: str, scene: Scene) -> Utterance:
        """Give the value asked for, and what else was kept back."""
        need = scene.part.subtask.need if scene.part is not None else None
        value = need.values.get(slot) if need is not None else None
        if need is None or value is None:
            return say(self.words.say("unknown", scene.dice), Act("refuse"))
        key = slot.rpartition(":")[0]
        use = slot.rpartition(":")[2]
        path = "prove" if use == "proof" else "inform"
        rest = {k: v for k, v in need.values.items() if k.rpartition(":")[2] in ("value", use) and k != slot}
        label = self.words.phrases.noun(key, need.meaning.table)
        text = self.words.say(path, scene.dice, value=self.words.value(key, value), label=label)
        for k, v in rest.items():
            name = k.rpartition(":")[0]
            label = self.words.phrases.noun(name, need.meaning.table)
            text += " " + self.words.say(f"{path}_more", scene.dice, value=self.words.value(name, v), label=label)
        return say(text, Act("inform", values={slot: value, **rest}))

    # ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _next(self, scene: Scene) -> Utterance:
        """The next part, in some shape; the last words where there is none."""
        past, part = scene.past, scene.following
        if part is None:
            return self._end(scene)
        if part.subtask.need is None:
            raise ValueError("a scripted user needs subtasks with needs")
        if part.subtask.need.meaning.family == "mend":
            return self._troubled(part, part.subtask.need, scene)
        turning = turn_to(scene, part)
        if part.subtask.need.amends:
            turning.frame = "amend"
        need, again = within_reach(scene, part.subtask.need)
        if turning.same is not None:
            need = replace(need, mentions=(turning.same,))
        request = Request(part, need, turning.frame, [], turning.behaviours, slots=turning.slots)
        if again:
            request.frame, request.slots["list"] = "again", again
        for shape in SHAPES:
            if shape.by_words or (past.heard and not past.is_free):
                shape.shape(scene, request)
        return self._requested(request, scene)

    def _troubled(self, part: Part, need: Need, scene: Scene) -> Utterance:
        """A trouble on the user's own side, brought up. What it takes to show who they are is kept back until it is asked for."""
        words, dice = self.words, scene.dice
        own = words.is_speaker(need.mentions[0])
        which = "" if own else words.say("trouble.which", dice, row=words.rows(need, ())[0])
        known = self.scenario.tasks[part.task].known
        slots = {
            "hello": words.lines.line("hello", dice),
            "complaint": next((str(f.value) for f in known if f.slot == TROUBLE), ""),
            "which": which,
            "intro": words.introduction(dice),
        }
        path = "trouble.own" if own else "trouble.first" if words.speaker is not None else "trouble.staff"
        text = " ".join(words.say(path, dice, **slots).split())
        acts = (*self._introduced(scene.past), Act("request", replace(need, values={})))
        return Utterance(Message("user", content=text), acts=acts, behaviours=(TROUBLE,), task=part.task)

    def _requested(self, request: Request, scene: Scene) -> Utterance:
        past, dice = scene.past, scene.dice
        text = self.words.request(request.need, request.frame, past.names, dice, request.slots)
        if request.part.reason and dice.random() < _REASON * scene.character.lean("reason"):
            text += " " + self.words.say("because", dice, reason=request.part.reason)
        for need in request.more:
            text += " " + self.words.request(need, "also", past.names, dice)
        if not past.lead and declines(scene, request.part):
            text = f"{self.words.say('react.declined', dice)} {text}"
        elif (
            past.asked and not past.lead and request.frame in _REACTED and (word := reaction(scene, text, request.need))
        ):
            text = f"{word} {text}"
            request.behaviours.append("reaction")
        acts = (*self._introduced(past), *(Act("request", n) for n in (request.need, *request.more)))
        behaviours = tuple(dict.fromkeys(request.behaviours))
        return Utterance(Message("user", content=text), acts=acts, behaviours=behaviours, task=request.part.task)

    def _end(self, scene: Scene) -> Utterance:
        parting = _taken(PARTING, scene)
        if parting is not None:
            return parting
        return replace(say(self.words.say("done", scene.dice), Act("done")), done=True)

    def _whole(self, scene: Scene) -> Utterance:
        """Mode `task`: the whole of the next task at once."""
        past, dice = scene.past, scene.dice
        if scene.following is None:
            return self._end(scene)
        task = scene.following.task
        needs = [p.subtask.need for p in self.parts if p.task == task and p.subtask.need is not None]
        clauses = [self.words.clause(n, past.names, dice) for n in needs]
        text = self.words.say(
            "task_mode.next" if past.asked else "task_mode.open", dice, list=self.words.several(clauses)
        )
        if not past.asked and self.words.speaker is not None:
            text = f"{sentence(self.words.introduction(dice))} {text}"
        if any(n.meaning.family in WRITES for n in needs):
            text += " " + self.words.say("task_mode.go_ahead", dice)
        acts = (*self._introduced(past), *(Act("request", n) for n in needs))
        return Utterance(Message("user", content=text), acts=acts, task=task)

    def _introduced(self, past: Past) -> tuple[Act, ...]:
        """Who speaks, said with the first request by somebody who speaks for themselves."""
        own = self.words.speaker
        if past.asked or own is None:
            return ()
        return (Act("introduce", values={f"{own.table}.{column}": value for column, value in own.by.items()}),)


def _remarked(said: Utterance, scene: Scene) -> Utterance:
    """With a remark at its end, where one is made."""
    if scene.scenario.mode == "task" or said.done:
        return said
    for behaviour in REMARKS:
        made = behaviour.remark(scene, said) if behaviour.by_words or not scene.past.is_free else None
        if made is not None:
            text = f"{sentence(said.message.content)} {made[0]}"
            message, names = replace(said.message, content=text), (*said.behaviours, behaviour.name)
            return replace(said, message=message, acts=(*said.acts, made[1]), behaviours=names)
    return said


def _taken(asides: Sequence[Aside], scene: Scene) -> Utterance | None:
    """The first aside that takes the turn."""
    for aside in asides:
        said = aside.take(scene)
        if said is not None:
            return said
    return None
