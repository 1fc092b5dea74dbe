"""A conversation as `show` lays it out."""

import msgspec
import pytest

from duologue.cli.reading import conversation
from duologue.types import Json, Message, RowChange, Turn
from samples import UNSOUND, make_dialogue, make_environment

ENVIRONMENT = make_environment()


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def test_a_whole_conversation() -> None:
    shown = conversation(make_dialogue(ENVIRONMENT), UNSOUND, ENVIRONMENT).splitlines()
    assert shown == [
        "d0 · kettles · 9 turns · 2 tasks · mode user · 2024-06-14T09:00:00",
        "task 1     Goal 0 of 0. (easy)",
        "task 2     Goal 1 of 0. (easy)",
        "tools      find_kettles, set_price",
        "",
        "system     You look after kettles.",
        "user       What do the slate kettles cost? (0)",
        'assistant  → find_kettles(colour="slate")',
        '           ← {"rows":[{"id":2,"price":3.99}]}',
        'assistant  → find_kettles(colour="grey")  (not trained on)',
        '           ← {"rows":[]}',
        "user       That is a typo, it should be 39.90.",
        "assistant  → set_price(id=2, price=39.9)",
        '           ← {"changed":1}',
        "           ✎ kettles.price 3.99→39.9 (id 2)",
        "user       Thanks, that is all.  (done)",
        "",
        "✓ replay",
        "✗ grounding  turn 4: 12.50 comes from nowhere",
    ]


def shown_change(change: RowChange) -> str:
    turn = Turn(Message("tool", "{}", tool_call_id="c"), changes=(change,))
    dialogue = msgspec.structs.replace(make_dialogue(ENVIRONMENT), turns=(turn,))
    return conversation(dialogue, (), ENVIRONMENT).splitlines()[-1].strip()


Row = dict[str, Json] | None


@pytest.mark.parametrize(
    ("op", "before", "after", "shown"),
    [
        ("insert", None, {"id": 7, "x": None}, "✎ t + id 7, x null"),
        ("delete", {"id": 7, "x": "a\x1b"}, None, '✎ t − id 7, x "a\\u001b"'),
        ("update", {"x": 1, "y": "a"}, {"x": 2, "y": "b"}, '✎ t.x 1→2, t.y "a"→"b" (id 7)'),
    ],
)
def test_changes(op: str, before: Row, after: Row, shown: str) -> None:
    change = {"table": "t", "op": op, "key": {"id": 7}, "before": before, "after": after}
    assert shown_change(msgspec.convert(change, RowChange)) == shown


def test_long_results_are_shortened() -> None:
    turn = Turn(Message("tool", "x" * 5000, tool_call_id="c"))
    dialogue = msgspec.structs.replace(make_dialogue(ENVIRONMENT), turns=(turn,))
    assert "(5,000 characters)" in conversation(dialogue, (), ENVIRONMENT).replace("\n           ", " ")
