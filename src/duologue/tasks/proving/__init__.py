"""What could go wrong with a task, tried before the task is kept.

`kinds` names the mutations and the harmless variations, with the rule for each by which a task may have none of it. `scene` holds
one task with what its plan did and the means to do it otherwise; `doing` spoils what is done, `stray` adds a write nobody asked for,
`telling` spoils what is told, `harmless` varies what must not matter. `others` knows plausible other rows and values. Whether a
mutation changes anything is decided by what it gives (results, rows, words said), never by whether a check objects.
"""

from duologue.tasks.proving.kinds import ENOUGH, HARMLESS, KINDS, kind_of
from duologue.tasks.proving.scene import Ground, Run, Scene, Spoiled
from duologue.tasks.proving.spoil import mutations, variations

__all__ = ["ENOUGH", "HARMLESS", "KINDS", "Ground", "Run", "Scene", "Spoiled", "kind_of", "mutations", "variations"]
