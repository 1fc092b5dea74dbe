"""A conversation laid out for reading.

user       what they say
assistant  → tool(argument=value, …)
           ← the result, shortened
           ✎ what it changed: table.column before → after
assistant  what they say
"""

from collections.abc import Iterator

from duologue.checks.blame import Ruling
from duologue.cli.text import one_line, safe, styled, wrapped
from duologue.ids import to_json
from duologue.types import Continued, Dialogue, Environment, Fork, Json, RowChange, Task, ToolCall, Turn, Verdict

INDENT = 11
RESULT = 240
"""Characters of a result that are shown."""
VALUE = 60
"""Characters of a value that are shown."""
SYSTEM = 1200
"""Characters of the system message that are shown."""
SIGNS = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}


def conversation(
    dialogue: Dialogue, verdicts: tuple[Verdict, ...], environment: Environment, ruling: Ruling | None = None
) -> str:
    """The whole page: what it is about, the turns, the verdicts; of a rejected one, who is to blame for what."""
    path = dialogue.path()
    tasks = dialogue.scenario.tasks
    head = f"{dialogue.id} · {environment.name} · {len(path) - 1} turns · {len(tasks)} task{'s' * (len(tasks) != 1)}"
    parts = [styled(one_line(f"{head} · mode {dialogue.scenario.mode} · {dialogue.scenario.clock.start}"), "bold")]
    parts += [_origin(dialogue.fork)] if dialogue.fork is not None else []
    parts += [_continued(dialogue.continued)] if dialogue.continued is not None else []
    parts += [_task(i, task) for i, task in enumerate(tasks, start=1)]
    parts.append(styled(f"tools      {wrapped(', '.join(t.name for t in environment.toolset.tools), INDENT)}", "dim"))
    parts.append("")
    parts += [line for n, turn in enumerate(path) for line in (*_forked(dialogue, n), *_turn(turn))]
    if verdicts:
        parts += ["", *(_verdict(verdict) for verdict in verdicts)]
    if ruling is not None:
        parts += ["", _blamed(ruling)]
    return "\n".join(parts)


def _origin(fork: Fork) -> str:
    who = {"agent": "the assistant decides", "user": "the user decides"}.get(fork.differ, "both decide")
    what = f"a call meets a fault ({fork.fault})" if fork.fault else f"{who} anew"
    said = f"{fork.number} of {fork.parent} from turn {fork.at} on, where {what}"
    made = f"; the assistant makes a mistake on purpose: {fork.mistake}" if fork.mistake else ""
    missed = ", which no check notices" if fork.mistake and not fork.noticed else ""
    return f"{styled('branch'.ljust(INDENT), 'cyan')}{wrapped(one_line(said + made + missed), INDENT)}"


def _continued(since: Continued) -> str:
    said = f"it goes on from {since.parent} at turn {since.at}; its goals from task {since.task + 1} on are new"
    return f"{styled('continued'.ljust(INDENT), 'cyan')}{wrapped(one_line(said), INDENT)}"


def _forked(dialogue: Dialogue, turn: int) -> Iterator[str]:
    """A line before the first turn of its own of what goes another way than its parent, or on from it."""
    if dialogue.fork is not None and turn == dialogue.fork.at:
        yield styled(f"{'':{INDENT}}── from here on the branch's own ──", "dim")
    if dialogue.continued is not None and turn == dialogue.continued.at:
        yield styled(f"{'':{INDENT}}── from here on its own ──", "dim")


def _task(number: int, task: Task) -> str:
    label = f"task {number}".ljust(INDENT)
    return f"{styled(label, 'cyan')}{wrapped(f'{task.goal} ({task.difficulty})', INDENT)}"


def _turn(turn: Turn) -> Iterator[str]:
    message = turn.message
    if message.role == "tool":
        yield _line("", f"← {_shortened(message.content)}", "dim")
        if turn.fault is not None:
            after = ", though it was carried out" if turn.fault.done else ""
            yield _line("", f"⚡ a fault on purpose: {one_line(turn.fault.kind)}{after}", "yellow")
        yield from (_line("", f"✎ {_change(change)}", "yellow") for change in turn.changes)
        return
    if message.role == "user_result":
        yield _line("", f"sees {_shortened(message.content)}", "dim")
        yield from (_line("", f"✎ {_change(change)}", "yellow") for change in turn.changes)
        return
    label: str = message.role
    style = {"user": "green", "assistant": "cyan"}.get(label, "dim")
    if message.content or not message.tool_calls:
        text = message.content if message.role != "system" else _cut(message.content, SYSTEM)
        done = "  (done)" if turn.done else ""
        yield f"{styled(label.ljust(INDENT), style)}{wrapped(text + done, INDENT)}"
        label = ""
    if message.role == "user_call":
        label = "user"
    for call in message.tool_calls:
        arrow = "does" if call.own else "→"
        unlearned = "" if turn.train else "  (not trained on)"
        yield f"{styled(label.ljust(INDENT), style)}{wrapped(f'{arrow} {_call(call)}{unlearned}', INDENT)}"
        label = ""


def _line(label: str, text: str, style: str) -> str:
    return f"{label.ljust(INDENT)}{styled(wrapped(text, INDENT), style)}"


def _call(call: ToolCall) -> str:
    given = ", ".join(f"{one_line(name)}={_value(value)}" for name, value in call.arguments.items())
    return f"{one_line(call.name)}({given})"


def _value(value: Json) -> str:
    return one_line(to_json(value), VALUE)


def _shortened(result: str) -> str:
    if len(result) <= RESULT:
        return one_line(result)
    return f"{one_line(result[:RESULT])}… ({len(result):,} characters)"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def _change(change: RowChange) -> str:
    before, after = change.before or {}, change.after or {}
    key = ", ".join(f"{one_line(name)} {_value(value)}" for name, value in change.key.items())
    table = one_line(change.table)
    if change.op == "insert":
        return f"{table} + {_row(after)}"
    if change.op == "delete":
        return f"{table} − {_row(before)}"
    moved = ", ".join(f"{table}.{one_line(c)} {_value(before.get(c))}→{_value(after[c])}" for c in after)
    return f"{moved} ({key})"


def _row(row: dict[str, Json]) -> str:
    return ", ".join(f"{one_line(name)} {_value(value)}" for name, value in row.items())


def _blamed(ruling: Ruling) -> str:
    label = styled("blame".ljust(INDENT), "red")
    found = f": turn {ruling.finding.turn}: {safe(ruling.finding.what)}" if ruling.finding is not None else ""
    return f"{label}{wrapped(f'{ruling.who} ({one_line(ruling.check)}{found})', INDENT)}"


def _verdict(verdict: Verdict) -> str:
    sign, style = SIGNS[verdict.passed]
    said = "; ".join(f"turn {finding.turn}: {safe(finding.what)}" for finding in verdict.evidence)
    return f"{styled(sign, style)} {wrapped(one_line(verdict.check) + (f'  {said}' if said else ''), 2)}"
