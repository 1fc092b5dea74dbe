"""What the two speakers of `ScenarioBrain` say: plain sentences that hold exactly the values they have to.

A request is made of a subtask's goal and nothing else, so the agent's side can find the subtask by it.
"""

from duologue.language.phrases import Phrases
from duologue.types import Json, Subtask, Tool

OPENS = "Please see to it that "
AGAIN = "Once more: "
"""Begins a request that was not answered."""
ALSO = "Also: "
"""Begins a request that was made before in the same words, of something else."""
YES = "Yes, please go ahead."
THANKS = "Thank you, that is all."
WELCOME = "You are welcome."
LOST = "I am sorry, I could not find anything on that."
ASKS = "Shall I go ahead?"
_REFUSED = "the user knows that it can't be done"


_OWN_WORDS = (
    (", and what the figures are", ", the figures for it too"),
    (" is on record for ", " gets entered for "),
    (", with ", ", namely with "),
    (" on the record of ", ", in the entry for "),
    ("the record of ", "the entry for "),
    (" has been changed: ", " gets changed: "),
    (" among those", " of them"),
)

ANSWERS = ("Rows in all", "Here is what", "The change is made", "I am afraid", "It failed", "I have looked", WELCOME)
"""How the sentences of a report begin."""


def request(subtasks: tuple[Subtask, ...]) -> str:
    """Parts of a goal as the user asks for them, all at once."""
    return f"{OPENS}{'; '.join(_spoken(s.goal) for s in subtasks)}."


def _spoken(goal: str) -> str:
    """A goal in the user's own voice, and not word for word."""
    if goal.startswith(_REFUSED):
        return f"I learn whether this can be done: {goal[len(_REFUSED) :].partition('): ')[0].strip(' (')}"
    told = goal.replace("to the user", "to me").replace(", because ", ", and that is because ")
    if told.startswith("for "):
        told = (
            told.replace(" is ", " should be ", 1)
            .replace(" are ", " should be ", 1)
            .replace(" among those", " of them", 1)
        )
    for written, own in _OWN_WORDS:
        told = told.replace(written, own)
    for verb, own in (("knows", "know"), ("has learnt", "learn"), ("has seen", "see")):
        told = told.replace(f"the user {verb}", f"I {own}")
    return told


def proposal(phrases: Phrases, tool: Tool, arguments: dict[str, Json]) -> str:
    """A change, proposed with each value it would write."""
    values = [_named(phrases, tool, name, value) for name, value in arguments.items()]
    return f"This would be the change, with {', '.join(values)}. {ASKS}"


def _named(phrases: Phrases, tool: Tool, name: str, value: Json) -> str:
    slot = tool.inputs.get(name)
    if slot is None or not slot.column:
        return f"{name.replace('_', ' ')} {value}"
    key = f"{slot.table}.{slot.column}"
    return f"{phrases.label(key)} {phrases.value(key, value)}"


def report(phrases: Phrases, subtasks: list[Subtask], written: list[str], failures: list[str]) -> str:
    """What came of some subtasks: the values to be told, the changes made, what failed and why."""
    parts = []
    for subtask in subtasks:
        if subtask.goal.startswith(_REFUSED):
            parts.append("I am afraid the rules do not allow that.")
        told = [
            f"{phrases.label(d.slot)}: {phrases.value(d.slot, d.value)}" for d in subtask.tell if d.slot != ":count"
        ]
        counted = [f"Rows in all: {d.value}." for d in subtask.tell if d.slot == ":count"]
        parts += [*counted, *([f"Here is what I found: {'; '.join(told)}."] if told else [])]
    parts += [f"The change is made: {what}." for what in written]
    parts += [f"It failed with an error: {what}" for what in failures]
    return " ".join(parts) or "I have looked, and there is nothing on record."


def changed(phrases: Phrases, tool: Tool, arguments: dict[str, Json]) -> str:
    """A change that was made, in words."""
    return ", ".join(_named(phrases, tool, name, value) for name, value in arguments.items())
