"""Conversations about a trouble on the user's side: proven, played by both sides' tools, replayed, exported and judged."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from duologue.checks import combine
from duologue.cli import run
from duologue.environment import open_session
from duologue.export.rows import FORMS, Row, RunFacts, dialogue_of, messages_of, metadata_of
from duologue.ids import from_json, to_json
from duologue.language.cases import filled
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.plans.heeding import Heeding
from duologue.protocols import Request
from duologue.simulate.model_agent import ModelAgent
from duologue.simulate.model_user import ModelUser
from duologue.simulate.scripted import Pair, perform
from duologue.sources import from_domain
from duologue.testing import ScriptedModel
from duologue.types import Dialogue, Message
from own_side.household import FOLDER, played, scenarios, shop, source

ITEMS = range(12)


def own_calls(dialogue: Dialogue) -> list[str]:
    return [c.name for t in dialogue.turns for c in t.message.tool_calls if c.own]


@pytest.mark.parametrize("item", ITEMS)
def test_a_trouble_is_played_and_passes_every_check(item: int) -> None:
    dialogue = played(item)
    assert combine(shop().check(dialogue)).reasons == ()
    task = dialogue.scenario.tasks[0]
    assert task.shape == "guided"
    assert task.proof is not None
    assert all(task.proof.mutations.values())
    assert own_calls(dialogue)[-1] == "look_at_screen" or "transfer_to_human" in [s.tool for s in task.plan]
    assert "trouble" in dialogue.turns[1].behaviours


def test_there_are_troubles_of_many_causes() -> None:
    """Mended by the user, by the desk, by both, and such as nobody could mend."""
    fixes = [{s.tool for s in scenario.tasks[0].plan if s.weight == "critical"} for scenario in scenarios(24)]
    for tool in ("push_in_cable", "press_power", "switch_input", "resume_subscription", "transfer_to_human"):
        assert any(tool in names for names in fixes), tool


def test_none_where_the_rate_is_nothing() -> None:
    made = [shop(0.0).tasks.scenario(f"{item}.0", ()) for item in range(6)]
    assert not [t for scenario in made for t in scenario.tasks if t.shape == "guided"]


def test_the_assistant_is_told_the_guides_and_never_the_calls() -> None:
    dialogue = played(0)
    assert "Have the cable looked at; where it is loose, have it pushed in." in dialogue.turns[0].message.content
    mine = {c.id for t in dialogue.turns for c in t.message.tool_calls if c.own}
    said = [t.message for t in dialogue.turns if t.message.role == "assistant"]
    assert mine
    assert not [m for m in said if any(c.id in mine or c.own for c in m.tool_calls)]


def test_the_assistant_cannot_use_the_users_tools() -> None:
    session = open_session(source().image, shop().environment, scenarios(12)[0].clock)
    outcome = session.execute("push_in_cable", {"box_id": 1})
    assert outcome.failed
    assert outcome.result["error"]["type"].lower().startswith("unknown")
    assert not session.execute("push_in_cable", {"box_id": 1}, own=True).failed


# ── spoiled ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def edited(dialogue: Dialogue, at: int, **fields: object) -> Dialogue:
    turns = list(dialogue.turns)
    turns[at] = replace(turns[at], message=replace(turns[at].message, **fields))
    return replace(dialogue, turns=tuple(turns))


def at_role(dialogue: Dialogue, role: str, tool: str = "") -> int:
    """The first turn of that role, after a call of that tool."""
    named = {c.id for t in dialogue.turns for c in t.message.tool_calls if tool in ("", c.name)}
    return next(
        n for n, t in enumerate(dialogue.turns) if t.message.role == role and t.message.tool_call_id in (named | {""})
    )


def with_(tool: str) -> Dialogue:
    return next(played(i) for i in ITEMS if tool in own_calls(played(i)))


def a_result_that_never_came() -> Dialogue:
    dialogue = with_("check_cable")
    at = at_role(dialogue, "user_result", "check_cable")
    seat = from_json(dialogue.turns[at].message.content)["cable"]
    return edited(dialogue, at, content=to_json({"cable": "tight" if seat == "loose" else "loose"}))


def a_fix_that_was_not_made() -> Dialogue:
    dialogue = with_("push_in_cable")
    at = next(n for n, t in enumerate(dialogue.turns) if any(c.name == "push_in_cable" for c in t.message.tool_calls))
    turns = [*dialogue.turns[:at], *dialogue.turns[at + 2 :]]
    return replace(dialogue, turns=tuple(replace(t, parent=n - 1 if n else None) for n, t in enumerate(turns)))


def a_call_in_the_assistants_name() -> Dialogue:
    dialogue = with_("check_cable")
    at = next(n for n, t in enumerate(dialogue.turns) if any(c.name == "check_cable" for c in t.message.tool_calls))
    return edited(dialogue, at, role="assistant")


def told(tool: str, value: str, text: str, role: str = "user") -> Dialogue:
    """What is said after a tool of the user's showed something, put in other words, and without acts: as a model would."""
    for item in ITEMS:
        dialogue = played(item)
        for n, turn in enumerate(dialogue.turns):
            call = next(iter(dialogue.turns[n - 1].message.tool_calls), None)
            if (
                turn.message.role == "user_result"
                and call is not None
                and call.name == tool
                and value in turn.message.content
            ):
                at = next(k for k in range(n + 1, len(dialogue.turns)) if dialogue.turns[k].message.role == role)
                turns = [replace(t, acts=()) if k == at else t for k, t in enumerate(dialogue.turns)]
                return edited(replace(dialogue, turns=tuple(turns)), at, content=text)
    raise LookupError(f"{tool} never showed {value}")


LIES = [
    ("check_cable", "loose", "It sits tight.", "user"),
    ("look_at_screen", "none", "There's a picture now, yes, it works!", "user"),
    ("look_at_screen", "shown", "No, still black.", "user"),
    ("push_in_cable", "tight", "I couldn't find the cable, so I didn't push it in.", "user"),
    ("show_input", "HDMI 2", "It says HDMI 1.", "user"),
    ("check_power_light", "standby", "The light is on, green.", "user"),
    ("look_at_screen", "none", "Great, your picture is back, that's solved.", "assistant"),
    ("check_cable", "loose", "I have pushed the cable in for you, so that is done.", "assistant"),
]
TRUE = [
    ("check_cable", "loose", "It is rather loose, I'd say.", "user"),
    ("look_at_screen", "none", "Hm, I still see nothing at all.", "user"),
    ("show_input", "HDMI 2", "HDMI 2 is what it says up there.", "user"),
    ("look_at_screen", "none", "Sorry that it isn't solved yet. Let's go on until your picture is back.", "assistant"),
    ("check_cable", "loose", "I have looked at your subscription in the meantime.", "assistant"),
]


@pytest.mark.parametrize(("tool", "value", "text", "role"), LIES)
def test_what_is_not_so_on_the_users_side_is_caught(tool: str, value: str, text: str, role: str) -> None:
    failed = [v for v in shop().check(told(tool, value, text, role)) if v.check == "own_side"]
    assert [v.passed for v in failed] == [False]


@pytest.mark.parametrize(("tool", "value", "text", "role"), TRUE)
def test_what_is_so_in_other_words_is_not(tool: str, value: str, text: str, role: str) -> None:
    failed = [v for v in shop().check(told(tool, value, text, role)) if v.check == "own_side"]
    assert [v.passed for v in failed] == [True]


def a_figure_that_was_not_seen() -> Dialogue:
    dialogue = with_("show_input")
    at = at_role(dialogue, "user_result", "show_input") + 1
    return edited(dialogue, at, content="It says input 77 on the screen.")


def an_assistant_that_asks_as_the_user() -> Dialogue:
    dialogue = with_("check_cable")
    at = next(n for n, t in enumerate(dialogue.turns) if n > 3 and t.message.role == "assistant" and t.message.content)
    return edited(dialogue, at, content="Thank you for your help. Can you show me all my subscriptions, please?")


SPOILED = {
    "replay": a_result_that_never_came,
    "own_side": a_result_that_never_came,
    "state": a_fix_that_was_not_made,
    "calls": a_fix_that_was_not_made,
    "protocol": a_call_in_the_assistants_name,
    "user_gate": a_figure_that_was_not_seen,
}


def test_an_assistant_that_asks_as_the_user_is_caught() -> None:
    found = [v for v in shop().check(an_assistant_that_asks_as_the_user()) if v.check == "protocol"]
    assert [v.passed for v in found] == [False]


@pytest.mark.parametrize("check", SPOILED)
def test_what_is_spoiled_is_caught(check: str) -> None:
    failed = [v.check for v in shop().check(SPOILED[check]()) if not v.passed]
    assert check in failed


# ── exported ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_export_has_no_message_of_the_users_own_side_and_loses_nothing() -> None:
    dialogue = played(1)
    messages = messages_of(dialogue, FORMS["openai"])
    assert {m.role for m in messages} == {"system", "user", "assistant", "tool"}
    meta = metadata_of(dialogue, shop().check(dialogue), shop().environment, RunFacts(1, "0"))
    row = msgspec.json.decode(msgspec.json.encode(Row(dialogue.id, messages, (), meta)), type=Row)
    assert dialogue_of(row) == dialogue


@pytest.mark.parametrize("places", [(-1, 3), (0, 3), (3, 3), (5, 3), (3, 999)])
def test_a_row_whose_own_turns_stand_nowhere_is_refused(places: tuple[int, ...]) -> None:
    dialogue = played(1)
    meta = metadata_of(dialogue, (), shop().environment, RunFacts(1, "0"))
    own = tuple(replace(o, at=at) for o, at in zip(meta.own or (), places, strict=False))
    row = Row(dialogue.id, messages_of(dialogue, FORMS["openai"]), (), replace(meta, own=own))
    with pytest.raises(ValueError, match=r"metadata\.own: -?\d+ is no place"):
        dialogue_of(row)


def test_taken_up_at_any_turn_it_goes_the_same_way() -> None:
    dialogue = played(2)
    for at in range(2, len(dialogue.turns), 5):
        assert asyncio.run(shop().go_on(replace(dialogue, turns=dialogue.turns[:at]))).turns == dialogue.turns


# ── with models ──────────────────────────────────────────────────────────────────────────────────────────────────────────

ASKED = {
    "press the power": "check_power_light", "light": "check_power_light", "cable sits": "check_cable", "push the cable": "push_in_cable",
    "Which input": "show_input", "switch the TV": "switch_input", "picture now": "look_at_screen",
}  # fmt: skip


def on_a_pair(item: int, user: ScriptedModel | None = None, agent: ScriptedModel | None = None) -> Dialogue:
    """A conversation with a model on one side."""
    scenario, env = scenarios(12)[item], shop().environment
    scenario = replace(scenario, tasks=scenario.tasks[:1], order=())
    session = open_session(source().image, env, scenario.clock)
    mine = (
        ModelUser(Voice("user", user, Prompts()), scenario, env, {}, "0.0")
        if user is not None
        else shop()._user(scenario, "")
    )
    theirs = (
        ModelAgent(Voice("agent", agent, Prompts()), env, "0.0") if agent is not None else shop()._agent(scenario, "")
    )
    return asyncio.run(perform(scenario, env, Pair(mine, theirs, session)))


def test_a_model_as_the_user_does_what_it_is_asked_and_says_what_it_saw() -> None:
    item = next(i for i in ITEMS if len(scenarios(12)[i].tasks[0].plan) < 6)
    first_task = [t for t in played(item).turns if t.task == 0]
    theirs = [t.message for t in first_task if t.message.role == "assistant"]
    lines = [t.message for t in first_task if t.message.role in ("user", "user_call")]

    def reply(request: Request) -> dict[str, object]:
        n = sum(m.role == "assistant" for m in request.messages)
        if n >= len(lines):
            return {"user_message": "Thanks, bye.", "is_task_complete": True}
        if lines[n].tool_calls:
            call = lines[n].tool_calls[0]
            return {"tool": call.name, "arguments": {k: v for k, v in call.arguments.items() if k != "box_id"}}
        return {"user_message": lines[n].content}

    def answer(request: Request) -> Message | str:
        n = sum(m.role == "assistant" for m in request.messages)
        return theirs[n] if n < len(theirs) else "You are welcome. Goodbye."

    model = ScriptedModel(reply)
    dialogue = on_a_pair(item, user=model, agent=ScriptedModel(answer))
    made = own_calls(dialogue)
    assert made == own_calls(played(item))
    first = model.requests[0].messages[0].content
    assert "push_in_cable: Push the cable in." in first
    assert "box_id" not in first
    notes = [m.content for m in model.requests[-1].messages if m.role == "user" and "<note>{" in m.content]
    assert len(notes) == len(made)


@pytest.mark.parametrize(
    ("given", "reason"),
    [({"tool": "look_under_rug", "arguments": {}}, "no such tool"), ({"tool": "switch_input", "arguments": {"input": 5}}, "wrong arguments")],
)  # fmt: skip
def test_a_model_that_misuses_its_tools_is_told_so(given: dict[str, object], reason: str) -> None:
    from duologue.simulate.play import GivenUpError

    with pytest.raises(GivenUpError) as caught:
        on_a_pair(0, user=ScriptedModel(lambda _: given))
    assert (caught.value.stage, caught.value.reason) == ("user", reason)


def test_a_model_as_the_assistant_is_understood_by_its_words() -> None:
    item = next(i for i in ITEMS if "resume_subscription" not in {s.tool for s in scenarios(12)[i].tasks[0].plan})

    def reply(request: Request) -> str:
        said = [m.content for m in request.messages if m.role == "assistant"]
        steps = [
            "What does the light on the box show?", "Please press the power button on the box once.",
            "Could you check how the cable sits at the back of the box?", "Please push the cable in firmly.",
            "Which input is your TV set to?", "Please switch the TV to HDMI 1.", "Thank you. Is there a picture on the screen now?",
        ]  # fmt: skip
        return (
            steps[len(said)]
            if len(said) < len(steps)
            else f"That is settled then, for the time being. Goodbye {len(said)}."
        )

    model = ScriptedModel(reply)
    dialogue = on_a_pair(item, agent=model)
    assert own_calls(dialogue)[:7] == [
        "check_power_light", "press_power", "check_cable", "push_in_cable", "show_input", "switch_input", "look_at_screen",
    ]  # fmt: skip
    assert not any(m.is_own for r in model.requests for m in r.messages)


HEARD = [
    ("Could you have a look at the cable behind the box for me?", "check_cable"),
    ("Push that cable in, please, as far as it goes.", "push_in_cable"),
    ("Switch your set to the input HDMI 1 now.", "switch_input"),
    ("Your subscription is active again.", None),
    ("What is the number of your subscription?", None),
    ("Is there anything else I can do for you?", None),
    ("Does the cable sit well, or is it loose?", "check_cable"),
    ("Don't push the cable in yet.", None),
    ("There is no need to press the power button.", None),
    ("I have pressed the power button for you.", None),
    ("The power is off. Could you press the power button?", "press_power"),
    ("Please switch the TV to HDMI 7.", None),
    ("Please switch the TV to HDMI " + "1" * 400, None),
]
CLAIMED = [
    ("I have pushed the cable in for you.", "push_in_cable"),
    ("I've just pressed the power button on your box.", "press_power"),
    ("I have resumed your subscription.", None),
    ("Have you pushed the cable in?", None),
    ("I haven't pushed the cable in.", None),
]


@pytest.mark.parametrize(("text", "tool"), HEARD)
def test_what_an_assistant_asks_for_is_heard(text: str, tool: str | None) -> None:
    found = Heeding(shop().environment.toolset.own).asked_for(text)
    assert (found[0].name if found else None) == tool


@pytest.mark.parametrize(("text", "tool"), CLAIMED)
def test_what_an_assistant_says_to_have_done_with_it_is_heard(text: str, tool: str | None) -> None:
    found = Heeding(shop().environment.toolset.own).claimed(text)
    assert (found.name if found else None) == tool


PHONE = [
    ("Please turn mobile data off.", None),
    ("Please turn off data roaming.", None),
    ("Please turn on airplane mode.", None),
    ("Is airplane mode on?", "check_status_bar"),
    ("Don't restart your phone yet.", None),
    ("There is no need to restart the phone.", None),
    ("I have turned off data roaming on my side.", None),
    ("Thanks! Could you restart the phone?", "restart_phone"),
    ("Data saver is on. Could you turn it off?", "turn_off_data_saver"),
]


@pytest.mark.parametrize(("text", "tool"), PHONE)
def test_nothing_is_done_the_other_way_round(text: str, tool: str | None) -> None:
    found = Heeding(from_domain("telecom").own_tools).asked_for(text)
    assert (found[0].name if found else None) == tool


@pytest.mark.parametrize("name", ["telecom", "helpdesk"])
def test_each_line_that_asks_for_a_tool_is_heard_as_that(name: str) -> None:
    tools = from_domain(name).own_tools
    hearing = Heeding(tools)
    for tool in tools:
        choice = {n: s.get("enum", [""])[0] for n, s in tool.parameters["properties"].items()}
        for line in tool.wording["instruct"]:
            found = hearing.asked_for(filled(line, choice) or line)
            assert found is not None, line
            assert found[0].name == tool.name, line


def test_every_command_reads_a_run_in_which_users_do_things_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, rows = str(tmp_path / "run"), str(tmp_path / "rows.jsonl")
    assert run(["generate", "--domain", str(FOLDER), "-n", "6", "--behaviour", "trouble=1", "-o", out]) == 0
    for command in (
        ["stats", out],
        ["show", out, "1"],
        ["quality", out],
        ["verify", out],
        ["prove", out],
        ["select", out],
        ["export", out, "-o", rows],
        ["card", out, "-o", str(tmp_path / "card.md")],
        ["branch", out, "--at", "last", "--n", "1", "-o", str(tmp_path / "branched")],
        ["continue", out, "--tasks", "1", "-o", str(tmp_path / "on")],
    ):
        assert run(command) == 0, command
    assert run(["audit", rows]) in (0, 1)
    assert " does " in capsys.readouterr().out
