"""What may be wrong with the user's side of a domain: refused with the file, the thing and what is valid."""

import shutil
from pathlib import Path

import pytest

from duologue.errors import UserError
from duologue.ground import catalog_of, make_tools
from duologue.sources import load_domain
from own_side.household import FOLDER, source

WRONG: dict[str, tuple[str, str, str, str]] = {
    "a table that is not there": ("user_tools.toml", 'tables = ["boxes"]', 'tables = ["boxes", "crates"]', "no table or view 'crates'"),
    "the desk reads what is the user's": (
        "tools.toml", 'reads = ["subscriptions"]', 'reads = ["subscriptions", "boxes"]', "'boxes' the user's",
    ),
    "the user writes what is the desk's": (
        "user_tools.toml", 'writes = ["boxes"]', 'writes = ["subscriptions"]', "writes 'subscriptions', which is not the user's",
    ),
    "nobody's tool": ("user_tools.toml", 'inputs.box_id = { use = "own" }', 'inputs.box_id = { use = "key" }', "no input of use 'own'"),
    "a guide by a tool that is not there": ("guides.toml", 'tool = "check_cable"', 'tool = "check_wire"', "'check_wire' is not one of the user's"),
    "the wrong side": ("guides.toml", 'by = "user", tool = "check_cable"', 'by = "agent", tool = "check_cable"', "is not one of the assistant's"),
    "a field that does not come back": ("guides.toml", 'field = "cable"', 'field = "wire"', "gives no field 'wire'"),
    "a fix that changes nothing": ("guides.toml", 'tool = "push_in_cable"', 'tool = "check_cable"', "changes nothing"),
    "a parameter there is none of": ("guides.toml", 'args = { input = "HDMI 1" }', 'args = { plug = "HDMI 1" }', "no parameter 'plug'"),
    "no words for what is asked": ("lexicon.yaml", "{cable}", "as it should be", "tells 'cable', so nobody could say it"),
    "words of a kind there is none of": ("lexicon.yaml", "instruct: [\"Please push", "request: [\"Please push", "no kind of phrase 'request'"),
    "a field in words that is none": ("lexicon.yaml", "{power:on", "{light:on", "'light' is not a parameter"),
    "a case of what does not show": ("guides.toml", 'title = "There', 'case = { sound = "none" }\ntitle = "There', "gives no field 'sound'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_side_that_does_not_hold_together_is_refused(case: str, tmp_path: Path) -> None:
    file, old, new, said = WRONG[case]
    folder = shutil.copytree(FOLDER, tmp_path / "desk")
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_domain(folder)
    assert said in f"{caught.value.message} {caught.value.fix}"
    assert str(folder) in caught.value.message


def test_guides_without_tools_are_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "desk")
    (folder / "user_tools.toml").unlink()
    with pytest.raises(UserError, match="guides, but no user_tools"):
        load_domain(folder)


def test_the_desk_does_not_know_the_users_tables() -> None:
    catalog = catalog_of(source())
    assert {t.name for t in catalog.tables} == {"customers", "subscriptions", "handovers"}
    environment = make_tools(source(), catalog, 2, [0])[0]
    assert not [t.name for t in environment.toolset.tools if "boxes" in (*t.reads, *t.writes)]
    assert len(environment.toolset.own) == 7
