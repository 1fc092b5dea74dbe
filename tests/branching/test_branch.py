"""`duologue branch`: parents stay as they are, branches share their prefix, replay, and are made once."""

import json
import re
import shlex
from pathlib import Path

import pytest

from duologue.branching import Asked, branch
from duologue.branching.making import said
from duologue.branching.places import Places, decisions, forks, places
from duologue.cli import run
from duologue.errors import UserError
from duologue.models.endpoint import Endpoint
from duologue.onward import Plan
from duologue.protocols import Request
from duologue.roles import Roles
from duologue.settings import ModelSettings
from duologue.store import Store
from duologue.testing import ScriptedModel
from duologue.types import Act, Dialogue, Message, Turn

PAGE = Path(__file__).parents[2] / "docs" / "branching.md"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "shop"
    assert run(["generate", "-n", "3", "-o", str(folder)]) == 0
    return folder


def stored(folder: Path) -> list[Dialogue]:
    with Store.open(folder, readonly=True) as store:
        return [d.dialogue for ok in (True, False) for d in store.dialogues(ok)]


@pytest.mark.parametrize("differ", ["agent", "user", "both"])
def test_branches_share_their_parents_prefix_and_parents_stay_byte_for_byte(
    shop: Path, tmp_path: Path, differ: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (shop / "run.sqlite").read_bytes()
    asked = [
        "branch",
        str(shop),
        "-o",
        str(tmp_path / "b"),
        "--at",
        "first,20",
        "--n",
        "2",
        "--differ",
        differ,
        "--json",
    ]
    capsys.readouterr()
    assert run(asked) == 0
    told = json.loads(capsys.readouterr().out)
    assert (shop / "run.sqlite").read_bytes() == before
    parents = {d.id: d for d in stored(shop)}
    branches = stored(tmp_path / "b")
    assert told["branches"] == told["places"] * 2 == told["accepted"] + told["rejected"] + told["same"]
    assert len(branches) == told["accepted"] + told["rejected"] >= told["branches"] - 1
    for made in branches:
        assert made.fork is not None
        parent = parents[made.fork.parent]
        assert made.turns[: made.fork.at] == parent.turns[: made.fork.at]
        assert said(made.turns) != said(parent.turns)
    assert len({said(d.turns) for d in branches}) == len(branches)
    assert run(["verify", str(tmp_path / "b")]) == 0


def test_a_run_of_branches_cut_short_goes_on_and_gives_the_same(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(name: str) -> list[str]:
        return ["branch", str(shop), "-o", str(tmp_path / name), "--at", "first,last", "--n", "3", "--limit", "2"]

    assert run(asked("whole")) == 0
    put, count = Store.put_dialogue, iter(range(1000))

    def dying(self: Store, *given: object) -> None:
        if next(count) == 4:
            raise KeyboardInterrupt
        put(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Store, "put_dialogue", dying)
        assert run(asked("cut")) == 130
    assert len(stored(tmp_path / "cut")) == 4
    assert run(asked("cut")) == 0
    assert stored(tmp_path / "cut") == stored(tmp_path / "whole")
    assert run(asked("cut")) == 0
    assert stored(tmp_path / "cut") == stored(tmp_path / "whole")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--at", "sometimes"], "is not a place"),
        (["--at", "0"], "is not a place"),
        (["--n", "0"], "is out of range"),
        (["--differ", "nobody"], "is nobody here"),
        (["--limit", "0"], "leaves nothing"),
        (["--at", "9999"], "the latest turn in which somebody decides is"),
        (["--mistakes", "2"], "is no share"),
        (["--mistakes", "1", "--differ", "user"], "only the user differs"),
        (["-o", "."], "is the run itself"),
        (["-o", "inside"], "lies inside the run"),
    ],
)
def test_what_is_not_valid_is_said(
    shop: Path, flags: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    capsys.readouterr()
    assert run(["branch", str(shop), *flags]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", ["branch", "continue"])
def test_a_run_that_is_still_being_made_is_left_alone(
    command: str, shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(shop):
        assert run([command, str(shop), "-o", str(tmp_path / "b")]) == 2
    assert "still being made" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_what_will_be_made_is_said_first(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["branch", str(shop), "-o", str(tmp_path / "b"), "--at", "first,last", "--n", "3", "--limit", "2"]
    assert run(asked) == 0
    assert capsys.readouterr().err == "12 branches: 3 at each of 4 places in 2 conversations\n"
    assert run(asked) == 0
    assert capsys.readouterr().err == ""
    plans: list[Plan] = []
    settings = ModelSettings(roles=Roles({"agent": ("x",)}), endpoints={"x": Endpoint(("http://localhost:1",), "x")})
    wanted = Asked(source=shop, out=tmp_path / "c", at="last", n=2, differ="agent", limit=1, models=settings)
    branch(wanted, lambda progress: None, {"x": ScriptedModel(lambda request: "No.")}, plan=plans.append)
    (plan,) = plans
    assert (plan.items, plan.missing, plan.conversations, plan.places) == (2, 2, 1, 1)
    path = stored(shop)[0].path()
    at = decisions(path, "agent")[-1]
    assert plan.turns == 2 * sum(turn.message.role == "assistant" for turn in path[at:])


def test_show_and_export_say_where_a_branch_comes_from(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "b")
    assert run(["branch", str(shop), "-o", folder, "--at", "last", "--n", "1", "--limit", "1"]) == 0
    capsys.readouterr()
    assert run(["show", folder, "1"]) == 0
    text = capsys.readouterr().out
    parent = stored(shop)[0]
    assert f"1 of {parent.id} from turn" in text
    assert "from here on the branch's own" in text
    assert run(["export", folder, "-o", str(tmp_path / "b.jsonl")]) == 0
    row = json.loads((tmp_path / "b.jsonl").read_text())
    assert row["metadata"]["fork"]["parent"] == parent.id
    at = row["metadata"]["fork"]["at"]
    assert [m["content"] for m in row["messages"][:at]] == [t.message.content for t in parent.turns[:at]]
    assert run(["verify", str(tmp_path / "b.jsonl")]) == 0


def test_the_commands_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    assert lines
    for words in map(shlex.split, lines):
        few = [{"-n": "2", "--n": "3"}.get(before, word) for before, word in zip(["", *words], words, strict=False)]
        assert run(few[1:]) == 0, words


def test_the_card_says_how_to_make_the_branches_again(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "b")
    assert run(["branch", str(shop), "-o", folder, "--at", "15", "--n", "1", "--limit", "2", "--seed", "4"]) == 0
    capsys.readouterr()
    assert run(["card", folder]) == 0
    lines = capsys.readouterr().out.splitlines()
    made = [line for line in lines if line.startswith("duologue ")]
    assert [line.split()[1] for line in made[:3]] == ["generate", "branch", "export"]
    assert made[0].endswith("-n 3 --seed 0 --mode user --toolsets 4 -o RUN-parent")
    assert made[1] == "duologue branch RUN-parent --at 15 --n 1 --differ both --limit 2 --seed 4 -o RUN"


def test_a_scripted_run_is_branched_with_a_model_as_the_assistant(shop: Path, tmp_path: Path) -> None:
    def asked(request: Request) -> str:
        return "I'm afraid I can't help with that today."

    settings = ModelSettings(roles=Roles({"agent": ("x",)}), endpoints={"x": Endpoint(("http://localhost:1",), "x")})
    wanted = Asked(source=shop, out=tmp_path / "b", at="5", n=2, differ="agent", limit=2, models=settings)
    model = ScriptedModel(asked)
    told = branch(wanted, lambda progress: None, {"x": model})
    assert (told.branches, told.accepted) == (4, 0)
    assert (told.rejected, told.same) == (2, 2)
    times = len(model.requests)
    assert times
    assert branch(wanted, lambda progress: None, {"x": model}) == told
    assert len(model.requests) == times
    with pytest.raises(UserError, match="can't take that up"):
        branch(Asked(source=tmp_path / "b", out=tmp_path / "c"), lambda progress: None)


def test_a_mistake_is_the_first_thing_that_differs_and_is_never_accepted(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "b"
    asked = [
        "branch",
        str(shop),
        "-o",
        str(folder),
        "--differ",
        "agent",
        "--at",
        "4,14,last",
        "--n",
        "2",
        "--mistakes",
        "1",
        "--json",
    ]
    capsys.readouterr()
    assert run(asked) == 0
    told = json.loads(capsys.readouterr().out)
    parents = {d.id: d for d in stored(shop)}
    with Store.open(folder, readonly=True) as store:
        assert not any(d.dialogue.fork.mistake for d in store.dialogues() if d.dialogue.fork)
        spoilt = [d for d in store.dialogues(accepted=False) if d.dialogue.fork and d.dialogue.fork.mistake]
    assert len(spoilt) == told["mistakes"] >= told["noticed"] > 0
    for made in spoilt:
        fork, turns = made.dialogue.fork, made.dialogue.turns
        assert fork is not None
        parent = parents[fork.parent].turns
        assert turns[: fork.at] == parent[: fork.at]
        assert turns[fork.at].message.role == parent[fork.at].message.role == "assistant"
        assert said(turns[fork.at : fork.at + 1]) != said(parent[fork.at : fork.at + 1])
        assert {v.check for v in made.verdicts if v.passed is False} >= set(fork.noticed)
        assert next(v for v in made.verdicts if v.check == "replay").passed


def test_conversations_in_which_calls_failed_on_purpose_offer_no_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "drift.toml").write_text("[faults]\nschema_drift = 0.3\n")
    made = ["generate", "-n", "4", "--seed", "1", "--config", str(tmp_path / "drift.toml"), "-o", str(tmp_path / "run")]
    assert run(made) == 0
    asked = ["branch", str(tmp_path / "run"), "-o", str(tmp_path / "b"), "--at", "4,14,last", "--differ", "agent"]
    capsys.readouterr()
    assert run([*asked, "--n", "1", "--mistakes", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["unfinished"] == 0
    failed = {d.id: any(t.fault for t in d.turns) for d in stored(tmp_path / "run")}
    assert any(failed.values())
    forks = [d.fork for d in stored(tmp_path / "b") if d.fork is not None]
    assert not any(fork.mistake for fork in forks if failed[fork.parent])


# ── places ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def turn(role: str, act: str = "", done: bool = False) -> Turn:
    return Turn(Message(role, "x"), acts=(Act(act),) if act else (), done=done)  # type: ignore[arg-type]


PATH = (
    turn("system"),
    turn("user", "request"), turn("assistant", "look up"), turn("tool"), turn("assistant", "report"),
    turn("user", "confirm"), turn("assistant", "report"), turn("user", "bye", done=True), turn("assistant", "bye"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("differ", "at", "found"),
    [
        ("agent", "every-decision", [2, 4, 6]),
        ("user", "every-decision", [1]),
        ("both", "every-decision", [1, 2, 4, 6]),
        ("both", "first,last", [1, 6]),
        ("agent", "3", [4]),
        ("agent", "2,3,4", [2, 4]),
        ("agent", "7", []),
    ],
)
def test_places_lie_before_decisions(differ: str, at: str, found: list[int]) -> None:
    assert forks(PATH, differ, places(at)) == found


def test_a_models_user_may_come_with_a_request_in_any_turn() -> None:
    assert decisions([turn("system"), turn("user"), turn("assistant"), turn("user")], "user") == [1, 3]


def test_places_are_read_or_refused() -> None:
    assert places("first, 12,last") == Places(first=True, last=True, turns=(12,))
    with pytest.raises(UserError, match="not a place"):
        places("first,,last")


def test_one_of_each_is_said_as_one(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["branch", str(shop), "-o", str(tmp_path / "b"), "--at", "first", "--limit", "1", "--n", "1"]) == 0
    assert capsys.readouterr().out.startswith("1 branch of 1 conversation at 1 place: ")
