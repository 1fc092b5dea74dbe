"""Was nothing asked of the database twice for no reason?

The same call again is in order when something was changed since, or when the user doubted the answer or asked to look again.
"""

from duologue.checks.case import Case, verdict
from duologue.checks.words import finds
from duologue.ids import canonical
from duologue.plans.match import normal_arguments
from duologue.types import Finding, Turn, Verdict


def repetition(case: Case) -> Verdict:
    """No identical call in an unchanged state without a doubt in between."""
    findings = []
    seen: dict[tuple[str, bytes], tuple[int, int]] = {}
    for call in case.trace.calls:
        arguments = normal_arguments(call.call.arguments, case.trace.tools.get(call.call.name))
        name = (call.call.name, canonical(arguments))
        epoch = case.epochs[call.at]
        earlier = seen.get(name)
        if earlier is not None and earlier[1] == epoch and not _doubted(case, earlier[0], call.at):
            findings.append(
                Finding(call.at, f"{call.call.name} was called just so in turn {earlier[0]}, and nothing has changed")
            )
        seen[name] = (call.at, epoch)
    return verdict("repetition", findings)


def _doubted(case: Case, since: int, until: int) -> bool:
    return any(doubts(case.trace.turns[s.turn]) for s in case.trace.user if since < s.turn < until)


def doubts(turn: Turn) -> bool:
    """Whether a user's turn doubts or asks to look again; by its acts where it has any, else by its words."""
    if turn.acts:
        return any(a.kind in ("doubt", "repeat") for a in turn.acts)
    return finds("doubt", "asks", turn.message.content) is not None
