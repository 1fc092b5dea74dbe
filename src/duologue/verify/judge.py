"""A model reads the conversation and decides each line of the rubric, with the turn that shows it.

The classes are the paper's: only a Critical line that failed makes a conversation invalid; Structural and NonCritical lines never block;
InvalidRubric is ignored and noted. A line that a machine decides too keeps the class it was written with, since no opinion may
soften what is measured; only to call it invalid is left to the judge, and noted. Whether the user stayed a user is asked as well.

Several voices may be heard: the majority decides, or all must agree. A voice that gives no readable answer could not tell, and
could-not-tell is never a pass. The transcript is data: each turn is one line of JSON, so nothing in it can pass for another turn,
for the end of the transcript, or for the rubric.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import DecodeError, Meta, Struct, field, json

from duologue.checks.findings import (
    AGREE,
    COULD_NOT_TELL,
    DISAGREE,
    INVALID_CLASS,
    JUDGED,
    NOT_A_USER,
    NOTHING_CRITICAL,
    OUTCOMES,
    VOICE,
    VOTES,
    note,
)
from duologue.errors import StageError
from duologue.models.voice import Voice
from duologue.plans.shortened import one_line, shortened
from duologue.plans.trace import is_error, trace
from duologue.types import Criterion, Dialogue, Environment, Finding, Json, Message, RowChange, Tool, Turn, Verdict

CHECK = "judge"
Class = Literal["Critical", "Structural", "NonCritical", "InvalidRubric"]
_DECLARED: dict[str, Class] = {"critical": "Critical", "structural": "Structural", "noncritical": "NonCritical"}
RESULTS = (12_000, 4_000, 1_500, 700, 300)
"""Characters of a result that are shown; the first with which the transcript is not too long counts."""
TEXTS = 4000
TRANSCRIPT = 80_000
EVIDENCE = 300
_SPACE = re.compile(r"\s+")


class LineVerdict(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the rubric, judged."""

    id: Annotated[str, Meta(max_length=12)]
    kind: Class = field(name="class")
    passed: bool
    turn: int
    evidence: Annotated[str, Meta(min_length=3, max_length=1000)]


class Judgement(Struct, frozen=True, forbid_unknown_fields=True):
    """What one judge answers."""

    lines: tuple[LineVerdict, ...]
    user_stayed_user: bool
    user_evidence: Annotated[str, Meta(max_length=1000)]


class Opinion(Struct, frozen=True):
    """What one voice holds. `bad` decides, `good` and `notes` are for reading."""

    passed: bool | None
    bad: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    good: tuple[Finding, ...] = ()
    given: Judgement | None = None
    """The answer as it came; None where none could be read."""


async def judge(
    voices: tuple[Voice, ...], dialogue: Dialogue, environment: Environment, scope: str, unanimous: bool = False
) -> Verdict:
    """The verdict of one or several voices on a conversation's main path.

    Raises what a model raises that no call could be answered by (`UserError`, `LimitReachedError`).
    """
    last = len(dialogue.path()) - 1
    if not voices or not rubric_lines(dialogue):
        reason = "nobody was asked" if not voices else "there is no rubric to judge by"
        return Verdict(CHECK, None, (Finding(last, reason),))
    scopes = [scope if len(voices) == 1 else f"{scope}.judge{n}" for n in range(1, len(voices) + 1)]
    asked = (opinion(v, dialogue, environment, s) for v, s in zip(voices, scopes, strict=True))
    return _together(await asyncio.gather(*asked), unanimous, last)


async def opinion(voice: Voice, dialogue: Dialogue, environment: Environment, scope: str) -> Opinion:
    """What one voice holds of a conversation that has a rubric. Raises as `judge` does."""
    message = Message("user", content=case_text(dialogue, environment))
    return await _opinion(voice, message, scope, rubric_lines(dialogue), len(dialogue.path()))


def rubric_lines(dialogue: Dialogue) -> dict[str, Criterion]:
    """The rubric's lines by id: "2.1" is the first line of the second task."""
    tasks = dialogue.scenario.tasks
    return {f"{t}.{n}": line for t, task in enumerate(tasks, 1) for n, line in enumerate(task.rubric, 1)}


# ── What the judge is shown ──────────────────────────────────────────────────────────────────────────────────────────


def case_text(dialogue: Dialogue, environment: Environment) -> str:
    """Policy, tools that were called, tasks with their rubrics, and the transcript."""
    policy = environment.policy
    rules = "\n".join(filter(None, (policy.preamble, *(f"- {r.text}" for r in policy.rules))))
    called = {c.name for t in dialogue.path() for c in t.message.tool_calls}
    called |= {s.tool for task in dialogue.scenario.tasks for s in task.plan}
    tools = "\n".join(_tool_line(t) for t in environment.toolset.tools if t.name in called)
    parts = [f"# Policy of the assistant\n{rules or '(none)'}", f"# Tools it could use, among others\n{tools}"]
    for number, task in enumerate(dialogue.scenario.tasks, 1):
        lines = [f"Goal: {one_line(task.goal)}", f"Asked by: {one_line(task.user_role)}"]
        lines += [_rubric_line(f"{number}.{n}", line) for n, line in enumerate(task.rubric, 1)]
        parts.append("\n".join((f"# Task {number}", *lines)))
    parts.append(f"# Transcript\n<transcript>\n{transcript(dialogue, environment)}\n</transcript>")
    return "\n\n".join(parts)


def transcript(dialogue: Dialogue, environment: Environment) -> str:
    """The conversation, a turn on each line; results shortened until the whole is short enough."""
    path = dialogue.path()
    failed = {c.turn for c in trace(path, environment.toolset).calls if is_error(c.result)}
    text = ""
    for characters in RESULTS:
        text = "\n".join(_turn_line(n, t, characters, n in failed) for n, t in enumerate(path))
        if len(text) <= TRANSCRIPT:
            break
    return text


def _turn_line(number: int, turn: Turn, characters: int, failed: bool) -> str:
    message = turn.message
    line: dict[str, Json] = {"turn": number, "task": turn.task + 1, "speaker": message.role}
    if message.role == "tool":
        line["of"] = message.tool_call_id
        line["changed"] = _changed(turn.changes)
        if failed:
            line["failed"] = True
        head = one_line(line)[:-1]
        return f'{head},"result":{_result(message.content, characters)}}}'
    if message.content:
        line["text"] = message.content if len(message.content) <= TEXTS else message.content[:TEXTS] + "…"
    if message.tool_calls:
        line["calls"] = [{"id": c.id, c.name: c.arguments} for c in message.tool_calls]
    if turn.done:
        line["user_says_done"] = True
    return one_line(line)


def _result(content: str, characters: int) -> str:
    try:
        value = json.decode(content)
    except DecodeError:
        value = content
    text = shortened(value, characters)
    return text if not text.endswith("…") else one_line(text)


def _changed(changes: Sequence[RowChange]) -> list[str]:
    counts = Counter(f"{c.op} in {c.table}" for c in changes)
    return [f"{n} {what}" for what, n in counts.items()]


def _rubric_line(name: str, line: Criterion) -> str:
    by = "machine" if line.check else "judge"
    return one_line({"id": name, "declared": line.kind, "by": by, "line": line.text})


def _tool_line(tool: Tool) -> str:
    return f"- {tool.name} [{tool.effect}]: {one_line(tool.description)[:400]}"


# ── What it answers ──────────────────────────────────────────────────────────────────────────────────────────────────


async def _opinion(voice: Voice, message: Message, scope: str, lines: dict[str, Criterion], turns: int) -> Opinion:
    async def objection(answer: Judgement) -> str:
        return incomplete(answer, lines, turns)

    try:
        asked = await voice.ask_for(Judgement, voice.prompt(), [message], scope, objection)
    except StageError as error:
        what = COULD_NOT_TELL(f"{error.reason} ({_short(error.evidence)})")
        return Opinion(None, notes=(Finding(turns - 1, what),))
    return weigh(asked.value, lines, turns)


def incomplete(answer: Judgement, lines: dict[str, Criterion], turns: int) -> str:
    """What an answer lacks: lines left out, judged twice or made up, turns that don't exist; empty where nothing."""
    given = Counter(v.id for v in answer.lines)
    out = [f"line {name} is not judged" for name in lines if name not in given]
    out += [f"line {name} is judged {n} times" for name, n in given.items() if n > 1 and name in lines]
    out += [f"there is no line {name!r}" for name in given if name not in lines]
    out += [
        f"line {v.id} points at turn {v.turn}; the turns are 0 to {turns - 1}"
        for v in answer.lines
        if not 0 <= v.turn < turns
    ]
    if not answer.user_stayed_user and not answer.user_evidence.strip():
        out.append("user_evidence does not say what the user did")
    return "; ".join(out[:8])


def weigh(answer: Judgement, lines: dict[str, Criterion], turns: int) -> Opinion:
    """What a complete answer comes to: invalid where a critical line failed or the user was none."""
    bad, notes, good = [], [], []
    by_name = {v.id: v for v in answer.lines}
    for name, line in lines.items():
        given = by_name[name]
        kind = _class(given.kind, line)
        task, _, number = name.partition(".")
        finding = Finding(
            given.turn,
            JUDGED(task, number, kind, OUTCOMES[given.passed], _short(given.evidence)),
        )
        if kind == INVALID_CLASS:
            notes.append(note(finding.turn, f"{finding.what} [{_short(line.text)}]"))
        elif given.passed:
            good.append(finding)
        elif kind == "Critical":
            bad.append(finding)
        else:
            notes.append(note(finding.turn, finding.what))
        if kind not in (given.kind, INVALID_CLASS):
            notes.append(note(given.turn, f"the judge took line {name} for {given.kind}; a machine decides it"))
        elif kind != INVALID_CLASS and line.kind == "critical" != kind.lower():
            notes.append(note(given.turn, f"line {name} was written as critical and judged as {kind}"))
    if not answer.user_stayed_user:
        bad.append(Finding(turns - 1, NOT_A_USER(_short(answer.user_evidence))))
    if not any(_class(by_name[n].kind, c) == "Critical" for n, c in lines.items()):
        nothing = Finding(turns - 1, NOTHING_CRITICAL())
        return Opinion(False if bad else None, tuple(bad), (nothing, *notes), tuple(good), answer)
    return Opinion(not bad, tuple(bad), tuple(notes), tuple(good), answer)


def _class(given: Class, line: Criterion) -> Class:
    """The class that counts: of a line that a machine decides too, the declared one, unless it is called invalid."""
    return given if given == INVALID_CLASS or not line.check else _DECLARED[line.kind]


def _together(opinions: Sequence[Opinion], unanimous: bool, last: int) -> Verdict:
    passed = decide([o.passed for o in opinions], unanimous)
    if len(opinions) == 1:
        only = opinions[0]
        return Verdict(CHECK, passed, (*only.bad, *only.notes, *only.good))
    votes = ", ".join(VOTES[o.passed] for o in opinions)
    heard = [
        Finding(f.turn, VOICE(n, f.what))
        for kind in ("bad", "notes", "good")
        for n, o in enumerate(opinions, 1)
        for f in getattr(o, kind)
    ]
    counted = AGREE if len({o.passed for o in opinions}) == 1 else DISAGREE
    return Verdict(CHECK, passed, (Finding(last, counted(votes)), *heard))


def decide(votes: Sequence[bool | None], unanimous: bool) -> bool | None:
    """The decision of several: more than half of all voices, or all of them; who could not tell counts for neither side."""
    if unanimous:
        return True if all(v is True for v in votes) else False if False in votes else None
    for side in (True, False):
        if 2 * sum(1 for v in votes if v is side) > len(votes):
            return side
    return None


def _short(text: str) -> str:
    plain = _SPACE.sub(" ", text).strip()
    return plain if len(plain) <= EVIDENCE else plain[:EVIDENCE] + "…"
