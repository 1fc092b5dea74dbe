"""How a page tells of several runs what they have in common once, and where they differ of which it holds.

With one run nothing names it.
"""

from collections.abc import Sequence

from duologue.export.card.values import Made, Player, SourceFacts
from duologue.export.card.written import Written, code, escaped, listed

Runs = Sequence[Made]


def named(runs: Runs) -> Written:
    """The runs by name."""
    return listed(run.run for run in runs)


def of(some: Runs, runs: Runs) -> Written:
    """Of which runs something holds; empty where there is but one."""
    return Written(f"of {named(some)} " if len(runs) > 1 else "")


def where(some: Runs, runs: Runs) -> Written:
    """For which runs the sentence holds; empty where it does for all."""
    return Written(f"For {named(some)}: " if len(some) < len(runs) else "")


def serving(source: SourceFacts, runs: Runs) -> Written:
    """The runs that were made from a source; empty where there is but one run."""
    return Written(f" of {listed(source.runs)}" if len(runs) > 1 else "")


def played(runs: Runs, role: str) -> tuple[str, ...]:
    """The models that play a role in any of the runs."""
    return tuple(dict.fromkeys(model for run in runs for model in run.plays(role)))


def without(runs: Runs, role: str) -> list[Made]:
    """The runs in which no model plays the role."""
    return [run for run in runs if not run.plays(role)]


def versions(runs: Runs, program: str) -> str:
    """The versions of a program that the runs were made with."""
    return " and ".join(dict.fromkeys(run.versions[program] for run in runs if program in run.versions))


def made_with(runs: Runs) -> Written:
    """Programs with their versions; run by run where they differ."""
    each = [", ".join(f"{escaped(program)} {escaped(v)}" for program, v in run.versions.items()) for run in runs]
    if len(set(each)) == 1:
        return Written(each[0])
    return Written("; ".join(f"{code(run.run)}: {said}" for run, said in zip(runs, each, strict=True)))


def playing(runs: Runs) -> Written:
    """Who plays each role: a table, with a column for each run where they differ."""
    roles = dict.fromkeys((player.role, player.does) for run in runs for player in run.players)
    cells = [[_plays(run, role) for run in runs] for role, _ in roles]
    same = all(len(set(row)) == 1 for row in cells)
    heads = ["played by"] if same else [code(run.run) for run in runs]
    lines = [["role", "what it does", *heads], ["---"] * (2 + len(heads))]
    for (role, does), row in zip(roles, cells, strict=True):
        lines.append([escaped(role), escaped(does), *(row[:1] if same else row)])
    return Written("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _plays(run: Made, role: str) -> str:
    player = next((player for player in run.players if player.role == role), None)
    return "–" if player is None else _by(run, player)


def _by(run: Made, player: Player) -> str:
    if player.models:
        return listed(player.models)
    if player.role == "judge":
        return "nobody: machine checks only"
    if player.role == "tools" and run.tools_given:
        return "given as a list"
    if player.role == "tools" and run.tools_by_hand:
        return "written by hand for this domain"
    return "scripted rules"


FILTERS = (named, of, where, serving, played, without, versions, made_with, playing)
