"""Our side: the same conversation, as a run makes it.

    python benchmarks/beside_tau2/ours.py URL CONVERSATIONS AT_ONCE

A small database of users and tasks, a tool that makes a task, a proven goal. User and assistant are played by the model at URL. Everything
that a run does to a conversation is on: the journals of answers and of turns, budget and retries, the gate of the user, every check of the verdict, the
store.
Prints one line of JSON.
"""

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

import apsw
import msgspec
import uvloop
from msgspec.structs import replace

from duologue.casting import assembled
from duologue.catalog import read_catalog
from duologue.checks.combine import combine
from duologue.environment import Image
from duologue.journal import Turns
from duologue.models.endpoint import Endpoint
from duologue.roles import Roles
from duologue.settings import ModelSettings
from duologue.store import Store
from duologue.store.calls import Calls
from duologue.tasks.prove import Prover
from duologue.tasks.recall import Recall
from duologue.tools import environment_for
from duologue.types import (
    ClockSpec,
    Criterion,
    Fact,
    Meaning,
    PlanStep,
    Policy,
    Rule,
    Scenario,
    Statement,
    Subtask,
    Task,
    Tool,
    Toolset,
)
from duologue.workshop import Workshop

SCHEMA = """
CREATE TABLE users (user_id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE tasks (
    task_id INTEGER PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, title TEXT NOT NULL, description TEXT,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'completed')));
INSERT INTO users VALUES ('user_1', 'Test User');
INSERT INTO tasks VALUES (1, 'user_1', 'Test task', 'A test task', 'pending');
"""
POLICY = Policy(
    "You help people with their tasks, with the tools you have.",
    (
        Rule("title", "Each task must have a title."),
        Rule("status", "A task is pending or completed, nothing else."),
        Rule("users", "Only users who exist can have tasks."),
        Rule("delete", "You may not delete tasks."),
    ),
    confirm_writes=False,
)
TEXT = {"type": "string", "minLength": 1}
CREATE = Tool(
    name="create_task",
    description="Make a new task for a user.",
    parameters={
        "type": "object",
        "properties": {"user_id": TEXT, "title": TEXT},
        "required": ["user_id", "title"],
        "additionalProperties": False,
    },
    returns={"type": "object"},
    effect="write",
    run=(
        Statement("write", "INSERT INTO tasks (user_id, title) VALUES (:user_id, :title)"),
        Statement("return", "SELECT * FROM tasks WHERE task_id = last_insert_rowid()", into="task", shape="object"),
    ),
    reads=("tasks", "users"),
    writes=("tasks",),
    meaning=Meaning("add", "tasks"),
)
CLOCK = ClockSpec("2025-03-03T09:00:00", 1)


def scenario(shop: Workshop, image: Image) -> Scenario:
    """The one goal, proven."""
    goal = "The user_1 has a new task called 'Important Meeting', because the meeting must not be forgotten."
    task = Task(
        id="create",
        goal=goal,
        known=(Fact("users.user_id", "user_1"), Fact("tasks.title", "Important Meeting")),
        subtasks=(Subtask(goal, (1,)),),
        plan=(PlanStep("create_task", {"user_id": "user_1", "title": "Important Meeting"}),),
        rubric=(Criterion("The task is made", "critical", "state"),),
    )
    prover = Prover(shop.environment, image, shop.catalog, Recall(shop.environment))
    found = prover.prove(task, (), CLOCK)
    if found.task is None:
        raise SystemExit(f"the goal has no proof: {found.reason}")
    return Scenario("create", (found.task,), CLOCK, 1)


async def one(shop: Workshop, goal: Scenario, store: Store, number: int, slots: asyncio.Semaphore) -> bool:
    """Play, judge and store a conversation; whether it is accepted."""
    async with slots:
        store.begin_item(number)
        aim = replace(goal, id=f"create-{number}")
        dialogue = await shop.play(aim, str(number), Turns(store, number, aim.id))
        verdicts = await shop.verdicts(dialogue, str(number))
        accepted, reasons = combine(verdicts)
        store.put_dialogue(
            number, replace(dialogue, id=f"{dialogue.id}-{number}"), verdicts, "" if accepted else reasons[0]
        )
        return accepted


async def converse(url: str, folder: Path, n: int, at_once: int) -> int:
    """`n` conversations, so many at once, in a run of its own; how many are accepted."""
    made = apsw.Connection(":memory:")
    made.execute(SCHEMA)
    image = Image.of(made.serialize("main"))
    catalog = read_catalog(made, "tasks")
    environment = environment_for("tasks", image.hash, Toolset("tasks", (CREATE,)), POLICY)
    settings = ModelSettings(Roles({"user": ("m",), "agent": ("m",)}), {"m": Endpoint((url,), "fake")})
    with Store.create(folder, {"n": n}) as store:
        calls = Calls(store)
        async with assembled(settings, calls, calls) as cast:
            shop = Workshop(environment, image, catalog, 1, cast)
            store.put_environment(environment, image.data)
            goal = scenario(shop, image)
            slots = asyncio.Semaphore(at_once)
            return sum(await asyncio.gather(*(one(shop, goal, store, i, slots) for i in range(n))))


def main() -> None:
    """Run and say what it took."""
    url, n, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as name, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(converse(url, Path(name) / "first", 2, 2))  # what is imported and compiled once
        started, before = time.monotonic(), time.process_time()
        right = runner.run(converse(url, Path(name) / "run", n, at_once))
        wall, cpu = time.monotonic() - started, time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"n": n, "right": right, "wall": wall, "cpu": cpu, "memory": memory}
    sys.stdout.write(msgspec.json.encode(figures).decode() + "\n")


if __name__ == "__main__":
    main()
