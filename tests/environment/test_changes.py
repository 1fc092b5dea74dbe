"""What changes come to, put together."""

from typing import Any

import pytest

from duologue.environment import net_changes
from duologue.environment.changes import jsonable
from duologue.types import Json, RowChange
from environment.kit import image, opened, tool, write


def insert(key: Json, **after: Json) -> RowChange:
    return RowChange("t", "insert", {"id": key}, after=after)


def delete(key: Json, **before: Json) -> RowChange:
    return RowChange("t", "delete", {"id": key}, before=before)


def update(key: Json, **columns: tuple[Json, Json]) -> RowChange:
    before, after = ({name: pair[i] for name, pair in columns.items()} for i in (0, 1))
    return RowChange("t", "update", {"id": key}, before, after)


@pytest.mark.parametrize(
    ("changes", "net"),
    [
        ([], []),
        ([insert(1, a=1), update(1, a=(1, 2))], [insert(1, a=2)]),
        ([insert(1, a=1), delete(1, a=1)], []),
        ([insert(1, a=1), delete(1, a=1), insert(1, a=2)], [insert(1, a=2)]),
        ([update(1, a=(1, 2)), update(1, a=(2, 3))], [update(1, a=(1, 3))]),
        ([update(1, a=(1, 2)), update(1, b=(5, 6))], [update(1, a=(1, 2), b=(5, 6))]),
        ([update(1, a=(1, 2)), update(1, a=(2, 1))], []),
        ([update(1, a=(1, 2)), update(1, a=(2, 1), b=(5, 6))], [update(1, b=(5, 6))]),
        ([update(1, a=(1, 2)), delete(1, a=2, b=5)], [delete(1, a=1, b=5)]),
        ([update(1, a=(1, 2)), delete(1, a=2), insert(1, a=3)], [update(1, a=(1, 3))]),
        ([delete(1, a=1), insert(1, a=1)], []),
        ([delete(1, a=1, b=5), insert(1, a=2, b=5)], [update(1, a=(1, 2))]),
        ([delete(1, a=1), insert(1, a=1), update(1, a=(1, 2))], [update(1, a=(1, 2))]),
        ([delete(1, a=1), insert(1, a=2), delete(1, a=2)], [delete(1, a=1)]),
        ([update(1, a=(1, 1.0))], [update(1, a=(1, 1.0))]),
        ([update(1, a=(None, 0)), update(1, a=(0, None))], []),
        ([insert("b"), insert(10), insert("a"), insert(9), insert(None)], [insert(None), insert(9), insert(10), insert("a"), insert("b")]),
        ([insert({"blob": {"bytes": 1}}), insert("z")], [insert("z"), insert({"blob": {"bytes": 1}})]),
    ],
)  # fmt: skip
def test_net(changes: list[RowChange], net: list[RowChange]) -> None:
    assert net_changes(changes) == tuple(net)
    assert net_changes(net_changes(changes)) == tuple(net)


def test_tables_come_in_order_of_their_names() -> None:
    two = [RowChange("b", "insert", {"id": 1}, after={}), RowChange("a", "insert", {"id": 2}, after={})]
    assert net_changes(two) == (two[1], two[0])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1, 1),
        ("x", "x"),
        (1.5, 1.5),
        (None, None),
        (float("inf"), None),
        (b"", {"blob": {"bytes": 0, "sha256": "e3b0c44298fc1c14"}}),
    ],
)
def test_values_in_changes(value: Any, shown: Json) -> None:
    assert jsonable(value) == shown


TABLES = """
CREATE TABLE plain(a, b);
CREATE TABLE keyed(k TEXT PRIMARY KEY, v);
CREATE TABLE pairs(a, b, v, PRIMARY KEY (b, a)) WITHOUT ROWID;
CREATE TABLE made(id INTEGER PRIMARY KEY, a, g AS (a * 2) {storage}, b);
INSERT INTO plain VALUES (1, x'ff'); INSERT INTO keyed VALUES ('k', 1), (NULL, 2); INSERT INTO pairs VALUES (1, 2, 3);
INSERT INTO made(id, a, b) VALUES (1, 2, 3);
"""


@pytest.mark.parametrize("storage", ["STORED", "VIRTUAL"])
@pytest.mark.parametrize(
    ("sql", "changes"),
    [
        ("UPDATE plain SET a = 2", [RowChange("plain", "update", {"rowid": 1}, {"a": 1}, {"a": 2})]),
        ("UPDATE plain SET a = 1", []),
        ("DELETE FROM plain", [RowChange("plain", "delete", {"rowid": 1}, {"a": 1, "b": jsonable(b"\xff")})]),
        ("UPDATE keyed SET v = 5 WHERE k = 'k'", [RowChange("keyed", "update", {"k": "k"}, {"v": 1}, {"v": 5})]),
        ("REPLACE INTO keyed VALUES ('k', 5)", [RowChange("keyed", "update", {"k": "k"}, {"v": 1}, {"v": 5})]),
        ("REPLACE INTO keyed VALUES ('k', 1)", []),
        (
            "UPDATE keyed SET k = 'm' WHERE k = 'k'",
            [
                RowChange("keyed", "delete", {"k": "k"}, before={"k": "k", "v": 1}),
                RowChange("keyed", "insert", {"k": "m"}, after={"k": "m", "v": 1}),
            ],
        ),
        ("UPDATE pairs SET v = 4", [RowChange("pairs", "update", {"b": 2, "a": 1}, {"v": 3}, {"v": 4})]),
        ("UPDATE made SET a = 9", [RowChange("made", "update", {"id": 1}, {"a": 2}, {"a": 9})]),
        (
            "INSERT INTO made(b) VALUES (7)",
            [RowChange("made", "insert", {"id": 2}, after={"id": 2, "a": None, "b": 7})],
        ),
    ],
)
def test_changes_of_one_statement(sql: str, changes: list[RowChange], storage: str) -> None:
    tables = "plain keyed pairs made"
    session = opened(image(TABLES.replace("{storage}", storage)), tool("write", write(sql, tables).run, tables, tables))
    assert session.execute("write", {}).changes == tuple(changes)


def test_rows_whose_key_is_null_are_known_by_their_number() -> None:
    session = opened(
        image(TABLES.replace("{storage}", "STORED")), write("UPDATE keyed SET v = 9 WHERE k IS NULL", "keyed")
    )
    assert session.execute("write", {}).changes == (RowChange("keyed", "update", {"rowid": 2}, {"v": 2}, {"v": 9}),)
