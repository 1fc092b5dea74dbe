"""What a conversation has come to: what it has shown, what was said aloud, which calls were made."""

from collections.abc import Iterator, Sequence

from duologue.catalog.model import Catalog
from duologue.language.reading import fold, has_phrase
from duologue.plans.gist import gist, known_of, told_values
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Memory
from duologue.plans.trace import is_error, read_result
from duologue.simulate.agenda import Agenda, Owed
from duologue.simulate.faulty import carried_out
from duologue.tasks.further import Beginning, Done, history
from duologue.types import Dialogue, Disclosure, Scenario, Task, Turn


def beginning(
    catalog: Catalog, index: ToolIndex, scenario: Scenario, path: Sequence[Turn], tools: frozenset[str] = frozenset()
) -> Beginning:
    """As the assistant remembers it, who has nothing but the turns. `tools`: those that are new."""
    agenda = Agenda(catalog, index, approved=True)
    agenda.fold(tuple(path))
    told = [*_answered(agenda), *_named(agenda.memory, path)]
    return Beginning(scenario, agenda.memory, tuple(told), len(agenda.owed), len(path), tuple(done(path)), tools)


def earlier(dialogue: Dialogue, task: int) -> tuple[Task, ...] | None:
    """What a task of a conversation starts from, as the proofs take it; None for one that is proven where the conversation goes on from."""
    tasks, since = dialogue.scenario.tasks, dialogue.continued
    if since is None:
        return tasks[:task]
    if task < since.task:
        return None
    path = dialogue.path()
    new = next((n for n, t in enumerate(path) if t.message.role == "user" and t.task >= since.task), len(path))
    return (history(tasks[: since.task], tuple(done(path[:new]))), *tasks[since.task : task])


def done(path: Sequence[Turn]) -> Iterator[Done]:
    """The calls that were carried out, in order."""
    answers = {t.message.tool_call_id: t for t in path if t.message.role in ("tool", "user_result")}
    for call in carried_out(path):
        turn = answers[call.id]
        shown = turn.fault.held if turn.fault is not None else turn.message.content
        result = read_result(shown)
        yield Done(call, is_error(result), turn.changes, result)


def _answered(agenda: Agenda) -> Iterator[Disclosure]:
    """What was told of the answers to requests; the memory is told so too."""
    for owed in (p for o in agenda.owed for p in (o.parts or [o])):
        listing = owed.answer
        if listing is None or not owed.told:
            continue
        answer = gist(owed.need, listing)
        for line in answer.lines:
            agenda.memory.hear(line.row, known_of(owed.need, line))
        yield from (Disclosure(value, slot) for slot, value in told_values(answer))
        yield from _spoken(owed)


def _spoken(owed: Owed) -> Iterator[Disclosure]:
    """The names by which the user spoke of rows."""
    for mention in owed.need.mentions:
        if "@name" in mention.by:
            yield Disclosure(mention.by["@name"], f"{mention.table}.@name")


def _named(memory: Memory, path: Sequence[Turn]) -> Iterator[Disclosure]:
    """Names of rows, and numbers they go by, that stand in what was said, by whom ever."""
    said = fold("\n".join(t.message.content for t in path if t.message.role in ("user", "assistant")))
    for table, rows in memory.known.items():
        for known in rows.values():
            name = known.values.get("@name")
            if isinstance(name, str) and has_phrase(said, fold(name)):
                yield Disclosure(name, f"{table}.@name")
            about = memory.catalog.table(table)
            key = about.key[0] if len(about.key) == 1 and not about.display else ""
            if key in known.values and has_phrase(said, fold(f"{about.label} {known.values[key]}")):
                yield Disclosure(known.values[key], f"{table}.{key}")
