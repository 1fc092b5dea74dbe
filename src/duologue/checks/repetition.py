"""Was nothing asked of the database twice for no reason?

The same call again is in order when something was changed since, when the user doubted the answer or asked to look again, and as a look
at a record right before it is changed. A call that met a fault brought nothing, so it counts for none; and where a change went
unanswered, how things stand is a question of its own.
"""

from duologue.checks.case import Case, verdict
from duologue.checks.words import finds
from duologue.ids import canonical
from duologue.plans.match import normal_arguments
from duologue.plans.trace import Executed
from duologue.types import Finding, Turn, Verdict


def repetition(case: Case) -> Verdict:
    """No identical call in an unchanged state without a doubt in between."""
    findings = []
    seen: dict[tuple[str, bytes], int] = {}
    doubtful: set[bytes] = set()
    for call in case.trace.calls:
        if call.lost:
            doubtful = _named(call) if call.effect == "write" else doubtful
            continue
        if call.effect == "read" and doubtful and _named(call) <= doubtful:
            doubtful = set()
            continue
        arguments = normal_arguments(call.call.arguments, case.trace.tools.get(call.call.name))
        name = (call.call.name, canonical(arguments))
        earlier = seen.get(name)
        if earlier is not None and _is_idle(case, earlier, call):
            findings.append(
                Finding(call.at, f"{call.call.name} was called just so in turn {earlier}, and nothing has changed")
            )
        seen[name] = call.at
    return verdict("repetition", findings)


def _is_idle(case: Case, earlier: int, call: Executed) -> bool:
    """Whether there was no reason to call just so again since a turn."""
    same = case.epochs[earlier] == case.epochs[call.at]
    return same and not _doubted(case, earlier, call.at) and not _before_change(case, call)


def _before_change(case: Case, call: Executed) -> bool:
    """A look at a record right before it is changed: the next call writes, with all that this one named."""
    following = next((c for c in case.trace.calls if c.index > call.index), None)
    if following is None or following.effect != "write" or call.effect != "read" or not call.call.arguments:
        return False
    return _named(call) <= _named(following)


def _named(call: Executed) -> set[bytes]:
    return {canonical(v) for v in call.call.arguments.values()}


def _doubted(case: Case, since: int, until: int) -> bool:
    return any(doubts(case.trace.turns[s.turn]) for s in case.trace.user if since < s.turn < until)


def doubts(turn: Turn) -> bool:
    """Whether a user's turn doubts or asks to look again; by its acts where it has any, else by its words."""
    if turn.acts:
        return any(a.kind in ("doubt", "repeat") for a in turn.acts)
    return finds("doubt", "asks", turn.message.content) is not None
