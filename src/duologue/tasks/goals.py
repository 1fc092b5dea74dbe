"""Goals in words: statements of how things stand in the end, never questions (stage F)."""

import random

from msgspec.structs import replace

from duologue.language.clauses import pieces, worded
from duologue.language.forms import form_of
from duologue.language.grammar import grammar, sentence
from duologue.language.phrases import Phrases
from duologue.plans.sayings import Sayings
from duologue.tasks.walk import Taken
from duologue.types import Need, Subtask


def goal_of(phrases: Phrases, sayings: Sayings, need: Need, reason: str, rng: random.Random) -> str:
    """One subtask's end state, with the reason where something is to be changed. Raises `Taken` where there are no words for it."""
    own = (
        sayings.line("done", need, [phrases.row(m) for m in need.mentions], rng) if need.meaning.family == "act" else ""
    )
    if own:
        return own
    if need.when is not None and need.meaning.family == "act":
        own = sayings.line("done", replace(need, when=None), [phrases.row(m) for m in need.mentions], rng)
        if not own:
            raise Taken
        return grammar("goal").line("own_if", rng, {"done": own, "when": pieces(phrases, need)["when"]})
    lines = grammar("goal")
    slots = pieces(phrases, need)
    try:
        text = worded(lines, "state", slots, form_of(need), rng)
    except KeyError as error:
        raise Taken from error
    return f"{text}, because {lines.line(f'reason.{reason}', rng)}" if reason else text


def refusal_of(phrases: Phrases, sayings: Sayings, need: Need, reason: str, rng: random.Random) -> str:
    """What is to be learnt of a change that is refused: what was wanted, and why it can't be. Raises `Taken` where there are no
    words for it."""
    wish = sayings.line("request", need, [phrases.row(m) for m in need.mentions], rng)
    if not wish:
        try:
            wish = worded(grammar("user"), "do", pieces(phrases, need), form_of(need), rng)
        except KeyError as error:
            raise Taken from error
    return f"the user knows that it can't be done ({wish}): {reason.rstrip('.')}"


def whole_goal(subtasks: list[Subtask], speaker: str = "") -> str:
    """The goal of a task: its subtasks' end states as one statement. `speaker`: who the user is, where they speak for themselves."""
    parts = [s.goal for s in subtasks]
    who = f"The user is {speaker}. " if speaker else ""
    if len(parts) == 1:
        return who + sentence(f"by the end, {parts[0]}")
    return who + sentence(f"by the end, {'; '.join(parts[:-1])}; and {parts[-1]}")
