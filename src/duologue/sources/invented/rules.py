"""A policy for an invented world. What a rule forbids, the database itself refuses.

Which tools there will be is not known yet, so no rule can be a guard over one. A rule that limits changes comes with a condition
on the row that changes, and becomes a trigger: whatever tool tries, the change is refused with the rule's own words. Rules
without a condition are about conduct.

A condition is SQL of the model's. It is parsed and written anew by sqlglot, so that it is one expression and no more, and tried
as a query under an authorizer that lets it read tables and call harmless functions.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, Literal

import apsw
import sqlglot
from msgspec import Meta, Struct
from sqlglot import exp
from sqlglot.errors import SqlglotError

from duologue.environment import quote
from duologue.environment.guard import FUNCTIONS
from duologue.sources.invented.schema import Shape, World
from duologue.types import Policy, Rule

_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOVING: Final = re.compile(r"now|current_|random", re.IGNORECASE)
_WORDS: Final = {"insert": "added", "update": "changed", "delete": "removed", "insert or update": "added or changed"}
_ROWS: Final = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",), "insert or update": ("NEW",)}


class Limit(Struct, frozen=True, forbid_unknown_fields=True):
    """A condition on rows that change; OLD and NEW are the row before and after."""

    table: Annotated[str, Meta(max_length=40)]
    on: Literal["insert", "update", "delete", "insert or update"]
    must: Annotated[str, Meta(min_length=1, max_length=800)]
    """An SQL expression that has to be true."""
    message: Annotated[str, Meta(min_length=5, max_length=200)]
    """What the assistant is told where it is not."""
    columns: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    """Of an update: only where one of these is written."""


class RuleDesign(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as the model writes it."""

    id: Annotated[str, Meta(max_length=40)]
    text: Annotated[str, Meta(min_length=15, max_length=300)]
    limit: Limit | None = None


class PolicyDesign(Struct, frozen=True, forbid_unknown_fields=True):
    """A policy as the model writes it."""

    preamble: Annotated[str, Meta(min_length=60, max_length=1500)]
    rules: Annotated[tuple[RuleDesign, ...], Meta(min_length=5, max_length=10)]


def establish(world: World, design: PolicyDesign) -> tuple[Policy | None, list[str]]:
    """Put the limits into the database; the policy, or what is wrong with it, the database then being as it was."""
    problems: list[str] = []
    ids = [rule.id for rule in design.rules]
    triggers: list[str] = []
    for rule in design.rules:
        if not _ID.fullmatch(rule.id) or ids.count(rule.id) > 1:
            problems.append(f"Rule {rule.id[:40]!r}: an id is lower-case letters, digits and underscores, and its own.")
        elif rule.limit is not None:
            made, wrong = _triggers(world, rule.id, rule.limit)
            triggers += made
            if wrong:
                problems.append(f"Rule {rule.id!r}: {wrong}")
    if not problems and not triggers:
        problems.append("No rule has a `limit`. Give two to five rules a limit that the database can keep.")
    if problems:
        return None, problems
    for trigger in triggers:
        world.db.execute(trigger)
    rules = tuple(Rule(rule.id, " ".join(rule.text.split())) for rule in design.rules)
    return Policy(design.preamble.strip(), rules, confirm_writes=True), []


def _triggers(world: World, name: str, limit: Limit) -> tuple[list[str], str]:
    """The triggers that keep a limit, or what is wrong with it."""
    shape = world.tables.get(limit.table)
    if shape is None:
        return [], f"there is no table {limit.table!r}."
    unknown = [c for c in limit.columns if c not in shape.columns]
    if unknown or (limit.columns and "update" not in limit.on):
        return (
            [],
            f"`columns` names columns of {limit.table!r} that an update writes; {(unknown or limit.columns)[0]!r} is none.",
        )
    condition, wrong = _condition(world, shape, limit)
    if wrong:
        return [], wrong
    message = limit.message.replace("\x00", "").replace("'", "''")
    out = []
    for change in limit.on.split(" or "):
        of = f" OF {', '.join(map(quote, limit.columns))}" if limit.columns and change == "update" else ""
        mark = f"rule_{name}" if change == limit.on else f"rule_{name}_{change}"
        out.append(
            f"CREATE TRIGGER {quote(mark)} BEFORE {change.upper()}{of} ON {quote(shape.name)} "
            f"WHEN NOT ifnull(({condition}), 0) BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
    return out, ""


def _condition(world: World, shape: Shape, limit: Limit) -> tuple[str, str]:
    """The condition as one expression in plain SQL, or what is wrong with it."""
    try:
        parsed = sqlglot.parse(limit.must, dialect="sqlite")
    except SqlglotError as error:
        return "", f"`must` is not an SQL expression: {str(error).splitlines()[0][:200]}"
    tree = parsed[0] if len(parsed) == 1 else None
    if tree is None or isinstance(tree, exp.Query | exp.Command | exp.DDL | exp.DML) or not isinstance(tree, exp.Expr):
        return "", "`must` has to be one SQL expression, such as OLD.status = 'open'."
    rows = _ROWS[limit.on]
    named = {c.table.upper() for c in tree.find_all(exp.Column) if c.table.upper() in ("OLD", "NEW")}
    if not named or not named <= set(rows):
        return (
            "",
            f"`must` speaks of {' and '.join(rows)} of the row that is {_WORDS[limit.on]}, as in {rows[0]}.{shape.columns[-1]}.",
        )
    text = tree.sql(dialect="sqlite", comments=False)
    return text, _tried(world, shape, text, rows)


def _tried(world: World, shape: Shape, condition: str, rows: tuple[str, ...]) -> str:
    """What is wrong with a condition, asked of the rows there are: each stands for itself before and after."""
    same = " AND ".join(f"OLD.{quote(k)} = NEW.{quote(k)}" for k in shape.key)
    tables = " JOIN ".join(f"{quote(shape.name)} AS {row}" for row in rows) + (f" ON {same}" if len(rows) == 2 else "")
    try:
        with _only_reading(world.db):
            kept = world.db.execute(f"SELECT count(*) FROM {tables} WHERE ({condition})").get
    except apsw.Error as error:
        return f"`must` does not work: {error}."
    if not kept and not _MOVING.search(condition) and len(rows) == 1:
        return "`must` is true of no row there is: nothing could ever be done. Loosen it."
    return ""


@contextmanager
def _only_reading(db: apsw.Connection) -> Iterator[None]:
    """Let the connection read and call harmless functions, and nothing else."""

    def judge(code: int, first: str | None, second: str | None, database: str | None, context: str | None) -> int:
        if code == apsw.SQLITE_FUNCTION:
            return apsw.SQLITE_OK if (second or "").lower() in FUNCTIONS else apsw.SQLITE_DENY
        reading = code in (apsw.SQLITE_SELECT, apsw.SQLITE_READ) and not (first or "").startswith("sqlite_")
        return apsw.SQLITE_OK if reading else apsw.SQLITE_DENY

    looks = 0

    def stop() -> bool:
        nonlocal looks
        looks += 1
        return looks > 2_000

    db.authorizer = judge
    db.set_progress_handler(stop, 1_000)
    try:
        yield
    finally:
        db.authorizer = None
        db.set_progress_handler(None)
