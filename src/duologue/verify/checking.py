"""All verdicts on one conversation: the replay, then each check of `checks.CHECKS`."""

from collections import OrderedDict

from duologue.catalog import Catalog, read_catalog
from duologue.checks import CHECKS, CaseCheck, case_of
from duologue.environment import Image
from duologue.types import Dialogue, Environment, Verdict
from duologue.verify.replay import replay

__all__ = ["CHECKS", "verify_dialogue"]

_KEPT = 8
_catalogs: OrderedDict[str, Catalog] = OrderedDict()


def verify_dialogue(
    dialogue: Dialogue,
    environment: Environment,
    image: Image,
    catalog: Catalog | None = None,
    checks: tuple[CaseCheck, ...] = CHECKS,
) -> tuple[Verdict, ...]:
    """Judge a finished conversation: one verdict for the replay and one for each check, in order.

    Without a catalog the image is read for one (kept for the next conversation over the same image).
    Raises `UserError` where the image is not the one the environment was made from.
    """
    replayed = replay(dialogue, environment, image)
    case = case_of(dialogue, environment, catalog if catalog is not None else _catalog(image, environment.name))
    return (replayed, *(check(case) for check in checks))


def _catalog(image: Image, name: str) -> Catalog:
    found = _catalogs.get(image.hash)
    if found is None:
        found = _catalogs[image.hash] = read_catalog(image.connect(), name)
        if len(_catalogs) > _KEPT:
            _catalogs.popitem(last=False)
    return found
