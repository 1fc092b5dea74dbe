"""`duologue.toml` and flags as one checked value."""

from pathlib import Path

import pytest

from duologue.config import RunConfig
from duologue.errors import UserError
from duologue.models.endpoint import Price
from duologue.settings import LOCAL, Flags, ModelSettings, model_settings

FILE = """
concurrency = 8
[models.big]
name = "big-120b"
urls = ["http://one:8000", "http://two:8000/v1/"]
price = { input = 1.0, output = 2.0 }
[models.small]
urls = "http://three:8000"
[roles]
all = "big"
judge = ["big", "small"]
[limits]
dollars = 5
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def settings(text: str = "", **flags: object) -> ModelSettings:
    if text:
        Path("duologue.toml").write_text(text, encoding="utf-8")
    return model_settings(Flags(**flags))  # type: ignore[arg-type]


def test_nothing_said_is_scripted() -> None:
    found = settings()
    assert found.roles.scripted
    assert not found.endpoints


def test_a_model_by_flag_plays_everything() -> None:
    found = settings(model="m")
    assert found.endpoints["model"].urls == (LOCAL,)
    assert found.identity()["agent"] == ["m"]
    assert "wording" not in found.identity()


def test_all_scripted_but_one() -> None:
    assert settings(model="m", roles=("all=scripted", "agent=model")).identity() == {"agent": ["m"]}


def test_the_file_says_who_plays_what() -> None:
    found = settings(FILE)
    assert found.identity()["judge"] == ["big-120b", "small"]
    assert found.identity()["agent"] == ["big-120b"]
    assert found.endpoints["big"].urls == ("http://one:8000/v1", "http://two:8000/v1")
    assert (found.limits.dollars, found.together) == (5, 8)


def test_a_flag_wins() -> None:
    found = settings(FILE, roles=("judge=small",), dollars=1.5, together=3, price="0.1/0.2")
    assert found.identity()["judge"] == ["small"]
    assert (found.limits.dollars, found.together) == (1.5, 3)
    assert found.endpoints["big"].price == Price(input=0.1, output=0.2)
    assert settings(FILE, model="small").identity()["agent"] == ["small"]
    assert settings(FILE, model="other", urls=("http://four",)).identity()["agent"] == ["other"]


def test_all_by_flag_is_all() -> None:
    assert settings(FILE, roles=("all=scripted", "agent=small")).identity() == {"agent": ["small"]}


def test_models_that_play_nothing_are_left_out() -> None:
    assert set(settings(FILE, roles=("judge=big",)).endpoints) == {"big"}


WRONG: list[tuple[str, dict[str, object], str]] = [
    ("[models", {}, "duologue.toml"),
    ("[modells.x]\nname = 'y'", {}, "modells"),
    ("[models.x]\nname = 'y'", {}, "urls"),
    ("[models.x]\nurl = 'http://a'", {}, "'url' is no setting"),
    ("[models.x]\nurls = ['http://k:secret@a']", {}, "holds more than host"),
    ("[roles]\nall = 'x'", {}, "Role 'all' is given to 'x'"),
    ("[roles]\nagent = 'x'", {}, "'agent' is given to 'x'"),
    ("", {"roles": ("agent",)}, "not of the form ROLE=WHO"),
    ("", {"roles": ("cook=scripted",)}, "no role 'cook'"),
    ("", {"model": "m", "price": "cheap"}, "not of the form INPUT/OUTPUT"),
    ("", {"model": "m", "price": "-1/2"}, "out of range"),
    ("", {"model": "m", "dollars": 0.0}, "is no limit"),
    ("", {"model": "m", "hours": float("nan")}, "is no limit"),
    ("", {"model": "m", "together": 0}, "out of range"),
    ("", {"urls": ("ftp://a",)}, "no base address"),
    ("", {"file": Path("nowhere.toml")}, "nowhere.toml"),
    ("[judging]\nrule = 'loudest'", {}, "loudest"),
    ("[faults]\ngremlins = 0.1", {}, "no kind of fault 'gremlins'"),
    ("[faults]\ntimeout = 'often'", {}, "docs/faults.md"),
    ("noise = 'much'", {}, "docs/models.md"),
    ("[faults]\ntimeout = 2", {}, "'timeout' is 2"),
    ("[faults]\ntimeout = 0.6", {"faults": 0.5}, "add up to 1.1"),
]


@pytest.mark.parametrize(("text", "flags", "said"), WRONG)
def test_what_is_wrong_is_said(text: str, flags: dict[str, object], said: str) -> None:
    with pytest.raises(UserError) as caught:
        settings(text, **flags)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


IDLE: list[tuple[str, dict[str, object], str]] = [
    ("[models.scripted]\nurls = 'http://a'", {}, "means something else"),
    ("[models.x]\nurls = 'http://a'\n[roles]\nagent = []", {}, "given to nobody"),
    ("", {"dollars": 1.0}, "--max-dollars is for models"),
    ("", {"prompts": Path("nowhere")}, "--prompts is for models"),
]


@pytest.mark.parametrize(("text", "flags", "said"), IDLE)
def test_what_would_do_nothing_is_refused(text: str, flags: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        settings(text, **flags)


def test_faults_by_kind_stand_beside_the_share_that_a_flag_gives() -> None:
    found = settings("[faults]\nshare = 0.3\nlost_answer = 0.2", faults=0.1).faults
    assert (found.share, found.rates) == (0.1, {"lost_answer": 0.2})
    assert not settings("[faults]\nshare = 0").faults


def test_a_run_without_faults_is_the_run_it_was() -> None:
    plain, met = (RunConfig(models=settings(faults=share)).identity() for share in (None, 0.1))
    assert "faults" not in plain
    assert met == plain | {"faults": {"share": 0.1}}


def test_how_judges_decide_is_said_in_the_file() -> None:
    assert settings("").judging.rule == "majority"
    assert settings("[judging]\nrule = 'unanimous'").judging.rule == "unanimous"


def test_another_address_for_a_section_keeps_its_settings() -> None:
    found = settings(FILE, model="big", urls=("http://five:1",), roles=("judge=model",))
    assert found.endpoints["big"].urls == ("http://five:1/v1",)
    assert found.endpoints["big"].name == "big-120b"


def test_other_prompts_are_another_run(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "agent.md").write_text("{{ job }}", encoding="utf-8")
    plain, own = settings(model="m"), settings(model="m", prompts=tmp_path / "mine")
    assert plain.prompts_mark == ""
    assert own.prompts_mark
    assert "prompts" not in RunConfig(models=plain).identity()
    assert RunConfig(models=own).identity()["prompts"] == own.prompts_mark


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("", {"policy_share": 0.5, "behaviours": ("policy=0",)}),
        ("policy_share = 0.5\n[behaviours]\npolicy = 0.2\n", {}),
    ],
)
def test_the_share_of_policy_decisions_is_said_once_in_one_place(text: str, flags: dict[str, object]) -> None:
    with pytest.raises(UserError, match="say the same thing"):
        settings(text, **flags)


def test_a_flag_for_the_share_of_policy_decisions_wins_over_the_file() -> None:
    assert settings("policy_share = 0.5\n", behaviours=("policy=0.1",)).profile.rates["policy"] == 0.1
    assert settings("[behaviours]\npolicy = 0.1\n", policy_share=0.5).profile.rates["policy"] == 0.5
