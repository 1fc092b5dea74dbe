"""Which models there are, who plays what, how a scripted user behaves, and what may be spent: `duologue.toml` and flags become one checked value.

    [models.default]
    name = "openai/gpt-oss-120b"
    urls = ["http://localhost:8000/v1"]
    price = { input = 0.15, cached = 0.075, output = 0.6 }    # dollars per million tokens

    [roles]
    all = "default"
    user = "scripted"

    [judging]
    rule = "unanimous"

    [limits]
    dollars = 10.0

    noise = 0                        # nobody mistypes
    policy_share = 0.5               # of the conversations: a decision of the policy is sought on purpose
    [behaviours]
    doubt = 0.3                      # of the scripted user: see docs/behaviours.md
    [faults]
    share = 0.1                      # of the calls, any kind; or a rate per kind: see docs/faults.md

A flag wins over the file. The file in the folder one stands in is read unless another is named.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from duologue.errors import UserError
from duologue.language.keyboard import HABITS
from duologue.models.endpoint import Endpoint, Price, read_endpoint
from duologue.roles import MODEL, ROLES, SCRIPTED, Roles, cast_roles
from duologue.simulate.faulty import NO_FAULTS, Faults, faults
from duologue.simulate.profile import DEFAULT, Profile, behaviours, profile
from duologue.types import Json

FILE = Path("duologue.toml")
LOCAL = "http://localhost:8000/v1"
TOGETHER = 64
"""Conversations at once where models are waited for."""
MOST_TOGETHER = 100_000
MOST_NOISE = 5


class Spending(Struct, frozen=True, forbid_unknown_fields=True):
    """What a run may use up, all its continuations together; None = no limit."""

    dollars: float | None = None
    tokens: int | None = None
    hours: float | None = None


class Judging(Struct, frozen=True, forbid_unknown_fields=True):
    """How several judges come to one verdict: more than half of them decide, or all must agree that it is valid."""

    rule: Literal["majority", "unanimous"] = "majority"


class ModelSettings(Struct, frozen=True):
    """Who plays in a run, and how."""

    roles: Roles = Roles()
    endpoints: dict[str, Endpoint] = {}
    """By the names that `roles` uses."""
    limits: Spending = Spending()
    judging: Judging = Judging()
    prompts: Path | None = None
    """A folder whose files replace prompts of the same name."""
    together: int = TOGETHER
    profile: Profile = DEFAULT
    """How the scripted user behaves."""
    faults: Faults = NO_FAULTS
    """How often calls go wrong on purpose."""

    def identity(self) -> dict[str, list[str]]:
        """Who plays what, as a run remembers it: no addresses, no keys."""
        named = {role: [self.endpoints[p].name or p for p in players] for role, players in self.roles.players.items()}
        return {role: named[role] for role in ROLES if role in named}

    @property
    def prompts_mark(self) -> str:
        """Names the prompts that replace others; empty where none does. Raises `UserError` where one is no prompt."""
        if self.prompts is None:
            return ""
        from duologue.models.prompts import Prompts

        return Prompts(self.prompts).mark


class Flags(Struct, frozen=True, kw_only=True):
    """What was said on the command line; None or empty = nothing."""

    model: str | None = None
    urls: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """`ROLE=WHO` each; several judges with commas."""
    file: Path | None = None
    prompts: Path | None = None
    price: str | None = None
    """`INPUT/OUTPUT`, dollars per million tokens."""
    dollars: float | None = None
    tokens: int | None = None
    hours: float | None = None
    together: int | None = None
    behaviours: tuple[str, ...] = ()
    """`NAME=RATE` each."""
    noise: float | None = None
    """How much more often than usual scripted users have habits of typing; 0 = never."""
    faults: float | None = None
    """The share of calls that meet a fault."""
    policy_share: float | None = None
    """The share of conversations for which a wish is sought on purpose that a rule of the policy decides about. Others meet such a decision by chance."""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    models: dict[str, dict[str, Json]] = {}
    roles: dict[str, str | list[str]] = {}
    limits: Spending = Spending()
    judging: Judging = Judging()
    prompts: str = ""
    concurrency: int | None = None
    behaviours: dict[str, float] = {}
    noise: float | None = None
    policy_share: float | None = None
    faults: dict[str, float] = {}


def model_settings(flags: Flags) -> ModelSettings:
    """The settings that file and flags make together. Raises `UserError` for what is not valid."""
    file = _read(flags.file)
    taken = sorted({SCRIPTED, MODEL} & file.models.keys())
    if taken:
        raise UserError(f"[models.{taken[0]}]: that name means something else in --role.", "Call it otherwise.")
    endpoints = {name: read_endpoint(table, f"[models.{name}]") for name, table in file.models.items()}
    given = {role: _names(who) for role, who in file.roles.items()}
    if flags.model is not None or flags.urls:
        name, endpoints = _named(flags, endpoints)
        given["all"] = (name,)
    named = dict(_role(text) for text in flags.roles)
    given = named if "all" in named else given | named
    everyone = _everyone(given.pop("all", (SCRIPTED,)), endpoints)
    empty = next((role for role, who in given.items() if not who), None)
    if empty is not None:
        raise UserError(f"Role {empty!r} is given to nobody.", f"Give it to {SCRIPTED!r}, or to a model.")
    roles = cast_roles(given, everyone, endpoints.keys())
    _heeded(flags, roles)
    used = {p for players in roles.players.values() for p in players}
    prompts = flags.prompts or (Path(file.prompts) if file.prompts else None)
    return ModelSettings(
        roles=roles,
        endpoints={name: _priced(e, flags.price) for name, e in endpoints.items() if name in used},
        limits=_limits(flags, file.limits),
        judging=file.judging,
        prompts=prompts,
        together=_together(flags.together if flags.together is not None else file.concurrency),
        profile=_profile(flags, file),
        faults=_faults(flags, file),
    )


def _faults(flags: Flags, file: _File) -> Faults:
    """How often calls go wrong. Kinds that the file names keep their rates; `share` there is what `--faults` says here."""
    rates = dict(file.faults)
    share = rates.pop("share", None)
    return faults(flags.faults if flags.faults is not None else share, rates)


def _profile(flags: Flags, file: _File) -> Profile:
    """How the scripted user behaves. A rate that was named stands, whatever the noise."""
    noise = flags.noise if flags.noise is not None else file.noise
    if noise is not None and not 0 <= noise <= MOST_NOISE:
        raise UserError(
            f"--noise {noise:g} is out of range.", f"Give a number from 0 (nobody mistypes) to {MOST_NOISE}."
        )
    typing = {name: min(1.0, behaviours()[name].rate * noise) for name in HABITS} if noise is not None else {}
    share = flags.policy_share if flags.policy_share is not None else file.policy_share
    if share is not None and not 0 <= share <= 1:
        raise UserError(f"--policy-share {share:g} is out of range.", "Give a number from 0 (none on purpose) to 1.")
    named = dict(_rate(text) for text in flags.behaviours)
    _said_once(flags.policy_share, named, "--policy-share", "--behaviour policy=…")
    _said_once(file.policy_share, file.behaviours, "policy_share", "[behaviours] policy")
    ruled = {"policy": share} if share is not None else {}
    return profile(typing | file.behaviours | ruled | named)


def _said_once(share: float | None, rates: Mapping[str, float], *names: str) -> None:
    """Raises `UserError` where the share of policy decisions is said twice in one place: one of the two would be dropped without a word."""
    if share is not None and "policy" in rates:
        raise UserError(
            f"{names[0]} and {names[1]} say the same thing.", f"Leave one of them out; {names[0]} is enough."
        )


def _rate(text: str) -> tuple[str, float]:
    name, _, rate = text.partition("=")
    try:
        return name.strip(), float(rate)
    except ValueError:
        raise UserError(
            f"--behaviour {text!r} is not of the form NAME=RATE.", "Such as doubt=0.3; `doubt=0` turns it off."
        ) from None


def _heeded(flags: Flags, roles: Roles) -> None:
    """Refuse flags that would do nothing. Raises `UserError`."""
    given = {"--max-dollars": flags.dollars, "--max-tokens": flags.tokens, "--max-hours": flags.hours,
             "--price": flags.price, "--prompts": flags.prompts, "--concurrency": flags.together}  # fmt: skip
    idle = [name for name, value in given.items() if value is not None]
    if roles.scripted and idle:
        raise UserError(f"{idle[0]} is for models, and none plays here.", "Name one with --model, or leave it out.")
    if roles.models("user") and (flags.behaviours or flags.noise is not None):
        name = "--behaviour" if flags.behaviours else "--noise"
        raise UserError(
            f"{name} is for the scripted user, and a model plays it here.", "Add --role user=scripted, or leave it out."
        )


def _read(path: Path | None) -> _File:
    if path is None and not FILE.is_file():
        return _File()
    path = path or FILE
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise UserError(f"Cannot read {str(path)!r}: {error.strerror}.", "Name a file that is there.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        page = "faults.md" if "$.faults" in str(error) else "models.md"
        raise UserError(f"{path}: {error}", f"See `docs/{page}` for what it may hold.") from error


def _named(flags: Flags, endpoints: dict[str, Endpoint]) -> tuple[str, dict[str, Endpoint]]:
    """`--model` names a section of the file, or a model at the address given (or in OPENAI_BASE_URL, or here)."""
    if flags.model in endpoints and not flags.urls:
        return str(flags.model), endpoints
    if flags.model in endpoints:
        return str(flags.model), {**endpoints, str(flags.model): replace(endpoints[str(flags.model)], urls=flags.urls)}
    urls = flags.urls or (os.environ.get("OPENAI_BASE_URL") or LOCAL,)
    return MODEL, {**endpoints, MODEL: Endpoint(name=flags.model or "", urls=urls)}


def _everyone(who: tuple[str, ...], endpoints: Mapping[str, Endpoint]) -> str:
    """The model that plays all roles that are not named; empty = scripted."""
    if who == (SCRIPTED,):
        return ""
    if len(who) != 1 or who[0] not in endpoints:
        known = ", ".join([SCRIPTED, *endpoints])
        raise UserError(f"Role 'all' is given to {','.join(who)!r}, which is not known.", f"Known: {known}.")
    return who[0]


def _names(who: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(who.split(",")) if isinstance(who, str) else tuple(who)


def _role(text: str) -> tuple[str, tuple[str, ...]]:
    role, equals, who = text.partition("=")
    if not equals or not who:
        raise UserError(f"--role {text!r} is not of the form ROLE=WHO.", f"Roles: {', '.join(ROLES)}.")
    return role.strip(), tuple(w.strip() for w in who.split(","))


def _priced(endpoint: Endpoint, text: str | None) -> Endpoint:
    if text is None:
        return endpoint
    try:
        given, asked = (float(part) for part in text.split("/"))
    except ValueError:
        raise UserError(
            f"--price {text!r} is not of the form INPUT/OUTPUT.", "Dollars per million tokens, such as 0.15/0.6."
        ) from None
    if not (0 <= given < float("inf") and 0 <= asked < float("inf")):
        raise UserError(f"--price {text!r} is out of range.", "Dollars per million tokens, from 0 on.")
    return replace(endpoint, price=Price(input=given, output=asked))


def _limits(flags: Flags, file: Spending) -> Spending:
    limits = Spending(
        flags.dollars if flags.dollars is not None else file.dollars,
        flags.tokens if flags.tokens is not None else file.tokens,
        flags.hours if flags.hours is not None else file.hours,
    )
    for name in Spending.__struct_fields__:
        value = getattr(limits, name)
        if value is not None and not 0 < value < float("inf"):
            raise UserError(f"--max-{name} {value} is no limit.", "Give a number above 0.")
    return limits


def _together(given: int | None) -> int:
    if given is None:
        return TOGETHER
    if not 1 <= given <= MOST_TOGETHER:
        raise UserError(f"--concurrency {given} is out of range.", f"Give a number from 1 to {MOST_TOGETHER:,}.")
    return given
