"""What a run stands on: a source, what its schema means, and environments with tools, made by rules or by models."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec.structs import replace

from duologue.casting import Cast
from duologue.catalog import Catalog, named_by, read_catalog, relabelled, without
from duologue.environment import Image
from duologue.errors import StageError, UserError
from duologue.export import database_path
from duologue.ids import rng
from duologue.simulate.faulty import Faults
from duologue.simulate.profile import profile
from duologue.sources import Source, domains, from_domain, from_sqlite
from duologue.store import Store
from duologue.store.funnel import TOOLS_NOTE
from duologue.tools import DerivedTools, default_policy, environment_for
from duologue.types import Environment, Json
from duologue.workshop import Workshop

if TYPE_CHECKING:
    from duologue.config import RunConfig
    from duologue.tools.written import Written

ENOUGH_TOOLS = 4
"""Of several sets in a file, those with fewer are passed over."""


def open_sources(config: "RunConfig") -> tuple[Source, ...]:
    """The file or the built-in domains that a run is made from; none where a model makes up the world. Raises `UserError`."""
    if config.source is not None:
        return (from_sqlite(config.source),)
    return tuple(from_domain(name) for name in config.worlds)


def open_source(path: Path | None, domain: str | None) -> Source:
    """A database file, a built-in domain, or the built-in shop where neither is named."""
    return from_sqlite(path) if path is not None else from_domain(domain or "retail")


def catalog_of(source: Source) -> Catalog:
    """What the source's schema means."""
    catalog = without(read_catalog(source.image.connect(), source.name), source.own_tables)
    catalog = relabelled(catalog, source.lexicon.get("labels", {}))
    catalog = named_by(catalog, source.lexicon.get("called_by", {}))
    if source.now:
        return replace(catalog, latest=source.now, now=source.now)
    return replace(catalog, latest=source.today) if source.today else catalog


def make_tools(source: Source, catalog: Catalog, seed: int, variants: Sequence[int]) -> list[Environment]:
    """Stage `tools`, scripted: the source's environments, one per toolset variant."""
    maker = DerivedTools(catalog, source.image, seed, source.tools, source.policy)
    out = []
    for variant in variants:
        toolset = replace(maker.toolset(variant), own=source.own_tools)
        policy = source.policy or default_policy(catalog, rng(seed, "policy", variant), toolset.tools)
        out.append(environment_for(source.name, source.image.hash, toolset, policy))
    return out


Note = Callable[[str, Json], None]
"""Takes down a remark about a run under a name."""


async def workshops(config: "RunConfig", sources: Sequence[Source], cast: Cast, note: Note) -> list[Workshop]:
    """The run's environments, each with its workshop; of several sources in turn. Without a source, a world is made up first.

    Raises `UserError` where a model could not make what was asked of it.
    """
    try:
        if not sources and config.simulated:
            return await _simulated(config, cast)
        if not sources:
            from duologue.sources.invented import invented_source

            sources = (await invented_source(config.source_name, cast.needed("domain"), config.seed),)
    except StageError as error:
        raise _not_managed(error) from error
    shops = []
    for source in sources:
        catalog = catalog_of(source)
        made = await environments(source, catalog, cast, config.seed, range(config.toolsets), note)
        shops.append([Workshop(e, source.image, catalog, config.seed, cast, config.models.profile) for e in made])
    return [shop.meeting(config.models.faults) for turn in zip_longest(*shops) for shop in turn if shop is not None]


def built_in(image: str, folder: Path) -> Source | None:
    """The source of an image that nobody has to name: it lies in a folder of exported rows, or is a built-in domain's. Raises `UserError`
    where the database there is another one."""
    beside = database_path(folder, image)
    if beside.is_file():
        found = from_sqlite(beside)
        if found.image.hash == image:
            return found
        raise UserError(
            f"{str(beside)!r} is not the database these conversations were made from"
            f" (image {found.image.hash}, wanted {image}).",
            "Export the run again, or give the database as it was then: --db FILE.",
        )
    name = _domain_of().get(image)
    return from_domain(name) if name is not None else None


@cache
def _domain_of() -> dict[str, str]:
    """Image of each built-in domain → its name. To find that out all are opened, once."""
    return {from_domain(name).image.hash: name for name in domains()}


class Held(Protocol):
    """What holds environments with their images and catalogs, by id; a store does."""

    def config(self) -> dict[str, Json]:
        """How users behave and calls fail there."""

    def environment(self, name: str) -> Environment:
        """An environment."""

    def image(self, name: str) -> bytes:
        """The bytes of an image."""

    def catalog(self, name: str) -> bytes | None:
        """The catalog of an environment, as JSON."""


class Reopened:
    """The workshops of a run that stands, for another run that takes its conversations up: users behave and calls fail as they did there."""

    def __init__(
        self,
        run: Held,
        seed: int,
        cast: Cast,
        change: Callable[[Environment], Environment] | None = None,
    ) -> None:
        """`change` says what becomes of an environment in the other run."""
        self.run, self.seed, self.cast = run, seed, cast
        self.change = change if change is not None else lambda environment: environment
        self._images: dict[str, Image] = {}
        self._shops: dict[str, Workshop] = {}

    def shop(self, name: str) -> Workshop:
        """That of an environment. Without an image its tools are simulated."""
        if name not in self._shops:
            environment, catalog = self.change(self.run.environment(name)), self.run.catalog(name)
            config, image = self.run.config(), self._image(environment.image)
            meaning = msgspec.json.decode(catalog, type=Catalog) if catalog is not None else Catalog(name, ())
            behaving = profile(config.get("behaviours", {}))
            shop = Workshop(environment, image, meaning, self.seed, self.cast, behaving)
            self._shops[name] = shop.meeting(msgspec.convert(config.get("faults", {}), Faults))
        return self._shops[name]

    def put(self, store: Store, names: Iterable[str]) -> None:
        """Put these environments, as they are there, into the store of the other run."""
        for name in dict.fromkeys(names):
            shop = self.shop(name)
            image = shop.image.data if shop.image is not None else None
            store.put_environment(shop.environment, image, self.run.catalog(name))

    def _image(self, name: str) -> Image | None:
        if name and name not in self._images:
            self._images[name] = Image.of(self.run.image(name))
        return self._images[name] if name else None


def _not_managed(error: StageError) -> UserError:
    return UserError(
        f"The model in role {error.stage!r} did not manage: {error.reason}. {error.evidence}".rstrip(),
        "Run the same command once more (what was answered is kept), begin another run with another --seed and -o, or give the"
        " role to another model.",
    )


async def environments(
    source: Source, catalog: Catalog, cast: Cast, seed: int, variants: Sequence[int], note: Note | None = None
) -> list[Environment]:
    """Stage `tools`, by rules or by models. A domain with tools of its own keeps them.

    Raises `UserError` where a model could not make a single toolset.
    """
    if source.tools or cast.voice("tools") is None:
        return make_tools(source, catalog, seed, variants)
    try:
        written = await _written(catalog, source, cast, seed, variants)
    except StageError as error:
        raise _not_managed(error) from error
    if note is not None:
        note(TOOLS_NOTE, _counted(written.values()))
    policies = {
        v: source.policy or default_policy(catalog, rng(seed, "policy", v), w.toolset.tools) for v, w in written.items()
    }
    return [environment_for(source.name, source.image.hash, w.toolset, policies[v]) for v, w in written.items()]


async def _written(
    catalog: Catalog, source: Source, cast: Cast, seed: int, variants: Sequence[int]
) -> "dict[int, Written]":
    """By models, all variants at once; those that hold too few tools are done without.

    Raises `StageError` where none came to stand.
    """
    from duologue.tools.written import Voices, written_toolset

    voices = Voices(*(cast.needed(role) for role in ("questions", "tools", "expansion", "returns")))
    made = await asyncio.gather(
        *(written_toolset(voices, catalog, source.image, seed, v) for v in variants), return_exceptions=True
    )
    out = {}
    for variant, written in zip(variants, made, strict=True):
        if not isinstance(written, BaseException):
            out[variant] = written
        elif not isinstance(written, StageError):
            raise written
    if not out:
        raise next(w for w in made if isinstance(w, StageError))
    return out


def _counted(written: "Iterable[Written]") -> Json:
    """What became of the tools that were written, for the funnel."""
    made = list(written)
    reasons = sum((Counter(w.drops) for w in made), Counter[str]())
    return {
        "entered": sum(w.proposed for w in made),
        "passed": sum(len(w.toolset.tools) for w in made),
        "reasons": dict(sorted(reasons.items())),
    }


async def _simulated(config: "RunConfig", cast: Cast) -> list[Workshop]:
    """Worlds without a database, answered by a model: one for each set of tools that was given, or one designed for a domain."""
    from duologue.sources.seed_tools import read_seed_tools
    from duologue.tools.specified import specified_environment, specify

    for role in ("tasks", "user", "agent", "simulator", "judge"):
        cast.needed(role)
    name = config.source_name
    if config.seed_tools is None:
        given = {name: await specify(name, cast.needed("tools"))}
    else:
        sets = read_seed_tools(config.seed_tools)
        rich = [s for s in sets if len(s.tools) >= ENOUGH_TOOLS] or list(sets)
        given = {name if len(sets) == 1 else s.name: s.tools for s in rich[: config.toolsets]}
    out = []
    for called, tools in given.items():
        environment = await specified_environment(called, cast.needed("returns"), tools, seed=config.seed)
        out.append(Workshop(environment, None, Catalog(called, ()), config.seed, cast, config.models.profile))
    return out
