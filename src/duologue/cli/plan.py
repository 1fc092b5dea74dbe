"""`duologue plan`: what a run will take, from its first few items.

It takes the arguments of `generate`, whatever they are: its signature is made from that of `generate`, so that the two never
differ. The pilot is the beginning of that very run, in its folder, and `generate` goes on with it.
"""

import inspect
import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duologue.cli.generate import configured, generate
from duologue.cli.generate import run as run_items
from duologue.cli.options import whole

if TYPE_CHECKING:
    from duologue.config import RunConfig
    from duologue.store.calls import Work
    from duologue.store.estimate import Estimate, Range

PILOT = 10
"""Items of a pilot unless another number is asked for."""


def plan(pilot: int, **given: Any) -> int:
    """Estimate tokens, hours and money for a run. Its first items are made as a pilot; `generate` goes on with them."""
    from duologue.errors import UserError

    if pilot < 1:
        raise UserError(f"--pilot {pilot}: there is nothing to learn from.", "Give a number from 1 on.")
    asked = configured(given)
    code = run_items(asked, min(pilot, asked.n))
    found = _estimate(asked)
    if found is None:
        print("No item has ended: there is nothing to estimate from.")
        return code
    print()
    print(report(found, asked))
    print(f"\nGo on with: {command_of(given)}")
    return code


def _with_options_of_generate() -> None:
    """Typer reads a command's options from its signature and its annotations."""
    option = typer.Option("--pilot", help="Items to make first, and to learn from.", metavar="P", parser=whole)
    kind = Annotated[int, option]
    own = inspect.Parameter("pilot", inspect.Parameter.KEYWORD_ONLY, default=PILOT, annotation=kind)
    theirs = inspect.signature(generate)
    setattr(plan, "__signature__", theirs.replace(parameters=[*theirs.parameters.values(), own]))  # noqa: B010
    plan.__annotations__ = {**generate.__annotations__, "pilot": kind}


_with_options_of_generate()


def _estimate(asked: "RunConfig") -> "Estimate | None":
    from duologue.cli.runs import open_run
    from duologue.store.calls import Span, has_calls, span, work_by_role
    from duologue.store.estimate import estimate

    with open_run(asked.folder) as store:
        ended = {item: outcome == "accepted" for item, outcome in store.finished_items().items()}
        asks = has_calls(store.db)
        work = work_by_role(store.db) if asks else {}
        lay = span(store.db) if asks else Span()
        if not lay.wall:
            lay = Span(wall=float(store.notes().get("seconds", 0.0)))
    return estimate(work, ended, asked.n, lay) if ended else None


def report(found: "Estimate", asked: "RunConfig") -> str:
    """The estimate for reading."""
    from duologue.cli.text import styled, table

    pilot = f"{found.pilot} item{'s' * (found.pilot != 1)}"
    head = f"{found.n:,} items will take, by {'the first ' if found.pilot < found.n else ''}{pilot}"
    parts = [styled(head, "bold"), ""]
    if found.roles:
        parts += [table(_roles(found), right=frozenset(range(1, 7))), ""]
    parts += [table(_ranges(found), right=frozenset({1, 2})), "", *_remarks(found, asked)]
    return "\n".join(parts).rstrip()


def _roles(found: "Estimate") -> list[tuple[str, ...]]:
    from duologue.cli.amounts import dollars, duration
    from duologue.cli.text import one_line

    def row(name: str, work: "Work") -> tuple[str, ...]:
        tokens = (work.prompt, work.cached, work.completion)
        counts = (f"{n:,}" for n in (work.calls, *tokens))
        return (one_line(name), *counts, duration(work.seconds), dollars(work.dollars))

    head = ("role", "calls", "prompt", "of it cached", "completion", "model time", "dollars")
    return [head, *(row(name, work) for name, work in found.roles.items()), row("in all", found.total)]


def _ranges(found: "Estimate") -> list[tuple[str, ...]]:
    from duologue.cli.amounts import dollars

    def row(name: str, figure: "Range", shown: Any) -> tuple[str, ...]:
        if figure.low is None or figure.high is None:
            return name, shown(figure.expected), "unknown"
        return name, shown(figure.expected), f"{shown(figure.low)} to {shown(figure.high)}"

    rows: list[tuple[str, ...]] = [("", "expected", "9 times in 10")]
    if found.roles:
        rows += [row("tokens", found.tokens, lambda n: f"{n:,.0f}"), row("dollars", found.dollars, dollars)]
    rows.append(row("hours", found.hours, lambda n: f"{n:,.2f}" if n >= 0.1 else f"{n:.4f}"))
    rows.append(row("accepted", found.accepted, lambda n: f"{n:,.0f}"))
    return rows


def _remarks(found: "Estimate", asked: "RunConfig") -> list[str]:
    """What the figures rest on."""
    from duologue.cli.text import one_line
    from duologue.store.estimate import SMALL

    out = []
    if not found.roles:
        out.append("No model has a part in it: it costs nothing but time.")
    elif found.together:
        out.append(
            f"Hours are at the pilot's pace, {found.together:.1f} calls under way at once; the run may have"
            f" {asked.together:,} conversations going at once, and is faster where the server has room for them."
        )
    unknown = [e.label for e in asked.models.endpoints.values() if e.price is None]
    if unknown:
        names = ", ".join(unknown)
        out.append(one_line(f"The price of {names} is not known and counts as nothing: --price INPUT/OUTPUT."))
    if found.pilot < min(SMALL, found.n):
        more = min(found.n, 3 * SMALL)
        out.append(f"A pilot of {found.pilot} is small, and the estimate rough: --pilot {more} makes it better.")
    return out


def command_of(given: dict[str, Any]) -> str:
    """The `generate` command with these arguments."""
    words = ["duologue", "generate"]
    for name, parameter in inspect.signature(generate, eval_str=True).parameters.items():
        value = given[name]
        if value == parameter.default or value in ([], ()):
            continue
        flags = _flags(parameter.annotation.__metadata__[0])
        for one in value if isinstance(value, list | tuple) else (value,):
            words += [*flags[-1:], *([] if one is True else [str(one)])]
    return shlex.join(words)


def _flags(option: Any) -> list[str]:
    """A flag's names, shortest first; none for an argument. (Typer keeps the first where other options keep a default.)"""
    names = [option.default, *(option.param_decls or ())]
    return [name for name in names if isinstance(name, str) and name.startswith("-")]
