"""A user played by a model (stage F): it knows what it wants and hears what the assistant says, and nothing else.

The conversation is told to the model with the roles turned round: what the assistant said comes as user messages, what it said
itself as its own answers, in the JSON form it must keep to. Calls and results are not told at all. Only the goal under way is in the
model's page. When the model declares it reached and another task follows, its goodbye is not spoken: a note gives the next goal, and
the model brings that up. A turn whose task is higher than the one before marks where that happened, so everything said to the model
follows from the turns, grows only at its end, and a conversation can be taken up anywhere.

Every message goes through the gate of the user before it is spoken, and through what the gate can't know of a model: length,
form, the page's own words, the assistant's words. An objection comes as a note, as every direction does, and says what is wrong without
saying what the model must not know: an end that is too early names the part that is open where its words hold nothing hidden. After
two redraws the dialogue is given up as the user's fault.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog.model import Column
from duologue.checks import findings
from duologue.checks.gate import UserGate
from duologue.errors import StageError
from duologue.ids import to_json
from duologue.language.days import in_full
from duologue.language.reading import fold
from duologue.language.subjects import subject
from duologue.language.values import say
from duologue.models.voice import SHOWN, Asked, Voice
from duologue.protocols import Utterance, View
from duologue.simulate.gated import Drafts, reason_of
from duologue.simulate.model_own import SpokenOrDone, misused, on_page, own_call, shown_back
from duologue.simulate.open_parts import open_part
from duologue.simulate.personas import persona
from duologue.simulate.quirks import quirk, quirks
from duologue.simulate.slips import Sentences, plumbing, quoted, sentences, tidy
from duologue.types import Environment, Fact, Message, Scenario, Tool, Turn

__all__ = ["ModelUser", "Spoken"]

LONGEST: Final = 700
"""Characters of one message of a user who asks bit by bit."""
LONGEST_WHOLE: Final = 4_000
"""Characters of one message of a user who asks for everything at once."""
_SHORT: Final = 40
"""A message of so many characters may be said again ("yes please")."""
_LISTED = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+\S", re.MULTILINE)
_FORM = re.compile(r"_(?:(?<=user_)message|(?<=is_)task_complete)", re.IGNORECASE)
_QUOTED = re.compile(r"(['\"])(.+?)\1(?:$|,)")
_PART: Final = 300
"""Characters of a part of the goal that an objection can name."""
_START = "<note>The chat is open. You write first.</note>"
_CLOSING = "Thanks."
"""Stands for a goodbye that is not spoken, where only its being too early matters."""


class Spoken(Struct, frozen=True, forbid_unknown_fields=True):
    """What the model returns."""

    user_message: str
    is_task_complete: bool


class Fault(Struct, frozen=True):
    """Why a message can't be spoken: a code for the record, words its author can act on, what the gate found (for the record only)."""

    reason: str
    words: str
    found: str = ""


_MISSING: Final = (
    "You end, but something you want has not been done or answered yet. Go through what you want part by "
    "part, beside what the assistant has said, and ask for what is missing."
)
_TOLD: Final = "The assistant has just told you that. React to it, or go on with what is still open."
_ENDLESS: Final = (
    "The chat goes on without anything being looked up or done. If something you want is open, ask for just that, plainly. "
    "Otherwise say goodbye and set is_task_complete."
)
_GATE: Final[dict[findings.Form, str]] = {
    findings.SILENT: "The message is empty. Write what you say next.",
    findings.AS_ASSISTANT: "That is the assistant's line. You are the one who asks.",
    findings.TECHNICAL: "That is a technical name, which you don't know. Use everyday words.",
    findings.LEAKS: "You say something that you can't know yet: it is neither in what you want or know nor said by the assistant. Leave it "
    "out, or ask.",
    findings.INVENTS: "You give a number, date or code that comes from nowhere: it is neither in what you want or know nor said by the assistant. "
    "Leave it out.",
    findings.CROWD: "You ask for too much at once. Ask for the first part only.",
    findings.AGAIN: _TOLD,
    findings.AGAIN_IN_THE_SAME_WORDS: _TOLD,
    findings.AGAINST: "That is not what you want. Read what you want once more: the value, the very thing it is about, and what is to "
    "happen to it.",
    findings.LETS_STAND: "What you ordered in your last message is not what you want. Say so now, and put it right.",
    findings.OPEN: _MISSING,
    findings.UNASKED: _MISSING,
    findings.TOO_LONG: _ENDLESS,
    findings.IDLE: _ENDLESS,
}
"""Each objection of the gate → how it is put to the model."""


class ModelUser:
    """Plays the user of one scenario. `columns` by `table.column`; `scope` names the item, so that its calls go together."""

    def __init__(
        self,
        voice: Voice,
        scenario: Scenario,
        environment: Environment,
        columns: Mapping[str, Column],
        scope: str,
        first: int = 0,
    ) -> None:
        """`first`: the task it comes with, where those before it are done."""
        self.first = first
        self.voice = Voice(voice.role, voice.model, voice.prompts, _noted)
        self.scenario, self.environment = scenario, environment
        self.columns, self.scope = columns, scope
        self.own: dict[str, Tool] = {t.name: t for t in environment.toolset.own}
        self.whole = scenario.mode == "task"
        name = quirk(scenario, environment)
        self.quirk = quirks()[name].line if name else ""
        self.persona = persona(scenario.seed)
        self._filled = self._values(0, "all")
        """What its page is filled in with."""
        self.prompt = voice.prompt(**self._filled)
        self._gate = UserGate(environment.toolset, columns)
        """The same for all turns: it keeps what it has heard."""
        self._told = _Told()
        self._next: dict[int, str] = {}
        self._goal: dict[int, Sentences] = {}

    async def reply(self, view: View) -> Utterance:
        """The next message, and whether everything is done.

        Raises `StageError` (stage: the role) where nothing a user would say came after the redraws.
        """
        task = min(max(view.task, self.first), len(self.scenario.tasks) - 1)
        asked = await self._ask(view, task)
        if isinstance(asked.value, SpokenOrDone) and asked.value.tool:
            return self._done(asked, view, task)
        if asked.value.is_task_complete and task + 1 < len(self.scenario.tasks):
            task += 1
            asked = await self._ask(view, task)
        said, answer = asked.value, asked.answer
        return Utterance(
            Message("user", content=tidy(said.user_message)),
            done=said.is_task_complete,
            task=task,
            maker=answer.model or self.voice.role,
            call=answer.key,
        )

    def _done(self, asked: "Asked[SpokenOrDone]", view: View, task: int) -> Utterance:
        """A tool of the user's is used, and nothing is said yet."""
        said, aim = asked.value, self.scenario.tasks[task]
        call = own_call(said, self.own[said.tool], aim, len(view.turns))
        maker = asked.answer.model or self.voice.role
        return Utterance(Message("user_call", tool_calls=(call,)), task=task, maker=maker, call=asked.answer.key)

    async def _ask(self, view: View, task: int) -> "Asked[Spoken] | Asked[SpokenOrDone]":
        judge = _Judge(self, view.turns, task, Drafts(self._gate))
        try:
            told = self.told(view.turns, task)
            if self.scenario.tasks[task].user_tools:
                return await self.voice.ask_for(SpokenOrDone, self.prompt, told, self.scope, judge)
            return await self.voice.ask_for(Spoken, self.prompt, told, self.scope, judge)
        except StageError as error:
            fault = judge.fault
            if fault is None or error.evidence != fault.words[:SHOWN]:
                raise
            raise judge.drafts.given_up(error.stage, fault.reason) from error

    # ── What the model is told ───────────────────────────────────────────────────────────────────────────────────────

    def told(self, turns: Sequence[Turn], task: int) -> list[Message]:
        """The conversation as the model hears it, up to where it is to speak on `task`."""
        told = self._told
        if told.turns != list(turns[: len(told.turns)]):
            told = self._told = _Told()  # another branch of the conversation
        for turn in turns[len(told.turns) :]:
            self._tell(told, turn)
        heard = [*told.heard, *self._notes(told.task, task)]
        return [*told.messages, Message("user", content="\n\n".join(heard) or _START)]

    def _tell(self, told: "_Told", turn: Turn) -> None:
        """One turn more."""
        text = turn.message.content
        told.turns.append(turn)
        if turn.message.role == "assistant" and text:
            told.heard.append(_without_notes(text))
        elif turn.message.is_own:
            self._tell_own(told, turn)
        elif turn.message.role == "user":
            told.heard += self._notes(told.task, turn.task)
            told.task = max(told.task, turn.task)
            heard = "\n\n".join(told.heard) or _START
            told.messages += [Message("user", content=heard), Message("assistant", to_json(Spoken(text, turn.done)))]
            told.heard = []

    def _tell_own(self, told: "_Told", turn: Turn) -> None:
        """What the user did by itself, as its own answer, and what came of it, as a note."""
        shown = shown_back(turn, self.own)
        if turn.message.role == "user_result":
            told.heard.append(_noted(_without_notes(shown)))
            return
        heard = "\n\n".join(told.heard) or _START
        told.messages += [Message("user", content=heard), Message("assistant", shown)]
        told.heard = []

    def _notes(self, current: int, coming: int) -> list[str]:
        """The goals given on the way from one task to another."""
        return [self._note(n) for n in range(current + 1, min(coming + 1, len(self.scenario.tasks)))]

    def _note(self, task: int) -> str:
        if task not in self._next:
            self._next[task] = _noted(self.voice.prompt(**self._values(task, "next")).text)
        return self._next[task]

    def _values(self, task: int, part: str) -> dict[str, object]:
        aim = self.scenario.tasks[task]
        return {
            "part": part,
            "role": aim.user_role,
            "persona": self.persona,
            "quirk": self.quirk,
            "domain": subject(self.environment.name) or self.environment.name,
            "now": in_full(datetime.fromisoformat(self.scenario.clock.start)),
            "goal": aim.goal,
            "known": [self._fact(f, aim.goal) for f in aim.known],
            "whole": self.whole,
            "own_tools": [on_page(self.own[name]) for name in aim.user_tools],
        }

    def _fact(self, fact: Fact, goal: str) -> str:
        """What is known, spelt as the goal spells it where that has the value as it stands."""
        label = fact.label or fact.slot.partition(".")[0].replace("_", " ")
        value, plain = say(fact.value, self.columns.get(fact.slot)), str(fact.value)
        if value not in goal and re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", goal):
            value = plain
        return f"{label}: {value}" if label else value

    # ── What it may say ──────────────────────────────────────────────────────────────────────────────────────────────

    def fault(self, said: Spoken | SpokenOrDone, turns: Sequence[Turn], task: int) -> Fault | None:
        """What is wrong with a message as the next turn; None where nothing is."""
        if isinstance(said, SpokenOrDone) and said.tool:
            wrong = misused(said, self.own, self.scenario.tasks[task], turns)
            return Fault(*wrong) if wrong is not None else None
        unspoken = said.is_task_complete and task + 1 < len(self.scenario.tasks)
        if said.is_task_complete and not any(t.message.role == "user" and t.task == task for t in turns):
            return Fault("ends too early", "You have not said a word of this yet. Write the message that brings it up.")
        text = _CLOSING if unspoken else tidy(said.user_message)
        if not unspoken and (slip := self._form(said, text, task) or self._echo(text, turns)) is not None:
            return slip
        # Later tasks are not known to the user yet: nothing of them counts as known, and they need not be done.
        known = self.scenario.tasks[: task + 1]
        scenario = self.scenario if len(known) == len(self.scenario.tasks) else replace(self.scenario, tasks=known)
        path = (*turns, Turn(Message("user", content=text), task=task, done=said.is_task_complete))
        found = Drafts(self._gate).objections(path, scenario)
        if not found:
            return None
        fault = _of_gate(found, text)
        return self._naming(fault, path, scenario) if fault.reason == findings.GATE_REASONS[findings.OPEN] else fault

    def _naming(self, fault: Fault, path: tuple[Turn, ...], scenario: Scenario) -> Fault:
        """The objection with the part that is open, in the goal's words, where the user could say those words."""
        part = open_part(path, scenario, self.environment.toolset, self.columns)
        if part is None or len(part.goal) > _PART:
            return fault
        saying = replace(path[-1], message=Message("user", content=part.goal), done=False)
        found = self._gate.judge((*path[:-1], saying), len(path) - 1, scenario).evidence
        if any(form.fits(f.what) for f in found for form in (findings.LEAKS, findings.INVENTS, findings.TECHNICAL)):
            return fault
        return replace(fault, words=_OPEN.format(part=part.goal))

    def _form(self, said: Spoken | SpokenOrDone, text: str, task: int) -> Fault | None:
        """Its length, its shape, and words that are not a person's."""
        most = LONGEST_WHOLE if self.whole else LONGEST
        if len(text) > most:
            return Fault("too long", f"The message has {len(text)} characters. Say one thing, in a sentence or two.")
        if not self.whole and "\n" in said.user_message and len(_LISTED.findall(said.user_message)) > 1:
            return Fault("writes a list", "The message is a list. Say one thing, as a person does in a chat.")
        token = plumbing(text) or ("the JSON form" if _FORM.search(text) else "")
        if token:
            return Fault("leaks plumbing", f"The message holds {token}, which no person writes in a chat.")
        if self._quotes(text, task):
            return Fault("leaks its prompt", "You repeat your instructions. Say it in your own words, as the person.")
        if said.is_task_complete and "?" in text:
            words = "You end and ask for something in the same message. Ask, with is_task_complete false; or only say goodbye."
            return Fault("asks while it ends", words)
        return None

    def _quotes(self, text: str, task: int) -> bool:
        """Whether a text repeats a sentence of a goal, or one of the page that is neither of the goal nor of what may be said."""
        goals = self._goals(task)
        if not quoted(text, (*goals, *self._page)):
            return False  # as nearly always
        if (of_goals := quoted(text, goals)) and not self._stand_in_values(of_goals, task):
            return True
        return bool(quoted(text, self._page)) and bool(quoted(text, self._bare))

    @cached_property
    def _page(self) -> Sentences:
        """The sentences of its page."""
        return sentences(self.prompt.text)

    @cached_property
    def _bare(self) -> Sentences:
        """Those of the page without a goal: filled in only for who seems to quote it."""
        return sentences(self.voice.prompt(**{**self._filled, "goal": "", "known": []}).text)

    def _goals(self, task: int) -> Sentences:
        """The longer sentences of the goals given so far."""
        if task not in self._goal:
            self._goal[task] = sentences("\n".join([t.goal for t in self.scenario.tasks[: task + 1]]))
        return self._goal[task]

    def _stand_in_values(self, said: Sequence[str], task: int) -> bool:
        """Whether sentences of the goals given so far all stand in values to be said as they are."""
        values = fold(" | ".join([str(f.value) for t in self.scenario.tasks[: task + 1] for f in t.known]))
        return all(s in values for s in said)

    def _echo(self, text: str, turns: Sequence[Turn]) -> Fault | None:
        """What the assistant has just said, or what the user itself said before, word for word."""
        if len(text) <= _SHORT:
            return None
        heard = next(
            (t.message.content for t in reversed(turns) if t.message.role == "assistant" and t.message.content), ""
        )
        if text in heard:
            return Fault("speaks as the assistant", "You repeat the assistant's words. You are the one who asks.")
        if any(t.message.role == "user" and t.message.content == text for t in turns):
            return Fault("repeats itself", "You said exactly this before. React to what the assistant said since.")
        return None


class _Told:
    """The turns of a conversation that have been told to the model: the messages so far, and what stands open for the next."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.messages: list[Message] = []
        self.heard = [_START]
        self.task = 0


class _Judge:
    """The objections to one message as it is drawn and drawn again; the last one is kept."""

    def __init__(self, user: ModelUser, turns: Sequence[Turn], task: int, drafts: Drafts) -> None:
        self.user, self.turns, self.task, self.drafts = user, turns, task, drafts
        self.fault: Fault | None = None

    async def __call__(self, said: Spoken | SpokenOrDone) -> str:
        self.fault = self.user.fault(said, self.turns, self.task)
        if self.fault is None:
            return ""
        self.drafts.refuse(said.user_message, [self.fault.found or self.fault.reason])
        return self.fault.words


def _of_gate(found: Sequence[str], text: str) -> Fault:
    """What the gate found, in words that give nothing away: quoted is only what the message itself says."""
    words, reasons = [], []
    for what in found:
        reason = reason_of(what)
        advice = next((words for form, words in _GATE.items() if form.fits(what)), _UNKNOWN)
        quote = _QUOTED.search(what)
        said = quote[2] if quote is not None else (findings.LEAKS.heard(what) or ("",))[0].partition(" = ")[2]
        opening = (
            f"You write {said!r}. "
            if said and reason != findings.GATE_REASONS[findings.OPEN] and said.casefold() in text.casefold()
            else ""
        )
        words.append(opening + advice)
        reasons.append(reason)
    return Fault(reasons[0], " ".join(dict.fromkeys(words)), "; ".join(found))


_OPEN = (
    "You end, but this part of what you want is open: “{part}”. Ask for it, in your own words. If you believe it is settled, ask the "
    "assistant to make sure of just that."
)
_UNKNOWN = "A person in your place would not say this. Write another message."


def _noted(text: str) -> str:
    """A direction: what the assistant did not say."""
    return f"<note>{text}</note>"


def _without_notes(text: str) -> str:
    """The assistant's words, unable to pass for a direction."""
    return text.replace("<note>", "(note)").replace("</note>", "(note)")
