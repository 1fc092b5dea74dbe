"""What a failed proof means to the author of a task, in a sentence or two: what passes that should not, and what would mend it.

Each kind of mutation has advice of its own, since what survived says what is wrong: a row told wrongly is no change made wrongly.
"""

from duologue.tasks.proving.kinds import kind_of

SURVIVES = "a spoiled plan passes"
"""How the reason begins where a mutation survived; its kind follows."""
OBJECTED = "a harmless variation fails"
"""How the reason begins where a check objected to a variation; its kind follows."""

OF_KIND = {
    "skip write": "One of the changes can be left out and nobody would notice. Ask for a change that the others do not make as well.",
    "skip read": (
        "One of the look-ups can be left out and nobody would notice. Mark it as means, or tell the user something of its result."
    ),
    "no calls": "It would pass if nothing were looked up at all. Mark as critical the steps that bring what is told.",
    "half-way": "It would pass if it ended half-way. Tell the user something of the later steps, or let them change something.",
    "neighbour": "The same about another row would pass too. Tell the user something that only this row has.",
    "other question": "The same asked with another filter would pass too. Tell the user something that only this answer has.",
    "wrong value": "Another value could be written and nobody would notice. Write a value that shows in the row.",
    "write twice": "The change could be made twice and nobody would notice. Ask for a change that shows how often it was made.",
    "write undone": "The change could be set back at the end and nobody would notice. Ask for a value that the row does not have now.",
    "against condition": "The change could be made although its condition fails. Ask for a value that shows in the row.",
    "spared too": "The row that is to be left out could be changed as well. Ask for a value that it does not have.",
    "rule broken": "What a rule refuses could be done, and nobody would notice. Say what may not change.",
    "neither there nor back": "Nothing could be done at all, and nobody would notice. Mark both changes as critical.",
    "stray write": "A stray change to another row would not be noticed. Ask for changes whose rows can be compared.",
    "nothing told": "It would pass if the user were told nothing. Tell a value that nobody says by chance.",
    "one untold": "One of the values to be told could be left out: another one says the same. Tell something else of the result.",
    "told wrong": "A value could be told wrong and nobody would notice. Tell something that stands by itself.",
    "told denied": "A value could be denied, and it would count as told. Tell something that can only be stated.",
    "wrong row told": (
        "What is told of a list could be told of the next row, and nobody would notice. Tell a value in which the rows differ."
    ),
    "none could be made": "Nothing in the plan could go wrong and be noticed. Tell the user what it brings.",
}
"""Kind of mutation that survived → what that means."""
OF_REASON = {
    "doing nothing": "A conversation in which nothing is done would pass. Let a value be told, or something be changed.",
    "what it asks for is so": "The change it asks for is there before anybody asks. Ask for a value that the row does not have yet.",
    OBJECTED: "The plan passes in its own order and wording only. Let steps that need nothing of each other stand alone.",
    "what is to be told": "What is to be told depends on the moment it is asked at. Tell something that doesn't.",
    "the gold plan depends": "At another time of day the plan would not run. Let it not depend on the moment.",
}
"""How another reason begins → what it means."""


def advice(reason: str) -> str:
    """What the author can do about the reason for which a proof failed; empty where there is nothing to say."""
    what, _, kind = reason.partition(": ")
    if what == SURVIVES:
        return OF_KIND.get(kind_of(kind), "")
    return next((said for start, said in OF_REASON.items() if reason.startswith(start)), "")
