"""Conversations that fail and are drawn again are kept, read and counted; so are the drafts of tasks behind each item."""

import asyncio
import json
from pathlib import Path

import pytest

from duologue.checks.blame import BLAMES
from duologue.cli import run
from duologue.errors import UserError
from duologue.items import ATTEMPTS, Items
from duologue.store import Store, stats
from duologue.testing import tiny_environment
from duologue.types import Dialogue, Verdict
from duologue.workshop import Workshop

N = 4


class Strict(Workshop):
    """The scripted pair before checks of which one objects to the first conversations of each item, `fails[item]` of them."""

    def __init__(self, fails: dict[str, int]) -> None:
        tiny = tiny_environment(seed=2)
        super().__init__(tiny.environment, tiny.image, tiny.catalog, 3)
        self.fails = dict(fails)

    async def verdicts(self, dialogue: Dialogue, scope: str = "") -> tuple[Verdict, ...]:
        found = await super().verdicts(dialogue, scope)
        self.fails[scope] = self.fails.get(scope, 0) - 1
        return found if self.fails[scope] < 0 else tuple(
            Verdict("grounding", False) if v.check == "grounding" else v for v in found
        )  # fmt: skip


def made(folder: Path, fails: dict[str, int], stop: int = N) -> Path:
    """A run of `N` items; taken up again where it stops before."""
    for most in sorted({stop, N}):
        with Store.open(folder) if folder.exists() else Store.create(folder, {}) as store:
            shop = Strict(fails)
            store.put_environment(shop.environment, shop.image.data if shop.image else None)
            items = Items.here([shop], store, "user")
            for number in items.missing(most):
                asyncio.run(items.make(number))
    return folder


FAILS = {"0": 1, "2": ATTEMPTS - 1, "3": ATTEMPTS}


def test_what_is_drawn_again_is_kept_behind_what_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = made(tmp_path / "run", FAILS)
    with Store.open(folder, readonly=True) as store:
        again, lost = list(store.redrawn()), list(store.dialogues(accepted=False))
        found = stats(store)
        standing = {d.dialogue.id for ok in (True, False) for d in store.dialogues(ok)}
        assert [store.dialogue(n, accepted=False) for n in range(1, 9)] == lost + again
        with pytest.raises(UserError, match="1 rejected for good and 7 drawn again"):
            store.dialogue(9, accepted=False)
    assert [(d.item, d.drawn_again) for d in again] == [(0, 1), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3)]
    assert [d.item for d in lost] == [3]
    assert not standing & {d.dialogue.id for d in again}
    assert all(any(v.check == "grounding" and v.passed is False for v in d.verdicts) for d in again)
    assert found["drawn_again"]["conversations"] == len(again)
    assert sum(found["drawn_again"]["blame"].values()) == len(again)
    assert set(found["drawn_again"]["blame"]) <= set(BLAMES)
    assert {row["reason"] for row in found["drawn_again"]["failed"]} == {"grounding"}
    for number, says in ((1, "rejected for good: item 3"), (2, "drawn again: conversation 1 of item 0")):
        assert run(["show", str(folder), str(number), "--rejected"]) == 0
        shown = capsys.readouterr().out
        assert shown.startswith(says)
        assert "blame" in shown
    assert run(["show", str(folder), "2", "--rejected", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["drawn_again"] == 1
    assert run(["stats", str(folder)]) == 0
    assert "drawn again, by who failed (show --rejected has them): 7" in capsys.readouterr().out


def test_a_run_taken_up_again_has_the_same(tmp_path: Path) -> None:
    whole, parted = made(tmp_path / "whole", FAILS), made(tmp_path / "parted", FAILS, stop=2)
    tables = ("items", "dialogues", "redrawn", "attempts", "untried", "checks", "tasks")
    with Store.open(whole, readonly=True) as one, Store.open(parted, readonly=True) as two:
        for table in tables:
            assert list(one.db.execute(f"SELECT * FROM {table}")) == list(two.db.execute(f"SELECT * FROM {table}")), (
                table
            )


def test_drafts_of_tasks_are_counted_with_what_became_of_them(tmp_path: Path) -> None:
    with Store.open(made(tmp_path / "run", FAILS), readonly=True) as store:
        stages = {entry["stage"]: entry for entry in stats(store)["funnel"]}
        drawn = [d.dialogue.scenario for ok in (True, False) for d in store.dialogues(ok)]
        drawn += [d.dialogue.scenario for d in store.redrawn()]
    assert list(stages) == ["candidates", "tasks", "play", "check"]
    drafts = stages["candidates"]
    assert drafts["passed"] == sum(len(s.tasks) for s in drawn)
    assert drafts["entered"] == drafts["passed"] + sum(drafts["reasons"].values())
    assert stages["tasks"]["passed"] == len(drawn)
