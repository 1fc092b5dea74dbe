"""Tools that come or go midway: announced, used after and never before, and a check that says so."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from msgspec.structs import replace

from duologue.checks.case import case_of
from duologue.checks.protocol import protocol
from duologue.checks.schema import schema
from duologue.cli import run
from duologue.continuing.making import NEEDED
from duologue.continuing.places import cut, under_way
from duologue.export import read_tools
from duologue.plans.offers import not_offered
from duologue.store import Store
from duologue.types import Continued, Dialogue, Environment, Offer, Turn

DEPOT = """
CREATE TABLE site (site_id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, opened_on TEXT NOT NULL);
CREATE TABLE part (part_id INTEGER PRIMARY KEY, name TEXT NOT NULL, colour TEXT NOT NULL, weight REAL NOT NULL);
CREATE TABLE delivery (delivery_id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL REFERENCES site,
    part_id INTEGER NOT NULL REFERENCES part, quantity INTEGER NOT NULL, due_on TEXT NOT NULL, status TEXT NOT NULL);
INSERT INTO site VALUES (1, 'Avonside', 'Bristol', '2011-02-14'), (2, 'Clyde Yard', 'Glasgow', '2012-03-15'),
    (3, 'Aire Park', 'Leeds', '2013-04-16'), (4, 'Bay Gate', 'Cardiff', '2014-05-17');
INSERT INTO part VALUES (1, 'Hinge', 'black', 45), (2, 'Bracket', 'zinc', 120), (3, 'Door stop', 'brass', 85),
    (4, 'Hook', 'black', 30), (5, 'Shelf pin', 'zinc', 10), (6, 'Coach bolt', 'brass', 65);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29)
INSERT INTO delivery SELECT 310 + i, 1 + i % 4, 1 + i * 5 % 6, 20 + i * 37 % 300, date('2024-03-01', (i * 11 % 180) || ' days'),
    CASE i % 3 WHEN 0 THEN 'planned' WHEN 1 THEN 'on the way' ELSE 'received' END FROM n;
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "shop"
    assert run(["generate", "-n", "2", "--toolsets", "1", "-o", str(folder)]) == 0
    return folder


def further(folder: Path, *source: str) -> Path:
    """Tools of the same database that the run has not."""
    out = folder.parent / "more.json"
    assert run(["tools", *source, "--variant", "3", "-o", str(out)]) == 0
    found = json.loads(out.read_text())
    with Store.open(folder, readonly=True) as store:
        mine = {t.name for t in store.environments()[0].toolset.tools}
        found["environment"]["image"] = store.environments()[0].image
    tools = found["environment"]["toolset"]["tools"]
    found["environment"]["toolset"]["tools"] = [t for t in tools if t["name"] not in mine]
    out.write_text(json.dumps(found))
    return out


@pytest.fixture(scope="module")
def more(shop: Path) -> Path:
    return further(shop)


@pytest.fixture(scope="module")
def grown(shop: Path, more: Path) -> Path:
    out = shop.parent / "grown"
    assert run(["continue", str(shop), "-o", str(out), "--tools", str(more)]) == 0
    return out


def held(folder: Path) -> list[tuple[Dialogue, Environment]]:
    with Store.open(folder, readonly=True) as store:
        return [(d.dialogue, store.environment(d.dialogue.environment)) for d in store.dialogues()]


def calls(turns: tuple[Turn, ...]) -> set[str]:
    return {c.name for t in turns for c in t.message.tool_calls}


def since_of(dialogue: Dialogue) -> Continued:
    assert dialogue.continued is not None
    return dialogue.continued


def test_new_tools_are_announced_and_used_after_but_never_before(tmp_path: Path) -> None:
    """Over a database whose rows are nobody's: a client asks only for what is theirs, which new tools need not serve."""
    file, depot, grown = tmp_path / "depot.sqlite", tmp_path / "depot", tmp_path / "grown"
    with closing(sqlite3.connect(file)) as db:
        db.executescript(DEPOT)
    assert run(["generate", str(file), "-n", "2", "--toolsets", "1", "-o", str(depot)]) == 0
    more = further(depot, str(file))
    assert run(["continue", str(depot), "-o", str(grown), "--tools", str(more)]) == 0
    found = held(grown)
    assert len(found) == 2
    for one, environment in found:
        (offer,) = since_of(one).offers
        new = {t.name for t in read_tools(more, environment.image).toolset.tools}
        assert set(offer.added) == new
        assert offer.at == since_of(one).at
        said = one.turns[offer.at].message
        assert said.role == "system"
        assert all(name in said.content for name in new)
        assert one.scenario.tasks[0].speaker is None
        assert calls(one.turns[offer.at :]) & new
        assert not calls(one.turns[: offer.at]) & new
        assert not any(t.train for t in one.turns[: offer.at] if t.message.role == "assistant")
    assert run(["verify", str(grown)]) == 0


def test_rows_offer_every_tool_that_they_call(grown: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    assert run(["export", str(grown), "-o", str(out)]) == 0
    for line in out.read_text().splitlines():
        row = json.loads(line)
        offered = {t["function"]["name"] for t in row["tools"]}
        called = {c["function"]["name"] for m in row["messages"] for c in m.get("tool_calls", ())}
        assert called <= offered
        at = row["metadata"]["continued"]["offers"][0]["at"]
        assert [m["role"] for m in row["messages"]].index("system", 1) == at
        assert not any(m["train"] for m in row["messages"][:at])
        assert any(m["train"] for m in row["messages"][at:])


def test_a_tool_that_is_called_outside_its_time_fails(grown: Path) -> None:
    one, environment = held(grown)[0]
    since = since_of(one)
    (offer,) = since.offers

    def judged(changed: Offer) -> list[bool | None]:
        case = case_of(replace(one, continued=replace(since, offers=(changed,))), environment)
        return [schema(case).passed, protocol(case).passed]

    used = calls(one.turns[offer.at :])
    assert judged(offer) == [True, True]
    assert judged(replace(offer, withdrawn=tuple(used))) == [False, True]
    assert judged(replace(offer, added=(), withdrawn=tuple(calls(one.turns[: offer.at]) - used))) == [True, True]
    assert judged(replace(offer, added=tuple(calls(one.turns[: offer.at])))) == [False, True]
    undeclared = case_of(replace(one, continued=replace(since, offers=())), environment)
    assert protocol(undeclared).passed is False


NEW, GONE = Offer(5, added=("new",)), Offer(9, withdrawn=("new", "old"))


@pytest.mark.parametrize(
    ("name", "turn", "why"),
    [
        ("other", 1, ""),
        ("new", 4, "before it is announced, at turn 5"),
        ("new", 6, ""),
        ("new", 10, "after it was withdrawn, at turn 9"),
        ("old", 2, ""),
        ("old", 8, ""),
        ("old", 9, "after it was withdrawn, at turn 9"),
    ],
)
def test_when_a_tool_is_to_be_had(name: str, turn: int, why: str) -> None:
    assert not_offered((NEW, GONE), name, turn).endswith(why)
    assert bool(not_offered((NEW, GONE), name, turn)) == bool(why)


def test_a_tool_that_is_withdrawn_is_not_called_again(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = sorted({n for one, _ in held(shop) for n in calls(one.turns)})
    for name in names[:1]:
        out = tmp_path / name
        assert run(["continue", str(shop), "-o", str(out), "--without", name, "--without", name]) == 0
        for one, environment in held(out):
            (offer,) = since_of(one).offers
            assert offer.withdrawn == (name,)
            assert name in {t.name for t in environment.toolset.tools}
            assert name not in calls(one.turns[offer.at :])
            assert f"No longer available: {name}." in one.turns[offer.at].message.content
        assert run(["verify", str(out)]) == 0


def test_only_what_is_under_way_can_need_a_tool_that_is_withdrawn(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tasks that were to come later are dropped there anyway."""
    one, at, name = next(
        (one, at, name)
        for one, _ in held(shop)
        for at in range(2, len(one.turns))
        if cut(one.turns, at) == at and under_way(one.turns, at, kept := one.turns[at - 1].task + 1)
        for name in sorted(calls(tuple(t for t in one.turns[at:] if t.task >= kept)))
        if name not in calls(tuple(t for t in one.turns[at:] if t.task < kept))
    )
    capsys.readouterr()
    assert run(["continue", str(shop), "-o", str(tmp_path / "on"), "--at", str(at), "--without", name, "--json"]) == 0
    reasons = {o["conversation"]: o["reason"] for o in json.loads(capsys.readouterr().out)["outcomes"]}
    assert NEEDED not in reasons[one.id]


def test_a_tool_written_by_hand_is_used_as_the_docs_show(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "continuing.md").read_text(encoding="utf-8")
    file = tmp_path / "more.toml"
    file.write_text(page.split("```toml\n")[1].split("```")[0])
    assert run(["continue", str(shop), "-o", str(tmp_path / "on"), "--limit", "1", "--tools", str(file)]) == 0
    ((one, _),) = held(tmp_path / "on")
    assert "change_email_address" in calls(one.turns[since_of(one).at :])
    file.write_text(file.read_text().replace("UPDATE customers", "UPDATE nowhere"))
    assert run(["continue", str(shop), "-o", str(tmp_path / "x"), "--limit", "1", "--tools", str(file)]) == 2
    assert "no such table: nowhere" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


TOWERS = """
CREATE TABLE "Bell Towers" ("Tower Ref" INTEGER PRIMARY KEY, "Tower Name" TEXT NOT NULL, "Practice Night" TEXT, "Found So" TEXT);
CREATE TABLE "Bells" ("Bell No" INTEGER PRIMARY KEY, "Tower Ref" INTEGER NOT NULL REFERENCES "Bell Towers"("Tower Ref"), "Weight kg" INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 24)
INSERT INTO "Bell Towers" SELECT i, 'Tower of ' || char(64 + i) || 'shby', CASE i % 3 WHEN 0 THEN 'Monday' WHEN 1 THEN 'Tuesday' ELSE 'Friday' END,
    'The ladder to stage ' || i || ' wants mending, and the key is kept by the verger next door' FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)
INSERT INTO "Bells" SELECT i, 1 + i % 24, 100 + 7 * i FROM n;
"""
PUT = """
[fields]
tower_ref = { type = "integer", of = "Bell Towers.Tower Ref", description = "The tower's number." }
tower = { type = "string", of = "Bell Towers.@name", description = "The tower's name." }
now = { type = "string", of = "Bell Towers.COLUMN", description = "How it is." }
new = { type = "string", of = "Bell Towers.COLUMN", description = "How it is to be." }

[[tool]]
name = "put_anew"
description = "Write down how it is with a tower."
effect = "write"
meaning = { family = "set", table = "Bell Towers", column = "COLUMN" }
inputs.tower_ref = { use = "key" }
inputs.new = { use = "value" }
outputs = ["tower_ref", "tower", "now"]
reads = ["Bell Towers"]
writes = ["Bell Towers"]
[[tool.run]]
kind = "write"
sql = 'UPDATE "Bell Towers" SET "COLUMN" = :new WHERE "Tower Ref" = :tower_ref'
problem = { type = "not_found", message = "There is no tower {tower_ref}." }
[[tool.run]]
kind = "return"
shape = "object"
sql = 'SELECT "Tower Ref" AS tower_ref, "Tower Name" AS tower, "COLUMN" AS now FROM "Bell Towers" WHERE "Tower Ref" = :tower_ref'
"""


@pytest.fixture(scope="module")
def towers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over a database whose names are quoted."""
    folder = tmp_path_factory.mktemp("towers")
    db = apsw.Connection(str(folder / "towers.sqlite"))
    db.execute(TOWERS)
    db.close()
    out = folder / "run"
    assert run(["generate", str(folder / "towers.sqlite"), "-n", "3", "--seed", "2", "-o", str(out)]) == 0
    return out


@pytest.mark.parametrize(
    ("column", "unused"),
    [
        ("Practice Night", {}),
        ("Found So", {"put_anew": "rules can't make up a value to give for it (Bell Towers.Found So: text)"}),
    ],
)
def test_a_new_tool_is_used_or_it_is_said_why_none_is(
    towers: Path, tmp_path: Path, column: str, unused: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "more.toml", str(tmp_path / "on")
    file.write_text(PUT.replace("COLUMN", column))
    capsys.readouterr()
    for _ in range(2):  # the same command again says the same
        assert run(["continue", str(towers), "-o", out, "--tools", str(file), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["unused"] == unused
    used = [one for one, _ in held(tmp_path / "on") if "put_anew" in calls(one.turns[since_of(one).at :])]
    assert bool(used) is not bool(unused)
    assert run(["continue", str(towers), "-o", out, "--tools", str(file)]) == 0
    assert ("no new goal needs 'put_anew': rules can't" in capsys.readouterr().out) is bool(unused)


def test_what_came_can_go_again_and_branches_keep_to_it(grown: Path, more: Path, tmp_path: Path) -> None:
    name = sorted(calls(held(grown)[0][0].turns[since_of(held(grown)[0][0]).at :]))[0]
    out = tmp_path / "gone"
    assert run(["continue", str(grown), "-o", str(out), "--without", name, "--limit", "1"]) == 0
    for one, _ in held(out):
        first, second = since_of(one).offers
        assert first.added
        assert second.withdrawn == (name,)
        assert name not in calls(one.turns[second.at :])
    branches = tmp_path / "branches"
    assert run(["branch", str(grown), "-o", str(branches), "--at", "first", "--n", "1", "--limit", "1"]) == 0
    for one, _ in held(branches):
        assert one.fork is not None
        assert one.fork.at >= since_of(one).at


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--without", "fly"], "--without 'fly': there is no such tool"),
        (["--tools", "nothing.json"], "Cannot read 'nothing.json'"),
        (["--tools", "nothing.toml"], "nothing.toml"),
        (["--tools", "bad.json"], "bad.json"),
    ],
)
def test_what_is_mistyped_is_said(
    shop: Path,
    tmp_path: Path,
    more: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "bad.json").write_text("{")
    monkeypatch.chdir(tmp_path)
    assert run(["continue", str(shop), "-o", "x", *more]) == 2
    assert said in capsys.readouterr().err
    assert not Path("x").exists()


def test_tools_that_are_there_already_leave_nothing_to_do(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = tmp_path / "same.json"
    assert run(["tools", "-o", str(same)]) == 0
    capsys.readouterr()
    assert run(["continue", str(shop), "-o", str(tmp_path / "x"), "--tools", str(same), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["reasons"] == {"continue: it has these tools already": 2}
