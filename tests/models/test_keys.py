"""The name of a call follows from what is asked, and from nothing else."""

import subprocess
import sys

import pytest
from msgspec.structs import replace

from duologue.models import keys
from duologue.models.keys import request_key
from duologue.models.talks import Talks
from duologue.protocols import Request
from duologue.types import Message, Tool, ToolCall

TOOL = Tool("find", "Finds.", {"type": "object"}, {"type": "object"}, "read")
TALK = (
    Message("system", content="Help."),
    Message("user", content="Find it."),
    Message("assistant", tool_calls=(ToolCall("c1", "find", {"n": 1}),)),
    Message("tool", content="{}", tool_call_id="c1"),
)
ASKED = Request("agent", TALK, "1.0", (TOOL,), {"type": "object"}, "abc", 0)


def called(arguments: dict[str, object]) -> tuple[Message, ...]:
    return (*TALK[:2], Message("assistant", tool_calls=(ToolCall("c1", "find", arguments),)), TALK[3])


OTHERS = {
    "role": replace(ASKED, role="user"),
    "scope": replace(ASKED, scope="1.1"),
    "draw": replace(ASKED, draw=1),
    "prompt": replace(ASKED, prompt="abd"),
    "schema": replace(ASKED, schema={"type": "array"}),
    "no schema": replace(ASKED, schema=None),
    "tools": replace(ASKED, tools=(replace(TOOL, description="Searches."),)),
    "no tools": replace(ASKED, tools=()),
    "more": replace(ASKED, messages=(*TALK, Message("assistant", content="Yes."))),
    "less": replace(ASKED, messages=TALK[:3]),
    "words": replace(ASKED, messages=(Message("system", content="Help!"), *TALK[1:])),
    "true": replace(ASKED, messages=called({"n": True})),
    "float": replace(ASKED, messages=called({"n": 1.0})),
}


@pytest.fixture(autouse=True)
def own_talks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests have asked is not known here."""
    monkeypatch.setattr(keys, "TALKS", Talks(1))


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_request_has_another_name(other: Request) -> None:
    assert request_key(other) != request_key(ASKED)
    assert request_key(other) == fresh(other)
    assert request_key(ASKED) == fresh(ASKED)


def fresh(request: Request) -> str:
    """The name as worked out by a process that has seen nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "TALKS", Talks(1))
        keys._digests.clear()
        return request_key(request)


def test_every_other_request_differs_from_every_other() -> None:
    assert len({request_key(r) for r in OTHERS.values()}) == len(OTHERS)


def test_models_asked_the_same_are_told_apart() -> None:
    assert len({request_key(ASKED), request_key(ASKED, "a"), request_key(ASKED, "b")}) == 3


def test_equal_requests_have_the_same_name_whatever_came_before() -> None:
    for end in range(1, len(TALK) + 1):
        grown = replace(ASKED, messages=TALK[:end])
        assert request_key(grown) == fresh(grown)
    again = replace(ASKED, messages=called({"n": 1}), tools=(replace(TOOL),))
    assert request_key(again) == request_key(ASKED)


def test_what_a_tool_gives_back_is_not_shown_and_names_nothing() -> None:
    assert request_key(replace(ASKED, tools=(replace(TOOL, returns={}),))) == request_key(ASKED)


def test_it_is_the_same_in_every_process() -> None:
    code = (
        "from duologue.models.keys import request_key;from duologue.protocols import Request;from duologue.types import Message;"
        "print(request_key(Request('agent', (Message('user', content='Hi.'),), '1.0')))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == request_key(Request("agent", (Message("user", content="Hi."),), "1.0"))
