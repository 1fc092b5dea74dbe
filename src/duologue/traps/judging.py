"""Judges asked about the set: each voice about each conversation, answers kept in a folder and never paid for twice."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from duologue.casting import assembled
from duologue.errors import LimitReachedError, UserError
from duologue.models.budget import OpenLedger
from duologue.models.recording import FileBook
from duologue.models.voice import Voice
from duologue.protocols import Answer, ChatModel, Request
from duologue.roles import Roles
from duologue.settings import ModelSettings
from duologue.traps.scores import Score, Voting, as_run, disagreements, together_score, voice_score
from duologue.traps.trapset import Trap
from duologue.types import Verdict
from duologue.verify.judge import Opinion, opinion

ANSWERS = "answers.jsonl"
"""The file in the folder that answers are kept in."""


class Work(Struct):
    """What a judge's answers took, those from earlier measurements included."""

    calls: int = 0
    prompt: int = 0
    completion: int = 0
    seconds: float = 0.0
    dollars: float = 0.0


class Metered:
    """A model whose answers are counted."""

    def __init__(self, inner: ChatModel) -> None:
        self.inner, self.work = inner, Work()

    async def ask(self, request: Request) -> Answer:
        """The inner model's answer."""
        answer = await self.inner.ask(request)
        self.work.calls += 1
        self.work.prompt += answer.usage.prompt
        self.work.completion += answer.usage.completion
        self.work.seconds += answer.seconds
        self.work.dollars += answer.dollars
        return answer


class Judged(Struct, frozen=True):
    """What came of judges on the set."""

    voices: tuple[Voting, ...]
    work: tuple[Work, ...]
    """What each voice took, in the same order."""
    together: Voting | None
    """Several judges as they decide together."""
    disagreed: tuple[str, ...]
    """Names of the conversations on which they differ."""
    as_run: Score
    """Machine checks first, then the judges."""
    rule: str
    asked: int
    """Answers that were not there from before."""


def judges_only(settings: ModelSettings) -> ModelSettings:
    """The settings with nobody but the judges. Raises `UserError` where there is none."""
    names = settings.roles.models("judge")
    if not names:
        raise UserError("No model judges here.", "Name one with --model, or with --role judge=NAME.")
    return replace(
        settings, roles=Roles({"judge": names}), endpoints={n: e for n, e in settings.endpoints.items() if n in names}
    )


def judged(
    settings: ModelSettings,
    folder: Path,
    traps: Sequence[Trap],
    verdicts: Mapping[str, tuple[Verdict, ...]],
    players: Mapping[str, ChatModel] | None = None,
) -> Judged:
    """Ask the judges of the settings. `verdicts` are those of the machine checks by a trap's name; `players`: see `casting.assembled`.

    Raises `UserError` for what the person must change, `LimitReachedError` where a limit is reached; what was answered is kept.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"Cannot make the folder {str(folder)!r}: {error.strerror}.", "Name another with -o."
        ) from error
    only = judges_only(settings)
    book = FileBook(folder / ANSWERS)
    before = len(book)
    try:
        votes, work = asyncio.run(_asked(only, book, traps, players))
    finally:
        book.close()
    names = only.roles.models("judge")
    unanimous = settings.judging.rule == "unanimous"
    return Judged(
        tuple(voice_score(n, traps, v) for n, v in zip(names, votes, strict=True)),
        tuple(work),
        together_score(traps, votes, unanimous) if len(votes) > 1 else None,
        disagreements(traps, votes),
        as_run(traps, verdicts, votes, unanimous),
        settings.judging.rule,
        len(book) - before,
    )


async def _asked(
    settings: ModelSettings, book: FileBook, traps: Sequence[Trap], players: Mapping[str, ChatModel] | None
) -> tuple[list[dict[str, Opinion]], list[Work]]:
    """What each voice holds of each conversation, by its name."""
    slots = asyncio.Semaphore(settings.together)
    stopped: list[Exception] = []
    async with assembled(settings, book, OpenLedger(), players) as cast:
        meters = [Metered(v.model) for v in cast.voices("judge")]
        voices = [Voice("judge", m, v.prompts) for m, v in zip(meters, cast.voices("judge"), strict=True)]
        votes: list[dict[str, Opinion]] = [{} for _ in voices]

        async def one(number: int, t: Trap) -> None:
            async with slots:
                if stopped:
                    return
                try:
                    votes[number][t.name] = await opinion(
                        voices[number],
                        t.dialogue,
                        t.world.workshop.environment,
                        f"traps.{t.seed}.{t.name}" if t.seed else f"traps.{t.name}",
                    )
                except (UserError, LimitReachedError) as error:
                    stopped.append(error)

        await asyncio.gather(*(one(n, t) for t in traps for n in range(len(voices))))
    if stopped:
        raise next((e for e in stopped if isinstance(e, UserError)), stopped[0])
    return votes, [m.work for m in meters]
