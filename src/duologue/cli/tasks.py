"""`duologue tasks`: stages C and F alone."""

from duologue.cli.options import Domain, Mode, Number, Out, Seed, Source, Tools


def tasks(
    tools: Tools, out: Out, source: Source = None, domain: Domain = None, n: Number = 10, seed: Seed = 0, mode: Mode = "user"
) -> int:  # fmt: skip
    """Stage alone: draw proven tasks for a toolset. Writes a duologue.tasks/1 file."""
    from duologue.cli.stages import open_ground
    from duologue.cli.text import one_line
    from duologue.config import RunConfig
    from duologue.export import write_scenarios
    from duologue.pipeline import make_tasks

    RunConfig(n=n, seed=seed, mode=mode)  # the same arguments as a run has, refused alike
    shop = open_ground(source, domain).workshop(tools, seed)
    made = write_scenarios(make_tasks(shop, n, mode), out, shop.environment.id)
    short = "" if made == n else f" (distinct tasks ran out at {made} of {n})"
    print(one_line(f"{made} scenarios in {out}{short}"))
    return 0
