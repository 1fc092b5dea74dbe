"""Each kind of mutation on a task made by hand: where it must be killed, and by which check; and where there is none of it."""

from functools import cache

import pytest
from msgspec.structs import replace

from duologue.ids import digest
from duologue.tasks.prove import AT_START, Examined, Prover
from duologue.tasks.proving import ENOUGH, HARMLESS, KINDS, kind_of
from duologue.tasks.proving.ledger import Ledger, faults_of, lacking
from duologue.tasks.recall import Recall
from duologue.testing import Tiny, tiny_environment
from duologue.types import (
    ClockSpec,
    Disclosure,
    Environment,
    Json,
    PlanStep,
    Proof,
    Statement,
    Subtask,
    Task,
    Tool,
)  # fmt: skip

OF_SHAPES = {"against condition", "spared too", "neither there nor back", "rule broken"}
"""Kinds that only tasks of some shape have: see test_shapes.py."""
CLOCK = ClockSpec("2024-06-20T09:00:00", 5)


@cache
def tiny() -> Tiny:
    return tiny_environment(seed=2)


def copies(name: str, what: str) -> Tool:
    """A write of somebody else's: it says nothing of its parameters, and doesn't mind to change nothing."""
    number = {"type": "integer"}
    return Tool(
        name=name,
        description="Changes how many copies there are of a book.",
        parameters={
            "type": "object",
            "properties": {"book_id": number, "copies": number},
            "required": ["book_id", "copies"],
            "additionalProperties": False,
        },
        returns={"type": "object"},
        effect="write",
        run=(Statement("write", f"UPDATE book SET copies = {what} WHERE book_id = :book_id"),),
        reads=("book",),
        writes=("book",),
    )


THEIRS = (copies("put_copies", ":copies"), copies("add_copies", "copies + :copies"))


def environment(*names: str) -> Environment:
    """The library, with some of its tools and those of somebody else; with all where none is named."""
    own = tiny().environment
    tools = tuple(t for t in (*own.toolset.tools, *THEIRS) if not names or t.name in names)
    return replace(own, id=digest([own.id, *names, "hand"]), toolset=replace(own.toolset, tools=tools))


def examine(task: Task, *names: str) -> Examined:
    where = environment(*names)
    return Prover(where, tiny().image, tiny().catalog, Recall(where)).examine(task, (), CLOCK, extra=True)


def task(*steps: tuple[str, dict[str, Json]], tell: tuple[tuple[int, str, Json], ...] = ()) -> Task:
    """Steps that all count, and what is to be told of which."""
    plan = tuple(PlanStep(tool, arguments, tuple(n for n in range(1, i) if f"${n}." in str(arguments)))
                 for i, (tool, arguments) in enumerate(steps, 1))  # fmt: skip
    told = tuple(Disclosure(value, slot, step) for step, slot, value in tell)
    part = Subtask("it is done and known", tuple(range(1, len(plan) + 1)), tell=told)
    return Task(digest([steps, tell]), "It is done and known.", plan=plan, subtasks=(part,))


MEMBER = task(
    ("member_show_details", {"member_id": 3}),
    tell=((1, "member.email", "cleo3@example.org"), (1, "member.joined_on", "2023-03-11")),
)
PRICE = task(("book_resolve_by_title", {"name": "Small Print"}), tell=((1, "book.price", 15.0),))
RECORD = task(("books_record", {"book_title": "Ink", "genre": "Crime", "price": 9.5, "copies": 2}))
REMOVE = task(("loan_remove", {"loan_id": 2}))
CITIES = task(("member_count_by_city", {}), tell=((1, "member.city", "York"),))
LOANS = task(
    ("loans_show_by_member", {"member_id": 2}),
    tell=((1, "loan.due_on", "2024-06-18"), (1, "loan.status", "overdue")),
)
ADDED = task(("add_copies", {"book_id": 2, "copies": 5}))
CHANGE = task(
    ("book_resolve_by_title", {"name": "Salt"}),
    ("book_copies_modify", {"book_id": "$1.items[0].book_id", "new_copies": 9}),
    tell=((1, "book.genre", "Poetry"), (1, "book.price", 6.25)),
)
TWO_READS = task(
    ("member_show_details", {"member_id": 3}),
    ("loan_show_details", {"loan_id": 2}),
    tell=((1, "member.email", "cleo3@example.org"), (2, "loan.due_on", "2024-06-09"), (2, "loan.fee", 3.5)),
)


@pytest.mark.parametrize(
    ("kind", "spoilt", "check"),
    [
        ("skip write", CHANGE, "state"),
        ("skip read", MEMBER, "calls"),
        ("no calls", TWO_READS, "calls"),
        ("half-way", TWO_READS, "calls"),
        ("neighbour", MEMBER, "calls"),
        ("neighbour", CHANGE, "state"),
        ("other question", PRICE, "calls"),
        ("wrong value", CHANGE, "state"),
        ("wrong value", RECORD, "state"),
        ("write twice", ADDED, "state"),
        ("write undone", CHANGE, "state"),
        ("stray write", MEMBER, "state"),
        ("stray write", CHANGE, "state"),
        ("nothing told", PRICE, "disclosure"),
        ("one untold", MEMBER, "disclosure"),
        ("told wrong", PRICE, "disclosure"),
        ("told wrong", MEMBER, "disclosure"),
        ("told denied", PRICE, "disclosure"),
        ("told denied", MEMBER, "disclosure"),
        ("wrong row told", LOANS, "disclosure"),
    ],
)
def test_a_mutation_is_killed_by_the_check_that_is_meant_to(kind: str, spoilt: Task, check: str) -> None:
    found = examine(spoilt)
    assert found.reason == ""
    assert found.task is not None
    assert found.task.proof is not None
    killed = {name: by for name, by in found.task.proof.mutations.items() if kind_of(name) == kind}
    assert killed, found.task.proof.mutations
    assert set(killed.values()) == {check}


@pytest.mark.parametrize(
    ("kind", "spoilt", "why"),
    [
        ("skip write", MEMBER, "it only reads"),
        ("skip read", RECORD, "it reads nothing"),
        ("no calls", RECORD, "nothing is told"),
        ("half-way", MEMBER, "one step"),
        ("neighbour", CITIES, "no key"),
        ("other question", MEMBER, "no filter"),
        ("wrong value", REMOVE, "no value is written"),
        ("write twice", CHANGE, "once more changes nothing"),
        ("write undone", RECORD, "nothing takes a row out that was put in"),
        ("nothing told", REMOVE, "nothing is to be told"),
        ("one untold", PRICE, "one value"),
        ("told wrong", REMOVE, "nothing is to be told"),
        ("told denied", REMOVE, "nothing is to be told"),
        ("wrong row told", MEMBER, "no list"),
    ],
)
def test_a_kind_that_a_task_does_not_allow_is_left_out(kind: str, spoilt: Task, why: str) -> None:
    found = examine(spoilt)
    assert found.task is not None, found.reason
    assert found.task.proof is not None
    assert kind not in {kind_of(name) for name in found.task.proof.mutations}, why


def test_without_a_tool_that_writes_nothing_strays() -> None:
    found = examine(MEMBER, "member_show_details", "loan_show_details")
    assert found.task is not None
    assert found.task.proof is not None
    assert {kind_of(n) for n in found.task.proof.mutations} & {"stray write", "skip write"} == set()


def test_every_kind_is_tried_above_and_the_names_are_fixed() -> None:
    made = set()
    for one in (MEMBER, PRICE, RECORD, REMOVE, LOANS, ADDED, CHANGE, TWO_READS):
        found = examine(one)
        assert found.task is not None
        assert found.task.proof is not None
        made |= {kind_of(name) for name in found.task.proof.mutations}
        assert {kind_of(name) for name in found.task.proof.spared} <= set(HARMLESS)
    assert made == set(KINDS) - OF_SHAPES


def test_a_tool_that_says_nothing_of_its_parameters_is_spoiled_too() -> None:
    found = examine(task(("put_copies", {"book_id": 2, "copies": 8})))
    assert found.reason == ""
    assert found.task is not None
    assert found.task.proof is not None
    assert {"skip write", "neighbour", "wrong value", "stray write"} <= {kind_of(n) for n in found.task.proof.mutations}


@pytest.mark.parametrize(
    ("variation", "varied"),
    [
        ("order swapped", TWO_READS),
        ("further read", MEMBER),
        ("told in another order", TWO_READS),
        ("other form", TWO_READS),
    ],
)
def test_what_spoils_nothing_passes(variation: str, varied: Task) -> None:
    found = examine(varied)
    assert found.task is not None
    assert found.task.proof is not None
    said = {kind_of(name): by for name, by in found.task.proof.spared.items()}
    assert said[variation] == ""


def test_a_step_that_brings_nothing_new_is_found_out() -> None:
    twice = task(
        ("book_resolve_by_title", {"name": "Bees"}),
        ("book_resolve_by_title", {"name": "BEES"}),
        tell=((1, "book.price", 11.25),),
    )
    found = examine(twice)
    assert found.reason == "a spoiled plan passes: skip read"
    assert found.task is not None
    assert found.task.proof is not None
    assert found.task.proof.mutations["skip read: step 2"] == ""


def test_what_is_so_from_the_start_is_no_task() -> None:
    idle = task(("put_copies", {"book_id": 1, "copies": 2}))
    found = examine(idle)
    assert found.task is None
    assert found.reason == AT_START[1]
    noticed = replace(idle, plan=(replace(idle.plan[0], weight="structural"),))
    assert (
        examine(replace(PRICE, plan=(replace(PRICE.plan[0], weight="structural"),), subtasks=())).reason == AT_START[0]
    )
    assert examine(noticed).reason in AT_START


def test_a_value_said_by_another_is_spoilt_together_or_not_at_all() -> None:
    same = task(
        ("loan_show_details", {"loan_id": 4}),
        ("loan_show_details", {"loan_id": 8}),
        tell=((1, "loan.fee", 1.0), (2, "loan.fee", 1.0)),
    )
    found = examine(same)
    assert found.reason == ""
    assert found.task is not None
    assert found.task.proof is not None
    assert [n for n in found.task.proof.mutations if kind_of(n) in ("told wrong", "one untold")] == [
        "told wrong: value 1"
    ]


def test_too_few_is_said() -> None:
    ledger = Ledger()
    ledger.add("few", Proof(True, True, {"no calls: all told": "calls"}))
    ledger.add("enough", Proof(True, True, {f"told wrong: value {n}": "disclosure" for n in range(ENOUGH)}))
    assert ledger.short == ["few"]
    assert (ledger.least, ledger.mean, ledger.made("told wrong")) == (1, 3.5, 6)


@pytest.mark.parametrize(
    ("mutations", "says", "lacks"),
    [
        ({"told wrong: value 1": "disclosure"}, [], True),  # of a version that tried less
        ({"drop step 1": "calls"}, [], True),  # of a version that called it otherwise
        ({"told wrong: value 1": "calls"}, ["told wrong: value 1: calls then, disclosure now"], True),
        ({"told wrong: value 1": ""}, ["told wrong: value 1: survived in the stored proof"], True),
        ({"told wrong: value 7": "disclosure"}, ["told wrong: value 7: in the stored proof, and not made now"], True),
    ],
)
def test_a_stored_proof_is_compared_as_far_as_it_goes(mutations: dict[str, str], says: list[str], lacks: bool) -> None:
    fresh = examine(PRICE).task
    assert fresh is not None
    stored = replace(fresh, proof=Proof(True, True, mutations))
    faults = faults_of(stored, fresh, "")
    assert set(says) <= set(faults)
    assert bool(faults) == bool(says)
    assert bool(lacking(stored, fresh)) == lacks
    assert faults_of(fresh, fresh, "") == []
    assert lacking(fresh, fresh) == []


@pytest.mark.parametrize(
    ("proof", "says"),
    [
        (None, "it has no proof"),
        (Proof(True, False, {}), "its stored proof says that it does not hold"),
        (Proof(True, True, {}, {"other form: figures and dates": "calls"}), "calls objected in the stored proof"),
    ],
)
def test_a_proof_that_says_no_is_a_fault(proof: Proof | None, says: str) -> None:
    fresh = examine(PRICE).task
    assert fresh is not None
    assert any(says in fault for fault in faults_of(replace(fresh, proof=proof), fresh, ""))


def test_slots_are_not_needed_to_tell_a_value_wrong() -> None:
    unnamed = task(("book_resolve_by_title", {"name": "Small Print"}), tell=((1, "", 15.0),))
    found = examine(unnamed)
    assert found.task is not None
    assert found.task.proof is not None
    assert found.task.proof.mutations["told wrong: value 1"] == "disclosure"
