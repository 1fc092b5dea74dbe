"""Conversations with known faults and known liberties, by which checks and judges are measured.

    for trap in traps():        # named, and made when first looked into
        trap.kind               # the fault; empty for a sound one
        trap.dialogue, trap.at  # the conversation, and the turn of the fault (or of the liberty)
        trap.lines              # what was planted in its rubrics, with the true class
        trap.world.workshop     # the environment it was played in
        trap.verdicts()         # what every machine check says

Everything follows from fixed seeds and is made in this process when it is asked for.
"""

from duologue.traps.kinds import KINDS, LIBERTIES
from duologue.traps.trapset import FAULTS, SOUND, Trap, trap, traps

__all__ = ["FAULTS", "KINDS", "LIBERTIES", "SOUND", "Trap", "trap", "traps"]
