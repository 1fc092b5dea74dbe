"""Does the conversation have the form a conversation has?

System, then user; the assistant answers with words or with calls; every call gets its result, in order; nobody speaks twice
running, in the other's voice, or without a word; it ends when the user says it is done.
"""

from collections.abc import Container

from duologue.checks.case import Case, verdict
from duologue.checks.findings import EMPTY, MIDWORK, UNANSWERED, UNFINISHED, WAITING
from duologue.checks.words import finds
from duologue.plans.heeding import hearing_of
from duologue.types import Finding, Message, Turn, Verdict

_NEXT = {
    "": ("system",),
    "system": ("user",),
    "user": ("assistant",),
    "assistant": ("user", "user_call"),
    "calls": ("tool",),
    "tool": ("assistant",),
    "user_calls": ("user_result",),
    "user_result": ("user", "user_call"),
}
_CALLERS = {"assistant": ("calls", "tool"), "user_call": ("user_calls", "user_result")}
"""Who makes calls → what they leave open, and the role that answers them."""


def protocol(case: Case) -> Verdict:
    """Roles, ids, endings."""
    turns = case.trace.turns
    return verdict(
        "protocol", [*_sequence(turns, {o.at for o in case.offers}), *_voices(case), *_ending(turns, case.mode)]
    )


def _sequence(turns: tuple[Turn, ...], announced: Container[int]) -> list[Finding]:
    """`announced`: turns at which tools come or go, which the system says before the user speaks."""
    findings: list[Finding] = []
    last = ""
    owed: list[str] = []
    used: set[str] = set()
    for number, turn in enumerate(turns):
        message, role = turn.message, turn.message.role
        allowed = _allowed(last, bool(owed), number in announced)
        callers = _CALLERS.get(role)
        if role not in allowed:
            findings.append(Finding(number, f"{role} speaks where {' or '.join(_spoken(allowed))} should"))
        if role in ("tool", "user_result"):
            if not owed or owed.pop(0) != message.tool_call_id:
                findings.append(
                    Finding(number, f"the result of {message.tool_call_id!r} answers no call that waits for it")
                )
        elif not message.content.strip() and not message.tool_calls and role != "system":
            findings.append(Finding(number, EMPTY(role)))
        last = role
        if message.tool_calls:
            findings += _made(number, message, used)
            owed += [call.id for call in message.tool_calls]
            last = callers[0] if callers is not None else role
    if owed:
        findings.append(Finding(len(turns) - 1, UNANSWERED(repr(owed[0]))))
    return findings


def _made(number: int, message: Message, used: set[str]) -> list[Finding]:
    """What is wrong with the calls of a turn, going by who makes them and by their ids, which are then `used`."""
    role, findings = message.role, []
    if role not in _CALLERS or any(c.own != (role == "user_call") for c in message.tool_calls):
        findings.append(Finding(number, f"a call made by the {role}"))
    for call in message.tool_calls:
        if call.id in used:
            findings.append(Finding(number, f"the call id {call.id!r} is used twice"))
        used.add(call.id)
    return findings


def _allowed(last: str, owed: bool, announced: bool) -> tuple[str, ...]:
    if owed:
        return (
            _NEXT[last]
            if last in ("calls", "user_calls")
            else _NEXT["user_calls" if last == "user_result" else "calls"]
        )
    return ("system",) if announced and last == "assistant" else _NEXT[last]


def _spoken(roles: tuple[str, ...]) -> tuple[str, ...]:
    """Of several roles those that say something."""
    return tuple(r for r in roles if r != "user_call") or roles


def _voices(case: Case) -> list[Finding]:
    """An assistant that talks like a user. Where it asks for a tool of the user's own, it is for the assistant to say so. The user's voice is the
    user gate's."""
    out = []
    for said in case.trace.assistant:
        found = finds("roles", "assistant_as_user", said.text)
        if found is not None and not _instructs(case, said.turn):
            out.append(Finding(said.turn, f"the assistant speaks as the user: {found[0]!r}"))
    return out


def _instructs(case: Case, number: int) -> bool:
    """Whether a turn asks the user to use a tool of their own, where they are about something that has to do with these."""
    turn = case.trace.turns[number]
    theirs = turn.task < len(case.tasks) and bool(case.tasks[turn.task].user_tools)
    return theirs and hearing_of(tuple(case.trace.own_tools.values())).asked_for(turn.message.content) is not None


def _ending(turns: tuple[Turn, ...], mode: str) -> list[Finding]:
    if not turns:
        return [Finding(0, "no turns")]
    last = len(turns) - 1
    users = [n for n, t in enumerate(turns) if t.message.role == "user"]
    done = [n for n in users if turns[n].done]
    if turns[last].message.role == "user" and not turns[last].done:
        return [Finding(last, WAITING())]
    if turns[last].message.role in ("tool", "user_result") or turns[last].message.tool_calls:
        return [Finding(last, MIDWORK())]
    if not done:
        return [Finding(last, UNFINISHED())] if mode == "user" else []
    early = [n for n in done if n != users[-1] and turns[_following(users, n)].task <= turns[n].task]
    return [Finding(n, "it goes on after the user says it is done") for n in early]


def _following(users: list[int], number: int) -> int:
    return users[users.index(number) + 1]
