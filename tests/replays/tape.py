"""Recorded answers that outlive small changes of what is asked.

A tape is a `FileBook` whose lines are in the order of the calls. Tests replay it strictly, by request key. When prompts or code have changed what
is asked, `python -m replays.tape TAPE…` (from `tests/`, or with it on the path) plays it once more loosely (the next answer of the same role
and scope), and writes the keys of today; an answer that no longer fits then shows as a run that ends differently.
"""

import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import msgspec
from msgspec.structs import replace

from duologue.config import RunConfig
from duologue.errors import UserError
from duologue.ids import digest
from duologue.models.endpoint import Endpoint
from duologue.models.keys import request_key
from duologue.models.recording import Line
from duologue.pipeline import generate
from duologue.protocols import Answer, ChatModel, Request
from duologue.roles import ROLES, Roles
from duologue.settings import ModelSettings
from duologue.store import Store

_IN_ORDER = "SELECT role, scope, draw, prompt, answer FROM calls ORDER BY at, rowid"


def recorded(run: Path) -> Iterator[Line]:
    """The answers in a run's store, in the order they came."""
    db = apsw.Connection(str(run / "run.sqlite"), flags=apsw.SQLITE_OPEN_READONLY)
    for role, scope, draw, prompt, answer in db.execute(_IN_ORDER):
        yield Line(role, scope, draw, prompt, msgspec.json.decode(answer, type=Answer))


def read(path: Path) -> list[Line]:
    """The lines of a tape."""
    return [msgspec.json.decode(line, type=Line) for line in path.read_bytes().splitlines()]


def write(path: Path, lines: list[Line]) -> None:
    """Write a tape whole. What differs from one recording to the next and is not an answer is left out."""
    plain = (replace(line, answer=replace(line.answer, seconds=0.0)) for line in lines)
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in plain))


class Loose:
    """A model that answers in the order of a tape, role by role and scope by scope; `played` holds what it gave, with new keys."""

    def __init__(self, lines: list[Line], name: str) -> None:
        self.name = name
        self.played: list[Line] = []
        self._by_key = {line.answer.key: line for line in lines}
        self._waiting: dict[tuple[str, str], deque[Line]] = defaultdict(deque)
        for line in lines:
            self._waiting[line.role, line.scope].append(line)
        self._given: dict[str, Answer] = {}

    async def ask(self, request: Request) -> Answer:
        """The answer of that key, or the next one of its role and scope. Raises `UserError` where there is none left."""
        key = request_key(request, self.name)
        if key in self._given:
            return self._given[key]
        line = self._by_key.get(key)
        waiting = self._waiting[request.role, request.scope]
        if line is not None and line in waiting:
            waiting.remove(line)
        elif waiting:
            line = waiting.popleft()
        else:
            raise UserError(f"No answer is left for {request.role!r} in {request.scope!r}.", "Record the run again.")
        answer = self._given[key] = replace(line.answer, key=key)
        self.played.append(Line(request.role, request.scope, request.draw, request.prompt, answer))
        return answer


def strict(lines: list[Line], name: str) -> ChatModel:
    """A model that answers by key alone."""
    return _Strict({line.answer.key: line.answer for line in lines}, name)


class _Strict:
    def __init__(self, answers: dict[str, Answer], name: str) -> None:
        self.answers, self.name = answers, name

    async def ask(self, request: Request) -> Answer:
        key = request_key(request, self.name)
        if key not in self.answers:
            raise UserError(
                f"The tape has no answer for {request.role!r} in {request.scope!r}, draw {request.draw}.",
                "What is asked has changed: run `python -m replays.tape` from tests/.",
            )
        return self.answers[key]


class Taped(msgspec.Struct, frozen=True):
    """A run on tape: how it was asked for (`run.json` in its folder, beside `answers.jsonl` and `prompts/`)."""

    source: str
    """A file of the shared databases; empty = `domain`."""
    n: int
    seed: int
    toolsets: int
    roles: dict[str, str]
    accepted: int
    """How many conversations must stand."""
    sha: str = ""
    """Of the conversations, as JSON, one after the other."""
    domain: str = ""
    note: str = ""


HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data" / "databases"


def tapes() -> list[str]:
    """The names of the tapes there are."""
    return sorted(f.parent.name for f in HERE.glob("*/run.json"))


def play(name: str, out: Path, model: Callable[[list[Line], str], ChatModel]) -> tuple[int, str, list[ChatModel]]:
    """Make a taped run again: conversations accepted, their hash, and the models that played."""
    taped = msgspec.json.decode((HERE / name / "run.json").read_bytes(), type=Taped)
    lines = read(HERE / name / "answers.jsonl")
    names = sorted(set(taped.roles.values()))
    roles = Roles({role: (taped.roles[role],) for role in ROLES if role in taped.roles})
    models = {player: model([line for line in lines if taped.roles[line.role] == player], player) for player in names}
    settings = ModelSettings(roles=roles, endpoints={p: Endpoint(urls=("http://nowhere",), name=p) for p in names},
                             prompts=HERE / name / "prompts", together=16)  # fmt: skip
    source = SHARED / taped.source if taped.source else None
    config = RunConfig(source=source, domain=taped.domain or None, out=out, n=taped.n, seed=taped.seed,
                       toolsets=taped.toolsets, models=settings)  # fmt: skip
    generate(config, lambda progress: None, players=models)
    with Store.open(out, readonly=True) as store:
        kept = list(store.dialogues())
    return len(kept), digest([d.dialogue for d in kept]), list(models.values())


def main() -> None:
    """Play every tape loosely, and write it anew."""
    for name in tapes():
        with TemporaryDirectory() as place:
            accepted, sha, models = play(name, Path(place) / "run", Loose)
        taped = msgspec.json.decode((HERE / name / "run.json").read_bytes(), type=Taped)
        write(HERE / name / "answers.jsonl", [line for m in models if isinstance(m, Loose) for line in m.played])
        body = msgspec.json.format(msgspec.json.encode(replace(taped, accepted=accepted, sha=sha)), indent=1)
        (HERE / name / "run.json").write_bytes(body + b"\n")
        sys.stdout.write(f"{name}: {accepted} accepted (were {taped.accepted})\n")


if __name__ == "__main__":
    main()
