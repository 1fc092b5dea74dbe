"""Toolsets that models write: questions → tools → what is missing → tools → what the fields mean.

Four roles, each a voice of its own. *questions* says what users of this database would ask. *tools* writes tools for a few questions
at a time, seeing what is there already. *expansion* reads the whole set and names the gaps, which *tools* then fills. *returns*
describes the fields, in one running conversation. Between a model's text and a tool stands the trial (`trial.py`): each tool is
judged and run on its own; one that fails is shown back with the exact reason, at most `REPAIRS` times, and then dropped and counted.

What comes back is an ordinary toolset: derived returns schemas, and slots wherever the SQL tells what a value stands for, so that
everything that works with derived tools works with these. The same answers give the same bytes.
"""

from collections import Counter

from msgspec import Struct
from msgspec.structs import replace

from duologue import ids
from duologue.catalog.model import Catalog
from duologue.environment import Image
from duologue.errors import StageError
from duologue.ids import to_json
from duologue.models.prompts import Rendered
from duologue.models.voice import Voice
from duologue.tools.ground import Ground
from duologue.tools.maker import EPOCH, LEAST, MOST
from duologue.tools.select import sayable, within_reach
from duologue.tools.written.answers import (
    LONGEST_QUESTION,
    LONGEST_TEXT,
    MOST_QUESTIONS,
    MOST_TOOLS,
    NAMING,
    Expansion,
    Fields,
    Questions,
    RefusedError,
    Tools,
    tool_answer,
)
from duologue.tools.written.facts import on_one_line
from duologue.tools.written.promises import described, fields_of
from duologue.tools.written.sifting import Kept
from duologue.tools.written.told import field_names, meaning_of, schema_told, signatures, tables_shown
from duologue.tools.written.trial import Trial
from duologue.types import Dialect, Json, Message, Slot, Tool, Toolset

REPAIRS = 3
"""Times a tool is shown back with what is wrong."""
BATCH = 6
"""Questions of one request for tools; and the most tools that come of it."""
CORE = 0.7
"""Share of a set that comes of questions, before the expansion is asked what is missing."""
ADDED = 10
"""Tools that the expansion proposes at most."""
FEWEST = 4
"""With fewer tools there is nothing to talk about."""
_FIELDS_AT_ONCE = 40


class Voices(Struct, frozen=True):
    """The four roles that make tools."""

    questions: Voice
    tools: Voice
    expansion: Voice
    returns: Voice


class Written(Struct, frozen=True):
    """A toolset, and how it came about."""

    toolset: Toolset
    questions: tuple[str, ...]
    proposed: int
    """Tools that were written, not counting mended ones again."""
    repairs: int
    """Times a tool was shown back."""
    drops: dict[str, int]
    """Why tools (and whole answers) were left out, and how often: see `RefusedError.reason`."""


async def written_toolset(
    voices: Voices, catalog: Catalog, image: Image, seed: int, variant: int, size: tuple[int, int] = (LEAST, MOST)
) -> Written:
    """Toolset number `variant` over a database, with a number of tools within `size` where the answers give as many.

    Raises `StageError` where no questions came, or too few tools held.
    """
    work = _Work(voices, catalog, image, (seed, variant), size)
    questions = await work.questions()
    left = await work.batches("Questions", questions, max(FEWEST, round(work.size * CORE)))
    await work.batches("Tools to write", await work.expansion(), work.size)
    await work.batches("Questions", left, work.size)
    tools = work.coherent()
    if len(tools) < FEWEST:
        raise StageError(
            "tools", "too few tools", f"{len(tools)} of {work.proposed} held; dropped: {to_json(work.said())}"
        )
    tools = await work.with_meanings(tools)
    dialect = Dialect(naming=NAMING, granularity="wide", envelope="nested")
    toolset = Toolset(ids.digest([tools, dialect]), tools, dialect, _vocabulary(tools))
    return Written(toolset, tuple(questions), work.proposed, work.repairs, work.said())


def _vocabulary(tools: tuple[Tool, ...]) -> dict[str, Slot]:
    found: dict[str, Slot] = {}
    for tool in tools:
        for path, slot in tool.outputs.items():
            found.setdefault(path.rpartition(".")[2].removesuffix("[]"), slot)
    return {name: found[name] for name in sorted(found)}


class _Work:
    """One toolset in the making."""

    def __init__(
        self, voices: Voices, catalog: Catalog, image: Image, at: tuple[int, int], size: tuple[int, int]
    ) -> None:
        self.voices, self.catalog, self.scope = voices, catalog, f"tools.{at[1]}"
        self.ground = Ground(catalog)
        rng = ids.rng(at[0], catalog.name, "written", at[1])
        self.tables = tables_shown(self.ground, rng)
        self.size = max(size[0], min(rng.randint(*size), 3 + 4 * len(self.tables)))
        self.most = size[1]
        self.asked_for = rng.randint(20, 30)
        self.mix = ids.rng(at[0], catalog.name, "written", at[1], "questions")
        names = field_names(self.ground, self.tables)
        self.trial = Trial(self.ground, image, self.tables, catalog.latest or EPOCH)
        self.kept = Kept(self.ground, names)
        self.schema = schema_told(self.ground, self.tables, self.trial.samples)
        self.named_schema = schema_told(self.ground, self.tables, self.trial.samples, names)
        self.writable = any(self.ground.tables[t].writable for t in self.tables)
        self.drops: Counter[str] = Counter()
        self.proposed = self.repairs = 0

    def said(self) -> dict[str, int]:
        """What was dropped, by reason."""
        return {reason: self.drops[reason] for reason in sorted(self.drops)}

    def _prompt(self, voice: Voice, schema: str, **values: Json) -> Rendered:
        return voice.prompt(database=self.catalog.name, schema=schema, **values)

    # ── Questions ──

    async def questions(self) -> list[str]:
        """What users of this database would ask."""
        prompt = self._prompt(self.voices.questions, self.schema, count=self.asked_for, writable=self.writable)
        today = (self.catalog.latest or EPOCH)[:10]
        ask = (Message("user", content=f"In this data, today is {today}. Write the {self.asked_for} questions."),)

        async def objection(answer: Questions) -> str:
            return "" if _clean(answer.questions) else "There is no question in it."

        asked = await self.voices.questions.ask_for(Questions, prompt, ask, self.scope, objection)
        questions = _clean(asked.value.questions)
        self.mix.shuffle(questions)  # a list goes kind by kind, and a set may be full before its end is reached
        return questions

    # ── Tools ──

    async def batches(self, heading: str, lines: list[str], enough: int) -> list[str]:
        """Tools for questions (or proposals), a few at a time, until there are enough; the lines that were not needed."""
        while lines and len(self.kept.tools) < enough:
            await self.batch(heading, lines[:BATCH])
            lines = lines[BATCH:]
        return lines

    async def batch(self, heading: str, lines: list[str]) -> None:
        """Tools for a few questions (or proposals), each tried on its own."""
        prompt = self._prompt(self.voices.tools, self.named_schema, most=BATCH)
        numbered = "\n".join(f"{i}. {line}" for i, line in enumerate(lines, 1))
        there = signatures(tuple(self.kept.tools))
        ask = Message("user", content=f"# Tools there are\n{there}\n\n# {heading}\n{numbered}")
        try:
            asked = await self.voices.tools.ask_for(Tools, prompt, (ask,), self.scope)
        except StageError as error:
            self.drops[error.reason] += 1
            return
        raw = asked.value.tools
        self.proposed += len(raw)
        self._drop("surplus", max(0, len(raw) - MOST_TOOLS))
        for one in raw[:MOST_TOOLS]:
            await self._take(one, prompt, ask)

    async def _take(self, raw: dict[str, Json], prompt: Rendered, ask: Message) -> None:
        """Take a tool, mended where it must be; else count why not."""
        try:
            self._try(raw)
            return
        except RefusedError as error:
            refused = error
        if refused.reason in ("duplicate", "trivial"):
            self.drops[refused.reason] += 1
            return
        reasons = [refused.reason]

        async def objection(answer: Tools) -> str:
            if len(answer.tools) != 1:
                return "Give that one tool alone, mended."
            try:
                self._try(answer.tools[0])
            except RefusedError as error:
                reasons.append(error.reason)
                return "" if error.reason == "duplicate" else _shown_back(error)
            reasons.append("")
            return ""

        talk = (
            ask,
            Message("assistant", content=to_json({"tools": [raw]})),
            Message("user", content=_shown_back(refused)),
        )
        try:
            asked = await self.voices.tools.ask_for(Tools, prompt, talk, self.scope, objection, repairs=REPAIRS - 1)
            self.repairs += len(asked.objections) + 1
            if reasons[-1]:
                self.drops[reasons[-1]] += 1
        except StageError as error:
            self.repairs += REPAIRS
            self.drops[reasons[-1] if error.reason == "invalid answer" else error.reason] += 1

    def _try(self, raw: dict[str, Json]) -> None:
        """Take a tool if it holds. Raises `RefusedError`."""
        tool = self.trial.tool(tool_answer(raw))
        self.kept.check(tool)
        self.kept.take(tool)

    # ── What is missing ──

    async def expansion(self) -> list[str]:
        """Tools that the set lacks, a line each."""
        if len(self.kept.tools) >= self.most:
            return []
        prompt = self._prompt(self.voices.expansion, self.schema, most=ADDED, writable=self.writable)
        tools = tuple(self.kept.tools)
        reached = within_reach(tools, sayable(self.ground))
        stuck = [t.name for t in tools if t not in reached]
        untouched = [t for t in self.tables if not any(t in tool.reads for tool in tools)]
        lines = ["# The tools", signatures(tools)]
        if self.writable and not any(t.effect == "write" for t in tools):
            lines.append("\nNo tool changes anything.")
        if stuck:
            lines.append(f"\nNo other tool returns the ids that these need: {', '.join(stuck)}.")
        if untouched:
            lines.append(f"\nNo tool touches these tables: {', '.join(untouched)}.")
        ask = (Message("user", content="\n".join(lines)),)
        try:
            asked = await self.voices.expansion.ask_for(Expansion, prompt, ask, self.scope)
        except StageError as error:
            self.drops[error.reason] += 1
            return []
        said = [f"{' '.join(p.name.split())}: {' '.join(p.purpose.split())}" for p in asked.value.tools]
        return [line[:LONGEST_TEXT] for line in said][:ADDED]

    def coherent(self) -> tuple[Tool, ...]:
        """The tools whose keys can be had, reads first, and no more of them than a set holds."""
        tools = within_reach(tuple(self.kept.tools), sayable(self.ground))
        self._drop("unreachable", len(self.kept.tools) - len(tools))
        whole = within_reach(tools[: self.most], sayable(self.ground))
        self._drop("surplus", len(tools) - len(whole))
        return tuple(sorted(whole, key=lambda t: t.effect == "write"))

    def _drop(self, reason: str, times: int) -> None:
        if times:
            self.drops[reason] += times

    # ── What fields mean ──

    async def with_meanings(self, tools: tuple[Tool, ...]) -> tuple[Tool, ...]:
        """The tools with their fields described, the same everywhere."""
        meanings = _vocabulary(tools)
        kinds = {n: s for t in tools for n, s in fields_of(t.returns).items()}
        used = {n: [t.name for t in tools if n in fields_of(t.returns)] for n in sorted(kinds)}
        prompt = self._prompt(self.voices.returns, self.schema)
        talk: list[Message] = []
        said: dict[str, str] = {}
        names = sorted(kinds)
        for start in range(0, len(names), _FIELDS_AT_ONCE):
            wanted = names[start : start + _FIELDS_AT_ONCE]
            lines = [
                f"- {n} ({_kind(kinds[n])}; {meaning_of(meanings.get(n))}) in {', '.join(used[n])}" for n in wanted
            ]
            talk.append(
                Message("user", content="\n".join([*_statements(tools, start), "# Fields to describe", *lines]))
            )
            try:
                asked = await self.voices.returns.ask_for(Fields, prompt, talk, self.scope)
            except StageError as error:
                self.drops[f"returns: {error.reason}"] += 1
                talk.pop()
                continue
            talk.append(Message("assistant", content=asked.answer.message.content))
            given = {f.name: " ".join(f.description.split())[:LONGEST_TEXT] for f in asked.value.fields}
            said |= {n: given[n] for n in wanted if given.get(n)}
        return tuple(replace(t, returns=described(t.returns, said)) for t in tools)


def _statements(tools: tuple[Tool, ...], start: int) -> list[str]:
    """The tools with what they return by, once at the head of the conversation."""
    if start:
        return []
    lines = ["# The tools"]
    for t in tools:
        lines.append(f"- {t.name}: {t.description}")
        lines += [f"  {on_one_line(s.sql)}" for s in t.run if s.kind == "return"]
    return lines


def _kind(schema: dict[str, Json]) -> str:
    kind = schema.get("type")
    return " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)


def _clean(questions: list[str]) -> list[str]:
    """The questions on one line each, without repetitions, and no more than are any use."""
    lines = (" ".join(q.split())[:LONGEST_QUESTION] for q in questions)
    return list(dict.fromkeys(line for line in lines if line))[:MOST_QUESTIONS]


def _shown_back(error: RefusedError) -> str:
    return f'{error.text}\n\nMend the tool. Answer with it alone, in the form {{"tools": [ … ]}}.'
