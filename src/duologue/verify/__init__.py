"""Verification: every call run again, every check asked, and the evidence kept with the turn it points at."""

from duologue.verify.checking import CHECKS, held_together, verify_dialogue
from duologue.verify.replay import replay

__all__ = ["CHECKS", "held_together", "replay", "verify_dialogue"]
