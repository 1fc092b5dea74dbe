"""What may be wrong with the user's side of a domain: refused with the file, the thing and what is valid."""

import shutil
from pathlib import Path

import pytest

from duologue.errors import UserError
from duologue.ground import catalog_of, make_tools
from duologue.sources import load_domain
from duologue.tasks.guided import side_of
from own_side.household import FOLDER, source

NOWHERE = """
[[guide]]
name = "no_picture"
title = "There is no picture"
works = { tool = "look_at_screen", field = "picture", is = "shown" }
complaint = ["My screen stays black."]
[[guide.step]]
text = "Have the cable looked at."
look = { by = "user", tool = "check_cable", field = "cable" }
wrong = "loose"
"""

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
    # ── what a guide says ──
    "a tool that nobody can be asked to use": ("lexicon.yaml", '    instruct: ["Please push the cable in firmly."]\n', "", "the user can't be asked to use push_in_cable"),
    "a request that needs more than the guide says": ("lexicon.yaml", "Please push the cable", "Please push {box_id}", "can't be asked to use push_in_cable"),
    "a value that is none of the choices": ("guides.toml", 'input = "HDMI 1" }', 'input = "SCART" }', "'SCART' is no value of 'input'"),
    "what the tool needs left out": ("guides.toml", ', args = { input = "HDMI 1" }', "", "switch_input needs 'input'"),
    "what is left without its reason": ("guides.toml", ', args = { reason = "no picture" }', "", "transfer_to_human needs 'reason'"),
    "whose it is given": ("guides.toml", 'args = { input = "HDMI 1" }', 'args = { box_id = 1, input = "HDMI 1" }', "'box_id' of switch_input is filled in"),
    "nothing that is wrong": ("guides.toml", 'wrong = "loose"', "wrong = []", "`wrong` is an empty list"),
    "what is wrong is none of the choices": ("guides.toml", '["HDMI 2", "HDMI 3"]', '["HDMI 2", "HDMI 4"]', "'HDMI 4' is no value of 'input'"),
    "what is wrong of another type": ("guides.toml", 'wrong = "loose"', "wrong = 1", "1 is no value of 'cable'"),
    "a test that never works": ("guides.toml", 'is = "shown"', "is = []", "`is` is an empty list"),
    "a test of another type": ("guides.toml", 'is = "shown"', "is = true", "True is no value of 'picture'"),
    "no guide": ("guides.toml", "*", "# none yet", "there is no guide in it"),
    "two of one name": ("guides.toml", "*", "{}{}", "there is another guide of this name"),
    "a write that nobody can tell of": ("lexicon.yaml", '    report: ["Okay, it\'s {cable} now."]\n', "", "'push_in_cable' has no `report`"),
    "no complaint": ("guides.toml", '["My screen stays black.", "I don\'t get any picture on my TV.", "There\'s been no picture since this morning."]', "[]", "has no complaint"),
    "an empty complaint": ("guides.toml", '"My screen stays black."', '" "', "a complaint is empty"),
    "a complaint with a slot": ("guides.toml", '"My screen stays black."', '"My {screen} stays black."', "'My {screen} stays black.' has a slot"),
    "what is left is the user's": ("guides.toml", 'otherwise = { by = "agent", tool = "transfer_to_human", args = { reason = "no picture" } }', 'otherwise = { by = "user", tool = "press_power" }', "by = 'user'"),
    "a step that leads nowhere": ("guides.toml", "*", NOWHERE, "has no `fix`, and the guide no `otherwise`"),
    "a field of a fix that is none": ("guides.toml", 'tool = "push_in_cable" }', 'tool = "push_in_cable", arg = { } }', "unknown field `arg`"),
    "no words for one of the choices": ("lexicon.yaml", "It says {input}.", "It says {input:HDMI 1=one|HDMI 2=two}.", "has words for input = 'HDMI 3'"),
    "a row that nobody has": (
        "tools.toml", 'of = "subscriptions.subscription_id"', 'of = "handovers.subscription_id"', "needs 'subscription_id'",
    ),
    "a date": ("guides.toml", 'wrong = "loose"', "wrong = 2025-01-01", "2025-01-01 is no value of 'cable'"),
    "a case that is a date": ("guides.toml", 'title = "There', 'case = { box_id = 2025-01-01 }\ntitle = "There', "'box_id' is 2025-01-01"),
    "no title": ("guides.toml", 'title = "There is no picture"', 'title = " "', "a name, a title or a text is empty"),
    "a step that says nothing": ("guides.toml", 'text = "Have the cable looked at; where it is loose, have it pushed in."', 'text = ""', "a text is empty"),
    "a field that is none": ("user_tools.toml", 'cable = { type = "string"', 'cable = { type = "strong"', "is no JSON Schema"),
    "a test that cannot fail": (
        "guides.toml", 'tool = "look_at_screen", field = "picture", is = "shown"', 'tool = "check_cable", field = "cable", is = ["loose", "tight"]',
        "it works, whatever check_cable shows",
    ),
    # ── whose things they are ──
    "things that are nobody's": ("schema.sql", "UNIQUE REFERENCES subscriptions, cable", "UNIQUE, cable", "'boxes', refers to no table of the desk's"),
    "not of the first table": ("user_tools.toml", 'tables = ["boxes"]', 'tables = ["subscriptions", "boxes"]', "a column of 'subscriptions', the first of the user's"),
    "a column there is none of": ("user_tools.toml", 'of = "boxes.box_id"', 'of = "boxes.box"', "'boxes' has no column 'box'"),
    "words for a tool there is none of": ("lexicon.yaml", "  check_cable:", "  check_wire:", "The user's: ['check_cable'"),
}  # fmt: skip


def changed(place: Path, file: str, old: str, new: str) -> Path:
    """The folder with one text put for another in a file; "*" for the whole of it, which "{}" stands for then."""
    folder = shutil.copytree(FOLDER, place / "desk")
    text = (folder / file).read_text(encoding="utf-8")
    assert old == "*" or old in text
    text = new.replace("{}", text) if old == "*" else text.replace(old, new)
    (folder / file).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("case", WRONG)
def test_a_side_that_does_not_hold_together_is_refused(case: str, tmp_path: Path) -> None:
    file, old, new, said = WRONG[case]
    folder = changed(tmp_path, file, old, new)
    with pytest.raises(UserError) as caught:
        load_domain(folder)
    assert said in f"{caught.value.message} {caught.value.fix}"
    assert str(folder) in caught.value.message


LINES: dict[str, tuple[str, str, str, str]] = {
    "a guide": ("guides.toml", 'is = "shown"', "is = []", "guides.toml: line 2: guide 'no_picture'"),
    "a step of it": ("guides.toml", '"HDMI 3"]', '"HDMI 4"]', "guides.toml: line 17: guide 'no_picture', step 3"),
    "the second of two": ("guides.toml", "*", "{}\n{}", "guides.toml: line 29: guide 'no_picture'"),
    "an unfinished step": ("guides.toml", 'wrong = "loose"', "", "guides.toml: line 12: Object missing required field `wrong`"),
    "a tool of the user's": ("user_tools.toml", 'SET power = \'on\'', "SET light = 1", "user_tools.toml: line 67: tool 'press_power'"),
    "a tool of the desk's": ("tools.toml", 'reads = ["subscriptions"]', 'reads = ["boxes"]', "tools.toml: line "),
}  # fmt: skip


@pytest.mark.parametrize("case", LINES)
def test_what_is_refused_is_said_with_its_line(case: str, tmp_path: Path) -> None:
    file, old, new, said = LINES[case]
    with pytest.raises(UserError) as caught:
        load_domain(changed(tmp_path, file, old, new))
    assert caught.value.message.startswith(f"{tmp_path / 'desk'}/{said}")


def test_things_belong_to_what_the_first_key_names(tmp_path: Path) -> None:
    """SQLite lists the key that was declared last first."""
    folder = changed(
        tmp_path,
        "schema.sql",
        "firmware_stuck INTEGER NOT NULL DEFAULT 0",
        "firmware_stuck INTEGER NOT NULL DEFAULT 0, paid_by INTEGER REFERENCES customers, beside INTEGER REFERENCES boxes",
    )
    made = load_domain(folder)
    side = side_of(made.own_tools, made.image, catalog_of(made))
    assert side is not None
    assert (side.column, side.table) == ("box_id", "subscriptions")
    assert {o.key for o in side.owned} == {o.row["subscription_id"] for o in side.owned}


def test_a_case_may_be_what_nobody_is_shown(tmp_path: Path) -> None:
    folder = changed(tmp_path, "guides.toml", 'title = "There', 'case = { firmware_stuck = 1 }\ntitle = "There')
    assert load_domain(folder).policy.guides[0].case == {"firmware_stuck": 1}  # type: ignore[union-attr]


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
