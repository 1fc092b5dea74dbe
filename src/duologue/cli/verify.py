"""`duologue verify`: run every tool call of every conversation again and compare."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from duologue.cli.options import Json

if TYPE_CHECKING:
    from duologue.environment import Image
    from duologue.types import Dialogue, Environment

SHOWN = 20
"""Mismatches that are listed for reading; `--json` gives all."""


class _Found:
    """What was found of a run's accepted conversations, or of its rejected ones."""

    def __init__(self) -> None:
        self.dialogues = self.run_again = self.compared = self.passed_over = 0
        self.mismatches: list[dict[str, Any]] = []
        self._seen: set[str] = set()

    def add(self, dialogue: "Dialogue", environment: "Environment", image: "Image | None", once: bool = True) -> None:
        """Check a conversation. `once`: none may be there twice."""
        from duologue.verify import held_together, replay

        self.dialogues += 1
        if once and dialogue.id in self._seen:
            self._differs(dialogue, 0, "the conversation is there more than once")
        self._seen.add(dialogue.id)
        calls = sum(len(turn.message.tool_calls) for turn in dialogue.path())
        if image is not None:
            self.run_again += calls
        else:
            self.compared += calls
        self.passed_over += len(dialogue.continued.differing) if dialogue.continued is not None else 0
        verdict = replay(dialogue, environment, image) if image is not None else held_together(dialogue, environment)
        if verdict.passed is not True:
            for turn, what in [(f.turn, f.what) for f in verdict.evidence] or [(0, "could not be run again")]:
                self._differs(dialogue, turn, what)

    def _differs(self, dialogue: "Dialogue", turn: int, what: str) -> None:
        self.mismatches.append({"dialogue": dialogue.id, "turn": turn, "what": what})

    def told(self) -> dict[str, Any]:
        """All of it, for `--json`."""
        calls = {"calls": self.run_again, "compared": self.compared, "passed_over": self.passed_over}
        return {"dialogues": self.dialogues, **calls, "mismatches": self.mismatches}

    def lines(self, kind: str = "") -> Iterator[str]:
        """All of it, for reading."""
        for m in self.mismatches[:SHOWN]:
            yield f"{m['dialogue']}, turn {m['turn']}: {m['what']}"
        if len(self.mismatches) > SHOWN:
            yield f"… and {len(self.mismatches) - SHOWN} more (--json lists all)"
        n = len(self.mismatches)
        done = [f"{self.run_again} calls run again"] if self.run_again or not self.compared else []
        if self.compared:
            done.append(f"{self.compared} calls of tools that don't run, their results only held against one another")
        yield f"{self.dialogues} {kind}conversations, {', '.join(done)}: {n or 'no'} mismatch{'es' * (n != 1)}"
        if self.passed_over:
            since = "since they were other ones already where `continue --differing` took them up"
            yield f"results passed over, {since}: {self.passed_over}"


def verify(
    where: Annotated[Path, typer.Argument(help="A run folder, or a file that `export` wrote.", metavar="RUN|FILE")],
    databases: Annotated[
        list[Path] | None,
        typer.Option(
            "--db", help="A database the conversations were made from; again for each.", metavar="DATABASE", show_default=False
        ),
    ] = None,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Of a run: the rejected conversations too, counted apart.")
    ] = False,
    json: Json = False,
) -> int:  # fmt: skip
    """Run every tool call again and compare. Results and changes must be the same; exit code 1 where any differs."""
    from duologue.cli.text import one_line
    from duologue.errors import UserError

    given, of_a_file = _Given(databases or ()), _is_file(where)
    if rejected and of_a_file:
        raise UserError("A file holds no record of what was rejected.", "Leave out --rejected, or name the run.")
    found, others = _Found(), _Found()
    for one in _of_file(where, given) if of_a_file else _of_run(where, given):
        found.add(*one)
    for one in _of_run(where, given, accepted=False) if rejected else ():
        others.add(*one, once=False)
    if not found.dialogues and of_a_file:
        raise UserError(f"{str(where)!r} holds no conversations.", "Export the run again.")
    given.refuse_strange()
    if json:
        from duologue.ids import to_json

        print(to_json(found.told() | ({"rejected": others.told()} if rejected else {})))
    else:
        print(*map(one_line, [*found.lines(), *(others.lines("rejected ") if rejected else ())]), sep="\n")
    return 1 if found.mismatches or others.mismatches else 0


class _Given:
    """The databases that were named, each known by the hash of its content."""

    def __init__(self, databases: Sequence[Path]) -> None:
        from duologue.environment import import_sqlite

        read = ((path, import_sqlite(path)) for path in databases)
        self._images = {image.hash: (path, image) for path, image in read}
        self._wanted: dict[str, str] = {}
        """Hash → what the database is called, of those that conversations were made from."""

    def image(self, environment: "Environment") -> "Image | None":
        """The image of an environment, where its database was named."""
        self._wanted[environment.image] = environment.name
        found = self._images.get(environment.image)
        return None if found is None else found[1]

    def refuse_strange(self) -> None:
        """Raise `UserError` where a database was named that no conversation seen so far was made from."""
        from duologue.errors import UserError

        for name, (path, _) in self._images.items():
            if name not in self._wanted:
                wanted = ", ".join(f"{image} ({called})" for image, called in self._wanted.items() if image)
                raise UserError(
                    f"{str(path)!r} is not the database these conversations were made from"
                    f" (image {name}, wanted {wanted or 'none'}).",
                    "Give the database as it was then: --db FILE, again for each.",
                )


def _is_file(where: Path) -> bool:
    """Whether that is a file of conversations, and no run."""
    from duologue.store import FILE_NAME

    return where.is_file() and where.name != FILE_NAME


def _of_run(
    where: Path, given: _Given, accepted: bool = True
) -> Iterator[tuple["Dialogue", "Environment", "Image | None"]]:
    from duologue.cli.runs import open_run
    from duologue.environment import Image

    with open_run(where) as store:
        environments = {environment.id: environment for environment in store.environments()}
        images: dict[str, Image | None] = {"": None}  # an environment without an image is simulated
        for stored in store.dialogues() if accepted else chain(store.dialogues(accepted=False), store.redrawn()):
            environment = environments[stored.dialogue.environment]
            if environment.image not in images:
                images[environment.image] = given.image(environment) or Image.of(store.image(environment.image))
            yield stored.dialogue, environment, images[environment.image]


def _of_file(where: Path, given: _Given) -> Iterator[tuple["Dialogue", "Environment", "Image | None"]]:
    from duologue.export import environment_path, read_environment, read_export

    known: dict[str, tuple[Environment, Image | None]] = {}
    images: dict[str, Image | None] = {"": None}
    for dialogue in read_export(where):
        if dialogue.environment not in known:
            environment = read_environment(environment_path(where.parent, dialogue.environment))
            if environment.image not in images:
                image = given.image(environment) or _found(where.parent, environment)
                images[environment.image] = image or _refuse_missing(where, environment, given)
            known[dialogue.environment] = environment, images[environment.image]
        yield dialogue, *known[dialogue.environment]


def _found(folder: Path, environment: "Environment") -> "Image | None":
    """A database that nobody has to name. Raises `UserError`."""
    from duologue.ground import built_in

    source = built_in(environment.image, folder)
    return source.image if source is not None else None


def _refuse_missing(where: Path, environment: "Environment", given: _Given) -> NoReturn:
    """Raise `UserError`: a database is missing. One that was named instead is told from one that a later row needs."""
    from duologue.errors import UserError
    from duologue.export import environment_path, read_environment, read_export

    for name in dict.fromkeys(dialogue.environment for dialogue in read_export(where)):
        given.image(read_environment(environment_path(where.parent, name)))
    given.refuse_strange()
    raise UserError(
        "An exported file holds no database.",
        f"Give each that it was made from: --db FILE. Missing: {environment.name} (image {environment.image}).",
    )
