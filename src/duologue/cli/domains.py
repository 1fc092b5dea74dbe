"""`duologue domains`: the built-in domains, and one of them as files.

An export writes three files of which the person names one. So it looks at all three places first, and where anything else
lies in one of them it writes none; files that are there already as they would be written are left alone.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from duologue.cli.options import Json
from duologue.errors import UserError

ENDINGS = (".sqlite", ".sqlite3", ".db")
"""What a database's name may end in; the policy and the tools beside it have the same name with other endings."""

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def domains(context: typer.Context, json: Json = False) -> int:
    """List the built-in domains; `domains export NAME` writes one as files."""
    from duologue.sources import domains as built_in
    from duologue.sources import from_domain, overview

    if context.invoked_subcommand is not None:
        if json:
            raise UserError("--json is for the list of domains; `domains export` writes files.", "Leave --json out.")
        return 0
    found = [overview(name, from_domain(name)) for name in built_in()]
    if json:
        import msgspec

        from duologue.ids import to_json

        print(to_json(msgspec.to_builtins(found)))
        return 0
    from duologue.cli.text import one_line, styled, table

    heads = ("domain", "what it is", "tables", "rows", "tools", "rules")
    rows = [(d.name, d.title, str(d.tables), f"{d.rows:,}", str(d.tools), str(d.rules)) for d in found]
    first, *rest = table([heads, *rows], right=frozenset((2, 3, 4, 5))).split("\n")
    print(styled(first, "bold"), *(one_line(line) for line in rest), sep="\n")
    print(styled("next: duologue generate --domain NAME · duologue domains export NAME -o NAME.sqlite", "dim"))
    return 0


@app.command("export")
def export(
    name: Annotated[str, typer.Argument(help="A built-in domain.", metavar="NAME")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The database to write.", metavar="FILE.sqlite")],
) -> int:
    """Write a domain's database, and beside it its policy (.policy.md) and its tools (.tools.json), for reading or for use elsewhere."""
    from duologue.cli.text import one_line
    from duologue.export.stage_files import tools_file
    from duologue.sources import from_domain, policy_page
    from duologue.tools import environment_for
    from duologue.types import Policy, Toolset

    if out.suffix.lower() not in ENDINGS:
        raise UserError(f"-o {str(out)!r} names no database.", f"Give a file that ends in {', '.join(ENDINGS)}.")
    source = from_domain(name)
    policy = source.policy or Policy()
    environment = environment_for(
        source.name, source.image.hash, Toolset(name, source.tools, own=source.own_tools), policy
    )
    files = {
        out: source.image.data,
        out.with_suffix(".policy.md"): policy_page(source.name, policy).encode(),
        out.with_suffix(".tools.json"): tools_file(environment),
    }
    _write_new(files)
    print(one_line(f"{source.name}: {', '.join(map(str, files))}"))
    return 0


def _write_new(files: dict[Path, bytes]) -> None:
    """Write files that are not there yet. Raises `UserError`, before it writes any, where another one lies in one of the places."""
    from duologue.export.files import whole_file

    missing = [path for path in files if not os.path.lexists(path)]
    for path, data in files.items():
        if path not in missing and not _holds(path, data):
            raise UserError(
                f"{str(path)!r} is there already, and is not written over.", "Name another file (-o), or move it away."
            )
    for path in missing:
        with whole_file(path) as file:
            file.write(files[path])


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False
