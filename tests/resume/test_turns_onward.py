"""As `test_turns`, of `branch` and `continue`: cut short anywhere, they ask for no turn again that is stored, even where nothing in the book of
answers fits any more, as when a newer version words its prompts otherwise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from continuing.test_models import GOAL, brain, settings, stored
from duologue.branching import Asked as Branched
from duologue.branching import branch
from duologue.cli import run
from duologue.continuing import Asked, go_on
from duologue.ids import digest
from duologue.protocols import Answer, Request
from duologue.settings import ModelSettings
from duologue.testing import ScriptedModel
from resume.killing import forgetful

SPEAKS = ("user", "agent")
Make = Callable[[Path, Any], object]


class Dying:
    """A model in a process that is gone before its answer number `last` has come."""

    def __init__(self, last: int) -> None:
        self.inner, self.last = ScriptedModel(talker), last

    async def ask(self, request: Request) -> Answer:
        if len(self.inner.requests) == self.last:
            raise KeyboardInterrupt
        return await self.inner.ask(request)

    @property
    def turns(self) -> int:
        """Turns that it was asked for."""
        return sum(request.role in SPEAKS for request in self.inner.requests)


def talker(request: Request) -> Any:
    """Plays the new goal; what was under way before, an assistant brings to an end who says something else each time."""
    if request.role == "agent" and not any("One more thing" in m.content for m in request.messages):
        return f"I can't look that up today; my number for this is {digest(request.messages)[:6]}."
    return brain(request)


def alone(*roles: str) -> ModelSettings:
    """One conversation at a time, so that nothing else is under way when the process dies."""
    return structs.replace(settings(*roles), together=1)


def branches(source: Path) -> Make:
    def make(out: Path, model: Any) -> object:
        asked = Branched(source=source, out=out, at="first,9", n=2, differ="agent", limit=1, models=alone("agent"))
        return branch(asked, lambda _: None, {"m": model})

    return make


def continuations(at: str, goals: tuple[str, ...], *roles: str) -> Callable[[Path], Make]:
    def of(source: Path) -> Make:
        def make(out: Path, model: Any) -> object:
            asked = Asked(source=source, out=out, at=at, limit=1, goals=goals, models=alone(*roles))
            return go_on(asked, lambda _: None, {"m": model})

        return make

    return of


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "shop"
    assert run(["generate", "-n", "1", "--toolsets", "1", "-o", str(folder)]) == 0
    return folder


@pytest.mark.parametrize(
    "of",
    [branches, continuations("last", (GOAL,), "tasks", *SPEAKS), continuations("3", (), "agent")],
    ids=["branch", "new goal", "under way"],
)
def test_no_turn_that_is_stored_is_asked_for_again(of: Callable[[Path], Make], shop: Path, tmp_path: Path) -> None:
    make, undisturbed = of(shop), Dying(1000)
    summary, whole = make(tmp_path / "whole", undisturbed), stored(tmp_path / "whole")
    assert undisturbed.turns > 2
    for last in range(1, len(undisturbed.inner.requests), max(1, len(undisturbed.inner.requests) // 4)):
        folder, cut, again = tmp_path / str(last), Dying(last), Dying(1000)
        with pytest.raises(KeyboardInterrupt):
            make(folder, cut)
        forgetful(folder)
        assert make(folder, again) == summary
        assert stored(folder) == whole
        assert again.turns == undisturbed.turns - cut.turns
