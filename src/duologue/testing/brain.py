"""A brain that plays the roles of known scenarios truthfully, and has no intelligence at all.

It is given proven scenarios with their environments. A user's goal, or the words of a user it played itself, tell it which one is
under way; the rest follows from the request alone, so any number of conversations may go on at once, be cut, resumed or
spoilt by faults: what is still missing of the plan is what comes next.

    user       asks subtask by subtask, says yes when asked, ends when the last one was answered
    agent      makes the plan's calls with what the results really hold, asks before it changes anything, tells what was to be told
    tasks      hands out first tasks of the scenarios, another one to each exchange that asks
    questions  what the environment's tools do; `tools` writes those tools, `expansion` finds nothing missing, `returns` repeats
               the names of fields in words
    judge      passes every line
    wording    leaves the words as they are
"""

from collections.abc import Callable, Sequence

from duologue.errors import StageError
from duologue.ids import derive_seed
from duologue.language.phrases import Phrases
from duologue.testing.authors import described, judged, questions_for, results_of, retold, tools_for, written_task
from duologue.testing.known import Goals, Known, Line, Scripts, Shelf, script
from duologue.testing.lines import AGAIN, ALSO, ANSWERS, ASKS, LOST, THANKS, WELCOME, YES
from duologue.testing.protocol import Body, Reply, Wire
from duologue.testing.roles import role_of
from duologue.testing.work import Work, value_of
from duologue.types import Environment, Json, Task

OBJECTIONS = ("Answer again: the whole JSON object", "your last message was not sent")
"""How a message begins or ends that shows an answer back to its maker."""


class ScenarioBrain:
    """Answers any request about the scenarios it was given; with `LOST` what it does not recognise."""

    def __init__(self, shelves: Sequence[Shelf], tools: Environment | None = None) -> None:
        """`tools`: the environment whose tools it writes when it is asked for some; the first shelf's where none is given."""
        self.shelves = tuple(shelves)
        self.tools = (tools or shelves[0].environment).toolset.tools
        self._known = [Known(s, scenario, task) for s in shelves for scenario in s.scenarios for task in scenario.tasks]
        self._goals, self._scripts = Goals(self._known), Scripts(self._known)
        self._phrases = {s.environment.id: Phrases(s.catalog) for s in shelves}
        self._handed: dict[str, Known] = {}
        """Exchange → the task it was given."""
        self._parts: dict[str, Callable[[list[Wire]], Reply]] = {
            "user": self._user,
            "agent": self._agent,
            "tasks": self._tasks,
            "questions": lambda _: questions_for(self.tools),
            "tools": lambda m: tools_for(self.tools, m[1]["content"]),
            "expansion": lambda _: {"tools": []},
            "returns": lambda m: described(m[-1]["content"]),
            "wording": lambda m: retold(m[-1]["content"]),
            "judge": lambda m: judged(m[-1]["content"]),
        }

    def __call__(self, body: Body) -> Reply:
        """The answer of the role that the request asks for."""
        part = self._parts.get(role_of(body))
        return part(_heard(body["messages"])) if part is not None else LOST

    # ── the two speakers ─────────────────────────────────────────────────────────────────────────────────────────────

    def _user(self, messages: list[Wire]) -> Reply:
        found = self._goals.last(messages)
        if found is None:
            return _says(LOST)
        known, since = found
        own = [_own_words(m) if m["role"] == "assistant" else "" for m in messages]
        asked = [words for words in own[since:] if words]
        made = _count_made(script(known), asked)
        heard = messages[-1]["content"] if made else ""
        if made and ASKS in heard:
            return _says(YES)
        if made and not any(start in heard for start in ANSWERS):
            last = asked[max(n for n, words in enumerate(asked) if words != YES)]
            return _says(AGAIN + last)
        if made == len(script(known)):
            return _says(THANKS, done=True)
        words = script(known)[made].words
        while words in own:
            words = ALSO + words
        return _says(words)

    def _agent(self, messages: list[Wire]) -> Reply:
        heard = [m["content"].strip() for m in messages if m["role"] == "user"]
        asked = self._scripts.followed(heard)
        if not asked:
            return LOST
        if heard[-1] == THANKS:
            return WELCOME
        return Work(asked, messages, self._phrases[asked[0][0][0].known.shelf.environment.id]).next_move()

    # ── those who write ──────────────────────────────────────────────────────────────────────────────────────────────

    def _tasks(self, messages: list[Wire]) -> Reply:
        given = [m["content"] for m in messages if m["role"] == "user"]
        exchange = "\n".join([messages[0]["content"], *given])
        known = self._handed.get(exchange) or self._hand_out(exchange, messages[0]["content"])
        if known is None:
            return LOST
        try:
            return written_task(known.task, results_of(known))
        except StageError:
            return LOST

    def _hand_out(self, exchange: str, page: str) -> Known | None:
        """The next task, from a place that the exchange decides, whose tools are all on the page and which nobody has yet."""
        taken = {k.task.id for k in self._handed.values()}
        firsts = [k for k in self._known if k.task is k.scenario.tasks[0] and _is_writable(k.task)]
        start = derive_seed(exchange) % len(firsts)
        for known in firsts[start:] + firsts[:start]:
            if known.task.id not in taken and all(f"\n{s.tool} [" in page for s in known.task.plan):
                self._handed[exchange] = known
                return known
        return None


def _is_writable(task: Task) -> bool:
    """A task that the role `tasks` can put down: without a shape, each part with steps of its own, and no change whose reason the goal
    does not say: clients' goals give none."""
    unreasoned = bool(task.target) and task.user_role == "client"
    return not task.shape and not unreasoned and all(s.steps for s in task.subtasks)


def _count_made(lines: Sequence[Line], asked: Sequence[str]) -> int:
    """How many of the lines have been asked."""
    made = 0
    for words in asked:
        if made < len(lines) and not words.startswith(AGAIN) and words.replace(ALSO, "") == lines[made].words:
            made += 1
    return made


def _heard(messages: list[Wire]) -> list[Wire]:
    """The conversation without answers that were not taken up and what was said of them."""
    end = len(messages)
    while (
        end > 2 and messages[end - 1]["role"] == "user" and any(o in messages[end - 1]["content"] for o in OBJECTIONS)
    ):
        end -= 2
    return messages[:end]


def _says(words: str, done: bool = False) -> dict[str, Json]:
    return {"user_message": words, "is_task_complete": done}


def _own_words(message: Wire) -> str:
    found = value_of(message["content"])
    return str(found.get("user_message", "")).strip() if isinstance(found, dict) else message["content"].strip()
