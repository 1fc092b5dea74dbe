"""What an author of tasks is asked for, and what is objected to beyond what is wrong: questions, sizes, accidents."""

import asyncio
from typing import Any

import apsw
import pytest
from msgspec import convert
from msgspec.structs import replace

from duologue.catalog import read_catalog
from duologue.environment import Image
from duologue.errors import StageError
from duologue.ids import derive_seed, rng
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.protocols import Request
from duologue.tasks.written import WrittenTasks
from duologue.tasks.written.doubts import Doubts, Scene
from duologue.tasks.written.excerpts import COLUMNS, Excerpts
from duologue.tasks.written.focus import OWN, Corner, Corners
from duologue.tasks.written.form import WrittenTask
from duologue.tasks.written.reach import COUNTING, Reach
from duologue.testing import ScriptedModel, Tiny, tiny_environment
from duologue.types import Slot, Tool, Toolset

Written = dict[str, Any]
TINY = tiny_environment(seed=2)
TOOLS = {t.name: t for t in TINY.environment.toolset.tools}
EDITS = ("book_copies_modify", "loan_book_modify")
"""Changes that are given the id of something with a name."""
LOANS = {"tool": "loans_show_by_book", "arguments": {"book_id": "$1.items[0].book_id"}}
BEES = {"tool": "book_resolve_by_title", "arguments": {"name": "Bees"}, "means": True}
RANKING = {"tool": "branch_rank_by_number_of_members", "arguments": {"size": 1}}


def without(*names: str) -> Tiny:
    tools = tuple(t for t in TINY.environment.toolset.tools if t.name not in names)
    return replace(TINY, environment=replace(TINY.environment, toolset=Toolset("some", tools)))


def corners_of(tiny: Tiny, count: int = 150) -> list[Corner]:
    drawing = Corners(tiny.catalog, tiny.image, tiny.environment, Reach(tiny.environment, tiny.catalog))
    return [c for n in range(count) for c in drawing.draw(rng(n, "corners")).corners]


def written(plan: list[Written], parts: list[tuple[str, list[int], list[str]]], goal: str, **known: Any) -> Written:
    return {
        "goal": goal,
        "user_role": "staff",
        "known": [{"what": what, "value": value} for what, value in known.items()],
        "plan": plan,
        "subtasks": [{"goal": g, "steps": steps, "tell": tell} for g, steps, tell in parts],
    }


def item_for(tasks: WrittenTasks, difficulty: str, write: bool) -> str:
    """An item with one task of that kind."""
    for number in range(2000):
        seed = derive_seed(tasks.run_seed, TINY.environment.id, str(number))
        corners = tasks.corners.draw(rng(seed, "written")).corners
        if [(c.difficulty, c.write) for c in corners] == [(difficulty, write)]:
            return str(number)
    raise AssertionError("no such item")


def objections(task: Written, difficulty: str = "medium", write: bool = False) -> list[str]:
    """What is said of a task that is handed in again and again, until it is taken or given up."""
    model = ScriptedModel(lambda request: task)
    tasks = WrittenTasks(Voice("tasks", model, Prompts()), TINY.catalog, TINY.image, TINY.environment, 1)
    asyncio.run(tasks.prepare(item_for(tasks, difficulty, write)))
    return [m.content for m in model.requests[-1].messages if "can't be used yet" in m.content]


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("goal", "part", "objected"),
    [
        ("The user knows it all.", "how many loans are open is known to the user", ""),
        ("The user knows it all.", "which loans are open", ""),
        ("The user knows it all.", "who has the book", ""),
        ("The user knows it all.", "which loans are open?", "subtask 1 is a question"),
        ("The user knows it all.", "is the loan open", "subtask 1 is a question"),
        ("Which loans of Bees are overdue is known to the user.", "the loans", ""),
        ("How many there are has been found out.", "the loans", ""),
        ("Which loans of the book Bees are overdue.", "the loans", "goal is a question"),
        ("The user knows it? Yes.", "the loans", "goal is a question"),
    ],
)
def test_a_clause_is_no_question(goal: str, part: str, objected: str) -> None:
    doubts = Doubts(TINY.environment, TINY.catalog, Reach(TINY.environment, TINY.catalog))
    task = convert(written([BEES], [(part, [1], [])], goal), WrittenTask)
    scene = Scene(now="2024-07-01T10:00:00", difficulty="easy", write=False, earlier=(), returned=())
    said = [d.text for d in doubts.before(task, scene) if d.code == "goal"]
    assert len(said) == bool(objected)
    assert all(objected in s for s in said)


# ── sizes ────────────────────────────────────────────────────────────────────────────────────────────────────────────

NEW = {
    "tool": "books_record",
    "arguments": {"book_title": "Tern Bay", "genre": "Travel", "price": 8.5, "copies": 2},
}
RECORDED = written(
    [NEW, {**BEES, "means": False}],
    [("the book Tern Bay is on record", [1], []), ("the genre of Bees is known", [2], ["$2.items[0].genre"])],
    "The book Tern Bay is on record as Travel for 8.50 with 2 copies, because it came in today. The user knows the genre of Bees.",
    title="Tern Bay", genre="Travel", price=8.5, copies=2, other="Bees",
)  # fmt: skip


def test_a_look_after_a_change_that_needs_nothing_of_it_is_easy() -> None:
    assert objections(RECORDED, "easy", write=True) == []


@pytest.mark.parametrize(
    ("difficulty", "says"),
    [("medium", "it is easy (2 subtasks, no step uses another's result); medium was asked for")],
)
def test_another_size_is_said_once_with_the_reason(difficulty: str, says: str) -> None:
    (said,) = objections(RECORDED, difficulty, write=True)
    assert says in said


def test_the_step_that_makes_it_harder_is_named() -> None:
    task = loans(["$2.items[].member_full_name"])
    (said,) = objections(task, "easy")
    assert "it is medium (step 2 uses the result of step 1); easy was asked for" in said


# ── accidents ────────────────────────────────────────────────────────────────────────────────────────────────────────


def loans(tell: list[str], goal: str = "The user knows who borrowed the book Bees.", **known: Any) -> Written:
    return written([BEES, LOANS], [("the borrowers are known", [1, 2], tell)], goal, title="Bees", **known)


@pytest.mark.parametrize(
    ("task", "objected"),
    [
        (loans(["$2.items[0].member_full_name"]), True),
        (loans(["$2.items[0].member_full_name"], "The user knows who borrowed the book Bees in York."), True),
        (loans(["$2.items[].member_full_name"]), False),
        (loans(["$2.items[0].member_full_name"], "The user knows who was the latest to borrow the book Bees."), False),
        (loans(["$2.items[0].member_full_name"], "The user knows who borrowed Bees on 25 May 2024."), False),
        (loans(["$2.items[3].member_full_name"], "The user knows who borrowed Bees that day.", day="2024-01-24"), False),
        (loans(["$2.items[0].member_full_name"], "The user knows whose fee for Bees is above 2.75."), False),
    ],
)  # fmt: skip
def test_one_of_several_is_said_to_be_which(task: Written, objected: bool) -> None:
    said = objections(task)
    assert [("nothing that is said tells which" in s) for s in said] == [True] * objected


@pytest.mark.parametrize(("bound", "objected"), [("2024-06-20", True), ("2024-06-01", False)])
def test_a_bound_that_is_given_to_the_call_tells_nothing_apart(bound: str, objected: bool) -> None:
    """One that is not is held against the entries by whoever reads them."""
    call = {"tool": "loans_query", "arguments": {"from_due_on": "2024-06-20"}}
    goal = f"The user knows who has a loan that is due after {bound}, and on what day."
    task = written([call], [("the borrower", [1], ["$1.items[0].due_on"])], goal, day="2024-06-20")
    assert any("nothing that is said tells which" in s for s in objections(task, "easy")) == objected


def test_a_shared_first_place_is_not_told_as_the_first() -> None:
    goal = "The user knows the branch with the most members, with their number, and the genre of the book Bees."
    genre = ("the genre of Bees is known", [2], ["$2.items[0].genre"])

    def task(*tell: str, **arguments: Any) -> Written:
        first = ("the branch with the most members is known", [1], list(tell))
        return written(
            [{**RANKING, "arguments": arguments}, {**BEES, "means": False}], [first, genre], goal, title="Bees"
        )

    assert objections(task("$1.items[0].members_count", size=1), "easy") == []
    for arguments in ({"size": 1}, {}):
        with pytest.raises(StageError) as caught:
            objections(task("$1.items[0].branch_name", **arguments), "easy")
        assert caught.value.reason == "tie"
        assert 'both have {"members_count":4}' in caught.value.evidence


def test_a_part_that_tells_nothing_new_is_objected_to_once() -> None:
    again = ("once more the genre of Bees is known", [1], ["$1.items[0].genre"])
    price = ("the price of Bees is known", [1], ["$1.items[0].price"])
    first = ("the genre of Bees is known", [1], ["$1.items[0].genre", "$1.items[0].copies"])
    goal = "The user knows the genre and the price of the book Bees and how many copies there are."
    step = {**BEES, "means": False}
    assert objections(written([step], [first, price], goal, title="Bees"), "easy") == []
    (said,) = objections(written([step], [first, again], goal, title="Bees"), "easy")
    assert "subtask 2 tells only what an earlier one told" in said


def test_an_id_that_was_returned_is_handed_on_and_not_known() -> None:
    lookup = written(
        [{**BEES, "means": False}],
        [("the genre is known", [1], ["$1.items[0].genre"])],
        "The user knows the genre of the book Bees, and that it is there.",
        title="Bees",
    )
    change = written(
        [{"tool": "book_copies_modify", "arguments": {"book_id": 5, "new_copies": 9}}],
        [("the copies of that book are put at 9", [1], [])],
        "The copies of that book are put at 9, because a box turned up.",
        copies=9,
    )
    with_id = {**change, "known": [*change["known"], {"what": "number of the book", "value": 5}]}

    def reply(request: Request) -> Written:
        talk = [m.content for m in request.messages]
        if not any("Its calls returned" in t for t in talk):
            return lookup
        return change if "people don't know this id" in talk[-1] else with_id

    model = ScriptedModel(reply)
    tasks = WrittenTasks(Voice("tasks", model, Prompts()), TINY.catalog, TINY.image, TINY.environment, 1)

    def suits(number: int) -> bool:
        seed = derive_seed(tasks.run_seed, TINY.environment.id, str(number))
        corners = tasks.corners.draw(rng(seed, "written")).corners
        return [(c.difficulty, c.write) for c in corners] == [("easy", False), ("easy", True)]

    item = str(next(n for n in range(3000) if suits(n)))
    asyncio.run(tasks.prepare(item))
    assert len(tasks.scenario(item, ()).tasks) == 2
    assert tasks.funnel["unknowable key"] == 1


# ── what is drawn ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_tools_fit_the_wish() -> None:
    for corner in corners_of(TINY):
        writes = [t for t in corner.tools if TOOLS[t].effect == "write"]
        assert len(writes) == (corner.write and not corner.grows)
        assert corner.grows or any(TOOLS[t].effect == "read" for t in corner.tools)


def test_an_easy_change_needs_no_id_of_something_that_has_a_name() -> None:
    easy = [c for c in corners_of(TINY, 400) if c.difficulty == "easy" and c.write and not c.grows]
    assert {t for c in easy for t in c.tools if TOOLS[t].effect == "write"} == {"books_record", "loan_remove"}
    only_edits = corners_of(without("books_record", "loan_remove"), 400)
    assert any(c.write for c in only_edits)
    assert not [c for c in only_edits if c.difficulty == "easy" and c.write]


def test_a_change_comes_with_what_returns_its_ids() -> None:
    for corner in corners_of(TINY):
        if "book_copies_modify" in corner.tools:
            books = [t for t in corner.tools if any(s.column == "book_id" for s in TOOLS[t].outputs.values())]
            assert any(TOOLS[t].effect == "read" for t in books)


def test_a_tool_that_nothing_can_be_given_to_is_not_drawn() -> None:
    finders = [
        n for n, t in TOOLS.items() if t.effect == "read" and any(s.column == "book_id" for s in t.outputs.values())
    ]
    lost = without(*finders)
    assert "book_copies_modify" not in Reach(lost.environment, lost.catalog).doable
    assert not [c for c in corners_of(lost) if set(c.tools) & set(EDITS)]


def test_rows_are_such_as_a_drawn_tool_finds() -> None:
    reach = Reach(TINY.environment, TINY.catalog)
    for corner in corners_of(TINY):
        if corner.excerpts:
            assert corner.excerpts[0].table in reach.ways
            tools = [TOOLS[t] for t in corner.tools]
            assert reach.entries(corner.excerpts[0].table, tools)


def test_who_asks_about_themselves_asks_of_single_records() -> None:
    drawing = Corners(TINY.catalog, TINY.image, TINY.environment, Reach(TINY.environment, TINY.catalog))
    foci = [drawing.draw(rng(n, "people")) for n in range(600)]
    own = [f for f in foci if (f.person, f.manner) in OWN]
    assert own
    for focus in own:
        assert "member" in {e.table for e in focus.corners[0].excerpts}
        assert not [t for t in focus.corners[0].tools if getattr(TOOLS[t].meaning, "family", "") in COUNTING]


def test_empty_fields_are_shown_and_hidden_ones_mentioned() -> None:
    db = apsw.Connection(":memory:")
    many = ", ".join(f"mark_{n} INTEGER" for n in range(20))
    db.execute(f"CREATE TABLE shop (shop_id INTEGER PRIMARY KEY, name TEXT, {many})")
    for number, name in enumerate(("Tern", "Gull", "Auk"), 1):
        db.execute(
            "INSERT INTO shop (shop_id, name, mark_1) VALUES (?, ?, ?)", (number, name, number if number > 1 else None)
        )
    image = Image.of(db.serialize("main"))
    catalog = read_catalog(image.connect(), "shops")
    (excerpt,) = Excerpts(catalog, image).draw(catalog.tables[0], [], rng(1))
    assert excerpt.partly
    assert len(excerpt.rows[0]) <= COLUMNS
    assert [r["mark_1"] for r in excerpt.rows] == [None, 2, 3]


def test_what_people_can_say_of_each_table_is_shown() -> None:
    tasks = WrittenTasks(
        Voice("tasks", ScriptedModel(lambda r: ""), Prompts()), TINY.catalog, TINY.image, TINY.environment, 1
    )
    assert "loan, 40 rows, found by due on, lent on, status, loan ID (people know it)" in tasks.prompt.text
    few = without("book_resolve_by_title")
    tasks = WrittenTasks(
        Voice("tasks", ScriptedModel(lambda r: ""), Prompts()), few.catalog, few.image, few.environment, 1
    )
    assert "book, 8 rows, not found by anything people say" in tasks.prompt.text


def test_a_code_is_no_way_to_something_that_has_a_name() -> None:
    db = apsw.Connection(":memory:")
    db.execute("CREATE TABLE port (port_id TEXT PRIMARY KEY, name TEXT NOT NULL, berths INTEGER NOT NULL)")
    db.execute("CREATE TABLE flag (name TEXT PRIMARY KEY, ships INTEGER NOT NULL)")
    db.execute("CREATE TABLE trip (trip_id INTEGER PRIMARY KEY, trip_no TEXT NOT NULL UNIQUE, seats INTEGER NOT NULL)")
    db.execute("CREATE TABLE bill (bill_id INTEGER PRIMARY KEY, total INTEGER NOT NULL)")
    for number, name in enumerate(("Ternby", "Gullham", "Aukness", "Skuaford"), 1):
        db.execute("INSERT INTO port VALUES (?, ?, ?)", (name[:3].upper(), name, number))
        db.execute("INSERT INTO flag VALUES (?, ?)", (f"{name} white", number))
        db.execute("INSERT INTO trip VALUES (?, ?, ?)", (number, f"TR-{4000 + 7 * number}", number % 3))
        db.execute("INSERT INTO bill VALUES (?, ?)", (number, number % 3))
    catalog = read_catalog(db, "ports")
    environment = replace(TINY.environment, toolset=Toolset("ports", tuple(_setter(t, k) for t, k in KEYS)))
    reach = Reach(environment, catalog)
    assert reach.direct == {"set_flag", "set_bill"}
    assert not reach.nobody_says(Slot("port", "port_id", "key"), "TER")


KEYS = (("port", "port_id"), ("flag", "name"), ("trip", "trip_id"), ("bill", "bill_id"))


def _setter(table: str, key: str) -> Tool:
    parameters = {"type": "object", "properties": {"which": {"type": "string"}}, "required": ["which"]}
    return Tool(
        name=f"set_{table}", description="Set it.", parameters=parameters, returns={"type": "object"}, effect="write",
        writes=(table,), inputs={"which": Slot(table, key, "key")},
    )  # fmt: skip
