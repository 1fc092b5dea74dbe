"""What can be wrong with a written task, in words its author can act on.

`before` needs only the words and the plan; `after` also what the plan returned. Each rule is one small function; all of them
are asked, and what they object to is shown together, so that one repair can mend it all.
"""

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from duologue.catalog.model import Catalog
from duologue.checks.case import columns_of
from duologue.ids import canonical, to_json
from duologue.language.reading import read
from duologue.language.values import tells
from duologue.plans.placeholders import leaves, references
from duologue.tasks.written.build import building, size
from duologue.tasks.written.form import Difficulty, Doubt, WrittenTask
from duologue.tasks.written.given import Words, gives, goes_without_saying, plain_values, words
from duologue.tasks.written.ground import Trial
from duologue.tasks.written.reach import Reach
from duologue.tasks.written.which import arbitrary
from duologue.types import Disclosure, Environment, Json, PlanStep, Slot, Task

_ASKS = re.compile(r"(?i)\A\s*(is|are|was|were|does|do|did|can|could|would|will|has|have)\b")
_CLAUSE = re.compile(r"(?i)\A\s*(what|which|who|whom|whose|when|where|why|how)\b")
_SETTLED = re.compile(
    r"(?i)\b(is|are|be|been|gets?|has|have|was|were)\s+(\w+\s+)?(known|told|found|clear|settled|established|confirmed|checked|learn\w*|"
    r"looked up|decided|given|named|listed|reported|identified|determined)\b"
)
_REASON = re.compile(r"(?i)\b(because|since|so that|as|due to|owing to|after|now that|in order to)\b")
_IDENTIFIER = re.compile(r"(?<![\w@.])(?:[A-Za-z]+[a-z]*_\w+|[a-z]+[A-Z]\w+|\$\d+(?=\.[A-Za-z]|\[)\S*)")
GIVEN_AWAY = 1000
"""Whole numbers below this are said by chance; they give nothing away."""


class Scene(Struct, frozen=True):
    """What a task is held against, beside itself."""

    now: str
    difficulty: Difficulty | Literal[""]
    """Empty = any."""
    write: bool | None
    """Something is to be changed; None = or not."""
    earlier: tuple[Task, ...]
    returned: tuple[Json, ...]
    """What the calls of earlier tasks returned."""


class Doubts:
    """The rules, for one environment."""

    def __init__(self, environment: Environment, catalog: Catalog, reach: Reach) -> None:
        self.tools = {t.name: t for t in environment.toolset.tools}
        self.columns = columns_of(catalog)
        self.reach = reach
        names = {n for t in environment.toolset.tools for n in (t.name, *t.parameters.get("properties", {}))}
        fields = {part for t in environment.toolset.tools for p in t.outputs for part in re.split(r"[.\[\]]+", p)}
        self.identifiers = names | fields | {t.name for t in catalog.tables}
        self.identifiers |= {c.name for t in catalog.tables for c in t.columns}

    # ── before the plan is tried ────────────────────────────────────────────────────────────────────────────────────

    def before(self, written: WrittenTask, scene: Scene) -> list[Doubt]:
        """Objections to the words and the shape. A plan is tried only without any to its shape."""
        return [*self.shape(written), *self._wording(written)]

    def shape(self, written: WrittenTask) -> list[Doubt]:
        """Steps that can't be: unknown tools, placeholders that look ahead, parts that nothing decides."""
        out = []
        steps = len(written.plan)
        for number, step in enumerate(written.plan, 1):
            if step.tool not in self.tools:
                out.append(Doubt("unknown tool", f"step {number}: there is no tool {step.tool!r}"))
            ahead = [n for n in sorted(references(step.arguments)) if not 0 < n < number]
            if ahead:
                out.append(Doubt("placeholder", f"step {number} uses ${ahead[0]}: only earlier steps have results"))
        out += [
            Doubt("shape", f"step {late} makes the same call as step {early}: once is enough")
            for early, late in self._repeated(written)
        ]
        used = {n for part in written.subtasks for n in part.steps}
        for number, part in enumerate(written.subtasks, 1):
            wrong = [n for n in part.steps if not 0 < n <= steps]
            if wrong:
                out.append(Doubt("shape", f"subtask {number} names step {wrong[0]}; there are {steps}"))
            elif all(self._is_means(written, n) for n in part.steps):
                out.append(Doubt("shape", f"subtask {number}: all of its steps are means; the one that gets it is not"))
        left = [
            n
            for n in range(1, steps + 1)
            if n not in used and not any(n in references(s.arguments) for s in written.plan)
        ]
        if left:
            out.append(Doubt("shape", f"step {left[0]} serves no subtask and no later step: leave it out"))
        return out

    def _repeated(self, written: WrittenTask) -> list[tuple[int, int]]:
        """Pairs of steps (from 1) that read the same with no change in between."""
        made: dict[str, int] = {}
        out = []
        for number, step in enumerate(written.plan, 1):
            mark = f"{step.tool} {canonical(step.arguments)!r}"
            if self._writes(step.tool):
                made.clear()
            elif mark in made:
                out.append((made[mark], number))
            else:
                made[mark] = number
        return out

    def _is_means(self, written: WrittenTask, number: int) -> bool:
        step = written.plan[number - 1]
        tool = self.tools.get(step.tool)
        return step.means and (tool is None or tool.effect == "read")

    def _wording(self, written: WrittenTask) -> list[Doubt]:
        out = []
        parts = [(f"subtask {n}", p.goal) for n, p in enumerate(written.subtasks, 1)]
        for place, text in (("goal", written.goal), *parts):
            if _is_question(text, place == "goal"):
                example = '"The user knows which …"' if place == "goal" else '"which … is known"'
                out.append(Doubt("goal", f"{place} is a question: state what is so in the end, as {example}"))
            found = [w for w in _IDENTIFIER.findall(text) if w in self.identifiers or w.startswith("$")]
            if found:
                out.append(
                    Doubt("goal", f"{place} says {found[0]!r}: people don't know names of tools, fields or steps")
                )
        if any(self._writes(s.tool) for s in written.plan) and not _REASON.search(written.goal):
            out.append(
                Doubt("no reason", "the goal asks for a change and gives no reason: say why (because …, since …)")
            )
        return out

    def _writes(self, name: str) -> bool:
        return name in self.tools and self.tools[name].effect == "write"

    # ── after it was tried ──────────────────────────────────────────────────────────────────────────────────────────

    def after(self, written: WrittenTask, plan: Sequence[PlanStep], trial: Trial, scene: Scene) -> list[Doubt]:
        """Objections to where values come from."""
        said = words(_said(written), scene.now)
        out = [*self._literals(plan, said, scene), *self._keys(plan, scene), *self._told_ids(written, plan)]
        out += self._idle(written, plan, trial, scene)
        for number, step in enumerate(plan):
            if trial.changes and self._writes(step.tool) and not trial.changes[number]:
                out.append(
                    Doubt("already so", f"step {number + 1} ({step.tool}) changed nothing: it was so from the start")
                )
        return out

    def _literals(self, plan: Sequence[PlanStep], said: Words, scene: Scene) -> list[Doubt]:
        """Every plain argument comes from what the user says, from earlier tasks, or goes without saying."""
        before = {_folded(v) for result in scene.returned for _, v in leaves(result)}
        out = []
        for number, step in enumerate(plan, 1):
            tool = self.tools[step.tool]
            for name, value in step.arguments.items():
                slot = tool.inputs.get(name, Slot())
                column = self.columns.get(f"{slot.table}.{slot.column}")
                bad = [
                    v
                    for v in plain_values(value)
                    if not references(v)
                    and not goes_without_saying(tool, name, v)
                    and _folded(v) not in before
                    and not gives(said, v, column)
                ]
                if bad:
                    out.append(
                        Doubt(
                            "not given",
                            f"step {number} ({step.tool}): {name}={to_json(bad[0])} comes from nowhere. Put it among the "
                            "known facts if this person knows it, say it in the goal, or find it out with an earlier step",
                        )
                    )
        return out

    def _keys(self, plan: Sequence[PlanStep], scene: Scene) -> list[Doubt]:
        """Rows that have a name are asked for by it; nobody knows their number."""
        before = {_folded(v) for result in scene.returned for _, v in leaves(result)}
        out = []
        for number, step in enumerate(plan, 1):
            tool = self.tools[step.tool]
            for name, value in step.arguments.items():
                slot = tool.inputs.get(name, Slot())
                plain = isinstance(value, str | int) and not isinstance(value, bool) and not references(value)
                if not plain or slot.use != "key" or _folded(value) in before:
                    continue
                if self.reach.nobody_says(slot, value):
                    out.append(
                        Doubt(
                            "unknowable key",
                            f"step {number} ({step.tool}): {name}={to_json(value)} is a key that nobody knows by heart. "
                            "Let the person give a name, and look the key up with an earlier step",
                        )
                    )
        return out

    def _told_ids(self, written: WrittenTask, plan: Sequence[PlanStep]) -> list[Doubt]:
        """An id from an earlier result may be handed to a call; the person never heard it."""
        keys: set[str] = set()
        others: set[str] = set()
        for step in plan:
            for name, value in step.arguments.items():
                slot = self.tools[step.tool].inputs.get(name, Slot())
                opaque = slot.use == "key" and self.reach.nobody_says(slot, value)
                (keys if opaque else others).update(_folded(v) for v in plain_values(value))
        return [
            Doubt(
                "unknowable key",
                f"known {f.what!r}: people don't know this id. Leave the fact out, and say in the goal which one is meant",
            )
            for f in written.known
            if _folded(f.value) in keys - others
        ]

    def _idle(self, written: WrittenTask, plan: Sequence[PlanStep], trial: Trial, scene: Scene) -> list[Doubt]:
        """Known facts that nothing uses and nothing confirms: at best idle, at worst untrue."""
        given = [v for s in plan for a in s.arguments.values() for v in plain_values(a)]
        found = [v for result in (*trial.results, *scene.returned) for _, v in leaves(result)]
        out = []
        for fact in written.known:
            own = words(str(fact.value), scene.now)
            used = any(v is not None and not isinstance(v, bool) and gives(own, v) for v in given)
            if not used and trial.results and not any(_same(fact.value, v, own) for v in found):
                out.append(
                    Doubt(
                        "idle fact",
                        f"known {fact.what!r} = {to_json(fact.value)}: no call is given it and no result holds it",
                    )
                )
        return out

    def given_away(
        self, written: WrittenTask, plan: Sequence[PlanStep], trial: Trial, told: Sequence[Disclosure]
    ) -> list[Doubt]:
        """Values to be found out that the goal already says."""
        literal = {_folded(v) for s in plan for a in s.arguments.values() for v in plain_values(a)}
        literal |= {_folded(f.value) for f in written.known}
        hidden = [
            (f"{step.tool}, {name}", filled.get(name))
            for step, filled in zip(plan, trial.arguments, strict=False)
            for name, value in step.arguments.items()
            if references(value)
        ]
        hidden += [("to be told", d.value) for d in told if d.slot != ":count" and not self._is_choice(d.slot)]
        said = read(written.goal)
        return [
            Doubt(
                "given away",
                f"the goal says {to_json(value)}, which is to be found out ({where}): leave it out, "
                "or put it among the known facts if this person knows it from the start",
            )
            for where, value in hidden
            if _tells_much(value) and _folded(value) not in literal and tells(said, value)
        ][:2]

    def _is_choice(self, slot: str) -> bool:
        """One of a few words that anybody uses, as a status is: "whether it is open" gives nothing away."""
        column = self.columns.get(slot)
        return column is not None and column.role in ("category", "status", "flag")


def wishes(
    written: WrittenTask,
    task: Task,
    tells: Sequence[tuple[Disclosure, ...]],
    writes: set[int],
    trial: Trial,
    scene: Scene,
) -> list[Doubt]:
    """What is better otherwise, but no reason to turn a task down: it is said once. Another size than was asked for, a change where
    none was wanted or none where one was, a part that tells nothing new, one of several taken by accident. `tells`: what each part is told, repeats and all; `writes`: the
    steps that change something."""
    out = []
    found = size(len(task.subtasks), task.plan)
    if scene.difficulty not in ("", found, task.difficulty):
        out.append(Doubt("size", f"it is {found} ({_why(task)}); {scene.difficulty} was asked for"))
    if scene.write is not None and bool(writes) != scene.write:
        out.append(Doubt("size", "a change was asked for" if scene.write else "no change was asked for"))
    if trial.results:
        out += _repeated(tells, task, writes)
        out += arbitrary(written, trial, words(_said(written), scene.now))
    return out


def _why(task: Task) -> str:
    """What makes a task the size it is."""
    parts = len(task.subtasks)
    pair = building(task.plan)
    if parts > 2 or pair is None:
        return f"{parts} subtask{'s' * (parts != 1)}" + ("" if parts > 2 else ", no step uses another's result")
    return f"step {pair[0]} uses the result of step {pair[1]}"


def _repeated(tells: Sequence[tuple[Disclosure, ...]], task: Task, writes: set[int]) -> list[Doubt]:
    """Parts that look something up and tell only what other parts told already: that was taken out as the task was built."""
    return [
        Doubt(
            "nothing new",
            f"subtask {n} tells only what an earlier one told: tell something else of its result too, or leave the part out",
        )
        for n, (tell, part) in enumerate(zip(tells, task.subtasks, strict=True), 1)
        if tell and not part.tell and not writes & set(part.steps)
    ]


def _is_question(text: str, goal: bool) -> bool:
    """ "How many are late" may name what a part is about; of a goal it is known, or it is a question."""
    if "?" in text or _ASKS.match(text):
        return True
    return goal and _CLAUSE.match(text) is not None and _SETTLED.search(text) is None


def _said(written: WrittenTask) -> str:
    """All that the user can say: parts of the goal are not shown to them one by one."""
    return "\n".join((written.goal, *(f"{f.what}: {f.value}" for f in written.known)))


def _tells_much(value: Json) -> bool:
    """Saying it can be no accident."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int):
        return abs(value) >= GIVEN_AWAY
    if isinstance(value, float):
        return not value.is_integer() or abs(value) >= GIVEN_AWAY
    return isinstance(value, str) and len(value) >= 4 and not value.isdigit()


def _same(fact: Json, found: Json, own: Words) -> bool:
    if found is None or isinstance(found, bool):
        return False
    return _folded(fact) == _folded(found) or gives(own, found)


def _folded(value: Json) -> str:
    return str(value).strip().casefold()
