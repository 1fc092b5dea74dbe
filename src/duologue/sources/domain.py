"""Domains: folders that hold a whole world to talk about.

    schema.sql     tables, keys, checks, triggers
    data.py        `rows()` yields (table, row as a dict), parents first; the same rows each time
    tools.toml     hand-written tools, in the short form that `toolfile.py` reads
    policy.toml    `title`, `preamble`, `confirm_writes` and the rules with their guards; `now` ("2025-05-21T09:00:00", UTC), the
                   moment it is in the rows, where some of them are planned ahead or a rule counts days
    user_tools.toml, guides.toml    where users have tools of their own (`ownside.py`)
    lexicon.yaml   `wording` of the tools (request, confirm, done), `labels` of tables and columns, `called_by`: table → the
                   columns by which people call its rows, where the schema does not say it

The image is built each time: that takes a tenth of a second, and cannot go stale. It is then
imported like any file, so that a copy of it on disk is the same image.

A folder that does not hold together is refused with the file and the reason: constraints broken, statements that SQLite does
not accept or the guard refuses, a rule for a tool that is not there, a phrase with a slot that is no parameter.
"""

import re
from datetime import datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import apsw
from msgspec import Struct

from duologue.environment import Image, Sandbox, import_sqlite, quote
from duologue.errors import UserError
from duologue.ids import digest
from duologue.sources import ownside
from duologue.sources.files import decoded, load_rows, load_yaml, read_text
from duologue.sources.places import Place
from duologue.sources.source import Source
from duologue.sources.toolfile import read_tools
from duologue.types import Environment, Policy, Rule, Tool, Toolset

_HOME = Path(__file__).parent.parent / "domains"
ALL = "all"
"""Names all built-in domains."""
_FIGURE: Final = re.compile(r"\d+(?:[.,]\d+)*")
_FILES = ("schema.sql", "data.py", "tools.toml", "policy.toml", "lexicon.yaml")
_BESIDE = (*_FILES[2:], *ownside.FILES)
"""What says how the image is used, and leaves no trace in its hash."""


class _PolicyFile(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    preamble: str
    confirm_writes: bool = True
    rule: tuple[Rule, ...] = ()
    now: str = ""


class _Lexicon(Struct, frozen=True, forbid_unknown_fields=True):
    wording: dict[str, dict[str, tuple[str, ...]]] = {}
    labels: dict[str, str] = {}
    called_by: dict[str, tuple[str, ...]] = {}


def domains() -> tuple[str, ...]:
    """The built-in domains by name."""
    return tuple(sorted(f.name for f in _HOME.iterdir() if (f / _FILES[0]).is_file()))


def is_domain(name: str) -> bool:
    """Whether it names a built-in domain, or (with a slash in it) a folder that may hold one."""
    return name in domains() or ("/" in name and Path(name).is_dir())


def are_built_in(names: str) -> bool:
    """Whether all that a list with commas names are built in."""
    return set(names.split(",")) <= set(domains())


def named_domains(names: str) -> tuple[str, ...]:
    """The domains that `all` or a list with commas names, each once; empty where one of them is none (see `is_domain`)."""
    asked = tuple(dict.fromkeys(part.strip() for part in names.split(","))) if names != ALL else domains()
    return asked if all(map(is_domain, asked)) else ()


def unknown_domain(name: str, more: str = "") -> UserError:
    """That a domain of this name is not there, and what is; `more` is added to what may be done."""
    built_in = f"Built in: {', '.join(domains())}; ./FOLDER is one of your own."
    return UserError(f"There is no built-in domain {name!r}.", f"{built_in} {more}".strip())


def from_domain(name: str) -> Source:
    """A built-in domain, or the one in a folder. Raises `UserError` where there is none of that name, or it does not hold together."""
    if not is_domain(name):
        raise unknown_domain(name)
    return load_domain(_HOME / name if name in domains() else Path(name))


def folder_marks(folder: Path) -> dict[str, str]:
    """A digest for each file of a domain that its image says nothing of; those that are missing are left out. Raises `UserError`."""
    return {name: digest(read_text(folder / name)) for name in _BESIDE if (folder / name).is_file()}


def load_domain(folder: Path) -> Source:
    """The domain in a folder. Raises `UserError` with the file and the reason where it does not hold together."""
    missing = [f for f in _FILES if not (folder / f).is_file()]
    if missing:
        raise UserError(
            f"{folder} is not a domain: it has no {', '.join(missing)}", f"A domain has {', '.join(_FILES)}."
        )
    image = _image(folder)
    rules = decoded(folder / "policy.toml", _PolicyFile)
    lexicon = load_yaml(folder / "lexicon.yaml", _Lexicon)
    side = ownside.read_own_side(folder, lexicon.wording)
    theirs = {tool.name for tool in side.tools}
    tools = read_tools(folder / "tools.toml", lexicon.wording, theirs)
    policy = Policy(rules.preamble, rules.rule, rules.confirm_writes, side.guides)
    _hold_together(folder, image, Toolset("", tools, own=side.tools), policy)
    _keep_apart(folder, image, tools, side)
    ownside.check_guides(folder, side, tools, image)
    said: dict[str, Any] = {"wording": lexicon.wording, "labels": lexicon.labels}
    if lexicon.called_by:
        said["called_by"] = lexicon.called_by
    now = _moment(folder / "policy.toml", rules.now)
    return Source(rules.title, image, tools, policy, said, now=now, own_tables=side.tables, own_tools=side.tools)


def _moment(path: Path, text: str) -> str:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        at = None
    if text and (at is None or at.tzinfo is not None or len(text) != len("2025-05-21T09:00:00")):
        raise UserError(f"{path}: now = {text!r} is no moment", 'Write it like "2025-05-21T09:00:00", in UTC.')
    return text


def _image(folder: Path) -> Image:
    """Schema and rows, checked by SQLite. Constraints hold for each row; foreign keys for all of them together."""
    schema, data = folder / "schema.sql", folder / "data.py"
    db = apsw.Connection(":memory:")
    try:
        db.execute(read_text(schema))
    except apsw.Error as error:
        raise UserError(f"{schema}: SQLite does not accept it: {error}", "Mend the schema.") from None
    with db:
        for (table, columns), batch in groupby(load_rows(data), key=lambda pair: (pair[0], tuple(pair[1]))):
            names = ", ".join(quote(c) for c in columns)
            sql = f"INSERT INTO {quote(table)} ({names}) VALUES ({', '.join('?' * len(columns))})"
            rows = [tuple(row.values()) for _, row in batch]
            try:
                db.executemany(sql, rows)
            except (apsw.Error, TypeError, ValueError, OverflowError) as error:
                raise UserError(
                    f"{data}: a row for {table!r} is refused: {error}", "Mend the row or the schema."
                ) from None
    broken = db.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        table, rowid, parent, _ = broken
        raise UserError(
            f"{data}: row {rowid} of {table!r} refers to a row of {parent!r} that is not there", "Mend the rows."
        )
    if not db.total_changes():
        raise UserError(f"{data}: it gives no rows", "Give some.")
    with TemporaryDirectory(prefix="duologue-") as place:
        file = Path(place) / f"{folder.name}.sqlite"
        file.write_bytes(db.serialize("main"))
        return import_sqlite(file)


def _hold_together(folder: Path, image: Image, toolset: Toolset, policy: Policy) -> None:
    """Judge every tool and guard as a run would, and what the user is told of a rule by its text."""
    names = {tool.name for tool in toolset.tools}
    for rule in policy.rules:
        place = Place(folder / "policy.toml", "rule", rule.id)
        for name in rule.tools:
            if name not in names:
                raise UserError(f"{place} is for {name!r}, which is not a tool", f"Tools: {sorted(names)}.")
        strange = sorted(set(_FIGURE.findall(rule.said)) - set(_FIGURE.findall(rule.text)))
        if strange:
            raise UserError(
                f"{place} says {strange[0]} to the user, and its text does not",
                "Put the figure into `text`, or take it out of `said`: what the assistant says has to stand in its policy.",
            )
    environment = Environment("", folder.name, image.hash, toolset, policy)
    try:
        Sandbox(image, environment)
    except UserError as error:
        raise UserError(f"{_where(folder, toolset, policy, error.message)}: {error.message}", error.fix) from None


def _where(folder: Path, toolset: Toolset, policy: Policy, problem: str) -> str:
    """The file and the line of what a run would refuse."""
    for rule in policy.rules:
        if problem.startswith(f"policy rule {rule.id!r}"):
            return Place(folder / "policy.toml", "rule", rule.id).at
    for file, tools in ((ownside.TOOLS, toolset.own), ("tools.toml", toolset.tools)):
        for tool in tools:
            if problem.startswith(f"tool {tool.name!r}"):
                return Place(folder / file, "tool", tool.name).at
    return str(folder / "tools.toml")


def _keep_apart(folder: Path, image: Image, tools: tuple[Tool, ...], side: ownside.OwnSide) -> None:
    """The user's tables are there, and the desk has no hand in them."""
    there = {
        name for (name,) in image.connect().execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
    }
    missing = [name for name in side.tables if name not in there]
    if missing:
        raise UserError(
            f"{folder / ownside.TOOLS}: there is no table or view {missing[0]!r}", f"Tables: {sorted(there)}."
        )
    for tool in tools:
        shared = sorted({*tool.reads, *tool.writes} & set(side.tables))
        if shared:
            raise UserError(
                f"{Place(folder / 'tools.toml', 'tool', tool.name)} is the desk's, and {shared[0]!r} the user's",
                "What shows there the user is asked for.",
            )
