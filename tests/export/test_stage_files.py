"""The files in which stages meet: the way back, what may be written by hand, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from duologue.errors import UserError
from duologue.export import (
    named,
    read_dialogues,
    read_scenarios,
    read_tools,
    write_dialogues,
    write_scenarios,
    write_tools,
)
from samples import make_dialogue, make_environment

ENVIRONMENT = make_environment()
DIALOGUES = [make_dialogue(ENVIRONMENT, i) for i in range(3)]
SCENARIOS = [dialogue.scenario for dialogue in DIALOGUES]
HEADING = '{"format": "duologue.tasks/1"}'


def test_the_way_back(tmp_path: Path) -> None:
    write_tools(ENVIRONMENT, tmp_path / "tools.json")
    assert read_tools(tmp_path / "tools.json", ENVIRONMENT.image) == named(ENVIRONMENT)
    assert write_scenarios(SCENARIOS, tmp_path / "tasks.jsonl", ENVIRONMENT.id) == 3
    assert read_scenarios(tmp_path / "tasks.jsonl") == SCENARIOS
    assert write_dialogues(iter(DIALOGUES), tmp_path / "dialogues.jsonl", ENVIRONMENT.id) == 3
    assert read_dialogues(tmp_path / "dialogues.jsonl") == DIALOGUES
    assert write_dialogues([], tmp_path / "none.jsonl", ENVIRONMENT.id) == 0
    assert read_dialogues(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize(
    "form",
    [
        lambda items: "\n".join(items),
        lambda items: "\n".join([HEADING, *items, ""]),
        lambda items: "\n\n".join([HEADING, *items]),
        lambda items: f"\n [{','.join(items)}]\n",
    ],
    ids=["lines", "heading", "blank lines", "list"],
)
def test_forms_that_a_hand_may_write(tmp_path: Path, form: Callable[[list[str]], str]) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text(form([msgspec.json.encode(scenario).decode() for scenario in SCENARIOS]), encoding="utf-8")
    assert read_scenarios(path) == SCENARIOS


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"format": "duologue.tasks/2"}', "has format 'duologue.tasks/2', not 'duologue.tasks/1'"),
        (HEADING + "\n{}", "line 2, is not a Scenario: .*missing required field `id`"),
        ("{", "line 1, is not a Scenario"),
        ("[{}]", "is not a duologue.tasks/1 list"),
    ],
)
def test_what_is_not_a_task_file(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=says) as caught:
        read_scenarios(path)
    assert "docs/formats.md" in caught.value.fix


def test_what_is_not_a_toolset(tmp_path: Path) -> None:
    path = tmp_path / "tools.json"
    with pytest.raises(UserError, match="Cannot read"):
        read_tools(path, "")
    path.write_text('{"format": "duologue.tools/1"}')
    with pytest.raises(UserError, match="is not a toolset"):
        read_tools(path, "")
    write_tools(ENVIRONMENT, path)
    with pytest.raises(UserError, match="was made for another database"):
        read_tools(path, "0123")
    path.write_text(path.read_text().replace("duologue.tools/1", "duologue.tools/9"))
    with pytest.raises(UserError, match="has format"):
        read_tools(path, ENVIRONMENT.image)


def test_an_edited_toolset_is_another_environment(tmp_path: Path) -> None:
    path = tmp_path / "tools.json"
    write_tools(ENVIRONMENT, path)
    edited = json.loads(path.read_text(encoding="utf-8"))
    edited["environment"]["image"] = ""
    edited["environment"]["toolset"]["tools"][0]["description"] = "Finds them."
    path.write_text(json.dumps(edited), encoding="utf-8")
    environment = read_tools(path, ENVIRONMENT.image)
    assert environment.image == ENVIRONMENT.image
    assert environment.id not in ("", named(ENVIRONMENT).id)
    assert environment == named(environment)
