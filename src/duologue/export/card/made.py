"""How each run was made, and where its data comes from.

Runs of one source, told by its name and the hashes of its images, share its place on the card.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.errors import UserError
from duologue.export.card.values import Given, Made, ModelUse, Part, Player, SourceFacts, TableFacts
from duologue.store import Store
from duologue.store.store import MADE_WITH
from duologue.types import Environment, Json

ALWAYS = ("tools", "tasks", "user", "agent", "judge")
"""Roles that are shown whoever plays them; others where a model does."""


# ── sources ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def sources_of(parts: Sequence[Part], used: Sequence[Environment], given: Given) -> tuple[SourceFacts, ...]:
    """The sources of the rows, in the order of the runs. Raises `UserError` where more are named than there are."""
    found: dict[tuple[str, str, tuple[str, ...]], SourceFacts] = {}
    for part in parts:
        source = _source(part, _environments(part, used))
        if source is not None:
            key = source.kind, source.name, source.images
            runs = found[key].runs if key in found else ()
            found[key] = replace(found.get(key, source), runs=(*runs, part.name))
    for flag, said in (("--source-name", given.source_names), ("--source-url", given.source_urls)):
        if len(said) > len(found):
            raise UserError(
                f"{flag} is given {len(said)} times, for {len(found)} source{'s' * (len(found) != 1)}.",
                "Give it once for each source, in the order of the runs.",
            )
    names, urls = (dict(enumerate(said)) for said in (given.source_names, given.source_urls))
    return tuple(
        replace(source, title=names.get(number) or source.title, url=urls.get(number, ""))
        for number, source in enumerate(found.values())
    )


def _environments(part: Part, used: Sequence[Environment]) -> tuple[Environment, ...]:
    """Those of a run that rows ran in."""
    own = {environment.id for environment in part.store.environments()}
    return tuple(environment for environment in used if environment.id in own)


def _source(part: Part, environments: tuple[Environment, ...]) -> SourceFacts | None:
    """Where a run's data comes from; None where no row ran in it."""
    if not environments:
        return None
    config = part.store.config()
    name = environments[0].name
    images = tuple(dict.fromkeys(e.image for e in environments if e.image))
    catalog = _catalog(part.store, environments[0]) if images else None
    return SourceFacts(
        kind=_kind(config, part.built_in),
        name=str(config.get("file") or config.get("domain") or name),
        title=name,
        url="",
        images=images,
        tables=tuple(TableFacts(table.name, table.rows) for table in catalog.tables) if catalog else (),
        left_out=tuple(note for note in catalog.notes if _is_of_table(note)) if catalog else (),
        runs=(),
        tools_given=bool(config.get("seed_tools")),
    )


def _is_of_table(note: str) -> bool:
    return " left out: " in note and note.startswith(("table ", "view ", "virtual table "))


def _kind(config: dict[str, Json], built_in: bool) -> str:
    if config.get("simulated"):
        return "simulated"
    if config.get("file"):
        return "file"
    return "built-in domain" if built_in else "invented"


def _catalog(store: Store, environment: Environment) -> Catalog | None:
    """What is known of the tables; None where an older version kept no catalog that can be read."""
    try:
        return msgspec.json.decode(store.catalog(environment.id) or b"", type=Catalog)
    except (msgspec.DecodeError, UserError):
        return None


# ── runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def made_of(part: Part, source: str, counted: tuple[Sequence[Environment], int, dict[str, Json]], given: Given) -> Made:
    """How a run was made. `counted`: the environments of all rows, how many rows are the run's, its statistics."""
    used, rows, found = counted
    config, notes = part.store.config(), part.store.notes()
    by_hand = any(tool.wording for e in _environments(part, used) for tool in e.toolset.tools)
    idle = _idle(config, _kind(config, part.built_in), by_hand)
    named: dict[str, list[str]] = config.get("roles") or {}
    roles = {role: models for role, models in named.items() if role not in idle}
    with_what = {"duologue": notes.get("version", ""), **notes.get(MADE_WITH, {})}
    return Made(
        run=part.name,
        source=source,
        accepted=found["dialogues"]["accepted"],
        rows=rows,
        asked=int(config.get("n") or found["items"]),
        seed=int(config.get("seed", 0)),
        mode=str(config.get("mode", "user")),
        simulated=bool(config.get("simulated")),
        tools_given=bool(config.get("seed_tools")),
        tools_by_hand=by_hand,
        prompts=str(config.get("prompts") or ""),
        players=tuple(
            Player(role, does.partition(";")[0], tuple(roles.get(role, ())))
            for role, does in given.duties.items()
            if role in ALWAYS or roles.get(role)
        ),
        versions={program: str(version) for program, version in with_what.items() if version},
        ran_out="ran_out" in notes,
    )


def _idle(config: dict[str, Json], kind: str, tools_by_hand: bool) -> set[str]:
    """Roles with nothing to do in such a run, whoever was to play them."""
    idle = set() if kind == "invented" else {"domain"}
    if kind != "simulated":
        idle.add("simulator")
    if kind == "simulated":
        idle |= {"questions", "expansion"}
    if config.get("seed_tools"):
        idle.add("tools")
    if tools_by_hand:
        idle |= {"questions", "tools", "expansion", "returns"}
    return idle


def use_of(found: Sequence[dict[str, Json]]) -> tuple[ModelUse, ...]:
    """What the calls of each role's models came to, over all runs."""
    use: dict[str, ModelUse] = {}
    for stat in found:
        for role, w in stat.get("models", {}).get("roles", {}).items():
            so_far = use.get(role, ModelUse(role, 0, 0, 0, 0.0))
            use[role] = ModelUse(
                role,
                so_far.calls + w["calls"],
                so_far.prompt + w["tokens"]["prompt"],
                so_far.completion + w["tokens"]["completion"],
                so_far.dollars + w["dollars"],
            )
    return tuple(use.values())
