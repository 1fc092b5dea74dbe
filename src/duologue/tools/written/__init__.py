"""Tools that models write for a database, believed only after they ran.

answers    what models are asked for, bounded and turned into tools
facts      what a statement says of itself: tables, columns behind results, order
slots      what parameters and fields stand for
promises   returns schemas
trial      guard, dry runs on real rows, refusals where a row is not there
sifting    no two tools that do the same, no word with two meanings
told       what models are told about a database
maker      the stages, one after the other
"""

from duologue.tools.written.maker import Voices, Written, written_toolset

__all__ = ["Voices", "Written", "written_toolset"]
