"""The commands that make the runs of a dataset again, from what they remember of themselves.

A run remembers names of files, not where they lie; names of models, not where they were served. With scripted speakers the same
commands give the same rows; models are asked anew.
"""

import shlex
from collections.abc import Mapping, Sequence

from duologue.export.card.values import Given
from duologue.types import Json

Begun = tuple[str, Mapping[str, Json], bool]
"""A run: what it is called here, its arguments, and whether its database is one of Duologue's own."""
ALONE = "wording"
"""The role that `--model` does not fill."""


def commands(runs: Sequence[Begun], given: Given) -> tuple[str, ...]:
    """What to type, in order."""
    made = [line for run in runs for line in _made(run, given.duties)]
    selecting = [] if given.selecting is None else [shlex.join(["duologue", "select", *given.selecting])]
    return *made, *selecting, shlex.join(["duologue", "export", *(name for name, _, _ in runs), "-o", "rows.jsonl"])


def _made(run: Begun, duties: Mapping[str, str]) -> list[str]:
    """A run's own command, behind that of the run whose conversations it branches or goes on from."""
    called, config, built_in = run
    if config.get("continued"):
        return _continued(run, duties)
    if not config.get("branches"):
        return [_generate(run, duties)]
    parent, asked = f"{called}-parent", config["branches"]
    words = ["duologue", "branch", parent, "--at", asked["at"], "--n", str(asked["n"]), "--differ", asked["differ"]]
    for flag, value in (("--limit", asked["limit"]), ("--mistakes", asked["mistakes"]), ("--seed", config["seed"])):
        words += [flag, str(value)] if value else []
    words += _models(config.get("roles") or {}, duties)
    return [*_made((parent, config["parent"], built_in), duties), shlex.join([*words, "-o", called])]


def _continued(run: Begun, duties: Mapping[str, str]) -> list[str]:
    """The command of a run of continuations, behind that of the run they go on from, where it is one and no file."""
    called, config, built_in = run
    old, asked = config["parent"], config["continued"]
    from_file = "content" in old
    source = str(old["file"]) if from_file else f"{called}-parent"
    words = ["duologue", "continue", f"./{source}" if source.startswith("-") else source, "--at", str(asked["at"])]
    goals = asked.get("goals") or []
    words += [word for goal in goals for word in ("--goal", goal)] or ["--tasks", str(asked["tasks"])]
    words += [word for name in asked.get("without") or [] for word in ("--without", name)]
    words += ["--tools", "TOOLS"] if asked.get("tools") else []
    words += ["--db", "DATABASE"] * len(old.get("databases") or []) + (["--env", "ENV"] if old.get("env") else [])
    words += ["--differing"] if asked.get("differing") else []
    for flag, value in (("--limit", asked["limit"]), ("--seed", config["seed"])):
        words += [flag, str(value)] if value else []
    words += _models(config.get("roles") or {}, duties)
    before = [] if from_file else _made((source, old, built_in), duties)
    return [*before, shlex.join([*words, "-o", called])]


def _generate(run: Begun, duties: Mapping[str, str]) -> str:
    called, config, built_in = run
    words = ["duologue", "generate", *_source(config, built_in)]
    for flag, name in (("-n", "n"), ("--seed", "seed"), ("--mode", "mode"), ("--toolsets", "toolsets")):
        if name in config:
            words += [flag, str(config[name])]
    words += _models(config.get("roles") or {}, duties)
    if config.get("prompts"):
        words += ["--prompts", "PROMPTS"]
    return shlex.join([*words, "-o", called])


def _source(config: Mapping[str, Json], built_in: bool) -> list[str]:
    if config.get("file"):
        name = str(config["file"])
        return [f"./{name}" if name.startswith("-") else name]
    words = ["--seed-tools", str(config["seed_tools"])] if config.get("seed_tools") else []
    if config.get("domain") and (built_in or not words):
        words += ["--domain", str(config["domain"])]
    if config.get("simulated") and not config.get("seed_tools"):
        words.append("--simulated")
    return words


def _models(roles: Mapping[str, list[str]], duties: Mapping[str, str]) -> list[str]:
    """One model is named with its roles; of several, who plays what stands in a file."""
    names = list(dict.fromkeys(name for players in roles.values() for name in players))
    if len(names) > 1:
        return ["--config", "duologue.toml"]
    if not names:
        return []
    words = ["--model", names[0], "--base-url", "URL"]
    for role in duties:
        plays = role in roles
        if plays == (role == ALONE):
            words += ["--role", f"{role}={'model' if plays else 'scripted'}"]
    return words
