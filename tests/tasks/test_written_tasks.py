"""Tasks that a model writes: run, traced, proven; and what is wrong is said to the model."""

import asyncio
from collections.abc import Callable
from functools import cache
from json import dumps
from typing import Any

import pytest
from msgspec import json

from duologue.errors import LimitReachedError, StageError
from duologue.ids import derive_seed, rng
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.plans.placeholders import references
from duologue.protocols import Answer, Request
from duologue.tasks.written import WrittenTasks
from duologue.tasks.written.focus import Focus
from duologue.testing import ScriptedModel, Tiny, tiny_environment
from duologue.types import Json, Scenario

Written = dict[str, Any]


@cache
def tiny() -> Tiny:
    return tiny_environment(seed=2)


def maker(reply: Callable[[Request], Any], seed: int = 1) -> tuple[WrittenTasks, ScriptedModel]:
    model = ScriptedModel(reply)
    t = tiny()
    return WrittenTasks(Voice("tasks", model, Prompts()), t.catalog, t.image, t.environment, seed), model


def focus_of(item: str, seed: int = 1) -> Focus:
    """What an item's tasks are to be about."""
    tasks, _ = maker(lambda request: "")
    return tasks.corners.draw(rng(derive_seed(seed, tiny().environment.id, item), "written"))


@cache
def item_with(difficulty: str = "medium", write: bool = False, count: int = 1) -> str:
    """An item whose first task is asked for with that difficulty, with or without a change."""
    for number in range(2000):
        focus = focus_of(str(number))
        first = focus.corners[0]
        if (len(focus.corners), first.difficulty, first.write) == (count, difficulty, write):
            return str(number)
    raise AssertionError("no such item")


LOOKUP = {"tool": "book_resolve_by_title", "arguments": {"name": "Bees"}, "means": True}


def medium() -> Written:
    """A good task without a change."""
    return {
        "goal": "The user knows which loans of the book Bees are overdue, with who has them, and how many copies of it there are.",
        "user_role": "staff",
        "known": [{"what": "title", "value": "Bees"}],
        "plan": [
            {**LOOKUP, "means": False},
            {"tool": "loans_show_by_book", "arguments": {"book_id": "$1.items[0].book_id", "status": "overdue"}},
        ],
        "subtasks": [
            {
                "goal": "the overdue loans of Bees are known",
                "steps": [1, 2],
                "tell": ["$2.items[].member_full_name", "$2.items"],
            },
            {"goal": "the number of copies of Bees is known", "steps": [1], "tell": ["$1.items[0].copies"]},
        ],
        "rubric": [{"text": "The assistant does not guess at reasons.", "kind": "noncritical"}],
    }


def change() -> Written:
    """A good task with a change."""
    return {
        "goal": "The genre of the book Salt is known to the user, and its copies are put at 9, because a box turned up in the cellar.",
        "user_role": "staff",
        "known": [{"what": "title", "value": "Salt"}, {"what": "copies there really are", "value": 9}],
        "plan": [
            {"tool": "book_resolve_by_title", "arguments": {"name": "Salt"}, "means": False},
            {"tool": "book_copies_modify", "arguments": {"book_id": "$1.items[0].book_id", "new_copies": 9}},
        ],
        "subtasks": [
            {"goal": "the genre of Salt is known", "steps": [1], "tell": ["$1.items[0].genre"]},
            {"goal": "the copies of Salt are put at 9", "steps": [2]},
        ],
    }


def further() -> Written:
    """A task that uses what the one before it returned: the id of a member who has the book Bees."""
    return {
        "goal": "The user knows the city and the e-mail address of the borrower who was named last.",
        "user_role": "staff",
        "known": [],
        "plan": [{"tool": "member_show_details", "arguments": {"member_id": 0}}],
        "subtasks": [{"goal": "the city of that borrower is known", "steps": [1], "tell": ["$1.city", "$1.joined_on"]}],
    }


def answers(*given: Json) -> Callable[[Request], Any]:
    """One answer after the other; the last again and again."""
    left = list(given)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def prepared(reply: Callable[[Request], Any], item: str) -> tuple[Scenario, ScriptedModel]:
    tasks, model = maker(reply)
    asyncio.run(tasks.prepare(item))
    return tasks.scenario(item, set()), model


def edited(task: Written, **changes: Any) -> Written:
    return {**task, **changes}


def step(task: Written, number: int, **changes: Any) -> Written:
    plan = [{**s, **changes} if n == number else s for n, s in enumerate(task["plan"], 1)]
    return {**task, "plan": plan}


def tell(task: Written, *paths: str) -> Written:
    first, *rest = task["subtasks"]
    return {**task, "subtasks": [{**first, "tell": list(paths)}, *rest]}


# ── good tasks ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("task", "write"), [(medium(), False), (change(), True)], ids=["look up", "change"])
def test_a_good_task_is_proven_at_once(task: Written, write: bool) -> None:
    scenario, model = prepared(answers(task), item_with(write=write))
    (made,) = scenario.tasks
    assert len(model.requests) == 1
    assert made.proof is not None
    assert made.proof.gold
    assert made.proof.noop
    assert made.proof.mutations
    assert all(made.proof.mutations.values())
    assert bool(made.target) == write
    assert made.goal == task["goal"]
    assert made.difficulty == "medium"
    assert {c.check for c in made.rubric} >= {"state", "grounding", ""}


def test_what_can_be_derived_is_derived() -> None:
    (task,) = prepared(answers(medium()), item_with())[0].tasks
    assert [s.after for s in task.plan] == [(), (1,)]
    assert task.plan[1].bound == {"book_id": 5}
    assert [(f.slot, f.value) for f in task.known] == [("book.@name", "Bees")]
    slots = {d.slot for s in task.subtasks for d in s.tell}
    assert slots == {"member.@name", ":count", "book.copies"}
    assert any(f.value == 5 for f in task.hidden)
    assert not {str(f.value) for f in task.hidden} & {"Bees"}


def test_a_read_of_what_a_write_changed_comes_after_it() -> None:
    again = {"tool": "book_resolve_by_title", "arguments": {"name": "salt", "size": 1}}
    task = change()
    task = edited(
        task,
        plan=[*task["plan"], again],
        subtasks=[
            *task["subtasks"],
            {"goal": "the price of Salt is known", "steps": [3], "tell": ["$3.items[0].price"]},
        ],
    )
    (made,) = prepared(answers(task), item_with(write=True))[0].tasks
    assert made.plan[2].after == (2,)


def test_later_tasks_grow_out_of_earlier_results() -> None:
    def reply(request: Request) -> Written:
        last = next((m.content for m in request.messages if "Its calls returned:" in m.content), "")
        if not last:
            return medium()
        loans = json.decode(last.split("$2 = loans_show_by_book: ")[1].splitlines()[0])
        return step(further(), 1, arguments={"member_id": loans["items"][-1]["member_id"]})

    scenario, model = prepared(reply, item_with(count=2))
    assert len(scenario.tasks) == 2
    assert all(t.proof is not None for t in scenario.tasks)
    roles = [m.role for m in model.requests[-1].messages[:4]]
    assert roles == ["system", "user", "assistant", "user"]
    assert model.requests[0].messages == model.requests[-1].messages[: len(model.requests[0].messages)]


def test_a_later_task_that_does_not_stand_is_done_without() -> None:
    tasks, _ = maker(answers(medium()))  # again and again the same
    asyncio.run(tasks.prepare(item_with(count=2)))
    assert len(tasks.scenario(item_with(count=2), ()).tasks) == 1
    assert tasks.funnel["later task: same as before"] == 1


def test_the_same_answers_give_the_same_scenario() -> None:
    first, one = prepared(answers(medium()), item_with())
    second, two = prepared(answers(medium()), item_with())
    assert json.encode(first) == json.encode(second)
    assert one.requests == two.requests


def test_items_are_asked_about_different_things() -> None:
    foci = [focus_of(str(n)) for n in range(200)]
    corners = [c for f in foci for c in f.corners]
    fresh = [c for c in corners if not c.grows]
    assert len({json.encode(f) for f in foci}) >= 198
    assert {len(c.excerpts) for c in fresh} >= {2, 3}
    assert {c.difficulty for c in corners} == {"easy", "medium", "hard"}
    assert {t for c in corners for t in c.tools} == {t.name for t in tiny().environment.toolset.tools}
    assert all(len(e.rows) <= 3 for c in corners for e in c.excerpts)
    assert all(bool(c.unclear) == (c.difficulty != "easy") for c in corners)


def test_size_is_a_wish_that_is_repeated_once() -> None:
    scenario, model = prepared(answers(medium()), item_with(difficulty="hard"))
    assert len(model.requests) == 2
    assert "hard was asked for" in model.requests[1].messages[-1].content
    assert scenario.tasks[0].difficulty == "medium"


# ── what was used ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_asked_before_is_not_asked_again() -> None:
    item = item_with()
    tasks, _ = maker(answers(medium()))
    asyncio.run(tasks.prepare(item))
    used = set(tasks.asks(tasks.scenario(item, ()).tasks[0]))
    with pytest.raises(StageError, match="same as before"):  # as where an item draws again, knowing more
        tasks.scenario(item, used)
    assert tasks.scenario(item, ()).tasks
    tasks.tried(item)
    with pytest.raises(StageError, match="nothing prepared"):
        tasks.scenario(item, ())


def test_asking_is_named_as_scripted_tasks_name_it() -> None:
    from duologue.tasks.maker import ScriptedTasks

    t = tiny()
    scripted = ScriptedTasks(t.catalog, t.image, t.environment, 1)
    tasks, _ = maker(answers(medium()))
    for task in scripted.scenario("0", ()).tasks:
        assert tasks.asks(task) == scripted.asks(task)


# ── objections ───────────────────────────────────────────────────────────────────────────────────────────────────────

GIVEN_AWAY = medium() | {"goal": medium()["goal"] + " One of them is with Ben Bird."}


def objections() -> list[tuple[str, Written, str]]:
    """Code, the task with that fault, and what the objection says."""
    m, c = medium(), change()
    known = [*m["known"], {"what": "shelf", "value": "left of the door"}]
    fee = {"tool": "branch_total_fee", "arguments": {}}
    return [
        ("unknown tool", step(m, 2, tool="find_loans"), "there is no tool 'find_loans'"),
        ("placeholder", step(m, 1, arguments={"name": "$2.items[0].x"}), "only earlier steps"),
        ("placeholder", step(m, 2, arguments={"book_id": "$1.rows[0].book_id"}), "no field 'rows'"),
        ("arguments", step(m, 2, arguments={"book": 3}), "book"),
        ("call failed", step(m, 2, arguments={"book_id": 999}), "fails"),
        ("goal", edited(m, goal="Which loans of the book Bees are overdue?"), "is a question"),
        ("goal", edited(m, goal=m["goal"] + " Use loans_show_by_book."), "'loans_show_by_book'"),
        ("no reason", edited(c, goal="The genre of the book Salt is known, and its copies are put at 9."), "no reason"),
        ("not given", edited(m, known=[], goal=m["goal"].replace(" Bees", ""), subtasks=_without(m, " Bees")), "comes from nowhere"),
        ("unknowable key", step(m, 2, arguments={"book_id": 5}), "nobody knows by heart"),
        ("idle fact", edited(m, known=known), "no call is given it"),
        ("given away", GIVEN_AWAY, "to be found out"),
        ("told", tell(m, "$2.items[0].colour"), "no field 'colour'"),
        ("told", tell(m, "$2"), "name one of its fields"),
        ("told", tell(m, "the names"), "write a path"),
        ("shape", edited(m, plan=[LOOKUP, m["plan"][1], fee]), "serves no subtask"),
        ("shape", edited(m, plan=[*m["plan"], m["plan"][1]]), "the same call as step 2"),
        ("shape", edited(m, plan=[LOOKUP, m["plan"][1]]), "all of its steps are means"),
        ("call failed", step(edited(c, goal=c["goal"].replace("9", "2")), 2, arguments={"book_id": "$1.items[0].book_id", "new_copies": 2}), "fails"),
    ]  # fmt: skip


def _without(task: Written, word: str) -> list[Json]:
    return [{**p, "goal": p["goal"].replace(word, "")} for p in task["subtasks"]]


@pytest.mark.parametrize(("code", "bad", "says"), objections(), ids=lambda v: v if isinstance(v, str) else "")
def test_what_is_wrong_is_said_and_can_be_mended(code: str, bad: Written, says: str) -> None:
    write = bad["plan"][-1]["tool"] == "book_copies_modify"
    good = change() if write else medium()
    tasks, model = maker(answers(bad, good))
    item = item_with(write=write)
    asyncio.run(tasks.prepare(item))
    told = model.requests[1].messages[-1].content
    assert says in told
    assert tasks.funnel[code] >= 1, tasks.funnel
    assert len(tasks.scenario(item, ()).tasks) == 1


def test_naming_the_choices_gives_nothing_away() -> None:
    task = medium() | {"goal": medium()["goal"] + " They also know whether it is a Travel or a Crime book."}
    task = edited(
        task, subtasks=[*task["subtasks"], {"goal": "its genre is known", "steps": [1], "tell": ["$1.items[0].genre"]}]
    )
    _, model = prepared(answers(task), item_with())
    assert len(model.requests) == 1


def test_objections_show_what_the_plan_returned() -> None:
    _, model = prepared(answers(tell(medium(), "$2.items[0].colour"), medium()), item_with())
    assert '$2 = loans_show_by_book: {"items":[{"loan_id"' in model.requests[1].messages[-1].content


def test_a_proof_that_fails_is_explained() -> None:
    louder = {**LOOKUP, "arguments": {"name": "BEES"}, "means": False}
    again = medium() | {"plan": [*medium()["plan"], louder]}
    again["subtasks"][1]["steps"] = [1, 3]  # the last step brings nothing that the first did not
    tasks, model = maker(answers(again, medium()))
    asyncio.run(tasks.prepare(item_with()))
    assert "a spoiled plan passes: skip read" in model.requests[1].messages[-1].content
    assert "Mark it as means" in model.requests[1].messages[-1].content


def test_what_never_stands_is_given_up_with_the_reason() -> None:
    tasks, model = maker(answers(step(medium(), 2, tool="find_loans")))
    with pytest.raises(StageError) as caught:
        asyncio.run(tasks.prepare(item_with()))
    assert (caught.value.stage, caught.value.reason) == ("tasks", "unknown tool")
    assert "find_loans" in caught.value.evidence
    assert len(model.requests) == 3
    with pytest.raises(StageError, match="nothing prepared"):
        tasks.scenario(item_with(), ())


def test_an_answer_that_is_no_task_is_given_up() -> None:
    tasks, _ = maker(answers("I'd rather not."))
    with pytest.raises(StageError, match="invalid answer"):
        asyncio.run(tasks.prepare(item_with()))


def test_a_limit_passes_through() -> None:
    class Spent:
        async def ask(self, request: Request) -> Answer:
            raise LimitReachedError("no money left")

    t = tiny()
    tasks = WrittenTasks(Voice("tasks", Spent(), Prompts()), t.catalog, t.image, t.environment, 1)
    with pytest.raises(LimitReachedError):
        asyncio.run(tasks.prepare("0"))


# ── the prompt ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_prompt_is_the_same_for_every_item() -> None:
    texts = set()
    for item in ("1", "2", "3"):
        tasks, model = maker(answers("no"))
        with pytest.raises(StageError):
            asyncio.run(tasks.prepare(item))
        texts.add(model.requests[0].messages[0].content)
    assert len(texts) == 1


def test_the_prompt_shows_tools_tables_and_policy() -> None:
    tasks, _ = maker(answers("no"))
    text = tasks.prompt.text
    t = tiny()
    assert all(tool.name in text for tool in t.environment.toolset.tools)
    assert all(f"\n{table.name}" in text for table in t.catalog.tables)
    assert t.environment.policy.rules[0].text in text
    assert "Ann Ashe" not in text


def test_placeholders_point_back() -> None:
    (task,) = prepared(answers(change()), item_with(write=True))[0].tasks
    for number, one in enumerate(task.plan, 1):
        assert all(0 < n < number for n in references(one.arguments))


# ── whatever it answers ──────────────────────────────────────────────────────────────────────────────────────────────

ODD: tuple[Json, ...] = (
    None, True, 0, -1, 3, 1e300, 2**70, "", "$", "$1", "$9.x", "$1[", "$1.items[99].book_id", "$1.items[].book_id", "$$",
    "'; DROP TABLE book; --", "\ud800", "\x00", "é" * 500, [], {}, [[[]]], {"$any": "clock"}, ["$1.items[0].book_id"], "2024-13-45",
    "2024-02-30", "9999-12-31", "0000-00-00", "loans_show_by_book",
)  # fmt: skip


def places(value: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, v in inner for p in places(v, (*path, key)))]


def put(value: Json, path: tuple[str | int, ...], odd: Json) -> Json:
    if not path:
        return odd
    if isinstance(value, dict):
        return {k: put(v, path[1:], odd) if k == path[0] else v for k, v in value.items()}
    return [put(v, path[1:], odd) if n == path[0] else v for n, v in enumerate(value)]


@pytest.mark.parametrize("good", [medium(), change()], ids=["look up", "change"])
def test_odd_answers_end_in_an_objection_or_a_proven_task(good: Written) -> None:
    dice = rng(5, "odd answers")
    item = item_with(write=bool(good["plan"][1]["arguments"].get("new_copies")))
    spots = places(good)[1:]
    stood = 0
    error: StageError | None
    for _ in range(200):
        bad = put(good, dice.choice(spots), dice.choice(ODD))
        tasks, _ = maker(answers(dumps(bad)))
        try:
            asyncio.run(tasks.prepare(item))
        except StageError as refused:
            error = refused
        else:
            error = None
            stood += 1
        if error is not None:
            assert (error.stage, bool(error.reason), bool(error.evidence)) == ("tasks", True, True)
            continue
        for task in tasks.scenario(item, ()).tasks:
            assert task.proof is not None
            assert all(task.proof.mutations.values())
    assert stood < 60
