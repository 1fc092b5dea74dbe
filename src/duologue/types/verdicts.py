"""Verdicts on a dialogue, and what leaves the house."""

from msgspec import Struct


class Finding(Struct, frozen=True, omit_defaults=True):
    """Something a check objects to, at the turn where it shows (index into the path, the system message being 0)."""

    turn: int
    what: str


class Verdict(Struct, frozen=True, omit_defaults=True):
    """One check's answer. `None` = could not tell, and never counts as passed."""

    check: str
    passed: bool | None
    evidence: tuple[Finding, ...] = ()
