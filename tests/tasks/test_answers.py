"""What is told of the rows of a list: their names, what was asked for by its name, what the question goes by."""

import pytest

from duologue.language.phrases import Phrases
from duologue.plans.gist import TELL_ALL, Line, gist, known_of
from duologue.plans.groups import Group
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Memory
from duologue.plans.rows import Listing, Row, Shape
from duologue.tasks.answers import is_news
from duologue.tasks.maker import ScriptedTasks
from duologue.testing import tiny_environment
from duologue.types import Meaning, Need, Subtask

TINY = tiny_environment(seed=3)
ITEMS = 24
MEMBERS = Meaning("related", "member", parent="branch")


@pytest.fixture(scope="module")
def named() -> list[tuple[Subtask, Need]]:
    """The parts of tasks that ask for a list of rows that have names, and for no single one of them."""
    maker = ScriptedTasks(TINY.catalog, TINY.image, TINY.environment, 3)
    parts = [p for n in range(ITEMS) for task in maker.scenario(str(n), ()).tasks for p in task.subtasks]
    lists = [(p, p.need) for p in parts if p.need is not None and p.need.meaning.family in ("related", "missing")]
    return [(p, n) for p, n in lists if n.pick is None and n.among is None and f"{n.meaning.table}.@name" in n.wanted]


def test_rows_with_names_are_told_by_these_unless_more_is_asked_for(named: list[tuple[Subtask, Need]]) -> None:
    phrases = Phrases(TINY.catalog)
    alone = [n for _, n in named if not phrases.asked(n)]
    assert alone
    assert any(phrases.asked(n) for _, n in named)
    for part, need in named:
        assert phrases.columns(need) in part.goal


@pytest.mark.parametrize(
    ("rows", "total", "told"), [(4, 4, 4), (TELL_ALL, TELL_ALL, TELL_ALL), (16, 16, 3), (10, 12, 3)]
)
def test_a_list_is_told_whole_while_a_person_would_read_it_out(rows: int, total: int, told: int) -> None:
    shape = Shape(Group("rows", True, (("name", "member.@name"),)), "member", TINY.catalog)
    found = tuple(Row({"member.@name": f"Member {i}"}, 1, i, shape) for i in range(rows))
    need = Need(MEMBERS, wanted=("member.@name",))
    assert len(gist(need, Listing(1, 0, MEMBERS, found, True, total)).lines) == told


@pytest.mark.parametrize(
    ("heard", "wanted", "news"),
    [
        ({"member.@name"}, ("member.@name",), False),
        ({"member.@name"}, ("member.@name", "member.city"), True),
        ({"member.@name", "member.city"}, ("member.@name", "member.city"), False),
        (set(), ("member.@name",), True),
    ],
)
def test_nobody_asks_for_a_list_that_was_told_before(heard: set[str], wanted: tuple[str, ...], news: bool) -> None:
    fields = (("id", "member.member_id"), ("name", "member.@name"), ("city", "member.city"))
    shape = Shape(Group("rows", True, fields), "member", TINY.catalog)
    result = {"rows": [{"id": n, "name": f"Member {n}", "city": "Hull"} for n in range(2)]}
    rows = tuple(Row(values, 1, n, shape, shown) for n, (values, shown) in enumerate(shape.contents(result)))
    memory = Memory(TINY.catalog, ToolIndex(TINY.environment.toolset, TINY.catalog))
    for row in rows:
        memory.hear(row, heard)
    assert is_news(memory, Need(MEMBERS, wanted=wanted), Listing(1, 0, MEMBERS, rows, True, 2)) is news


def test_what_the_request_said_of_a_row_is_known_of_it() -> None:
    shape = Shape(Group("rows", True, (("name", "member.@name"), ("city", "member.city"))), "member", TINY.catalog)
    row = Row({"member.@name": "Ann Ashe", "member.city": "Hull"}, 1, 0, shape)
    values = {"member.city:equals": "Hull", "member.fee:value": 4.0, "member.joined:from": "2024-01-01"}
    known = known_of(Need(Meaning("find", "member"), values=values), Line(row, (("member.@name", "Ann Ashe"),)))
    assert known == {"member.@name", "member.city", "member.fee"}
