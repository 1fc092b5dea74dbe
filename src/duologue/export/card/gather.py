"""From a run's store and what the person said to the values of its card.

The rows are read once, one after the other. Durations are left out: the same command gives the same card.
"""

from collections.abc import Iterator

import msgspec

from duologue.catalog.model import Catalog
from duologue.errors import UserError
from duologue.export.card.again import commands
from duologue.export.card.counting import Counting
from duologue.export.card.licences import licence_of
from duologue.export.card.sample import example_of
from duologue.export.card.texts import asks, blind
from duologue.export.card.values import (
    FORMAT,
    Card,
    CheckFacts,
    Counts,
    Given,
    Made,
    ModelUse,
    Player,
    SourceFacts,
    TableFacts,
)
from duologue.store import Store, stats
from duologue.store.store import MADE_WITH
from duologue.types import Environment, Json

ALWAYS = ("tools", "tasks", "user", "agent", "judge")
"""Roles that are shown whoever plays them; others where a model does."""
SPEAKING = ("user", "agent", "wording")
"""Roles whose words stand in the rows. Scripted ones speak English."""


def card_of(store: Store, given: Given) -> Card:
    """The card of a run's accepted conversations, or of those that a selection keeps.

    Raises `UserError` where there is none.
    """
    counting = Counting(store.environments())
    for stored in store.dialogues():
        if given.kept is None or stored.dialogue.id in given.kept:
            counting.add(stored)
    if counting.example is None:
        raise _nothing(store, given)
    found = stats(store, None if given.kept is None else counting.rows)
    ends = found["dialogues"]
    source = _source(store, counting.used(), given)
    said = found["checks"] or {"played": 0, "counted": 0, "checks": []}
    made = _made(store, counting, given, found)
    language = "" if any(made.plays(role) for role in SPEAKING) else "en"
    return Card(
        format=FORMAT,
        title=f"{source.title}: conversations with tools",
        rows=counting.rows,
        language=language,
        to_fill=tuple(_to_fill(given, source, language, bool(store.config().get("seed_tools")))),
        counts=Counts(
            found["items"], ends["accepted"], ends["rejected"], ends["unfinished"], found["selected"], given.against
        ),
        source=source,
        licence=licence_of(given),
        made=made,
        offers=counting.offers(),
        families=counting.families(),
        figures=counting.figures(),
        behaviours=counting.behaving.found(),
        checked=found["checks"] is not None,
        played=said["played"],
        counted=said["counted"],
        checks=_checks(said["checks"], counting),
        blame={who: n for who, n in (found["blame"] or {}).items() if n},
        proofs=counting.proving.found(),
        example=example_of(counting.example),
    )


def _to_fill(given: Given, source: SourceFacts, language: str, seed_tools: bool) -> Iterator[str]:
    """What is missing, and the flag that says it."""
    if not given.license and not given.built_in:
        yield "the licence of the rows (--license)"
    if source.kind == "file" or seed_tools:
        what = "tools" if seed_tools else "database"
        if not given.source_name:
            yield f"what the {what} is called (--source-name)"
        if not given.source_url:
            yield f"where the {what} comes from (--source-url)"
    if not language:
        yield "the language that the models spoke (language, in the metadata above)"


def _nothing(store: Store, given: Given) -> UserError:
    which = "accepted" if given.kept is None else "selected"
    made = (
        "`duologue stats` says what became of its items."
        if store.finished_items()
        else "Run `duologue generate` first."
    )
    return UserError(
        f"{str(store.folder)!r} holds no {which} conversation: there is nothing to write a card of.",
        made if given.kept is None else "Select some, or give --all.",
    )


def _source(store: Store, environments: tuple[Environment, ...], given: Given) -> SourceFacts:
    config = store.config()
    name = environments[0].name
    images = tuple(dict.fromkeys(e.image for e in environments if e.image))
    return SourceFacts(
        kind=_kind(config, given.built_in),
        name=str(config.get("file") or config.get("domain") or name),
        title=given.source_name or name,
        url=given.source_url,
        images=images,
        tables=_tables(store, environments[0]) if images else (),
    )


def _kind(config: dict[str, Json], built_in: bool) -> str:
    if config.get("simulated"):
        return "simulated"
    if config.get("file"):
        return "file"
    return "built-in domain" if built_in else "invented"


def _tables(store: Store, environment: Environment) -> tuple[TableFacts, ...]:
    """Tables with their rows, as the catalog has them; none where an older version kept no catalog that can be read."""
    body = store.catalog(environment.id)
    try:
        catalog = msgspec.json.decode(body or b"", type=Catalog)
    except msgspec.DecodeError:
        return ()
    return tuple(TableFacts(table.name, table.rows) for table in catalog.tables)


def _made(store: Store, counting: Counting, given: Given, found: dict[str, Json]) -> Made:
    config, notes = store.config(), store.notes()
    by_hand = any(tool.wording for e in counting.used() for tool in e.toolset.tools)
    idle = _idle(config, _kind(config, given.built_in), by_hand)
    named: dict[str, list[str]] = config.get("roles") or {}
    roles = {role: models for role, models in named.items() if role not in idle}
    with_what = {"duologue": notes.get("version", ""), **notes.get(MADE_WITH, {})}
    use = [
        ModelUse(role, w["calls"], w["tokens"]["prompt"], w["tokens"]["completion"], w["dollars"])
        for role, w in found.get("models", {}).get("roles", {}).items()
    ]
    return Made(
        asked=int(config.get("n") or found["items"]),
        seed=int(config.get("seed", 0)),
        mode=str(config.get("mode", "user")),
        toolsets=len(counting.used()),
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
        use=tuple(use),
        ran_out="ran_out" in notes,
        commands=commands(config, given),
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


def _checks(said: list[dict[str, Json]], counting: Counting) -> tuple[CheckFacts, ...]:
    """Each check in the order it is asked, those that only rows know of behind."""
    counts = {str(line["check"]): line for line in said}
    nothing = dict.fromkeys(("asked", "passed", "failed", "unsure"), 0)
    return tuple(
        CheckFacts(
            check=name,
            asks=asks(name),
            blind=blind(name),
            rows=counting.passed[name],
            **{key: int((counts.get(name) or nothing)[key]) for key in nothing},
        )
        for name in dict.fromkeys((*counts, *counting.passed))
    )
