"""Checks: pure functions over a conversation and what it was meant to achieve, each answering one question with evidence.

Used in three places: proofs put a plan that was run before some of them, the user gate asks them of a turn before it is
spoken, and verification asks all of them of the finished conversation. `combine` is the one rule that turns their verdicts
into a decision.
"""

from collections.abc import Callable

from duologue.checks.attribution import attribution
from duologue.checks.calls import calls
from duologue.checks.case import Case, case_of, columns_of
from duologue.checks.combine import Decision, combine
from duologue.checks.disclosure import disclosure
from duologue.checks.forbidden import kept
from duologue.checks.gate import gate, user_gate
from duologue.checks.grounding import grounding
from duologue.checks.honesty import honesty
from duologue.checks.order import order
from duologue.checks.policy import policy
from duologue.checks.protocol import protocol
from duologue.checks.provenance import provenance
from duologue.checks.repetition import repetition
from duologue.checks.schema import schema
from duologue.checks.state import state
from duologue.checks.unread import unread
from duologue.types import Verdict

__all__ = ["CHECKS", "PROOF", "Case", "CaseCheck", "Decision", "case_of", "columns_of", "combine", "user_gate"]

CaseCheck = Callable[[Case], Verdict]

CHECKS: tuple[CaseCheck, ...] = (
    protocol,
    schema,
    calls,
    order,
    state,
    disclosure,
    unread,
    grounding,
    attribution,
    provenance,
    policy,
    honesty,
    repetition,
    gate,
)
"""All checks of a finished conversation that need no database."""

PROOF: tuple[CaseCheck, ...] = (calls, state, disclosure, kept)
"""The checks that a plan is proven with: it passes them all, doing nothing and every spoiled plan fails one."""
