"""A conversation from a scenario: the system message, a pair of speakers on a session, and the loop."""

import datetime
from collections.abc import Coroutine
from typing import Any

from msgspec import Struct

from duologue.catalog.model import Catalog
from duologue.checks import columns_of
from duologue.checks.gate import UserGate
from duologue.environment import Image, open_session
from duologue.ids import digest
from duologue.kept import Kept
from duologue.language.days import WEEKDAYS, clock
from duologue.plans.guides import guide_text
from duologue.plans.index import ToolIndex
from duologue.protocols import Journal, Session, Speaker
from duologue.simulate.agent import ScriptedAgent
from duologue.simulate.gated import GatedUser, Redrawing
from duologue.simulate.play import play
from duologue.simulate.profile import DEFAULT, Profile
from duologue.simulate.user import ScriptedUser
from duologue.types import Dialogue, Environment, Message, Policy, Scenario, Turn


class Pair(Struct):
    """Two speakers on one session."""

    user: Speaker
    agent: Speaker
    session: Session


def system_message(environment: Environment, scenario: Scenario) -> Message:
    """What the assistant is told: the policy and the reference time. Nothing of goals or plans."""
    moment = datetime.datetime.fromisoformat(scenario.clock.start)
    day = f"{moment.year}-{moment.month:02}-{moment.day:02}"
    parts = (
        *_of_policy(environment.policy),
        f"Current time: {day} {clock(moment)} (UTC), {WEEKDAYS[moment.weekday()]}.",
    )
    return Message("system", content="\n\n".join(parts))


def _told(policy: Policy) -> tuple[str, ...]:
    """What a policy says, paragraph by paragraph."""
    parts = (policy.preamble, "\n".join(f"- {r.text}" for r in policy.rules), *map(guide_text, policy.guides))
    return tuple(p for p in parts if p)


_of_policy: Kept[Policy, tuple[str, ...]] = Kept(_told)


def gated(user: Redrawing, scenario: Scenario, environment: Environment, catalog: Catalog) -> GatedUser:
    """That user, held to the gate."""
    return GatedUser(user, UserGate(environment.toolset, columns_of(catalog)), scenario)


def begun(scenario: Scenario, environment: Environment, turns: tuple[Turn, ...]) -> Dialogue:
    """A scenario's conversation as far as these turns."""
    return Dialogue(
        id=digest([environment.id, scenario.id]), environment=environment.id, scenario=scenario, turns=turns
    )


def perform(
    scenario: Scenario, environment: Environment, pair: Pair, journal: Journal | None = None
) -> Coroutine[Any, Any, Dialogue]:
    """Play a scenario from its beginning. Raises `StageError` where the conversation is given up."""
    opening = Turn(system_message(environment, scenario), state=pair.session.state)
    return play(pair, begun(scenario, environment, (opening,)), journal=journal)


async def converse(
    scenario: Scenario,
    environment: Environment,
    image: Image,
    catalog: Catalog,
    index: ToolIndex,
    profile: Profile = DEFAULT,
) -> Dialogue:
    """Play a scenario from its beginning with the scripted pair."""
    session = open_session(image, environment, scenario.clock)
    try:
        user = ScriptedUser(catalog, index, scenario, profile, environment.policy.confirm_writes)
        pair = Pair(
            user=gated(user, scenario, environment, catalog),
            agent=ScriptedAgent(catalog, index, environment, scenario),
            session=session,
        )
        return await perform(scenario, environment, pair)
    finally:
        session.close()
