"""An assistant played by a model (stage D): native tool calls over the conversation as it is.

It is given a page of guidance that holds the dialogue's own system message, the turns, and the tools. The page is for the making of
the conversation only: what is exported keeps the system message and never the page. Nothing of the task is known here.

An answer is taken up as it is wherever a conversation can hold it, mistakes included: a call to a tool that does not exist or with
arguments that break its schema is executed, the error comes back as data, and the turn is kept out of training. What no
conversation can hold is shown back to the model and drawn again: nothing at all, calls that can't be read, a template's tokens, a
call written as text, the page's own words, the user's part. After `REDRAWS` the dialogue is given up. The reasoning of an answer
that was drawn again is dropped, since it is about a message that no reader of the conversation will find.

Words beside calls are dropped from the message (and kept as its rationale, for the record): the user of a chat is answered once the
calls are done, the checks and half the trainers know a turn as words or as calls, and the template of gpt-oss refuses a message
that has reasoning, words and calls. The model sees its turn without those words, so what mattered in them is said again.
"""

import re
from collections.abc import Sequence
from itertools import islice, takewhile

from msgspec import Struct
from msgspec.structs import replace

from duologue.checks.schema import validators
from duologue.checks.words import finds
from duologue.errors import StageError
from duologue.ids import canonical
from duologue.kept import Kept
from duologue.models.prompts import Rendered
from duologue.models.voice import Voice
from duologue.protocols import Answer, Utterance, View
from duologue.simulate.slips import Sentences, plumbing, quoted, sentences, tidy, written_call
from duologue.types import Environment, Message, Tool, ToolCall, Turn

__all__ = ["ModelAgent"]

REDRAWS = 2
"""Times an answer that no conversation can hold is drawn again."""
MOST_CALLS = 25
"""Calls without a word to the user."""
SAME_CALL = 3
"""The time at which the same call in a row of work, with nothing changed in between, is one too many."""
LONGEST = 6_000
"""Characters of a message to the user."""
LONGEST_CALLS = 20_000
"""Bytes of the calls of one message, as JSON."""
_SHORT = 60
"""A text of so many characters may be said twice running ("You're welcome!"), a longer one may not."""
_MOST_RULES = 3
"""Sentences of the system message that may stand in a message word for word: a rule is quoted, a page is leaked."""
_HEARD = ("user", "assistant", "tool")
"""Roles of the messages that it is given after its page: not what the user does with tools of their own."""
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")

REPEATS = "repeats itself"
_NOTHING = Message("assistant", content="(this message could not be used)")


class Fault(Struct, frozen=True):
    """Why an answer can't be taken up: a code for the record, and words its author can act on."""

    reason: str
    words: str


class ModelAgent:
    """Plays the assistant of one conversation. `scope` names the item, so that its calls go together."""

    def __init__(self, voice: Voice, environment: Environment, scope: str) -> None:
        self.voice, self.scope = voice, scope
        self.offered = environment.toolset.tools  # the same object at every call: what is encoded of it is kept
        self.tools = {t.name: t for t in self.offered}
        self._page: Page | None = None

    async def reply(self, view: View) -> Utterance:
        """Calls, or words to the user. Raises `StageError` (stage: the role) where nothing usable came after the redraws."""
        page = self._read_page(view.turns)
        talk = [t.message for t in view.turns if t.message.role in _HEARD]
        fault: Fault | None = None
        for draw in range(REDRAWS + 1):
            answer = await self.voice.ask(page.prompt, talk, self.scope, tools=self.offered, draw=draw)
            fault = self._fault(answer, view.turns, page)
            if fault is None:
                return self._utterance(answer, len(view.turns), again=draw > 0)
            talk += [_shown(answer), Message("user", content=_note(fault.words))]
        assert fault is not None
        raise StageError(self.voice.role, fault.reason, f"{fault.words} {_excerpt(answer)}".strip())

    def _read_page(self, turns: Sequence[Turn]) -> "Page":
        told = [t.message for t in turns if t.message.role == "system"]
        if self._page is None or self._page.told != told:
            job = "\n\n".join([message.content for message in told]).strip()
            self._page = Page(told, self.voice.prompt(job=job), _guidance(self.voice), sentences(job))
        return self._page

    def _utterance(self, answer: Answer, turn: int, again: bool) -> Utterance:
        given = answer.message
        calls = tuple(ToolCall(f"call_{turn}_{k}", c.name, c.arguments) for k, c in enumerate(given.tool_calls, 1))
        return Utterance(
            Message(
                "assistant",
                content="" if calls else tidy(given.content),
                reasoning="" if again else given.reasoning,
                tool_calls=calls,
            ),
            rationale=tidy(given.content)[:LONGEST] if calls else "",
            train=all(self._fits(c) for c in calls),
            maker=answer.model or self.voice.role,
            call=answer.key,
        )

    def _fits(self, call: ToolCall) -> bool:
        """Whether the call is one that its tool's schema allows."""
        tool: Tool | None = self.tools.get(call.name)
        return tool is not None and bool(validators(tool)[0].is_valid(call.arguments))

    # ── What can't be taken up ───────────────────────────────────────────────────────────────────────────────────────

    def _fault(self, answer: Answer, turns: Sequence[Turn], page: "Page") -> Fault | None:
        message = answer.message
        if answer.malformed:
            return Fault("malformed call", f"A tool call could not be read: {answer.malformed[:500]}")
        if message.tool_calls:
            return _bad_calls(message.tool_calls) or _repeated_calls(message.tool_calls, turns)
        text = tidy(message.content)
        if not text:
            return Fault("empty answer", "It holds neither words nor a tool call.")
        return self._bad_text(text, page) or _repeated_text(text, turns)

    def _bad_text(self, text: str, page: "Page") -> Fault | None:
        if len(text) > LONGEST:
            return Fault("too long", f"It has {len(text)} characters. Say what matters in a few sentences.")
        token = plumbing(text)
        if token:
            return Fault("leaks plumbing", f"It holds {token!r}, which is no part of a message to a person.")
        tool = written_call(text, self.tools)
        if tool:
            return Fault("writes a call", f"It writes a call of {tool} as text. Make the call, or speak to the person.")
        if quoted(text, page.guidance) or len(quoted(text, page.job)) >= _MOST_RULES:
            return Fault("leaks its prompt", "It repeats your instructions. Answer the person, in your own words.")
        swapped = finds("roles", "assistant_as_user", text)
        if swapped is not None:
            return Fault("speaks as the user", f"{swapped[0]!r} is what the person would say. You are the assistant.")
        return None


def _guiding(voice: Voice) -> Sentences:
    """The sentences of the page without a job, which are the same in all conversations."""
    return sentences(voice.prompt(job="\n").text)


_guidance: Kept[Voice, Sentences] = Kept(_guiding)


class Page(Struct, frozen=True):
    """The prompt of one conversation and the sentences that must not come out of it: those of the guidance, those of the job."""

    told: list[Message]
    """The job, as the conversation holds it."""
    prompt: Rendered
    guidance: Sentences
    job: Sentences


def _bad_calls(calls: Sequence[ToolCall]) -> Fault | None:
    """Names and sizes that could not be sent back to a model as part of the conversation."""
    odd = next((c.name for c in calls if _NAME.fullmatch(c.name) is None), None)
    if odd is not None:
        return Fault("malformed call", f"{odd[:80]!r} is no name of a tool.")
    size = sum(len(canonical(c.arguments)) for c in calls)
    if size > LONGEST_CALLS:
        return Fault("too long", f"The arguments of its calls have {size} characters. Pass what is needed.")
    return None


def _repeated_calls(calls: Sequence[ToolCall], turns: Sequence[Turn]) -> Fault | None:
    """The same call over and over, or calls without end, since the user last spoke."""
    made: list[ToolCall] = []
    counts: dict[tuple[str, bytes], int] = {}
    for turn in _since_user(turns):
        made += turn.message.tool_calls
        if turn.changes:
            counts.clear()
        for call in turn.message.tool_calls:
            _count(call, counts)
    if len(made) + len(calls) > MOST_CALLS:
        return Fault(REPEATS, f"It makes call after call ({len(made)} so far). Tell the person where things stand.")
    for call in calls:
        if _count(call, counts) >= SAME_CALL:
            return Fault(REPEATS, f"It calls {call.name} with the same arguments again, and nothing has changed since.")
    return None


def _count(call: ToolCall, counts: dict[tuple[str, bytes], int]) -> int:
    mark = (call.name, canonical(call.arguments))
    counts[mark] = counts.get(mark, 0) + 1
    return counts[mark]


def _since_user(turns: Sequence[Turn]) -> list[Turn]:
    since = list(takewhile(lambda turn: turn.message.role != "user", reversed(turns)))
    return since[::-1]


def _repeated_text(text: str, turns: Sequence[Turn]) -> Fault | None:
    times = 1 if len(text) > _SHORT else 2
    said = (t.message.content for t in reversed(turns) if t.message.role == "assistant" and not t.message.tool_calls)
    if list(islice(said, times)) == [text] * times:
        return Fault(REPEATS, "It says word for word what you said before. React to what the person has said since.")
    return None


# ── Showing back ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _shown(answer: Answer) -> Message:
    """The answer as its author is shown it: words only, since calls that were not executed have no results."""
    text = tidy(answer.message.content)[:LONGEST]
    return replace(_NOTHING, content=text) if text else _NOTHING


def _note(words: str) -> str:
    return f"(Not from the person: your last message was not sent. {words} Answer again in its place, without a word about this.)"


def _excerpt(answer: Answer) -> str:
    text = tidy(answer.message.content)
    return f"It said: {text[:300]!r}" if text else ""
