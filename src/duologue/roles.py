"""Who plays which role: scripted, or a model.

A role that was not named follows from those that were: a scripted user knows what it wants from scripted tasks, and those need
tools that say what they mean, which only derived and hand-written ones do. What can't work together is refused by name.
"""

from collections.abc import Collection, Mapping

from msgspec import Struct

from duologue.errors import UserError

SCRIPTED = "scripted"
MODEL = "model"
"""Stands for the model that `--model` names."""
ROLES: dict[str, str] = {
    "domain": "designs a world from nothing but its name",
    "questions": "thinks up what people would ask of a database or of tools",
    "tools": "writes the tools that answer the questions",
    "expansion": "fills the gaps of a toolset",
    "returns": "describes what tools return",
    "tasks": "writes goals with a plan and a rubric",
    "user": "plays the user",
    "agent": "plays the assistant",
    "simulator": "answers calls of tools that have no implementation",
    "judge": "judges what no machine check decides; several may be named",
    "wording": "tells a scripted conversation again in its own words",
}
_TOOLS = ("questions", "tools", "expansion", "returns")
_ALONE = frozenset({"wording"})
"""Roles that `--model` does not fill: they stand in for others."""


class Roles(Struct, frozen=True):
    """Role → who plays it: names of models. A role that is not in it is scripted."""

    players: dict[str, tuple[str, ...]] = {}

    def models(self, role: str) -> tuple[str, ...]:
        """The models that play a role; none = scripted."""
        return self.players.get(role, ())

    @property
    def scripted(self) -> bool:
        """No model plays anything."""
        return not self.players


def cast_roles(given: Mapping[str, tuple[str, ...]], everyone: str, models: Collection[str]) -> Roles:
    """Who plays what.

    `given`: roles that were named, each with `scripted`, `model`, or names among `models`. `everyone`: the model that plays the
    rest; empty = scripted. Raises `UserError` for an unknown role or player, or for roles that can't work together.
    """
    named = {role: _players(role, players, everyone, models) for role, players in given.items()}
    out = {role: (everyone,) for role in ROLES if everyone and role not in _ALONE} | named
    for cause, followers in (("agent", ("user",)), ("user", ("tasks",)), ("tasks", _TOOLS), ("tools", _TOOLS)):
        for follower in followers:
            if not out.get(cause) and follower not in named:
                out.pop(follower, None)
    if out.get("wording"):
        for role in ("agent", "user", "tasks", *_TOOLS):
            if role not in named:
                out.pop(role, None)
    roles = Roles({role: out[role] for role in ROLES if out.get(role)})
    _check(roles)
    return roles


def _players(role: str, players: tuple[str, ...], everyone: str, models: Collection[str]) -> tuple[str, ...]:
    if role not in ROLES:
        raise UserError(f"There is no role {role!r}.", f"Roles: {', '.join(ROLES)}.")
    if len(players) > 1 and role != "judge":
        raise UserError(f"Role {role!r} has {len(players)} players.", "Only the judge may have several.")
    if players == (SCRIPTED,):
        return ()
    out = []
    for player in players:
        if player in models:
            out.append(player)
        elif player == MODEL and everyone:
            out.append(everyone)
        else:
            known = ", ".join([SCRIPTED, *sorted(models)])
            raise UserError(
                f"Role {role!r} is given to {player!r}, which is not known.",
                f"Known: {known}. Name a model with --model, or in a [models.NAME] section of duologue.toml.",
            )
    return tuple(dict.fromkeys(out))


def _check(roles: Roles) -> None:
    """Refuse what can't work together."""
    plays = {role for role in ROLES if roles.models(role)}
    rules = (
        ("user" in plays and "agent" not in plays,
         "A scripted agent understands only a scripted user.", "Give the agent to a model too, or make the user scripted."),
        ("tasks" in plays and "user" not in plays,
         "A scripted user can't play tasks that a model writes.", "Give the user to a model too, or make the tasks scripted."),
        ("tools" in plays and "tasks" not in plays,
         "Scripted tasks can't use tools that a model writes.", "Give the tasks to a model too, or make the tools scripted."),
        ("tasks" in plays and "judge" not in plays,
         "Tasks that a model writes need a judge for what no machine check decides.", "Give the judge to a model too."),
        ("wording" in plays and bool(plays & {"user", "agent"}),
         "Wording tells scripted conversations again; here a model speaks already.", "Make user and agent scripted, or drop wording."),
        (bool(plays & set(_TOOLS)) and not plays.issuperset(_TOOLS),
         f"The roles {', '.join(_TOOLS)} work together.", "Give all of them to models, or make all of them scripted."),
    )  # fmt: skip
    for broken, what, fix in rules:
        if broken:
            raise UserError(what, fix)
