"""All verdicts on one conversation: the replay, then each check of `checks.CHECKS`.

Tools without implementation cannot be run again, and their world has no rows. There `consistency` stands in the place of the
replay, and the check of the state says that it has nothing to compare.
"""

from collections import OrderedDict

from duologue.catalog import Catalog, read_catalog
from duologue.checks import CHECKS, CaseCheck, case_of
from duologue.checks.consistency import consistency, nothing_to_compare
from duologue.checks.own_side import own_side
from duologue.checks.recovery import recovery
from duologue.checks.state import state
from duologue.environment import Image
from duologue.errors import UserError
from duologue.types import Dialogue, Environment, Verdict
from duologue.verify.replay import replay

__all__ = ["CHECKS", "held_together", "verify_dialogue"]

_KEPT = 8
_catalogs: OrderedDict[str, Catalog] = OrderedDict()


def verify_dialogue(
    dialogue: Dialogue,
    environment: Environment,
    image: Image | None,
    catalog: Catalog | None = None,
    checks: tuple[CaseCheck, ...] = CHECKS,
) -> tuple[Verdict, ...]:
    """Judge a finished conversation: one verdict for the replay and one for each check, in order, and where calls met faults on purpose
    one for what the assistant did then.

    Without a catalog the image is read for one (kept for the next conversation over the same image).
    An environment without an image is a simulated one; it needs none here. Raises `UserError` where the image is not the one the
    environment was made from.
    """
    if not environment.image:
        case = case_of(dialogue, environment)
        return (consistency(case), *(nothing_to_compare(case) if check is state else check(case) for check in checks))
    if image is None:
        raise UserError(
            f"environment {environment.name!r} was made from database {environment.image}, and none is given",
            "Give the database that the environment was made from.",
        )
    case = case_of(dialogue, environment, catalog if catalog is not None else _catalog(image, environment.name))
    replayed = replay(dialogue, environment, image, case.trace)
    met_faults = (recovery(case),) if any(c.fault is not None for c in case.trace.calls) else ()
    by_themselves = (own_side(case),) if any(task.user_tools for task in case.tasks) else ()
    return (replayed, *[check(case) for check in checks], *met_faults, *by_themselves)


def held_together(dialogue: Dialogue, environment: Environment) -> Verdict:
    """Of a simulated conversation, which can't be run again: whether its results contradict one another."""
    return consistency(case_of(dialogue, environment))


def _catalog(image: Image, name: str) -> Catalog:
    found = _catalogs.get(image.hash)
    if found is None:
        found = _catalogs[image.hash] = read_catalog(image.connect(), name)
        if len(_catalogs) > _KEPT:
            _catalogs.popitem(last=False)
    return found
