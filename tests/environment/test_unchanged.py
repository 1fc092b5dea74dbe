"""What a session knows to be as the image has it: nothing that a tool may read was changed, by triggers and behind views either."""

import pytest

from duologue.types import Statement
from environment.kit import INTEGER, image, opened, tool

SEND = tool(
    "send",
    Statement("write", "UPDATE orders SET status = 'sent' WHERE id = :n AND status <> 'sent'"),
    "orders",
    "orders",
    {"n": INTEGER},
)


@pytest.mark.parametrize(
    ("reads", "same"),
    [
        ("customers", True),
        ("secret", True),
        ("orders", False),
        ("Orders", False),
        ("log", False),  # a trigger writes to it
        ("open_orders", False),  # a view of it
        ("customers log", False),
    ],
)
def test_a_tool_sees_what_the_image_holds_until_a_table_it_reads_is_changed(reads: str, same: bool) -> None:
    looks = tool("look", Statement("return", f"SELECT count(*) FROM {reads.split()[-1]}", into="n"), reads)
    with opened(image(), SEND, looks) as session:
        assert session.is_as_before("look")
        assert not session.execute("send", {"n": 99}).changes
        assert session.is_as_before("look")
        assert session.execute("send", {"n": 1}).changes
        with session.fork() as twin:
            assert session.is_as_before("look") == twin.is_as_before("look") == same


def test_a_tool_that_is_not_there_sees_nothing() -> None:
    with opened(image(), SEND) as session:
        assert not session.is_as_before("look")
