"""What an audit finds in a conversation."""

from typing import Literal

from msgspec import Struct

__all__ = ["Finding", "Objection", "Severity"]

Severity = Literal["fault", "doubt", "note"]
"""fault: a reader of the conversation would call it wrong · doubt: worth a look, and may be fine · note: good to know."""


class Objection(Struct, frozen=True):
    """What a check says of a conversation, at the turn with this number in `Talk.turns` (-1: of the whole)."""

    severity: Severity
    turn: int
    what: str
    evidence: str = ""


class Finding(Struct, frozen=True):
    """An objection with its place. `turn` is the index in the file's own list of messages; -1 where it is of no single one."""

    file: str
    line: int
    index: int
    turn: int
    check: str
    severity: Severity
    what: str
    evidence: str
