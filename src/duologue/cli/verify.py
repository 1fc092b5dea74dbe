"""`duologue verify`: run every tool call of every conversation again and compare."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duologue.cli.options import Json

if TYPE_CHECKING:
    from duologue.environment import Image
    from duologue.types import Dialogue, Environment

SHOWN = 20
"""Mismatches that are listed for reading; `--json` gives all."""


def verify(
    where: Annotated[Path, typer.Argument(help="A run folder, or a file that `export` wrote.", metavar="RUN|FILE")],
    database: Annotated[
        Path | None,
        typer.Option("--db", help="The database an exported file was made from.", metavar="DATABASE", show_default=False),
    ] = None,
    json: Json = False,
) -> int:  # fmt: skip
    """Run every tool call again and compare. Results and changes must be the same; exit code 1 where any differs."""
    from duologue.cli.text import one_line
    from duologue.errors import UserError
    from duologue.verify import held_together, replay

    dialogues = calls = 0
    seen: set[str] = set()
    mismatches: list[dict[str, Any]] = []
    for dialogue, environment, image in _conversations(where, database):
        dialogues += 1
        if dialogue.id in seen:
            mismatches.append({"dialogue": dialogue.id, "turn": 0, "what": "the conversation is there more than once"})
        seen.add(dialogue.id)
        calls += sum(len(turn.message.tool_calls) for turn in dialogue.path())
        verdict = replay(dialogue, environment, image) if image is not None else held_together(dialogue, environment)
        found = [(f.turn, f.what) for f in verdict.evidence] or [(0, "could not be run again")]
        if verdict.passed is not True:
            mismatches += ({"dialogue": dialogue.id, "turn": turn, "what": what} for turn, what in found)
    if not dialogues and where.is_file():
        raise UserError(f"{str(where)!r} holds no conversations.", "Export the run again.")
    if json:
        from duologue.ids import to_json

        print(to_json({"dialogues": dialogues, "calls": calls, "mismatches": mismatches}))
        return 1 if mismatches else 0
    for m in mismatches[:SHOWN]:
        print(one_line(f"{m['dialogue']}, turn {m['turn']}: {m['what']}"))
    if len(mismatches) > SHOWN:
        print(f"… and {len(mismatches) - SHOWN} more (--json lists all)")
    print(
        f"{dialogues} conversations, {calls} calls run again: {len(mismatches) or 'no'} mismatch{'es' * (len(mismatches) != 1)}"
    )
    return 1 if mismatches else 0


def _conversations(where: Path, database: Path | None) -> Iterator[tuple["Dialogue", "Environment", "Image | None"]]:
    from duologue.store import FILE_NAME

    if where.is_file() and where.name != FILE_NAME:
        yield from _of_file(where, database)
    else:
        yield from _of_run(where, database)


def _of_run(where: Path, database: Path | None) -> Iterator[tuple["Dialogue", "Environment", "Image | None"]]:
    from duologue.cli.runs import open_run
    from duologue.environment import Image

    with open_run(where) as store:
        environments = {environment.id: environment for environment in store.environments()}
        images: dict[str, Image | None] = {"": None}  # an environment without an image is simulated
        for stored in store.dialogues():
            environment = environments[stored.dialogue.environment]
            if environment.image not in images:
                given = _given(database, environment) if database else Image.of(store.image(environment.image))
                images[environment.image] = given
            yield stored.dialogue, environment, images[environment.image]


def _of_file(where: Path, database: Path | None) -> Iterator[tuple["Dialogue", "Environment", "Image | None"]]:
    from duologue.export import database_path, environment_path, read_environment, read_export

    known: dict[str, tuple[Environment, Image | None]] = {}
    images: dict[str, Image | None] = {"": None}
    for dialogue in read_export(where):
        if dialogue.environment not in known:
            environment = read_environment(environment_path(where.parent, dialogue.environment))
            if environment.image not in images:
                beside = database_path(where.parent, environment.image)
                given = beside if database is None and beside.is_file() else database
                images[environment.image] = _given(given, environment)
            known[dialogue.environment] = environment, images[environment.image]
        yield dialogue, *known[dialogue.environment]


def _given(database: Path | None, environment: "Environment") -> "Image":
    """The image of the database named, or of the built-in domain the environment is of. Raises `UserError`."""
    from duologue.environment import import_sqlite
    from duologue.errors import UserError
    from duologue.sources import domains, from_domain

    if database is None:
        built_in = (from_domain(name).image for name in domains())
        image = next((image for image in built_in if image.hash == environment.image), None)
        if image is None:
            raise UserError(
                "An exported file holds no database.", f"Give the one it was made from ({environment.name}): --db FILE."
            )
        return image
    image = import_sqlite(database)
    if image.hash != environment.image:
        raise UserError(
            f"{str(database)!r} is not the database these conversations were made from"
            f" (image {image.hash}, wanted {environment.image}).",
            "Give the database as it was then: --db FILE.",
        )
    return image
