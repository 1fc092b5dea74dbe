"""Steps of a guide that nothing mends: they lead to what is left at once, and the assistant says so."""

import asyncio
import shutil
from pathlib import Path

import pytest

from duologue.checks import combine
from duologue.ground import catalog_of, make_tools
from duologue.simulate.profile import profile
from duologue.sources import load_domain
from duologue.types import Dialogue
from duologue.workshop import Workshop
from own_side.household import FOLDER

HALTS = {
    "the user sees it": ('fix = { by = "user", tool = "push_in_cable" }', "loose"),
    "the desk sees it": ('fix = { by = "agent", tool = "resume_subscription" }', "paused"),
}


def played(folder: Path, seen: str) -> Dialogue:
    """A conversation that comes to a step that was seen to be wrong, and no further."""
    source = load_domain(folder)
    catalog = catalog_of(source)
    environment = make_tools(source, catalog, 1, [0])[0]
    shop = Workshop(environment, source.image, catalog, 1, profile=profile({"trouble": 1.0}))
    for item in range(40):
        scenario = shop.tasks.scenario(f"{item}.0", ())
        if scenario.tasks[0].shape == "guided" and scenario.tasks[0].plan[-1].tool == "transfer_to_human":
            dialogue = asyncio.run(shop.play(scenario))
            looks = [t.message.content for t in dialogue.turns if t.message.role in ("user_result", "tool")]
            if any(f'"{seen}"' in content for content in looks):
                assert combine(shop.check(dialogue)).reasons == ()
                return dialogue
    raise AssertionError("no such trouble")


@pytest.mark.parametrize("case", HALTS)
def test_what_nothing_mends_is_said_and_passed_on(case: str, tmp_path: Path) -> None:
    fix, seen = HALTS[case]
    folder = shutil.copytree(FOLDER, tmp_path / "desk")
    text = (folder / "guides.toml").read_text(encoding="utf-8")
    assert fix in text
    (folder / "guides.toml").write_text(text.replace(fix, ""), encoding="utf-8")
    turns = played(folder, seen).turns
    end = next(n for n, t in enumerate(turns) if any(c.name == "transfer_to_human" for c in t.message.tool_calls))
    lead = [t.message.content for t in turns[:end] if t.message.role == "assistant" and t.message.content][-1]
    assert not any(fine in lead for fine in ("looks fine", "in order", "should be", "rule that out"))
    assert any(word in lead for word in ("can't", "cannot", "nothing", "not something", "more than we can mend")), lead
    assert not any(f'"{c.name}"' in fix for t in turns for c in t.message.tool_calls if t.task == 0)
