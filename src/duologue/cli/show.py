"""`duologue show`: one conversation, readable in a terminal."""

from typing import Annotated

import typer

from duologue.cli.options import Json, Run, whole


def show(
    run: Run,
    number: Annotated[int, typer.Argument(help="Which conversation, from 1 on.", metavar="N", parser=whole)] = 1,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Of the rejected ones, with what they fail; those drawn again come last.")
    ] = False,
    json: Json = False,
) -> int:
    """Show one conversation. Turns, calls, results, what changed in the database, what the checks said."""
    from duologue.cli.runs import open_run

    with open_run(run) as store:
        found = store.dialogue(number, not rejected)
        environment = store.environment(found.dialogue.environment)
    if json:
        from duologue.ids import to_json

        print(to_json(found))
    else:
        from duologue.checks.blame import ruling
        from duologue.cli.reading import conversation

        roles = [turn.message.role for turn in found.dialogue.path()]
        decided = ruling(found.verdicts, roles) if rejected else None
        if found.drawn_again:
            print(f"drawn again: conversation {found.drawn_again} of item {found.item} failed, and another was drawn")
        elif rejected:
            print(f"rejected for good: item {found.item}")
        print(conversation(found.dialogue, found.verdicts, environment, decided))
    return 0
