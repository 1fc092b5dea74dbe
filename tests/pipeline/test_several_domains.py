"""Several built-in domains in one run."""

import shutil
from pathlib import Path

import pytest

from duologue.config import RunConfig
from duologue.domains import retail
from duologue.errors import UserError
from duologue.pipeline import generate
from duologue.sources import domains
from duologue.store import Store


def test_conversations_go_round_the_domains(tmp_path: Path) -> None:
    config = RunConfig(domain="retail, clinic", n=6, out=tmp_path / "run")
    assert generate(config, lambda _: None).accepted == 6
    with Store.open(config.folder, readonly=True) as store:
        names = {e.id: e.name for e in store.environments()}
        told = [names[stored.dialogue.environment] for stored in store.dialogues()]
    assert len(set(names.values())) == 2
    assert set(told) == set(names.values())
    assert generate(config, lambda _: None).accepted == 6


@pytest.mark.parametrize(
    ("named", "worlds"),
    [
        (None, ("retail",)),
        ("all", domains()),
        ("retail", ("retail",)),
        (" clinic,retail,clinic ", ("clinic", "retail")),
    ],
)
def test_names_of_domains(named: str | None, worlds: tuple[str, ...]) -> None:
    config = RunConfig(domain=named)
    assert config.worlds == worlds
    assert config.identity()["domain"] == ",".join(worlds)
    assert not [name for name in config.identity() if "/" in name]


@pytest.mark.parametrize(("named", "unknown"), [("nope", "nope"), ("retail,nope", "nope"), ("ALL", "ALL")])
def test_what_is_not_built_in_is_named(named: str, unknown: str) -> None:
    with pytest.raises(UserError) as caught:
        RunConfig(domain=named)
    assert caught.value.message == f"There is no built-in domain {unknown!r}."
    assert "retail" in caught.value.fix


@pytest.mark.parametrize("named", ["", "retail,", " , "])
def test_a_name_that_is_missing_is_said(named: str) -> None:
    with pytest.raises(UserError, match="there is a name missing"):
        RunConfig(domain=named)


def test_a_folder_of_ones_own_is_a_domain_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(Path(retail.__file__).parent, tmp_path / "retail")
    config = RunConfig(domain="./retail", n=1)
    assert config.identity()["domain"] == "./retail"
    assert config.folder == Path("runs/retail")
    assert generate(config, lambda _: None).accepted == 1
    elsewhere = RunConfig(domain=str(tmp_path / "retail"), n=1)
    assert generate(elsewhere, lambda _: None).accepted == 1
    for name in ("tools.toml", "policy.toml", "lexicon.yaml"):
        file = tmp_path / "retail" / name
        before = file.read_text()
        file.write_text(f"{before}\n# other\n")
        with pytest.raises(UserError, match=rf"\(\./retail/{name}: '\w+' then, '\w+' now\)"):
            generate(config, lambda _: None)
        file.write_text(before)
    assert generate(config, lambda _: None).accepted == 1
    (tmp_path / "retail" / "schema.sql").write_text("CREATE TABEL t (x);")
    with pytest.raises(UserError) as caught:
        generate(RunConfig(domain="./retail", n=2, out=tmp_path / "other"), lambda _: None)
    assert "schema.sql: SQLite does not accept it" in caught.value.message
