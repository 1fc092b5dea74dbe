"""Counts the rows of a dataset in one pass over them: figures, tools, behaviours, verdicts, proofs, and one to show."""

from collections import Counter

from duologue.export.card.behaving import Behaving
from duologue.export.card.proven import Proving
from duologue.export.card.texts import does
from duologue.export.card.values import Family, Figures, Offer, Summary
from duologue.store import Measures, StoredDialogue, measure
from duologue.store.records import writing_tools
from duologue.types import Environment, Tool

DIFFICULTIES = ("easy", "medium", "hard")
COUNTED = ("turns", "tasks", "user_turns", "calls")
"""Measures of a conversation that have a mean and a maximum."""


class Counting:
    """What was counted so far."""

    def __init__(self, environments: tuple[Environment, ...]) -> None:
        self.rows = 0
        self.behaving = Behaving()
        self.proving = Proving()
        self.passed: Counter[str] = Counter()
        """Check → rows it passed, in the order of the first row that has it."""
        self.example: StoredDialogue | None = None
        self._shown: Measures | None = None
        self._environments = {e.id: e for e in environments}
        self._writing = {e.id: writing_tools(e) for e in environments}
        self._used: Counter[str] = Counter()
        self._called: Counter[tuple[str, str]] = Counter()
        self._sums: Counter[str] = Counter()
        self._most: Counter[str] = Counter()
        self._difficulty: Counter[str] = Counter()
        self._user_roles: Counter[str] = Counter()

    def add(self, stored: StoredDialogue) -> None:
        """Count one more row."""
        dialogue = stored.dialogue
        environment = self._environments[dialogue.environment]
        counts = measure(dialogue, self._writing[environment.id])
        self.rows += 1
        self._used[environment.id] += 1
        for name in (*COUNTED, "steps", "requests", "writes"):
            self._sums[name] += getattr(counts, name)
        for name in (*COUNTED, "longest"):
            self._most[name] = max(self._most[name], getattr(counts, name))
        for task in dialogue.scenario.tasks:
            self._difficulty[task.difficulty] += 1
            self._user_roles[task.user_role] += 1
            self.proving.add(task)
        for turn in dialogue.path():
            for call in turn.message.tool_calls:
                self._called[environment.id, call.name] += 1
        for verdict in stored.verdicts:
            self.passed[verdict.check] += verdict.passed is True
        self.behaving.add(dialogue, environment)
        self._maybe_show(stored, counts)

    def _maybe_show(self, stored: StoredDialogue, counts: Measures) -> None:
        """The shortest that changes something is shown; where none does, the shortest."""
        if self._shown is None or (not counts.writes, counts.turns) < (not self._shown.writes, self._shown.turns):
            self.example, self._shown = stored, counts

    def figures(self) -> Figures:
        """Counts as the paper counts them."""
        means = {name: Summary(_ratio(self._sums[name], self.rows), self._most[name]) for name in COUNTED}
        known = {name: self._difficulty[name] for name in DIFFICULTIES if self._difficulty[name]}
        return Figures(
            steps=Summary(_ratio(self._sums["steps"], self._sums["requests"]), self._most["longest"]),
            turns=means["turns"],
            tasks=means["tasks"],
            user_turns=means["user_turns"],
            tool_calls=means["calls"],
            writes=self._sums["writes"],
            calls=self._sums["calls"],
            difficulty=known,
            user_roles=dict(sorted(self._user_roles.items(), key=lambda pair: (-pair[1], pair[0]))),
        )

    def used(self) -> tuple[Environment, ...]:
        """The environments of the rows, in the order the store has them."""
        return tuple(e for name, e in self._environments.items() if self._used[name])

    def offers(self) -> tuple[Offer, ...]:
        """The environments of the rows, in the order the store has them."""
        return tuple(
            Offer(
                id=e.id,
                tools=len(e.toolset.tools),
                rules=len(e.policy.rules),
                guarded=sum(bool(rule.sql) for rule in e.policy.rules),
                confirms=e.policy.confirm_writes,
                rows=self._used[e.id],
            )
            for e in self.used()
        )

    def families(self) -> tuple[Family, ...]:
        """Tools by what they do, those called most first. A name counts once per database, as in the statistics of a run."""
        names: dict[str, set[tuple[str, str]]] = {}
        calls: Counter[str] = Counter()
        for environment in self.used():
            for tool in environment.toolset.tools:
                family = family_of(tool)
                names.setdefault(family, set()).add((environment.name, tool.name))
                calls[family] += self._called[environment.id, tool.name]
        found = (Family(family, does(family), len(tools), calls[family]) for family, tools in names.items())
        return tuple(sorted(found, key=lambda family: (-family.calls, family.name)))


def family_of(tool: Tool) -> str:
    """What a tool does in terms of the database, else whether it reads or writes."""
    return tool.meaning.family if tool.meaning is not None else tool.effect


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
