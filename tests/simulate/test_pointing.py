"""What the user points at is what the last exchanges were about; all else is named."""

import asyncio
from functools import cache

import pytest

from duologue.language.grammar import grammar
from duologue.pipeline import Workshop
from duologue.simulate.pointing import is_about
from duologue.simulate.profile import Profile
from duologue.testing import tiny_environment
from duologue.types import Dialogue, Meaning, Mention, Need, Turn

ITEMS = range(30)
NEAR = 6
"""Messages back: the last three exchanges."""


@cache
def workshop() -> Workshop:
    t = tiny_environment(seed=4)
    return Workshop(t.environment, t.image, t.catalog, 4, profile=Profile({"switch": 1.0, "linked": 1.0}))


@cache
def played(item: int) -> Dialogue:
    return asyncio.run(workshop().play(workshop().tasks.scenario(str(item), ())))


def requests() -> list[tuple[Dialogue, int, Need]]:
    talks = [played(i) for i in ITEMS]
    return [
        (d, at, a.need)
        for d in talks
        for at, t in enumerate(d.turns)
        for a in t.acts
        if t.message.role == "user" and a.kind == "request" and a.need is not None
    ]


def points(mention: Mention, dialogue: Dialogue) -> bool:
    speaker = dialogue.scenario.tasks[0].speaker
    own = speaker is not None and mention.table == speaker.table
    return not mention.by and mention.pick is None and not mention.each and not own


def words(turns: tuple[Turn, ...]) -> str:
    return "\n".join(t.message.content for t in turns if t.message.role != "tool" and t.message.content)


def test_that_one_was_spoken_of_just_now() -> None:
    found = [(d, at, m) for d, at, n in requests() if not n.amends for m in n.mentions if points(m, d)]
    assert found
    for dialogue, at, mention in found:
        spoken = [t for t in dialogue.turns[:at] if t.message.role != "tool" and t.message.content][-NEAR:]
        label = workshop().catalog.table(mention.table).label
        about = [a.need for t in spoken for a in t.acts if a.need is not None]
        tables = {n.meaning.table for n in about} | {m.table for n in about for m in n.mentions}
        assert mention.table in tables or label in words(tuple(spoken)), words(dialogue.turns[: at + 1])


def test_a_matter_begins_with_a_pointer_only_where_it_is_linked() -> None:
    for dialogue, at, need in requests():
        before = [t for t in dialogue.turns[:at] if t.message.role == "user" and t.acts]
        if "linked" in dialogue.turns[at].behaviours:
            assert any(points(m, dialogue) for m in need.mentions)
            assert before


@pytest.mark.parametrize("family", ["related", "search", "top", "missing"])
def test_a_list_is_brought_up_again_by_what_it_was(family: str) -> None:
    slots = {
        "subjects": "loans",
        "who": "Ida Irwin",
        "filters": "due in May",
        "n": "3",
        "most": "most loans",
        "children": "fines",
    }
    for line in grammar("user").templates(f"list_of.{family}"):
        assert "{subjects}" in line.text
        assert line.needs <= slots.keys() | {"whose", "field"}


@pytest.mark.parametrize(
    ("need", "stays"),
    [
        (Need(Meaning("get", "loan"), (Mention("loan"),)), True),
        (Need(Meaning("related", "fine", parent="loan"), (Mention("loan"),)), True),
        (Need(Meaning("get", "member"), (Mention("member"),)), False),
        (Need(Meaning("top", "loan", group="member.@name", func="count")), False),
        (Need(Meaning("count", "loan", "status")), False),
    ],
)
def test_the_talk_stays_with_a_list_or_leaves_it(need: Need, stays: bool) -> None:
    assert is_about(need, "loan") is stays
