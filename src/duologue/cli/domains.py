"""`duologue domains`: the built-in domains, and one of them as files."""

from pathlib import Path
from typing import Annotated

import typer

from duologue.cli.options import Json

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def domains(context: typer.Context, json: Json = False) -> int:
    """List the built-in domains; `domains export NAME` writes one as files."""
    from duologue.sources import domains as built_in
    from duologue.sources import from_domain, overview

    if context.invoked_subcommand is not None:
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
    from duologue.export import write_tools
    from duologue.export.files import whole_file
    from duologue.sources import from_domain, policy_page
    from duologue.tools import environment_for
    from duologue.types import Policy, Toolset

    source = from_domain(name)
    policy = source.policy or Policy()
    page, tools = out.with_suffix(".policy.md"), out.with_suffix(".tools.json")
    with whole_file(out) as file:
        file.write(source.image.data)
    with whole_file(page) as file:
        file.write(policy_page(source.name, policy).encode())
    write_tools(environment_for(source.name, source.image.hash, Toolset(name, source.tools), policy), tools)
    print(one_line(f"{source.name}: {out}, {page}, {tools}"))
    return 0
