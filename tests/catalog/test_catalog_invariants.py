"""What holds of every catalog: of the shared sample databases, and of databases nobody would make."""

import math
import re
from pathlib import Path

import apsw
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.catalog import Catalog, Column, Table, read_catalog

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "databases"
DATABASES = sorted(SHARED.glob("*.sqlite")) if SHARED.is_dir() else []
WORDS = re.compile(r"[^\W_]+( [^\W_]+)*")


def check(found: Catalog) -> None:
    """Assert what every reader of a catalog relies on."""
    names = [t.name for t in found.tables]
    assert len(set(names)) == len(names)
    labels = [t.label for t in found.tables]
    assert len(set(labels)) == len(labels)
    for table in found.tables:
        check_table(table)
    for link in found.links:
        source, target = found.table(link.table), found.table(link.to)
        assert len(link.columns) == len(link.to_columns) > 0
        assert {c.name for c in source.columns} >= set(link.columns)
        assert {c.name for c in target.columns} >= set(link.to_columns)
        assert 0 <= link.coverage <= 1
        assert link.role == "" or WORDS.fullmatch(link.role)
        for name in link.columns:
            assert source.column(name).role in {"key", "reference", "name"}
    assert found.latest == "" or re.match(r"\d{4}-\d\d-\d\d", found.latest)
    assert all("\n" not in note for note in found.notes)
    encoded = msgspec.json.encode(found)
    assert msgspec.json.decode(encoded, type=Catalog) == found


def check_table(table: Table) -> None:
    """The part of `check` that concerns one table."""
    columns = {c.name for c in table.columns}
    assert table.rows > 0
    assert columns >= set(table.key) | set(table.display)
    assert WORDS.fullmatch(table.label)
    assert WORDS.fullmatch(table.plural)
    labels = [c.label for c in table.columns]
    assert len(set(labels)) == len(labels) > 0
    for column in table.columns:
        check_column(table, column)


def check_column(table: Table, column: Column) -> None:
    """The part of `check` that concerns one column."""
    assert column.table == table.name
    assert WORDS.fullmatch(column.label), column
    assert WORDS.fullmatch(column.plural)
    assert column.type in {"INTEGER", "REAL", "TEXT", "BLOB"}
    assert 0 <= column.distinct <= table.rows - column.nulls
    assert len(column.values) <= 30
    assert all(v is not None and (not isinstance(v, float) or math.isfinite(v)) for v in column.values)
    if column.closed:
        assert column.role in {"category", "status", "flag"}
        assert column.distinct == len(column.values) <= 12
    if column.role == "key":
        assert column.name in table.key
    if column.name in table.display:
        assert column.role in {"name", "key", "status", "reference"}


@pytest.mark.parametrize("path", DATABASES, ids=lambda p: p.stem)
def test_shared_databases(path: Path) -> None:
    db = apsw.Connection(f"file:{path}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    found = read_catalog(db, path.stem)
    check(found)
    assert found.tables
    assert read_catalog(db, path.stem) == found


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.binary(max_size=8),
    st.sampled_from(
        ["", "N/A", "2024-01-05", "14 April 1205", "12:30", "#1", "a@b.org", "0", "1", "yes", "no", "[", "{}", "-"]
    ),
)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@st.composite
def databases(draw: st.DrawFn) -> list[tuple[str, list[str], list[list[object]]]]:
    """Up to three tables: name, column names, rows."""
    tables = draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=_fold))
    out = []
    for table in tables:
        columns = draw(st.lists(NAMES, min_size=1, max_size=4, unique_by=_fold))
        width = len(columns)
        rows = draw(st.lists(st.lists(VALUES, min_size=width, max_size=width), max_size=8))
        out.append((table, columns, rows))
    return out


def _fold(name: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in name)


@settings(max_examples=120, deadline=None)
@given(databases())
def test_any_database(tables: list[tuple[str, list[str], list[list[object]]]]) -> None:
    db = apsw.Connection(":memory:")
    for table, columns, rows in tables:
        quoted = [f'"{c.replace(chr(34), chr(34) * 2)}"' for c in (f"{table}", *columns)]
        try:
            db.execute(f"CREATE TABLE {quoted[0]} ({', '.join(quoted[1:])})")
        except apsw.SQLError:
            continue  # names SQLite keeps for itself
        if rows:
            db.executemany(f"INSERT INTO {quoted[0]} VALUES ({', '.join('?' * len(columns))})", rows)
    check(read_catalog(db, "any"))
