"""A call that went wrong on purpose, played again: nothing happened, or it happened and the answer was held back.

What is declared a fault must look like one, else any result could be passed off as one.
"""

from duologue.environment import SqliteSession
from duologue.plans.faults import KINDS, Altering, HiddenColumns, SchemaDrift, StaleRead, met
from duologue.plans.trace import Executed, read_result
from duologue.types import Fault, Tool

__all__ = ["misdeclared", "passed_over"]


def misdeclared(call: Executed, fault: Fault, session: SqliteSession, tool: Tool | None) -> str:
    """What is wrong with the declaration of a fault; empty where it fits what the conversation shows. `session`: in the state before it;
    `tool`: what was called."""
    kind = KINDS.get(fault.kind)
    if kind is None:
        return f"there is no kind of fault {fault.kind[:40]!r}"
    shown = read_result(call.text)
    if not isinstance(kind, SchemaDrift | HiddenColumns) and met(shown) != kind.error:
        return f"the result is not what a {fault.kind} shows"
    if fault.done is not kind.carried_out:
        return f"a {fault.kind} is declared as {'carried out' if fault.done else 'not carried out'}"
    if isinstance(kind, Altering) and (tool is None or not kind.fits(shown, read_result(fault.held), tool)):
        return f"what a {fault.kind} shows is not made of the answer held back"
    if isinstance(kind, StaleRead):
        before = session.earlier(call.call.name, call.call.arguments)
        if before is None or kind.aged(*before) != shown:
            return f"what a {fault.kind} shows is not how it stood before the last change"
    return ""


def passed_over(call: Executed, session: SqliteSession) -> str:
    """Of a call that was not carried out: the effect that the record shows all the same; empty where there is none."""
    if call.changes:
        return "the call was not carried out, yet the record shows changes"
    if call.state and call.state != session.state:
        return f"the call was not carried out, yet the record names the state after it {call.state!r}, not {session.state!r}"
    return ""
