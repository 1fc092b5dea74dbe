"""A world from nothing but a name: designed by a model, judged by SQLite, grown by a seed."""

import asyncio
import copy
import datetime
from itertools import pairwise
from typing import Any

import pytest

from duologue.catalog import read_catalog
from duologue.environment import Sandbox, SqliteSession
from duologue.errors import StageError, UserError
from duologue.ground import catalog_of
from duologue.ids import rng
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.sources.invented import Invention, invent
from duologue.sources.invented.draw import Drawing, Parents
from duologue.sources.invented.recipes import RowsDesign, read
from duologue.sources.invented.schema import Link, Shape
from duologue.tasks.maker import ScriptedTasks
from duologue.testing import ScriptedModel
from duologue.tools import DerivedTools, environment_for
from duologue.types import ClockSpec
from sources import lab


def made(
    first: dict[str, Any] | None = None, seed: int = 7, name: str = "marine biology lab", reply: Any = None
) -> tuple[Invention, ScriptedModel]:
    model = ScriptedModel(reply or lab.answers(first))
    return asyncio.run(invent(name, Voice("domain", model, Prompts()), seed)), model


def model_saw_today(model: ScriptedModel) -> str:
    return model.requests[0].messages[1].content.partition("in this world: ")[2][:10]


@pytest.fixture(scope="module")
def world() -> Invention:
    return made()[0]


def test_the_world_is_whole(world: Invention) -> None:
    assert world.source.name == "Tern Point Marine Station"
    assert world.rows == {"researchers": 40, "tanks": 24, "animals": 90, "samples": 160, "tank_checks": 60}
    db = world.source.image.connect()
    assert db.pragma("integrity_check") == "ok"
    assert not db.execute("PRAGMA foreign_key_check").fetchall()
    catalog = read_catalog(db, world.source.name)
    assert {t.name for t in catalog.tables} == set(world.rows)
    assert len(catalog.links) == 6
    assert world.source.today == "2026-06-02" == model_saw_today(made()[1])
    assert catalog_of(world.source).latest == "2026-06-02"


@pytest.mark.parametrize(
    "broken",
    [
        "SELECT 1 FROM samples WHERE status <> 'frozen' AND analysed_on < date(taken_at)",
        "SELECT 1 FROM samples WHERE abs(price_with_tax_eur - round(price_eur * 1.25, 2)) > 0.011",
        "SELECT 1 FROM samples WHERE analysed_on NOT GLOB '????-??-??'",
        "SELECT 1 FROM samples WHERE taken_at NOT GLOB '????-??-?? ??:[03]0:00'",
        "SELECT 1 FROM researchers WHERE email NOT LIKE '%@example.org' OR strftime('%w', joined_on) IN ('0', '6')",
        "SELECT 1 FROM tanks JOIN researchers ON keeper_id = researcher_id WHERE team = 'Algae'",
        "SELECT 1 FROM tank_checks AS c JOIN tanks AS t USING (tank_id) WHERE t.keeper_id <> c.researcher_id",
        "SELECT 1 FROM tanks WHERE tank_id NOT IN (SELECT tank_id FROM tank_checks)",
        "SELECT 1 FROM tanks WHERE label NOT GLOB 'T-[0-9][0-9]' OR volume_l % 20",
    ],
)
def test_the_columns_of_a_row_agree(world: Invention, broken: str) -> None:
    assert world.source.image.connect().execute(broken).fetchone() is None


def test_what_was_written_by_hand_is_there(world: Invention) -> None:
    found = world.source.image.connect().execute("SELECT full_name, team FROM researchers LIMIT 1").get
    assert found == ("Marit Osei-Lund", "Corals")


def test_same_answers_and_seed_same_bytes(world: Invention) -> None:
    assert made()[0].source.image == world.source.image
    assert made(seed=8)[0].source.image != world.source.image


def test_tools_and_tasks_come_of_it(world: Invention) -> None:
    source = world.source
    catalog = read_catalog(source.image.connect(), source.name)
    toolset = DerivedTools(catalog, source.image, 3, source.tools, source.policy).toolset(0)
    assert len(toolset.tools) >= 8
    assert source.policy is not None
    environment = environment_for(source.name, source.image.hash, toolset, source.policy)
    used: set[str] = set()
    maker = ScriptedTasks(catalog, source.image, environment, 3)
    for item in range(5):
        scenario = maker.scenario(str(item), used)
        assert all(task.proof is not None and task.proof.gold for task in scenario.tasks)
        used.update(task.id for task in scenario.tasks)


def test_a_rule_is_kept_by_the_database(world: Invention) -> None:
    source = world.source
    assert source.policy is not None
    assert [r.id for r in source.policy.rules][1] == "discarded_stay"
    catalog = read_catalog(source.image.connect(), source.name)
    maker = DerivedTools(catalog, source.image, 3)
    code = source.image.connect().execute("SELECT sample_code FROM samples WHERE status = 'discarded' LIMIT 1").get
    for variant in range(40):
        toolset = maker.toolset(variant)
        tool = next(
            (
                t
                for t in toolset.tools
                if t.effect == "write"
                and t.meaning
                and (t.meaning.family, t.meaning.table, t.meaning.column) == ("set", "samples", "status")
            ),
            None,
        )
        if tool is None:
            continue
        environment = environment_for(source.name, source.image.hash, toolset, source.policy)
        key = next(n for n, s in tool.inputs.items() if s.use == "key")
        value = next(n for n, s in tool.inputs.items() if s.use == "value")
        with SqliteSession(Sandbox(source.image, environment), ClockSpec("2025-01-01T10:00:00", 1)) as session:
            outcome = session.execute(tool.name, {key: code, value: "frozen"})
        assert outcome.failed
        assert "The sample was discarded" in outcome.text
        return
    pytest.fail("no toolset sets the status of samples")


def spoiled_design(**changes: Any) -> dict[str, Any]:
    design = copy.deepcopy(lab.DESIGN)
    for number, sql in changes.items():
        design["tables"][int(number[1:])]["sql"] = sql
    return design


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("CREATE TABLE researchers (id INTEGER PRIMARY KEY); ATTACH 'x.db' AS y", "nothing else"),
        ("CREATE TABLE researchers (id INTEGER PRIMARY KEY); PRAGMA user_version = 3", "nothing else"),
        ("CREATE TABLE researchers (id INTEGER PRIMARY KEY); INSERT INTO researchers VALUES (1)", "nothing else"),
        ("CREATE TEMP TABLE researchers (id INTEGER PRIMARY KEY)", "nothing else"),
        ("CREATE VIRTUAL TABLE researchers USING fts5(name)", "nothing else"),
        ("CREATE TABLE researchers (id INTEGER PRIMARY KEY, x TEXT DEFAULT (random()))", "function: random"),
        ("CREATE TABLE researchers (id INTEGER PRIMARY KEY); CREATE TABLE more (id INTEGER PRIMARY KEY)", "exactly the table"),
        ("CREATE TABLE researchers (name TEXT)", "no PRIMARY KEY"),
        ('CREATE TABLE researchers (researcher_id INTEGER PRIMARY KEY, "full name" TEXT)', "lower-case"),
        ("CREATE TABLE researchers (researcher_id INTEGER PRIMARY KEY", "SQLite says"),
        ("CREATE TABLE researchers (researcher_id INTEGER, x TEXT, PRIMARY KEY (researcher_id, x))", "foreign key mismatch"),
        ("CREATE TABLE researchers (researcher_id INTEGER PRIMARY KEY, tank_id INTEGER REFERENCES tanks)", "circle"),
        ("CREATE TABLE researchers (researcher_id INTEGER PRIMARY KEY, boat_id INTEGER REFERENCES boats)", "'boats'"),
        ("SELECT 1", "exactly the table"),
        ("DROP TABLE researchers", "SQLite says"),
    ],
)  # fmt: skip
def test_a_bad_table_is_shown_back(sql: str, said: str) -> None:
    world, model = made({"design": spoiled_design(_0=sql)})
    assert said in model.requests[1].messages[-1].content
    assert world.rows["samples"] == 160


@pytest.mark.parametrize(
    ("table", "column", "recipe", "said"),
    [
        ("animals", "length_cm", {"kind": "number", "least": 400, "most": 500}, "CHECK constraint failed"),
        ("animals", "length_cm", {"kind": "number", "least": 5, "most": 2}, "less than `least`"),
        ("animals", "length_cm", {"kind": "normal", "mean": 5}, "Column 'length_cm': Invalid value 'normal'"),
        ("animals", "tank_id", {"kind": "number", "least": 400, "most": 500}, "FOREIGN KEY"),
        ("animals", "tank_id", {"kind": "parent", "only": {"colour": ["red"]}}, "no column 'colour'"),
        ("animals", "species", {"kind": "parent"}, "which this is not"),
        ("animals", "arrived_on", {"kind": "date", "first": "spring", "last": "today"}, "'spring' is no day"),
        ("animals", "arrived_on", {"kind": "after", "of": "nickname", "least": 1, "most": 2}, "which is no date"),
        ("animals", "nickname", {"kind": "text", "pattern": "{species|shout}"}, "no filter 'shout'"),
        ("animals", "nickname", {"kind": "text", "pattern": "{name}"}, "no column 'name'"),
        ("animals", "nickname", {"kind": "same", "of": "species.name"}, "refers to no other table"),
        ("animals", "nickname", {"kind": "same", "of": "tank_id.name"}, "no column 'name'"),
        ("animals", "nickname", {"kind": "same", "of": "nickname"}, "itself"),
        ("animals", "wings", {"kind": "nothing"}, "no column 'wings'"),
        ("samples", "sample_code", {"kind": "pick", "values": ["A", "B"]}, "Only 3 of 160 rows"),
        ("samples", "price_eur", {"kind": "same", "of": "price_with_tax_eur"}, "circle"),
        ("samples", "price_with_tax_eur", {"kind": "calc", "op": "plus", "of": ["status", 1]}, "not all are numbers"),
        ("samples", "status", {"kind": "pick", "values": ["frozen"], "weights": [1, 2]}, "2 weights"),
    ],
)  # fmt: skip
def test_a_bad_recipe_is_shown_back(table: str, column: str, recipe: dict[str, Any], said: str) -> None:
    spoiled = copy.deepcopy(lab.ROWS[table])
    spoiled["columns"][column] = recipe
    world, model = made({table: spoiled})
    shown = [m.content for r in model.requests for m in r.messages if "Answer again" in m.content]
    assert any(said in text for text in shown), shown
    assert world.rows[table] == {"animals": 90, "samples": 160}[table]


def test_a_column_that_holds_nothing_twice_uses_up_its_values() -> None:
    spoiled = copy.deepcopy(lab.ROWS["tanks"])
    spoiled["columns"]["label"] = {"kind": "pick", "values": [f"Basin {n}" for n in range(24)]}
    world, _ = made({"tanks": spoiled})
    assert world.rows["tanks"] == 24
    assert "tanks" not in world.refused


def test_a_bad_example_is_shown_back() -> None:
    spoiled = {**lab.ROWS["samples"], "examples": [{"status": "lost"}]}
    _, model = made({"samples": spoiled})
    assert any("Example 1 is refused: CHECK" in r.messages[-1].content for r in model.requests)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"table": "boats"}, "no table 'boats'"),
        ({"columns": ["colour"]}, "'colour' is none"),
        ({"must": "status <> 'x'; DELETE FROM samples"}, "one SQL expression"),
        ({"must": "SELECT 1"}, "one SQL expression"),
        ({"must": "DELETE FROM samples"}, "one SQL expression"),
        ({"must": "1) BEGIN DELETE FROM samples; END; --"}, "not an SQL expression"),
        ({"must": "OLD.colour = 'x'"}, "does not work"),
        ({"must": "random() > 0 AND OLD.status = 'x'"}, "does not work"),
        ({"must": "load_extension(OLD.status)"}, "does not work"),
        ({"must": "1 = 1"}, "speaks of OLD and NEW"),
        ({"must": "NEW.status = 'x'", "on": "delete", "columns": []}, "speaks of OLD"),
        ({"must": "OLD.status = 'x'", "on": "delete", "columns": []}, "true of no row"),
    ],
)
def test_a_bad_limit_is_shown_back(limit: dict[str, Any], said: str) -> None:
    spoiled = copy.deepcopy(lab.POLICY)
    spoiled["rules"][1]["limit"] |= limit
    world, model = made({"policy": spoiled})
    assert said in model.requests[-1].messages[-1].content
    assert world.source.policy is not None


def test_words_of_a_limit_stay_words() -> None:
    sly = copy.deepcopy(lab.POLICY)
    sly["rules"][1]["limit"]["message"] = "No'); END; DROP TABLE samples; --"
    world, _ = made({"policy": sly})
    triggers = (
        world.source.image.connect().execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    )
    assert [name for name, _ in triggers] == ["rule_discarded_stay", "rule_animals_with_checked_tanks"]
    assert "'No''); END; DROP TABLE samples; --'" in str(triggers[0][1])


def test_it_is_given_up_after_the_repairs() -> None:
    model = ScriptedModel(lambda request: "no idea")
    with pytest.raises(StageError, match="invalid answer") as caught:
        asyncio.run(invent("marine biology lab", Voice("domain", model, Prompts()), 1))
    assert caught.value.stage == "domain"
    assert len(model.requests) == 4


@pytest.mark.parametrize("name", ["", "  ", "42", "x" * 201])
def test_a_name_that_says_nothing(name: str) -> None:
    with pytest.raises(UserError, match="does not name a domain"):
        made(name=name)


def test_a_name_goes_nowhere_but_into_the_prompt() -> None:
    world, model = made(name="../../etc/passwd {{ 7 * 7 }}\n'; DROP TABLE x")
    assert (
        model.requests[0].messages[1].content.startswith("Domain: ../../etc/passwd {{ 7 * 7 }} '; DROP TABLE x\nToday")
    )
    assert world.rows["tanks"] == 24


def test_what_was_accepted_is_a_prefix_of_what_follows() -> None:
    _, model = made({"tanks": {"columns": {}}})
    tables = [r for r in model.requests if lab.kind_of(r) in lab.ROWS]
    for before, after in pairwise(tables):
        kept = before.messages[: 1 if len(before.messages) <= 2 else -1]
        assert after.messages[: len(kept)] == kept or "Answer again" in before.messages[-1].content
    assert not any("Answer again" in m.content for m in tables[-1].messages)


SHAPE = Shape(
    "things",
    "",
    10,
    ("id", "a", "b", "c", "other_id"),
    ("id",),
    "id",
    (Link(("other_id",), "others", ("id",)),),
)


@pytest.mark.parametrize(
    ("recipe", "given", "value"),
    [
        ({"kind": "serial", "start": 10, "step": 5}, {}, 20),
        ({"kind": "serial", "prefix": "R-", "width": 4}, {}, "R-0003"),
        ({"kind": "pick", "values": ["x"]}, {}, "x"),
        ({"kind": "pick", "values": [True]}, {}, 1),
        ({"kind": "pick", "values": ["x", "y"], "weights": [0, 1]}, {}, "y"),
        ({"kind": "text", "pattern": "{a|first} {a|last} {a|initials} {b|year}"}, {"a": "Ana Maria Lind", "b": "2024-05-06"}, "Ana Lind AML 2024"),
        ({"kind": "text", "pattern": "{a|slug}@example.org"}, {"a": "Åsa Ö'Neil"}, "asa.o.neil@example.org"),
        ({"kind": "text", "pattern": "{other_id.name}!"}, {"other_id": 2}, "second!"),
        ({"kind": "text", "pattern": "{a}"}, {"a": None}, ""),
        ({"kind": "code", "mask": "AB-1"}, {}, "AB-1"),
        ({"kind": "number", "least": 3, "most": 3}, {}, 3),
        ({"kind": "number", "least": 0.5, "most": 0.9, "step": 1}, {}, 0.5),
        ({"kind": "date", "first": "today-1", "last": "today - 1"}, {}, "2024-05-05"),
        ({"kind": "date", "first": "2024-05-04", "last": "2024-05-04", "hours": [9, 10], "minutes": 60}, {}, "2024-05-04 09:00:00"),
        ({"kind": "after", "of": "a", "least": 3, "most": 3}, {"a": "2024-02-27"}, "2024-03-01"),
        ({"kind": "after", "of": "a", "least": -1, "most": -1}, {"a": "2024-03-01 08:00:00"}, "2024-02-29 08:00:00"),
        ({"kind": "after", "of": "a", "least": 90, "most": 90, "unit": "minutes"}, {"a": "2024-03-01"}, "2024-03-01 01:30:00"),
        ({"kind": "after", "of": "a", "least": 2, "most": 2, "column": "done_on"}, {"a": "2024-03-01 08:00:00"}, "2024-03-03"),
        ({"kind": "after", "of": "a", "least": 9, "most": 9, "until": "today"}, {"a": "2024-05-01"}, "2024-05-06"),
        ({"kind": "after", "of": "a", "least": 9, "most": 9}, {"a": None}, None),
        ({"kind": "same", "of": "other_id.name"}, {"other_id": 1}, "first"),
        ({"kind": "same", "of": "other_id.name"}, {"other_id": None}, None),
        ({"kind": "calc", "op": "times", "of": ["a", "b", 1.2]}, {"a": 3, "b": 2.5}, 9.0),
        ({"kind": "calc", "op": "minus", "of": ["a", 1], "digits": 0}, {"a": 3.7}, 3),
        ({"kind": "calc", "op": "plus", "of": ["a", 1]}, {"a": None}, None),
        ({"kind": "parent", "only": {"name": ["second"]}}, {}, 2),
        ({"kind": "parent", "only": {"name": ["third"]}}, {}, None),
        ({"kind": "when", "cases": [{"of": "a", "before": "today", "then": {"kind": "pick", "values": ["past"]}}], "otherwise": {"kind": "nothing"}}, {"a": "2024-05-05"}, "past"),
        ({"kind": "when", "cases": [{"of": "a", "before": "today", "then": {"kind": "pick", "values": ["past"]}}], "otherwise": {"kind": "nothing"}}, {"a": None}, None),
        ({"kind": "when", "cases": [{"of": "a", "after": 3, "before": 5, "then": {"kind": "pick", "values": ["mid"]}}], "otherwise": {"kind": "nothing"}}, {"a": 4}, "mid"),
        ({"kind": "nothing"}, {}, None),
    ],
)  # fmt: skip
def test_one_value(recipe: dict[str, Any], given: dict[str, Any], value: object) -> None:
    parents = {SHAPE.links[0]: Parents([{"id": 1, "name": "first"}, {"id": 2, "name": "second"}], rng(1))}
    column = recipe.get("column", "other_id" if recipe["kind"] == "parent" else "c")
    made, problems = read(RowsDesign({"c": {k: v for k, v in recipe.items() if k != "column"}}))
    assert not problems
    drawing = Drawing(SHAPE, parents, datetime.date(2024, 5, 6), rng(2))
    drawing.begin(2, given)
    assert drawing.value(made.columns["c"], column) == value
