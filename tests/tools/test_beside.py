"""Derived tools beside hand-written ones: what they are about, and what is not derived again."""

from collections import Counter
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from duologue import ids
from duologue.tools.beside import drawn_tables, given_by, says_again
from duologue.tools.maker import DerivedTools
from duologue.types import Meaning, Slot, Statement, Tool
from tools.workbench import library

NAME, KEY = Slot("member", "@name", "match"), Slot("member", "member_id", "key")
STATUS = Slot("loan", "status", "equals")


def own(name: str, meaning: Meaning, inputs: Mapping[str, Slot], gives: tuple[Slot, ...] = ()) -> Tool:
    shape = {"type": "object", "properties": {n: {"type": "string", "description": n} for n in inputs}}
    run = (Statement("return", f"SELECT member_id FROM member WHERE :{next(iter(inputs))} IS NOT NULL", into="rows"),)
    outputs = {f"rows[].{s.column.strip('@')}": s for s in gives}
    return Tool(name, "Looks.", shape, {"type": "object"}, "read", run, ("member",), (), meaning, dict(inputs), outputs)


FIND = own("find_members", Meaning("find", "member"), {"name": NAME}, (Slot("member", "member_id"),))
SEARCH = own("members", Meaning("search", "member"), {"name": NAME}, (Slot("member", "member_id"),))
LOANS = own("loans", Meaning("search", "loan"), {"status": STATUS}, (Slot("loan", "loan_id"),))


@pytest.mark.parametrize(
    ("derived", "tool", "again"),
    [
        (Meaning("find", "member"), FIND, True),
        (Meaning("find", "member"), SEARCH, True),  # goes by the same names, whatever it is called
        (Meaning("search", "member"), SEARCH, True),
        (Meaning("search", "member"), FIND, False),  # may go by something else
        (Meaning("find", "loan"), LOANS, False),  # goes by states alone
        (Meaning("get", "member"), FIND, False),
        (Meaning("find", "book"), FIND, False),
    ],
)
def test_a_look_up_by_name_is_one_tool(derived: Meaning, tool: Tool, again: bool) -> None:
    assert says_again(derived, tool) is again


@pytest.mark.parametrize("tool", [FIND, SEARCH], ids=lambda t: t.name)
def test_nothing_derived_goes_by_names_that_are_gone_by_already(tool: Tool) -> None:
    image, catalog, _ = library()
    maker = DerivedTools(catalog, image, 3, handwritten=(tool,))
    for variant in range(12):
        made = maker.toolset(variant).tools[1:]
        assert not any(NAME in t.inputs.values() for t in made)
        assert not any(t.name[-2:] == "_2" for t in made)


def test_over_the_variants_all_tables_of_weight_come_up() -> None:
    ground = library()[2]
    middle = Counter(drawn_tables(ground, (FIND, LOANS), ids.rng(5, v))[0] for v in range(200))
    assert set(middle) >= {"author", "book", "member", "loan"}
    assert middle["book"] > middle["member"] > 0  # what nobody can look up yet comes before what somebody can
    assert middle["book"] > middle["book_tag"]


def test_the_tables_of_a_variant_hang_together() -> None:
    ground = library()[2]
    linked = {frozenset((li.table, li.to)) for li in ground.catalog.links}
    for variant in range(40):
        drawn = drawn_tables(ground, (FIND,), ids.rng(5, variant))
        assert len(set(drawn)) == len(drawn) >= 3
        assert all(any(frozenset((t, o)) in linked for o in drawn[:i]) for i, t in enumerate(drawn) if i)


def test_what_hand_written_tools_give_is_within_reach() -> None:
    ground = library()[2]
    show = own("show", Meaning("get", "member"), {"member_id": KEY}, (Slot("loan", "loan_id"),))
    show = replace(show, parameters={**show.parameters, "required": ["member_id"]})
    assert ("loan", "loan_id") in given_by(ground, (FIND, show))
    assert ("loan", "loan_id") not in given_by(ground, (show,))  # nothing gives the key that it asks for
