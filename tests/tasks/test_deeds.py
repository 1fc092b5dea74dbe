"""What hand-written tools do to a row may hang on how the row stands; in the shop, whether an order can still be cancelled."""

import asyncio
from functools import cache
from itertools import islice

from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.checks import PROOF
from duologue.checks.case import case_of
from duologue.environment import open_session
from duologue.ground import catalog_of, make_tools
from duologue.plans.index import ToolIndex
from duologue.simulate.scripted import converse
from duologue.sources import Source, from_domain
from duologue.tasks.clock import scenario_clock
from duologue.tasks.drawing import Drawing
from duologue.tasks.edits import Edits
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.needs import Proposer
from duologue.tasks.shapes import SHAPES
from duologue.tasks.shapes.deeds import can_be_done, deeds
from duologue.tasks.walk import Walk
from duologue.types import Environment, Problem, Scenario, Statement, Subtask

ITEMS = 40


@cache
def shop() -> tuple[Source, Catalog, Environment]:
    source = from_domain("retail")
    catalog = catalog_of(source)
    return source, catalog, make_tools(source, catalog, 2, [0])[0]


@cache
def scenarios(shape: str) -> tuple[Scenario, ...]:
    """Scenarios up to the third with a task of this shape."""
    source, catalog, environment = shop()
    maker = ScriptedTasks(catalog, source.image, environment, 3, {s.name: float(s.name == shape) for s in SHAPES})
    drawn = (maker.scenario(str(n), ()) for n in range(ITEMS))
    return tuple(islice((s for s in drawn if any(t.shape == shape for t in s.tasks)), 3))


def parts(shape: str) -> list[Subtask]:
    tasks = [t for s in scenarios(shape) for t in s.tasks if t.shape == shape]
    return [s for t in tasks for s in t.subtasks if s.need is not None and s.need.meaning.family == "act"]


def test_an_order_is_cancelled_if_it_still_can_be() -> None:
    hanging = [s for s in parts("conditional") if s.need is not None and s.need.when is not None]
    assert hanging
    assert all(s.tell for s in hanging)  # how it stands is told, whichever way it goes
    done = {s.need.when.value for s in hanging if s.need is not None and s.need.when is not None}
    assert done <= {"pending", "processing", "packed"}


def test_who_hears_that_it_can_be_done_has_it_done() -> None:
    decided = [s for s in parts("decided") if ", because " in s.goal]
    assert decided
    assert all(" is still " in s.goal for s in decided)


def test_the_assistant_looks_first_and_then_does_it_or_leaves_it() -> None:
    source, catalog, environment = shop()
    index = ToolIndex(environment.toolset, catalog)
    for scenario in scenarios("conditional")[:1]:
        dialogue = asyncio.run(converse(scenario, environment, source.image, catalog, index))
        case = case_of(dialogue, environment, catalog)
        assert [v.check for check in PROOF for v in [check(case)] if v.passed is not True] == []


def states(environment: Environment) -> set[object]:
    """How an order may stand for it to be cancelled."""
    source, catalog, _ = shop()
    maker, clock = ScriptedTasks(catalog, source.image, environment, 3), scenario_clock(catalog, 0)
    with open_session(source.image, environment, clock) as session:
        walk = Walk(catalog, maker.index, session, maker.recall)
        edits = Edits(maker.anchors, clock.start)
        drawing = Drawing(maker, walk, Proposer(catalog, maker.index, maker.anchors, edits), clock)
        (field,) = (f for f in deeds(drawing) if f.tool.name == "cancel_order")
        return set(can_be_done(drawing, field))


def test_that_it_could_be_done_to_one_row_decides_nothing_about_the_next() -> None:
    """As where only one order an hour can be cancelled: each state is tried in the database as it is."""
    _, _, environment = shop()
    sql = "SELECT NOT EXISTS (SELECT 1 FROM orders WHERE cancelled_at > datetime('now', '-1 hour'))"
    once = Statement("require", sql, problem=Problem("precondition_failed", "One an hour."))
    tools = tuple(replace(t, run=(once, *t.run)) if t.name == "cancel_order" else t for t in environment.toolset.tools)
    strict = replace(environment, toolset=replace(environment.toolset, tools=tools))
    assert states(strict) == states(environment)
    assert len(states(environment)) > 1
