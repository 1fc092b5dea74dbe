"""Goals in words: statements of how things stand in the end, never questions (stage F)."""

import random

from duologue.language.clauses import form_of, pieces, worded
from duologue.language.grammar import grammar, sentence
from duologue.language.phrases import Phrases
from duologue.plans.sayings import Sayings
from duologue.types import Need, Subtask


def goal_of(phrases: Phrases, sayings: Sayings, need: Need, reason: str, rng: random.Random) -> str:
    """One subtask's end state, with the reason where something is to be changed."""
    own = (
        sayings.line("done", need, [phrases.row(m) for m in need.mentions], rng) if need.meaning.family == "act" else ""
    )
    if own:
        details = phrases.details(need)
        return f"{own} ({details})" if details else own
    lines = grammar("goal")
    slots = pieces(phrases, need)
    try:
        text = worded(lines, "state", slots, form_of(need), rng)
    except KeyError:
        text = f"the user has what they need about the {slots['subjects']}"
    return f"{text}, because {lines.line(f'reason.{reason}', rng)}" if reason else text


def whole_goal(subtasks: list[Subtask]) -> str:
    """The goal of a task: its subtasks' end states as one statement."""
    parts = [s.goal for s in subtasks]
    if len(parts) == 1:
        return sentence(f"by the end, {parts[0]}")
    return sentence(f"by the end, {'; '.join(parts[:-1])}; and {parts[-1]}")
