"""Counts what users and assistants do, conversation by conversation.

What is read off the messages is counted for any speaker. Dialogue acts are counted where they were recorded: a scripted speaker
says what its turn does, a model does not.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from duologue.checks.consent import says_yes
from duologue.environment.programs import styled
from duologue.export.card.texts import means
from duologue.export.card.values import ActFacts, Behaviours, Often
from duologue.plans.trace import Executed, trace
from duologue.types import Dialogue, Environment, Json, Turn

SPEAKERS = ("user", "assistant")
ROLES = (*SPEAKERS, "tool")


class Behaving:
    """The behaviours seen so far."""

    def __init__(self) -> None:
        self._messages: Counter[str] = Counter()
        self._with_acts: Counter[str] = Counter()
        self._acts: dict[tuple[str, str], list[int]] = {}
        self._often: dict[str, list[int]] = {}
        self._types: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def add(self, dialogue: Dialogue, environment: Environment) -> None:
        """See one more conversation."""
        read = trace(dialogue, environment.toolset)
        turns = [turn for turn in read.turns if turn.message.role in ROLES]
        for turn in turns:
            role = turn.message.role
            self._messages[role] += 1
            self._with_acts[role] += bool(turn.acts)
            if role == "assistant":
                self._counts["trained" if turn.train else "untrained"] += 1
        acts = Counter((t.message.role, act.kind) for t in turns for act in t.acts)
        for key, times in acts.items():
            self._saw(self._acts.setdefault(key, [0, 0]), times)
        failed = [call for call in read.calls if call.failed]
        changing = [call for call in read.calls if call.changes]
        seen = {
            "parallel": sum(len(turn.message.tool_calls) > 1 for turn in turns),
            "rounds": sum(rounds > 1 for rounds in _rounds(turns)),
            "errors": len(failed),
            "changes": len(changing),
        }
        for name, times in seen.items():
            self._saw(self._often.setdefault(name, [0, 0]), times)
        self._failures(failed, read.calls, environment)
        if dialogue.scenario.mode == "user":
            self._counts["asked"] += len(changing)
            self._counts["after yes"] += sum(says_yes(_asked_before(read.turns, call.at)) for call in changing)

    @staticmethod
    def _saw(often: list[int], times: int) -> None:
        often[0] += times
        often[1] += bool(times)

    def _failures(self, failed: Sequence[Executed], calls: Sequence[Executed], environment: Environment) -> None:
        for call in failed:
            kind = _error_type(call.result)
            self._types[kind] += 1
            self._counts["refused"] += kind in _refusals(environment, call.call.name)
            later = calls[call.index + 1 :]
            self._counts["recovered"] += any(
                not c.failed and c.call.name == call.call.name and c.task == call.task for c in later
            )

    def found(self) -> Behaviours:
        """What was seen."""
        counts, often = self._counts, {name: Often(*seen) for name, seen in self._often.items()}
        return Behaviours(
            messages={role: self._messages[role] for role in ROLES},
            with_acts={role: self._with_acts[role] for role in SPEAKERS},
            acts=tuple(self._act_facts()),
            parallel=often.get("parallel", Often()),
            rounds=often.get("rounds", Often()),
            errors=often.get("errors", Often()),
            error_types=dict(sorted(self._types.items(), key=lambda pair: (-pair[1], pair[0]))),
            refused=counts["refused"],
            recovered=counts["recovered"],
            changes=often.get("changes", Often()),
            asked=counts["asked"],
            after_yes=counts["after yes"],
            trained=counts["trained"],
            untrained=counts["untrained"],
        )

    def _act_facts(self) -> Iterator[ActFacts]:
        """Acts by speaker, the commonest first."""
        for role in SPEAKERS:
            mine = [(act, Often(*seen)) for (who, act), seen in self._acts.items() if who == role]
            for act, often in sorted(mine, key=lambda pair: (-pair[1].times, pair[0])):
                yield ActFacts(role, act, means(role, act), often)


_NOT_FOUND = "not_found"
"""A row that isn't there refuses nothing."""


def _refusals(environment: Environment, name: str) -> frozenset[str]:
    """The types of error, as the toolset spells them, by which a rule refuses a call of the tool: one of the policy, or its own."""
    tool = next((t for t in environment.toolset.tools if t.name == name), None)
    own = [s.problem for s in tool.run if s.kind in ("require", "bind", "write")] if tool is not None else []
    ruled = [rule.problem for rule in environment.policy.rules if name in rule.tools]
    types = {p.type for p in (*own, *ruled) if p is not None} - {_NOT_FOUND}
    return frozenset(styled(kind, environment.toolset.dialect.errors) for kind in types)


def _rounds(turns: Sequence[Turn]) -> list[int]:
    """For each user turn, the rounds of calls that follow it before the next one."""
    counts = [0]
    for turn in turns:
        if turn.message.role == "user":
            counts.append(0)
        elif turn.message.tool_calls:
            counts[-1] += 1
    return counts


def _asked_before(turns: Sequence[Turn], at: int) -> str:
    """The user's last words before a turn."""
    return next((t.message.content for t in reversed(turns[:at]) if t.message.role == "user"), "")


def _error_type(result: Json) -> str:
    """The type of an error that came back as data."""
    return str(result["error"]["type"])
