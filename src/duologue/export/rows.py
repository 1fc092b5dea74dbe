"""The exported row: `duologue.export/1`, as docs/formats.md describes it field by field.

The structs here are the format: the same ones write rows and read them. `messages` and `tools` are what a trainer reads,
in the shape of the OpenAI chat format; `metadata` holds everything else that is known of the conversation, enough to
build the whole `Dialogue` again, and nothing that differs between two runs with one seed (no durations, no paths).
`metadata.turns[i]` belongs to `messages[i]`.

Two forms exist, since no one form suits all readers: `openai` gives a call's arguments as JSON text, as the API does; `hf`
gives them as an object and repeats the tool's name in its result, as chat templates want.
"""

from collections.abc import Callable, Mapping

import msgspec
from msgspec import UNSET, Struct, UnsetType

from duologue.ids import to_json
from duologue.types import (
    Act,
    ClockSpec,
    Continued,
    Dialogue,
    Environment,
    Fault,
    Fork,
    Json,
    Message,
    Origin,
    RowChange,
    Scenario,
    Task,
    Tool,
    ToolCall,
    Turn,
    Verdict,
)

FORMAT = "duologue.export/1"


class RowFunction(Struct, frozen=True):
    """What is called, with what: JSON text (`openai`) or an object (`hf`)."""

    name: str
    arguments: str | dict[str, Json]


class RowCall(Struct, frozen=True):
    """One call of an assistant message."""

    id: str
    type: str
    function: RowFunction


class RowMessage(Struct, frozen=True):
    """One message. `content` is "" rather than null beside calls; `train` says whether to learn from it."""

    role: str
    content: str
    train: bool = True
    reasoning_content: str | UnsetType = UNSET
    tool_calls: list[RowCall] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


class OfferedFunction(Struct, frozen=True):
    """A tool as the assistant sees it. `parameters` and `returns` are JSON Schemas."""

    name: str
    description: str
    parameters: dict[str, Json]
    returns: dict[str, Json]


class OfferedTool(Struct, frozen=True):
    """A tool, nested as the OpenAI format has it."""

    type: str
    function: OfferedFunction


class TurnRecord(Struct, frozen=True, omit_defaults=True):
    """What is known of a message beyond itself; the fields are those of `Turn`."""

    maker: str = "scripted"
    call: str = ""
    task: int = 0
    acts: tuple[Act, ...] = ()
    behaviours: tuple[str, ...] = ()
    rationale: str = ""
    origins: dict[str, dict[str, Origin]] = {}
    changes: tuple[RowChange, ...] = ()
    fault: Fault | None = None
    done: bool = False
    state: str = ""


class OwnTurn(Struct, frozen=True):
    """What the user did, or saw, with a tool of their own. `at`: its place among the turns; verdicts and origins count it."""

    at: int
    message: Message
    record: TurnRecord


class Seeds(Struct, frozen=True):
    """The seed of the run and the one of this conversation."""

    run: int
    scenario: int


class Metadata(Struct, frozen=True):
    """Everything that is known of the conversation and is not to be trained on."""

    format: str
    version: str
    """Of duologue, when the run began."""
    mode: str
    seeds: Seeds
    environment: str
    """Its id: `env-<id>.json` beside the rows holds it."""
    environment_name: str
    image: str
    clock: ClockSpec
    scenario: str
    tasks: tuple[Task, ...]
    verdicts: tuple[Verdict, ...]
    turns: tuple[TurnRecord, ...]
    fork: Fork | UnsetType = UNSET
    """Of a branch: what it was made from."""
    continued: Continued | UnsetType = UNSET
    """Of a conversation that goes on from another: what it goes on from."""
    order: tuple[tuple[int, int], ...] | UnsetType = UNSET
    """The order in which the parts of the tasks may also be asked for, where there is one: (task, part) each."""
    own: tuple[OwnTurn, ...] | UnsetType = UNSET
    """What the user did with tools of their own, where they have any."""
    faults: dict[str, Json] | UnsetType = UNSET
    """How often calls of the run were made to go wrong (`share`, `rates`), where some were."""


class Row(Struct, frozen=True):
    """One exported conversation."""

    id: str
    messages: tuple[RowMessage, ...]
    tools: tuple[OfferedTool, ...]
    metadata: Metadata


MessageForm = Callable[[Turn, Mapping[str, str]], RowMessage]
"""Writes one message; the mapping gives the tool's name for each call id so far."""


def openai(turn: Turn, names: Mapping[str, str]) -> RowMessage:
    """The form of the OpenAI API: arguments as JSON text."""
    message = turn.message
    return RowMessage(
        role=message.role,
        content=message.content,
        train=turn.train and message.role == "assistant",
        reasoning_content=message.reasoning or UNSET,
        tool_calls=[_call(call, to_json(call.arguments)) for call in message.tool_calls] or UNSET,
        tool_call_id=message.tool_call_id or UNSET,
    )


def hf(turn: Turn, names: Mapping[str, str]) -> RowMessage:
    """The form of Hugging Face chat templates: arguments as an object, results with the tool's name."""
    message = turn.message
    return msgspec.structs.replace(
        openai(turn, names),
        tool_calls=[_call(call, call.arguments) for call in message.tool_calls] or UNSET,
        name=names.get(message.tool_call_id, UNSET),
    )


FORMS: dict[str, MessageForm] = {"openai": openai, "hf": hf}
"""What `--format` takes."""


def _call(call: ToolCall, arguments: str | dict[str, Json]) -> RowCall:
    return RowCall(call.id, "function", RowFunction(call.name, arguments))


def offered(tool: Tool) -> OfferedTool:
    """A tool as the assistant sees it."""
    return OfferedTool("function", OfferedFunction(tool.name, tool.description, tool.parameters, tool.returns))


def messages_of(dialogue: Dialogue, form: MessageForm) -> tuple[RowMessage, ...]:
    """The conversation that ends at the last turn, without what the user does with tools of their own."""
    path = [turn for turn in dialogue.path() if not turn.message.is_own]
    names = {call.id: call.name for turn in path for call in turn.message.tool_calls}
    return tuple(form(turn, names) for turn in path)


def message_at(dialogue: Dialogue, turn: int) -> int:
    """Which message a turn is, or comes before where it is none."""
    return sum(not t.message.is_own for t in dialogue.path()[:turn])


class RunFacts(Struct, frozen=True):
    """What a row says of the run it came from."""

    seed: int
    version: str
    faults: dict[str, Json] = {}


def metadata_of(dialogue: Dialogue, verdicts: tuple[Verdict, ...], environment: Environment, run: RunFacts) -> Metadata:
    """Everything else that is known of the conversation that ends at the last turn."""
    scenario, path = dialogue.scenario, dialogue.path()
    own = tuple(OwnTurn(n, t.message, _record(t)) for n, t in enumerate(path) if t.message.is_own)
    return Metadata(
        format=FORMAT,
        version=run.version,
        mode=scenario.mode,
        seeds=Seeds(run.seed, scenario.seed),
        environment=environment.id,
        environment_name=environment.name,
        image=environment.image,
        clock=scenario.clock,
        scenario=scenario.id,
        tasks=scenario.tasks,
        verdicts=verdicts,
        turns=tuple(_record(turn) for turn in path if not turn.message.is_own),
        fork=dialogue.fork or UNSET,
        continued=dialogue.continued or UNSET,
        order=scenario.order or UNSET,
        own=own or UNSET,
        faults=run.faults or UNSET,
    )


def _record(turn: Turn) -> TurnRecord:
    return TurnRecord(**{name: getattr(turn, name) for name in TurnRecord.__struct_fields__})


def dialogue_of(row: Row) -> Dialogue:
    """The conversation a row holds, its messages as they stand there. Raises `ValueError` for arguments that are not an
    object, an unknown role or mode, or records that do not match the messages."""
    meta = row.metadata
    if len(meta.turns) != len(row.messages):
        raise ValueError(f"{len(row.messages)} messages, but {len(meta.turns)} in metadata.turns")
    scenario = msgspec.convert(
        {
            "id": meta.scenario,
            "tasks": meta.tasks,
            "clock": meta.clock,
            "seed": meta.seeds.scenario,
            "mode": meta.mode,
            "order": meta.order or (),
        },
        Scenario,
    )
    turns = [_turn(m, record) for m, record in zip(row.messages, meta.turns, strict=True)]
    before = 0  # the system message: nothing of the user's own stands there
    for own in meta.own or ():
        if not own.message.is_own:
            raise ValueError(f"metadata.own: what is at {own.at} is nothing of the user's own")
        if not before < own.at <= len(turns):
            raise ValueError(f"metadata.own: {own.at} is no place from {before + 1} to {len(turns)}")
        turns.insert(own.at, Turn(message=own.message, **msgspec.structs.asdict(own.record)))
        before = own.at
    turns = [msgspec.structs.replace(turn, parent=n - 1 if n else None) for n, turn in enumerate(turns)]
    return Dialogue(row.id, meta.environment, scenario, tuple(turns), meta.fork or None, meta.continued or None)


def _turn(message: RowMessage, record: TurnRecord) -> Turn:
    return Turn(
        message=_message(message),
        train=message.train or message.role != "assistant",
        **msgspec.structs.asdict(record),
    )


def _message(message: RowMessage) -> Message:
    calls = message.tool_calls or []
    return msgspec.convert(
        {
            "role": message.role,
            "content": message.content,
            "reasoning": message.reasoning_content or "",
            "tool_calls": tuple(ToolCall(c.id, c.function.name, _arguments(c)) for c in calls),
            "tool_call_id": message.tool_call_id or "",
        },
        Message,
    )


def _arguments(call: RowCall) -> dict[str, Json]:
    given = call.function.arguments
    return msgspec.json.decode(given, type=dict[str, Json]) if isinstance(given, str) else given
