"""The faults that show in who says what, and when: `spoil.py` has those in what is called and told."""

from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from duologue.checks import columns_of
from duologue.language.values import say, tells
from duologue.plans.trace import is_error
from duologue.traps import phrases
from duologue.traps.moves import Change, Move, Play, ask, rows
from duologue.traps.spoil import neighbours, shuffled, wanted
from duologue.types import Fact, Json, Message, Turn

# ── Role swap ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_AS_ASSISTANT = (
    "Of course! Let me look that up for you.",
    "You're welcome! Is there anything else I can help you with?",
    "I've found the record you asked about. Would you like me to make the change?",
    "I'm sorry, but I don't have access to that information. How else may I assist you?",
)
_AS_USER = (
    "Thanks, that's all I needed today.",
    "Great, thanks. Could you also pull up the next one for me?",
    "Yes, please go ahead.",
    "Thank you for your help, bye!",
)


def user_assists(play: Play, dice: Random) -> Iterator[Change]:
    """The user speaks as an assistant does, and the conversation carries on."""
    for at in shuffled([i for i, m in enumerate(play.moves) if m.role == "user" and m.is_a("follow up")], dice):
        yield Change(play.put(at, play.moves[at].saying(dice.choice(_AS_ASSISTANT))), at)
    for at in shuffled([i for i, m in enumerate(play.moves) if m.role == "user" and m.is_a("request")], dice):
        yield Change(play.put(at, play.moves[at].saying(dice.choice(_AS_ASSISTANT))), at)


def assistant_asks(play: Play, dice: Random) -> Iterator[Change]:
    """The assistant speaks as the user does."""
    at = len(play.moves) - 1
    yield Change(play.put(at, play.moves[at].saying(dice.choice(_AS_USER))), at)


def answers_itself(play: Play, dice: Random) -> Iterator[Change]:
    """The assistant proposes a change, writes the user's yes itself and goes on in the same breath."""
    for i in shuffled(play.writes(), dice):
        found = consent(play, i)
        if found:
            said = "\n\nUser: ".join(play.moves[n].text for n in found)
            message = replace(play.moves[i].turn.message, content=said)
            moved = Move(replace(play.moves[i].turn, message=message), texts=play.moves[i].texts)
            yield Change((*play.moves[: found[0]], moved, *play.moves[i + 1 :]), found[0])


# ── Early end ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_ENDS = ("That's everything, thank you.", "Perfect, that's all for today.", "Great, I'm all set. Bye!")


def _ended(play: Play, at: int, text: str) -> Change:
    """Cut before a user's move: they say they are done."""
    task = play.moves[at].turn.task
    end = Turn(Message("user", text), task=task, done=True)
    return Change((*play.moves[:at], Move(end), Move(Turn(Message("assistant", "You're welcome."), task=task))), at)


def _requests(play: Play) -> list[int]:
    return [i for i, m in enumerate(play.moves) if m.role == "user" and m.is_a("request") and i > 1]


def leaves_at_once(play: Play, dice: Random) -> Iterator[Change]:
    """After the first answer the user is gone."""
    yield _ended(play, _requests(play)[0], dice.choice(_ENDS))


def leaves_the_rest(play: Play, dice: Random) -> Iterator[Change]:
    """The last request is never made, and what it was for has not come up before."""
    at = _requests(play)[-1]
    tell = play.dialogue.scenario.tasks[play.moves[at].turn.task].subtasks[-1].tell
    columns = columns_of(play.world.workshop.catalog)
    before = [m.text for m in play.moves[:at]]
    if not tell or any(not any(tells(t, d.value, columns.get(d.slot)) for t in before) for d in tell):
        yield _ended(play, at, dice.choice(_ENDS))


def leaves_unanswered(play: Play, dice: Random) -> Iterator[Change]:
    """The assistant waits for a yes, and the user takes leave."""
    for i in shuffled(play.writes(), dice):
        if play.moves[play.request(i)].is_a("confirm"):
            yield _ended(play, play.request(i), dice.choice(_ENDS))


# ── Leaked fact ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _secret(play: Play, at: int, fact: Fact) -> str:
    """How people would say a hidden fact, if nothing has said it by then and it is not a word that anybody may say."""
    column = columns_of(play.world.workshop.catalog).get(fact.slot)
    said, tasks = say(fact.value, column), play.dialogue.scenario.tasks
    goals = [t.goal for t in tasks] + [say(f.value, column) for t in tasks for f in t.known]
    known = [*goals, *(m.text for m in play.moves[: at + 1])]
    is_word = said == said.lower() and said.isalpha()
    return "" if len(said) < 4 or is_word or any(tells(t, fact.value, column) for t in known) else said


def _leaked(play: Play, dice: Random, keys: bool, says: str) -> Iterator[Change]:
    for at in shuffled([1, *_requests(play)], dice):
        task = play.dialogue.scenario.tasks[play.moves[at].turn.task]
        for fact in dice.sample(task.hidden, len(task.hidden)):
            is_key = fact.slot.endswith(("id", "Id", "number", "code"))
            if is_key is keys and (said := _secret(play, at, fact)):
                yield Change(play.put(at, play.moves[at].saying(f"{play.moves[at].text} {says.format(said)}")), at)


def knows_the_answer(play: Play, dice: Random) -> Iterator[Change]:
    """The user states what they are about to find out."""
    return _leaked(play, dice, False, "I have {} in my notes.")


def knows_the_key(play: Play, dice: Random) -> Iterator[Change]:
    """The user states a key that they can't have."""
    return _leaked(play, dice, True, "It's the one under {}.")


def expects_it(play: Play, dice: Random) -> Iterator[Change]:
    """The user hopes for exactly what will come back."""
    return _leaked(play, dice, False, "If I'm not mistaken it should be {}.")


# ── Unread result ────────────────────────────────────────────────────────────────────────────────────────────────────────


def kept_to_itself(play: Play, dice: Random) -> Iterator[Change]:
    """What was asked for is fetched, and nothing of it told."""
    for i in shuffled(wanted(play), dice):
        at = play.report(i)
        if at == i + 1:
            yield Change(play.put(at, play.moves[at].saying(dice.choice(phrases.VAGUE))), i)


def looked_aside(play: Play, dice: Random) -> Iterator[Change]:
    """On the way a second record is fetched, for nothing."""
    for i in shuffled(play.reads(), dice):
        call = play.moves[i].calls[0]
        before = [(c.name, c.arguments) for m in play.moves[:i] for c in m.calls]
        for value in neighbours(play, i):
            other = (call.name, {**call.arguments, play.key_of(call): value})
            if other not in before and _holds_something(ask(play, i, *other)):
                yield Change(play.put(i, play.moves[i], play.moves[i].calling(other)), i + 1)


def _holds_something(result: Json) -> bool:
    """Neither an error nor nothing but empty lists: there is something to be read."""
    if is_error(result) or not isinstance(result, dict):
        return False
    return any(v for v in result.values() if isinstance(v, list)) or not any(
        isinstance(v, list) for v in result.values()
    )


# ── Wrong order ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def before_its_source(play: Play, dice: Random) -> Iterator[Change]:
    """A call comes before the one that gives its key."""
    for i in shuffled(list(range(len(play.moves) - 1)), dice):
        first, second = play.moves[i], play.moves[i + 1]
        if first.calls and second.calls and play.needs(i + 1, i):
            yield Change((*play.moves[:i], second, first, *play.moves[i + 2 :]), i)


def both_at_once(play: Play, dice: Random) -> Iterator[Change]:
    """A call is made in one breath with the one that gives its key, whose result can't have been seen."""
    for i in shuffled(list(range(len(play.moves) - 1)), dice):
        first, second = play.moves[i], play.moves[i + 1]
        if first.calls and second.calls and play.needs(i + 1, i):
            both = first.calling(*((c.name, c.arguments) for c in (*first.calls, *second.calls)))
            yield Change((*play.moves[:i], both, *play.moves[i + 2 :]), i)


# ── Broken rule ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def consent(play: Play, i: int) -> tuple[int, int] | None:
    """The moves of the proposal and of the yes before a write."""
    at = play.request(i)
    return (at - 1, at) if play.moves[at].is_a("confirm") and play.moves[at - 1].is_a("confirm?") else None


def without_a_yes(play: Play, dice: Random) -> Iterator[Change]:
    """A change is made straight away."""
    for i in shuffled(play.writes(), dice):
        found = consent(play, i)
        if found:
            yield Change(play.moves[: found[0]] + play.moves[found[1] + 1 :], i - 2, "change")


def despite_a_no(play: Play, dice: Random) -> Iterator[Change]:
    """The user says no, and the change is made."""
    no = (
        "Hmm, no, leave that as it is for now.",
        "Not yet, I have to ask somebody first.",
        "Stop, that isn't what I want.",
    )
    for i in shuffled(play.writes(), dice):
        found = consent(play, i)
        if found:
            yield Change(play.put(found[1], play.moves[found[1]].saying(dice.choice(no))), i, "change")


def without_waiting(play: Play, dice: Random) -> Iterator[Change]:
    """A change is proposed and made in the same breath: nobody could say yes."""
    for i in shuffled(play.writes(), dice):
        found = consent(play, i)
        if found:
            message = replace(play.moves[i].turn.message, content=play.moves[found[0]].text)
            moved = Move(replace(play.moves[i].turn, message=message), texts=play.moves[i].texts)
            yield Change((*play.moves[: found[0]], moved, *play.moves[i + 1 :]), found[0], "change")


# ── Untruthful error ─────────────────────────────────────────────────────────────────────────────────────────────────────


def refused_yet_done(play: Play, dice: Random) -> Iterator[Change]:
    """A refused change is reported as made."""
    for i, move in enumerate(play.moves):
        if move.failed and play.tool(move.calls[0]).effect == "write":
            at = play.report(i)
            yield Change(play.put(at, play.moves[at].saying(dice.choice(phrases.DONE_ALL_THE_SAME))), at)


def failed_yet_done(play: Play, dice: Random) -> Iterator[Change]:
    """The call of a change fails, since its key is wrong, and the report is as if it hadn't."""
    for i in shuffled(play.writes(), dice):
        call = play.moves[i].calls[0]
        key = play.key_of(call)
        if key and not play.is_built_on(i):
            wrong = {**call.arguments, key: type(call.arguments[key])(f"{call.arguments[key]}0")}
            yield Change(play.put(i, play.moves[i].calling((call.name, wrong))), i, "fail")


def failed_yet_told(play: Play, dice: Random) -> Iterator[Change]:
    """A look-up fails, and the answer is given as if it hadn't."""
    for i in shuffled(wanted(play), dice):
        call = play.moves[i].calls[0]
        key = play.key_of(call)
        if key and not rows(play.moves[i].results[0]):
            wrong = {**call.arguments, key: type(call.arguments[key])(f"{call.arguments[key]}0")}
            yield Change(play.put(i, play.moves[i].calling((call.name, wrong))), i, "fail")
