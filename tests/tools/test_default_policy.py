"""The policy of an environment without one of its own: it promises what the tools can keep, in words that people use."""

import pytest

from duologue.catalog.model import Catalog, Table
from duologue.ids import rng
from duologue.language.subjects import subject
from duologue.testing import tiny_environment
from duologue.tools import default_policy
from duologue.types import Meaning, Policy, Tool

NAMES = [
    ("hr_1", "HR"), ("Hr 1", "HR"), ("my_shop-2024", "my shop"), ("Northwind", "Northwind"), ("crm.v2", "CRM v2"), ("42", ""),
    ("rhythm", "rhythm"), ("Sandreef Marine Laboratory", "Sandreef Marine Laboratory"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "said"), NAMES)
def test_a_subject_is_said_without_what_only_files_have(name: str, said: str) -> None:
    assert subject(name) == said


def table(name: str, kind: str, rows: int = 10, writable: bool = True) -> Table:
    return Table(name, kind, (), label=name, plural=f"{name}s", rows=rows, writable=writable)  # type: ignore[arg-type]


OFFICE = Catalog(
    "office_1",
    (
        table("person", "entity", 9),
        table("booking", "event", 90),
        table("room", "entity", 5),
        table("country", "lookup", 200),
        table("access", "link", 300),
        table("monthly summary", "entity", 12, writable=False),
    ),
)


def tool(name: str, reads: tuple[str, ...], writes: tuple[str, ...] = (), about: str = "") -> Tool:
    return Tool(
        name,
        "",
        {},
        {},
        "write" if writes else "read",
        reads=reads,
        writes=writes,
        meaning=Meaning("get", table=about) if about else None,
    )


READS = tool("a", ("person", "room"))
WRITES = tool("b", ("booking",), ("booking",))
POLICIES: list[tuple[str, tuple[Tool, ...], set[str], set[str]]] = [
    ("no tools known", (), {"booking", "person", "room"}, {"country", "access", "summary"}),
    ("by what is read and written", (READS, WRITES), {"person", "room", "booking"}, {"country", "access"}),
    ("not what is only joined", (tool("a", ("person", "room"), about="person"), WRITES), {"person", "booking"}, {"room"}),
    ("no view", (READS, tool("c", ("monthly summary",))), {"person", "room"}, {"summary"}),
    ("links where there is little else", (tool("a", ("access",)), tool("b", ("person",))), {"person", "access"}, {"room"}),
]  # fmt: skip


def policies(tools: tuple[Tool, ...], catalog: Catalog = OFFICE) -> list[Policy]:
    return [default_policy(catalog, rng(seed), tools) for seed in range(12)]


@pytest.mark.parametrize(("what", "tools", "named", "unnamed"), POLICIES)
def test_it_names_what_the_tools_deal_with(
    what: str, tools: tuple[Tool, ...], named: set[str], unnamed: set[str]
) -> None:
    for policy in policies(tools):
        assert all(word in policy.preamble for word in named), policy.preamble
        assert not [word for word in unnamed if word in policy.preamble]
        assert "office" in policy.preamble
        assert "1" not in policy.preamble


def test_a_desk_that_only_reads_promises_no_changes_and_asks_for_no_consent() -> None:
    for policy in policies((READS,)):
        assert "change" not in policy.preamble.lower() or "nothing" in policy.preamble or "elsewhere" in policy.preamble
        assert "confirm" not in [r.id for r in policy.rules]
    assert all("confirm" in [r.id for r in p.rules] for p in policies((READS, WRITES)))


def test_without_tables_it_still_reads_well() -> None:
    for policy in policies((WRITES,), Catalog("bike rental", ())):
        assert "bike rental" in policy.preamble
        assert "  " not in policy.preamble
        assert "()" not in policy.preamble


def test_what_is_most_dealt_with_comes_first() -> None:
    tools = (tool("a", ("room",)), tool("b", ("room",)), tool("c", ("person",)))
    for policy in policies(tools):
        assert policy.preamble.index("rooms") < policy.preamble.index("persons")


def test_the_librarys_tasks_do_not_hang_on_how_this_is_worded() -> None:
    assert tiny_environment(1).environment.policy == tiny_environment(2).environment.policy
