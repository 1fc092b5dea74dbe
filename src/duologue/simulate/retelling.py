"""A finished scripted conversation in a model's words.

One call tells the whole conversation (in stretches of `STRETCH` messages), not one call per message: the model sees what comes next,
so messages answer each other, and the instructions and the conversation are paid for once instead of once a message. Cheapness
costs no safety, because each message is judged by itself (`retelling_check`): what was refused is shown back once with the reasons,
and what is refused again keeps its scripted words. Calls, results, acts and the system message stay as they are.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.errors import StageError
from duologue.ids import rng
from duologue.language.grammar import word_file
from duologue.models.voice import Asked, Voice
from duologue.simulate.retelling_check import Retold, tidy, with_text
from duologue.types import Dialogue, Environment, Message

STRETCH = 40
"""Messages told in one call."""
ROUNDS = 2
"""Times a message is tried: once, and once more with the objection shown."""
SHOWN = 12
"""Objections shown at once."""


class Line(Struct, frozen=True):
    """One message in other words, by its number."""

    n: int
    text: str


class Telling(Struct, frozen=True):
    """What the model answers."""

    turns: list[Line]


async def retell(
    dialogue: Dialogue, voice: Voice, environment: Environment, catalog: Catalog, scope: str = ""
) -> Dialogue:
    """The dialogue with its messages told in other words, as far as they say the same; the others keep theirs.

    Raises `StageError` (stage: the role) where the model gave no readable answer at all.
    """
    work = _Work(dialogue, Retold(dialogue, environment, catalog))
    system = voice.prompt()
    spoken = [n for n, t in enumerate(dialogue.turns) if t.message.role in ("user", "assistant") and t.message.content]
    talk: list[Message] = []
    for at in range(0, len(spoken), STRETCH):
        stretch = spoken[at : at + STRETCH]
        open_: Sequence[int] = stretch
        asking = work.shown(stretch, first=not talk)
        for _ in range(ROUNDS):
            talk.append(Message("user", content=asking))
            try:
                asked = await voice.ask_for(Telling, system, talk, scope)
            except StageError:
                if not work.retold:
                    raise
                return work.dialogue()
            talk.append(Message("assistant", content=asked.answer.message.content))
            refused = work.take(asked, open_)
            if not refused:
                break
            open_, asking = list(refused), _objections(refused)
    return work.dialogue()


class _Work:
    """The turns as they stand."""

    def __init__(self, dialogue: Dialogue, judge: Retold) -> None:
        self.source, self.judge = dialogue, judge
        self.turns = list(dialogue.turns)
        self.retold = 0

    def shown(self, numbers: Iterable[int], first: bool) -> str:
        """The messages as the model gets them; before the first, how the two write."""
        lines = _registers(self.source) if first else ["The conversation goes on."]
        for n in numbers:
            message = self.turns[n].message
            lines.append(f"{n} {message.role}: {message.content}")
            keep = self.judge.keep(message.content)
            if keep:
                lines.append(f"  keep: {' · '.join(keep)}")
        return "\n".join(lines)

    def take(self, asked: Asked[Telling], wanted: Sequence[int]) -> dict[int, str]:
        """Put in what says the same; what doesn't, by number, with the objection."""
        told = {line.n: tidy(line.text) for line in asked.value.turns}
        refused: dict[int, str] = {}
        for n in wanted:
            text = told.get(n, "")
            wrong = self.judge.objection(self.turns, n, text) if text else "it is missing from your answer"
            if wrong:
                refused[n] = wrong
                continue
            turn = with_text(self.turns[n], text)
            self.turns[n] = replace(turn, maker=asked.answer.model or "model", call=asked.answer.key)
            self.retold += 1
        return refused

    def dialogue(self) -> Dialogue:
        """What has become of the dialogue."""
        return replace(self.source, turns=tuple(self.turns))


def _registers(dialogue: Dialogue) -> list[str]:
    dice = rng(dialogue.scenario.seed, "registers")
    ways = cast(dict[str, list[str]], word_file("registers"))
    return [f"The user: {dice.choice(ways['user'])}.", f"The assistant: {dice.choice(ways['assistant'])}.", ""]


def _objections(refused: dict[int, str]) -> str:
    lines = [f"- {n}: {wrong}." for n, wrong in list(refused.items())[:SHOWN]]
    numbers = ", ".join(map(str, refused))
    return "\n".join([
        "These messages do not say the same as the original:", *lines,
        f"Answer again in the same form, with only these messages: {numbers}. Stay close to the original where in doubt.",
    ])  # fmt: skip
