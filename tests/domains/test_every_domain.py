"""What holds of every built-in domain: it is rebuilt to the byte, sound in any SQLite tool, of the size that was asked for, and nothing in it has happened
that has not; its policy and tools say all that a conversation needs.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest

from domains.desk import Ask
from duologue.environment import import_sqlite
from duologue.ids import digest
from duologue.sources import Source, domains, from_domain
from duologue.types import Json, Tool


class Data(NamedTuple):
    """What a domain's data is: whoever changes the story on purpose writes the new line."""

    digest: str
    """Of its schema and all rows."""
    tables: int
    rows: int
    now: str
    ahead: str
    """The columns with days and moments to come: what is planned, due or valid. In no other is anything after now."""


DATA = {
    "automation": Data("8c5a831823eb4b4d", 16, 5582, "2025-10-15 14:00:00", "certificates.expires_on change_approvals.valid_until freezes.starts_at freezes.ends_at schedules.next_run_at schedules.paused_until"),
    "clinic": Data("56a22a12ca75a5f9", 16, 9025, "2025-09-11 10:00:00", "appointments.scheduled_at authorisations.expires_on instalments.due_on invoices.due_on prescriptions.review_due_on referrals.expires_on slots.scheduled_at"),
    "finance": Data("45c4f3afe05ca8dc", 16, 2918, "2025-10-08 10:00:00", "bills.due_on invoices.due_on payment_runs.payment_due periods.starts_on periods.ends_on"),
    "helpdesk": Data("083b15feab20dd5c", 16, 9291, "2025-10-07 10:30:00", "accounts.certificate_expires_on accounts.password_expires_on devices.loan_due_on"),
    "operations": Data("c7d0fa58880b94d4", 16, 2832, "2025-10-16 10:00:00", "actions.due_on alerts.silenced_until freezes.starts_on freezes.ends_on postmortems.due_on shifts.starts_at shifts.ends_at windows.scheduled_start windows.scheduled_end"),
    "retail": Data("ea243ba3029713ba", 12, 4314, "2025-06-14 17:45:00", ""),
    "sales": Data("3a8515728c4c6b65", 16, 10485, "2025-06-12 09:00:00", "opportunities.close_due_on opportunities.original_close_on quarters.starts_on quarters.ends_on quarters.forecast_locks_at quotes.valid_until"),
    "telecom": Data("a682fe735c51f4ab", 16, 6536, "2025-10-16 10:30:00", "bills.due_on lines.least_term_ends_on lines.port_code_expires_on outages.expected_end_at"),
    "travel": Data("433f0c6b7506f6d1", 16, 7849, "2025-05-21 09:00:00", "flights.scheduled_departure flights.scheduled_arrival stays.check_in_due stays.check_out_due vouchers.valid_until"),
    "tutoring": Data("7979c3fb234897aa", 16, 4380, "2025-10-14 10:00:00", "assignments.due_on classes.first_session_on classes.last_session_on invoices.due_on lessons.scheduled_at packages.expires_on sessions.starts_at sessions.ends_at slots.starts_at slots.ends_at submissions.due_on"),
}  # fmt: skip

each = pytest.mark.parametrize("domain", domains(), scope="module")


def columns(database: apsw.Connection) -> Iterator[tuple[str, str]]:
    """Each column of each table."""
    yield from database.execute(
        "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, c.cid"
    )


def content(database: apsw.Connection) -> str:
    """Digest of the schema and all rows. The file's own bytes name the SQLite that wrote them."""
    schema = database.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
    tables = sorted({table for table, _ in columns(database)})
    return digest([schema, [[t, database.execute(f"SELECT * FROM {t} ORDER BY rowid").fetchall()] for t in tables]])


@pytest.fixture(scope="module")
def elsewhere() -> dict[str, str]:
    """The hash of each domain's image, built by another process."""
    program = (
        "from duologue.sources import domains, from_domain\nfor d in domains(): print(d, from_domain(d).image.hash)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return dict(line.split() for line in done.stdout.splitlines())


def test_these_are_all() -> None:
    assert list(DATA) == sorted(domains())


@each
def test_its_data_is_this(domain: str, source: Source, database: apsw.Connection) -> None:
    tables = sorted({table for table, _ in columns(database)})
    rows = sum(database.execute(f"SELECT count(*) FROM {t}").get for t in tables)
    kept = DATA[domain]
    assert (content(database), len(tables), rows) == kept[:3]
    assert 8 <= len(tables) <= 16
    assert 2_000 <= rows <= 20_000
    assert source.now in ("", kept.now.replace(" ", "T"))


@each
def test_it_is_rebuilt_to_the_byte(domain: str, source: Source, elsewhere: dict[str, str]) -> None:
    assert from_domain(domain).image.data == source.image.data
    assert elsewhere[domain] == source.image.hash


@each
def test_any_tool_opens_it(source: Source, tmp_path: Path) -> None:
    """A saved copy is sound, and the same image once it is read back."""
    file = tmp_path / "copy.sqlite"
    file.write_bytes(source.image.data)
    plain = sqlite3.connect(file)
    assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    plain.close()
    assert import_sqlite(file) == source.image


@each
def test_nothing_has_happened_that_is_still_to_come(domain: str, database: apsw.Connection) -> None:
    def latest(table: str, column: str) -> str:
        return str(database.execute(f"SELECT max({column}) FROM {table} WHERE {column} GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*'").get or "")  # fmt: skip

    ahead = {f"{table}.{column}" for table, column in columns(database) if latest(table, column) > DATA[domain].now}
    assert ahead == set(DATA[domain].ahead.split())


@each
def test_its_policy(source: Source) -> None:
    assert source.policy is not None
    assert source.policy.preamble
    assert source.policy.confirm_writes
    assert 10 <= len(source.policy.rules) <= 15
    assert all(rule.text.endswith(".") for rule in source.policy.rules)


TOOLS = {
    "automation": (12, 13), "clinic": (8, 9), "finance": (5, 11), "helpdesk": (8, 16), "operations": (13, 15),
    "retail": (6, 6), "sales": (11, 9), "telecom": (8, 13), "travel": (5, 10), "tutoring": (13, 12),
}  # fmt: skip
"""How many of each domain's own tools look, and how many write."""


@each
def test_its_tools(domain: str, source: Source) -> None:
    writing = [t for t in source.tools if t.effect == "write"]
    assert (len(source.tools) - len(writing), len(writing)) == TOOLS[domain]
    assert sum(len(t.run) > 1 for t in source.tools) >= 9  # what people really do takes several statements
    for tool in source.tools:
        _described(tool)
        assert tool.wording["request"]
        assert tool.wording["done"]
        assert bool(tool.wording.get("confirm")) == bool(tool.writes) == (tool.effect == "write")


def _described(tool: Tool) -> None:
    properties: Json = tool.parameters["properties"]
    assert tool.meaning is not None
    assert all(p.get("description") for p in properties.values())
    assert tool.inputs.keys() <= properties.keys()
    assert all(slot.use for slot in tool.inputs.values())
    assert tool.outputs
    assert all(slot.table for slot in tool.outputs.values())


@each
def test_slots_stand_for_columns(source: Source, ask: Ask) -> None:
    """A column of a table or a view, a name put together, or how many rows there are."""
    known = {
        f"{r['t']}.{r['c']}"
        for r in ask("SELECT m.name AS t, c.name AS c FROM sqlite_schema m, pragma_table_info(m.name) c")
    }
    for tool in source.tools:
        for slot in (*tool.inputs.values(), *tool.outputs.values()):
            counted = slot.column == "" and slot.use == "count"
            assert counted or slot.column == "@name" or f"{slot.table}.{slot.column}" in known, (tool.name, slot)


@each
def test_one_field_one_meaning(source: Source) -> None:
    meanings: dict[str, set[str]] = {}
    for tool in source.tools:
        for path, slot in tool.outputs.items():
            meanings.setdefault(path.rpartition(".")[2], set()).add(repr(slot))
    assert {field: slots for field, slots in meanings.items() if len(slots) > 1} == {}
