"""What a trigger says: when it fires, and the statements it runs, as trees.

SQLite keeps a trigger as the text that created it. The head is read token by token, the statements of the body are parsed one by
one (sqlglot, imported only where a database has triggers). A trigger that cannot be read has no statements here and `read` is
false: whoever asks must then take it to do anything.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

__all__ = ["Trigger", "read_trigger", "row_column"]


class Trigger(Struct, frozen=True):
    """One trigger. Names are folded to lower case."""

    name: str
    table: str
    event: str = ""
    """insert · update · delete."""
    of: frozenset[str] = frozenset()
    """The columns named by UPDATE OF; empty where any will do."""
    when: Any = None
    """The tree of the WHEN condition."""
    statements: tuple[Any, ...] = ()
    read: bool = False


def read_trigger(name: str, table: str, sql: str) -> Trigger:
    """Read a trigger's definition."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    name, table = name.lower(), table.lower()
    try:
        tokens = sqlglot.tokenize(sql, read="sqlite")
        head, when, body = _parts(tokens, sql)
        statements = tuple(sqlglot.parse_one(s, read="sqlite") for s in body)
        condition = sqlglot.parse_one(when, read="sqlite") if when else None
    except (SqlglotError, ValueError):
        return Trigger(name, table)
    event, of = _event(head)
    return Trigger(name, table, event, of, condition, statements, event != "")


def _parts(tokens: list[Any], sql: str) -> tuple[list[str], str, list[str]]:
    """The words before ON, the text of WHEN, and the text of each statement. Raises `ValueError` where there is no body."""
    words = [("" if _quoted(t) else t.text.lower()) for t in tokens]
    on, begin = words.index("on"), words.index("begin")
    when = words.index("when") if "when" in words[:begin] else begin
    end = len(words) - 1 - words[::-1].index("end")
    condition = sql[tokens[when].end + 1 : tokens[begin].start].strip() if when < begin else ""
    head = [t.text.lower() for t in tokens[2:on]]
    return head, condition, list(_statements(tokens[begin + 1 : end], sql))


def _quoted(token: Any) -> bool:
    return token.token_type.name in ("IDENTIFIER", "STRING")


def _statements(tokens: list[Any], sql: str) -> Iterator[str]:
    start: Any = None
    for token in tokens:
        if token.token_type.name == "SEMICOLON":
            if start is not None:
                yield sql[start.start : token.start]
            start = None
        elif start is None:
            start = token
    if start is not None:
        yield sql[start.start : tokens[-1].end + 1]


def _event(head: list[str]) -> tuple[str, frozenset[str]]:
    """The last event word before ON, and the columns behind OF."""
    at = max((i for i, w in enumerate(head) if w in ("insert", "update", "delete")), default=-1)
    if "of" in head and "instead" not in head:
        at = max(i for i, w in enumerate(head[: head.index("of")]) if w == "update")
        return "update", frozenset(w for w in head[head.index("of") + 1 :] if w != ",")
    return (head[at], frozenset()) if at >= 0 and "instead" not in head else ("", frozenset())


def row_column(node: Any) -> tuple[str, str]:
    """("old" or "new" or "", column) of a column's node, folded."""
    return node.table.lower(), node.name.lower()
