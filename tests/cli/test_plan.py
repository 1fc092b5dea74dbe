"""`duologue plan`: a pilot of the very run that is planned, and what it foretells."""

import inspect
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from duologue.cli import run
from duologue.cli.app import app
from duologue.cli.generate import generate
from duologue.cli.plan import command_of, plan, report
from duologue.config import RunConfig
from duologue.models.endpoint import Endpoint, Price
from duologue.settings import ModelSettings
from duologue.sources import from_domain
from duologue.store import FILE_NAME, Store
from duologue.store.calls import Span, Work
from duologue.store.estimate import estimate


def test_it_takes_what_generate_takes() -> None:
    ours, theirs = (list(inspect.signature(command).parameters.items()) for command in (plan, generate))
    assert ours[:-1] == theirs
    assert ours[-1][0] == "pilot"
    assert plan in [command.callback for command in app.registered_commands]


def test_the_pilot_is_the_beginning_of_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = tmp_path / "a shop.sqlite"
    shop.write_bytes(from_domain("retail").image.data)
    folder = tmp_path / "run"
    arguments = [str(shop), "-n", "5", "--seed", "3", "--toolsets", "1", "-o", str(folder)]
    assert run(["plan", *arguments, "--pilot", "2"]) == 0
    shown = capsys.readouterr().out
    assert "of 2 items, 3 unfinished" in shown
    assert "5 items will take, by the first 2 items" in shown
    assert "No model has a part in it" in shown
    with Store.open(folder, readonly=True) as store:
        assert list(store.finished_items()) == [0, 1]
    command = shlex.split(shown.rpartition("Go on with: ")[2])
    assert command[:3] == ["duologue", "generate", str(shop)]
    assert run(command[1:]) == 0
    with Store.open(folder, readonly=True) as store:
        assert list(store.finished_items()) == [0, 1, 2, 3, 4]
    before = (folder / FILE_NAME).stat().st_size
    assert run(["plan", *arguments, "--pilot", "2"]) == 0
    assert "5 items will take, by 5 items" in capsys.readouterr().out
    assert (folder / FILE_NAME).stat().st_size == before


@pytest.mark.parametrize(
    "line",
    [
        "",
        "shop.sqlite -n 7 --seed 2 --mode task --toolsets 2 --out run",
        "--domain 'marine biology lab' --simulated --model m --base-url http://a:1/v1 --base-url http://b:2/v1",
        "--model m --role user=scripted --role judge=model --price 0.1/0.2 --max-dollars 2.5 --max-tokens 9 --max-hours 1.5",
        "--model m --concurrency 3",
    ],
)
def test_the_command_that_goes_on_is_the_same(line: str) -> None:
    """What `plan` says to go on with is read by `generate` as the same arguments."""
    commands: Any = get_command(app)

    def read(words: list[str]) -> dict[str, Any]:
        given: dict[str, Any] = commands.commands[words[0]].make_context(words[0], words[1:]).params
        return {name: value for name, value in given.items() if name != "pilot"}

    given = read(["plan", *shlex.split(line)])
    assert given.keys() == inspect.signature(generate).parameters.keys()
    again = read(shlex.split(command_of(given))[1:])
    assert {name: value or None for name, value in again.items()} == {
        name: value or None for name, value in given.items()
    }


@pytest.mark.parametrize("line", ["plan --pilot 0", "plan --pilot x", "plan -n 0", "plan nowhere.sqlite --pilot 1"])
def test_bad_arguments(
    line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(line.split()) == 2
    assert capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def with_price(price: Price | None) -> RunConfig:
    endpoint = Endpoint(urls=("http://localhost:8000/v1",), name="gpt-oss", price=price)
    return RunConfig(models=ModelSettings(endpoints={"default": endpoint}))


def work(tokens: int) -> Work:
    return Work(
        calls=1, prompt=tokens, cached=tokens // 2, completion=tokens // 10, seconds=tokens / 10, dollars=tokens / 1e6
    )


def test_the_figures_are_shown_by_role() -> None:
    known = with_price(Price(input=1.0, output=2.0))
    per_role = {"agent\x1b": {i: work(2000 + 100 * i) for i in range(12)}, "tools": {-1: work(50_000)}}
    shown = report(estimate(per_role, {i: i != 4 for i in range(12)}, 1000, Span(600.0, 4000.0)), known)
    lines = {line.split("  ")[0]: re.split(r"  +", line) for line in shown.splitlines()}
    assert lines["agent\\x1b"][1:] == ["1,000", "2,550,000", "1,275,000", "255,000", "70.83 h", "$2.5500"]
    assert lines["tools"][1:] == ["1", "50,000", "25,000", "5,000", "1.39 h", "$0.0500"]
    assert lines["in all"][1] == "1,001"
    assert lines["dollars"][1] == "$2.6000"
    assert lines["hours"][1] == "13.89"
    assert "6.7 calls under way at once" in shown
    assert "small" not in shown
    assert "not known" not in shown


def test_what_is_not_known_is_said() -> None:
    shown = report(estimate({"agent": {0: work(2000)}}, {0: True}, 1000, Span(600.0, 600.0)), with_price(None))
    assert re.search(r"dollars +\$2.0000 +unknown", shown)
    assert "The price of gpt-oss at http://localhost:8000/v1 is not known" in shown
    assert "A pilot of 1 is small, and the estimate rough: --pilot 30" in shown
