"""What our side plays beside the peer: a small database of users and tasks, a tool that makes a task, one proven goal, which each item has.

A run of them is made as any run is: by one process (`rounds`), or by hands of a trade, which this module is (`workers`).
"""

from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from duologue.casting import Cast
from duologue.catalog import Catalog, read_catalog
from duologue.checked import end, judged
from duologue.environment import Image
from duologue.journal import Turns
from duologue.models.endpoint import Endpoint
from duologue.roles import Roles
from duologue.settings import ModelSettings
from duologue.store import Store, Tally
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
from duologue.workers.hand import Post, serve
from duologue.workers.messages import unpacked
from duologue.workshop import Workshop

MODULE = Path(__file__).stem
_catalog = msgspec.json.Decoder(Catalog).decode

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


def workshop() -> Workshop:
    """The world, with nobody who plays yet."""
    made = apsw.Connection(":memory:")
    made.execute(SCHEMA)
    image = Image.of(made.serialize("main"))
    return Workshop(
        environment_for("tasks", image.hash, Toolset("tasks", (CREATE,)), POLICY), image, read_catalog(made, "tasks"), 1
    )


def scenario(shop: Workshop) -> Scenario:
    """The one goal, proven."""
    assert shop.image is not None
    goal = "The user_1 has a new task called 'Important Meeting', because the meeting must not be forgotten."
    task = Task(
        id="create",
        goal=goal,
        known=(Fact("users.user_id", "user_1"), Fact("tasks.title", "Important Meeting")),
        subtasks=(Subtask(goal, (1,)),),
        plan=(PlanStep("create_task", {"user_id": "user_1", "title": "Important Meeting"}),),
        rubric=(Criterion("The task is made", "critical", "state"),),
    )
    prover = Prover(shop.environment, shop.image, shop.catalog, Recall(shop.environment))
    found = prover.prove(task, (), CLOCK)
    if found.task is None:
        raise SystemExit(f"the goal has no proof: {found.reason}")
    return Scenario("create", (found.task,), CLOCK, 1)


class Playing:
    """See `rounds.Making`."""

    ran_out = False

    def __init__(self, shop: Workshop, goal: Scenario, store: Tally) -> None:
        self.shop, self.goal, self.store = shop, goal, store

    def missing(self, n: int) -> Iterator[int]:
        """All of them: the run is new."""
        yield from range(n)

    async def make(self, number: int) -> tuple[bool, ...]:
        """Play, judge and store a conversation; whether it is accepted."""
        self.store.begin_item(number)
        aim = replace(self.goal, id=f"create-{number}")
        dialogue = await self.shop.play(aim, str(number), Turns(self.store, number, aim.id))
        found = judged(dialogue, await self.shop.verdicts(dialogue, str(number)))
        named = replace(found, dialogue=replace(dialogue, id=f"{dialogue.id}-{number}"))
        return (end(self.store, number, named),)


class Told(Struct, frozen=True):
    """What hands are told; see `workers.hand.Trade`."""

    folder: Path
    url: str
    goal: Scenario
    together: int

    waits = False

    @property
    def models(self) -> ModelSettings:
        """User and assistant are played by the model at the address."""
        roles = Roles({"user": ("m",), "agent": ("m",)})
        return ModelSettings(roles, {"m": Endpoint((self.url,), "fake")}, together=self.together)

    def making(self, post: Post) -> Playing:
        """At a hand's post, in what the run's file holds."""
        (environment,) = post.store.environments()
        parts = Image.of(post.store.image(environment.image)), _catalog(post.store.catalog(environment.id) or b"{}")
        return Playing(Workshop(environment, *parts, 1, post.cast), self.goal, post.tally)

    def here(self, shop: Workshop, cast: Cast, store: Store) -> Playing:
        """In this process."""
        assert shop.image is not None
        return Playing(Workshop(shop.environment, shop.image, shop.catalog, 1, cast), self.goal, store)


if __name__ == "__main__":
    serve(lambda data: unpacked(data, Told))
