"""Who plays what, from what was said."""

import pytest

from duologue.errors import UserError
from duologue.roles import ROLES, cast_roles

X = ("x",)
EVERYTHING = set(ROLES) - {"wording"}
TOOLS = {"questions", "tools", "expansion", "returns"}

CASES: list[tuple[dict[str, tuple[str, ...]], str, set[str]]] = [
    ({}, "", set()),
    ({}, "x", EVERYTHING),
    ({"agent": X}, "", {"agent"}),
    ({"agent": ("model",)}, "x", EVERYTHING),
    ({"user": ("scripted",)}, "x", EVERYTHING - {"user", "tasks"} - TOOLS),
    ({"tasks": ("scripted",)}, "x", EVERYTHING - {"tasks"} - TOOLS),
    ({"tools": ("scripted",)}, "x", EVERYTHING - TOOLS),
    ({"agent": ("scripted",)}, "x", {"domain", "simulator", "judge"}),
    ({"wording": X}, "", {"wording"}),
    ({"wording": ("model",)}, "x", {"domain", "simulator", "judge", "wording"}),
    ({"judge": ("x", "y"), "agent": X}, "", {"judge", "agent"}),
]


@pytest.mark.parametrize(("given", "everyone", "played"), CASES)
def test_what_was_not_named_follows(given: dict[str, tuple[str, ...]], everyone: str, played: set[str]) -> None:
    roles = cast_roles(given, everyone, {"x", "y"})
    assert set(roles.players) == played
    assert roles.models("judge") == given.get("judge", ("x",) if "judge" in played else ())


REFUSED: list[tuple[dict[str, tuple[str, ...]], str, str]] = [
    ({"cook": X}, "", "no role 'cook'"),
    ({"agent": ("z",)}, "", "'z', which is not known"),
    ({"agent": ("model",)}, "", "'model', which is not known"),
    ({"agent": ("x", "y")}, "", "has 2 players"),
    ({"user": X, "agent": ("scripted",)}, "x", "understands only a scripted user"),
    ({"tasks": X, "user": ("scripted",)}, "x", "can't play tasks"),
    ({"tools": X, "tasks": ("scripted",)}, "x", "can't use tools"),
    ({"judge": ("scripted",)}, "x", "need a judge"),
    ({"wording": X, "agent": X}, "", "a model speaks already"),
    ({"expansion": X}, "", "work together"),
]


@pytest.mark.parametrize(("given", "everyone", "said"), REFUSED)
def test_what_cannot_work_together_is_refused(given: dict[str, tuple[str, ...]], everyone: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        cast_roles(given, everyone, {"x", "y"})
