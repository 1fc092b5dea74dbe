"""Schemas nobody would design: whatever the names and the types, tools come out, run and keep their promises, or are left out."""

import re

import apsw
import jsonschema_rs
import pytest

from duologue.catalog import Catalog, read_catalog
from duologue.environment import Image, Sandbox, SqliteSession
from duologue.ids import rng
from duologue.tools import DerivedTools, default_policy, environment_for
from duologue.tools.confront import arguments_for
from duologue.types import ClockSpec, Meaning, Slot, Statement, Tool

ODD = {
    "names": """
        CREATE TABLE "we""ird t.able" ("id" INTEGER PRIMARY KEY, "na me" TEXT, "sel'ect" TEXT, "x.y" REAL, "[z]" INT);
        CREATE TABLE "order" ("group" INTEGER PRIMARY KEY, "where" TEXT, "from" INTEGER REFERENCES "we""ird t.able"("id"), "limit" REAL);
        CREATE TABLE "商品" ("編號" INTEGER PRIMARY KEY, "名稱" TEXT, "價格" REAL, "größe" TEXT);
        INSERT INTO "we""ird t.able" SELECT value, 'name ' || value, 'cat' || (value % 3), value * 1.5, value % 2 FROM generate_series(1, 40);
        INSERT INTO "order" SELECT value, 'thing ' || value, value % 40 + 1, value / 7.0 FROM generate_series(1, 90);
        INSERT INTO "商品" SELECT value, '茶' || value, value * 2.5, 'groß' FROM generate_series(1, 30);
    """,
    "kinds of tables": """
        CREATE TABLE no_key (a TEXT, b REAL, status TEXT);
        CREATE TABLE without (code TEXT PRIMARY KEY, label TEXT, size REAL) WITHOUT ROWID;
        CREATE TABLE parts (code TEXT REFERENCES without, line INTEGER, qty INTEGER NOT NULL, made TEXT,
                            twice INTEGER GENERATED ALWAYS AS (qty * 2) VIRTUAL, PRIMARY KEY (code, line));
        CREATE TABLE strict_one (id INTEGER PRIMARY KEY, title TEXT NOT NULL, n INTEGER CHECK (n < 100)) STRICT;
        CREATE TABLE log (line TEXT);
        CREATE TRIGGER logs AFTER UPDATE ON strict_one BEGIN INSERT INTO log VALUES (new.title); END;
        CREATE VIEW big AS SELECT code, label, size FROM without WHERE size > 10;
        INSERT INTO no_key SELECT 'r' || (value % 9), value * 0.5, 'state ' || (value % 3) FROM generate_series(1, 50);
        INSERT INTO without SELECT char(65 + value % 26) || char(65 + value % 7), 'label ' || value, value * 1.5 FROM generate_series(1, 20);
        INSERT INTO parts (code, line, qty, made) SELECT w.code, s.value, s.value * 3, '2024-0' || s.value || '-01'
          FROM without w, generate_series(1, 4) s;
        INSERT INTO strict_one SELECT value, 'title ' || value, value FROM generate_series(1, 30);
        INSERT INTO log VALUES ('begin');
    """,
    "mixed values": """
        CREATE TABLE readings (id INTEGER PRIMARY KEY, sensor TEXT, amount, taken TEXT, note TEXT, raw BLOB, extra JSON);
        INSERT INTO readings SELECT value, 'sensor ' || (value % 5),
          CASE value % 10 WHEN 0 THEN NULL WHEN 1 THEN 'n/a' ELSE value * 1.25 END,
          CASE value % 4 WHEN 0 THEN '1 June 2004' WHEN 1 THEN '2004-06-01' ELSE NULL END,
          CASE WHEN value % 3 = 0 THEN '' ELSE 'note ' || value END, zeroblob(8), '{"a": 1}' FROM generate_series(1, 80);
        CREATE TABLE typeless (k PRIMARY KEY, v, w);
        INSERT INTO typeless SELECT CASE value % 2 WHEN 0 THEN value ELSE 'k' || value END, value, 'w' || (value % 4) FROM generate_series(1, 40);
    """,
    "one table": """
        CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO t SELECT value, 'row ' || value FROM generate_series(1, 12);
    """,
}  # fmt: skip


def opened(script: str) -> tuple[Image, Catalog]:
    db = apsw.Connection(":memory:")
    series = "WITH RECURSIVE generate_series(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM generate_series WHERE value < 100)"
    db.execute(f"CREATE TABLE numbers AS {series} SELECT value FROM generate_series")
    db.execute(
        re.sub(r"generate_series\((\d+), (\d+)\)", r"(SELECT value FROM numbers WHERE value BETWEEN \1 AND \2)", script)
    )
    db.execute("DROP TABLE numbers")
    image = Image.of(db.serialize("main"))
    return image, read_catalog(image.connect(), "odd")


@pytest.mark.parametrize("script", ODD.values(), ids=list(ODD))
def test_odd_schemas(script: str) -> None:
    image, catalog = opened(script)
    made = DerivedTools(catalog, image, 4)
    for variant in range(6):
        toolset = made.toolset(variant)
        assert len(toolset.tools) >= (2 if len(catalog.tables) == 1 else 4)
        sandbox = Sandbox(image, environment_for("odd", image.hash, toolset, default_policy(catalog, rng(1))))
        for tool in toolset.tools:
            returns = jsonschema_rs.Draft202012Validator(tool.returns)
            for n in range(3):
                arguments = arguments_for(tool, made.samples, n, n == 2)
                if arguments is None:
                    continue
                with SqliteSession(sandbox, ClockSpec("2024-01-01T00:00:00", 1)) as live:
                    outcome = live.execute(tool.name, arguments)
                if outcome.failed:
                    assert outcome.result["error"]["type"].lower().replace("_", "") not in (
                        "executionfailed",
                        "executionfailederror",
                    )
                else:
                    returns.validate(outcome.result)


def test_handwritten_tools_stay_and_are_not_repeated() -> None:
    image, catalog = opened(ODD["names"])
    sql = 'SELECT "group" AS order_id, "where" AS what FROM "order" WHERE "group" = :order_id'
    own = Tool(
        "showOrder",
        "Shows an order.",
        {
            "type": "object",
            "properties": {"order_id": {"type": "integer", "description": "Its number"}},
            "required": ["order_id"],
        },
        {"type": "object"},
        "read",
        (Statement("return", sql, shape="object"),),
        ("order",),
        meaning=Meaning("get", "order"),
        inputs={"order_id": Slot("order", "group", "key")},
        outputs={"order_id": Slot("order", "group"), "what": Slot("order", "@name")},
    )
    for variant in range(4):
        toolset = DerivedTools(catalog, image, 4, handwritten=(own,)).toolset(variant)
        assert toolset.tools[0] is own
        assert not any(t.meaning and (t.meaning.family, t.meaning.table) == ("get", "order") for t in toolset.tools[1:])
        assert toolset.dialect.naming == "camel"
        assert len(toolset.tools) > 3


def test_an_environment_is_named_by_its_content() -> None:
    image, catalog = opened(ODD["one table"])
    toolset = DerivedTools(catalog, image, 1).toolset(0)
    policy = default_policy(catalog, rng(1))
    one, two = environment_for("odd", image.hash, toolset, policy), environment_for("odd", image.hash, toolset, policy)
    assert one.id == two.id != environment_for("odd", image.hash, toolset, default_policy(catalog, rng(2))).id
    assert policy.confirm_writes
    assert len(policy.rules) >= 4
