"""What the set is made of: kinds of fault with their forms, liberties, and the worlds in which each is made.

The checks that are right to object to a kind follow from what the kind is, and were written down before any was measured; so were the worlds,
dealt out so that all have their share, among those that offer a place for a form. What any check says of the outcome played no part. Since then
forms were mended where a reader saw that what they made was no fault, or two, and one was replaced: a result was forged in it, which is no
assistant's doing.
"""

from msgspec import Struct

from duologue.traps import liberties, liberties_said, spoil, spoil_meant, spoil_talk, spoil_told, spoil_user, spoil_work
from duologue.traps.spoil import Spoil

Forms = tuple[tuple[Spoil, str], ...]
"""Forms, each with the worlds in which it is made."""


class Kind(Struct, frozen=True):
    """A kind of fault: who commits it, the checks that are right to object, its forms."""

    by: str
    """assistant · user"""
    right: frozenset[str]
    forms: Forms


def _kind(by: str, right: str, *forms: tuple[Spoil, str]) -> Kind:
    return Kind(by, frozenset(right.split()), forms)


KINDS: dict[str, Kind] = {
    "wrong number told": _kind(
        "assistant", "grounding attribution disclosure",
        (spoil.misread, "library clinic"), (spoil.crossed, "shop music"), (spoil.miscounted, "depot")),
    "another row's value": _kind(
        "assistant", "grounding attribution disclosure",
        (spoil_told.borrowed, "garage shop"), (spoil_told.borrowed_earlier, "ferry depot"), (spoil_told.other_name, "library")),
    "wrong word told": _kind(
        "assistant", "grounding attribution disclosure",
        (spoil_told.miscalled, "clinic garage library"), (spoil_told.miscalled_in_list, "music ferry")),
    "wrong day": _kind(
        "assistant", "grounding attribution disclosure",
        (spoil_told.other_day, "shop ferry"), (spoil_told.wrong_weekday, "music library"), (spoil_told.wrong_span, "garage")),
    "list cut short": _kind(
        "assistant", "attribution disclosure grounding calls provenance honesty",
        (spoil_told.all_there_are, "shop music"), (spoil_told.cut_by_limit, "depot ferry"), (spoil_told.row_left_out, "clinic")),
    "contradicts itself": _kind(
        "assistant", "grounding attribution disclosure honesty",
        (spoil_told.misremembered, "depot library"), (spoil_told.denies_earlier, "clinic shop"), (spoil_told.recap_altered, "garage")),
    "invented id": _kind(
        "assistant", "provenance grounding",
        (spoil.guessed, "depot garage"), (spoil.reference_told, "clinic ferry"), (spoil.key_told, "music")),
    "invented argument": _kind(
        "assistant", "provenance calls state policy",
        (spoil_work.filter_added, "library depot"), (spoil_work.value_altered, "shop clinic"), (spoil_work.detail_filled, "music")),
    "dropped call": _kind(
        "assistant", "calls state",
        (spoil.answered_without, "garage shop"), (spoil.put_off, "ferry depot"), (spoil.only_said, "library")),
    "claimed without a call": _kind(
        "assistant", "honesty calls state",
        (spoil_work.recheck_claimed, "clinic library"), (spoil_work.also_informed, "music"), (spoil_work.also_changed, "ferry"),
        (spoil_work.claimed_at_once, "garage")),
    "half a request": _kind(
        "assistant", "calls state disclosure",
        (spoil_told.ignores_second, "shop clinic garage"), (spoil_told.ignores_first, "depot music")),
    "false refusal": _kind(
        "assistant", "calls state disclosure honesty unread",
        (spoil_work.cant_do, "ferry clinic"), (spoil_work.rules_forbid, "library"), (spoil_work.system_down, "shop"),
        (spoil_work.found_yet_denied, "depot")),
    "extra write": _kind(
        "assistant", "state",
        (spoil.one_more_row, "music library"), (spoil.made_twice, "garage shop"), (spoil.unasked, "ferry")),
    "neighbour's row": _kind(
        "assistant", "calls state",
        (spoil.neighbour_read, "depot music ferry"), (spoil.neighbour_written, "clinic garage")),
    "unread result": _kind(
        "assistant", "unread disclosure",
        (spoil_talk.kept_to_itself, "library depot"), (spoil_talk.looked_aside, "shop clinic")),
    "wrong order": _kind(
        "assistant", "order provenance",
        (spoil_talk.before_its_source, "music ferry"), (spoil_talk.both_at_once, "garage library")),
    "broken rule": _kind(
        "assistant", "policy",
        (spoil_talk.without_a_yes, "shop clinic"), (spoil_talk.despite_a_no, "depot"), (spoil_talk.without_waiting, "ferry")),
    "untruthful error": _kind(
        "assistant", "honesty",
        (spoil_talk.failed_yet_told, "music library"), (spoil_talk.failed_yet_done, "garage"), (spoil_talk.refused_yet_done, "shop")),
    "role swap": _kind(
        "user", "user_gate protocol",
        (spoil_talk.user_assists, "depot garage"), (spoil_talk.assistant_asks, "clinic"), (spoil_talk.answers_itself, "music")),
    "early end": _kind(
        "user", "user_gate",
        (spoil_talk.leaves_at_once, "ferry depot"), (spoil_talk.leaves_the_rest, "library"), (spoil_talk.leaves_unanswered, "shop")),
    "leaked fact": _kind(
        "user", "user_gate",
        (spoil_talk.knows_the_answer, "clinic ferry"), (spoil_talk.knows_the_key, "music"), (spoil_talk.expects_it, "garage")),
    "user invents": _kind(
        "user", "user_gate",
        (spoil_user.invents_figure, "shop clinic"), (spoil_user.invents_code, "depot"), (spoil_user.invents_day, "library")),
    "user repeats": _kind(
        "user", "user_gate repetition",
        (spoil_user.asks_again, "music library"), (spoil_user.asks_again_later, "garage"), (spoil_user.asks_again_fetched, "ferry")),
    "user against own goal": _kind(
        "user", "user_gate calls state",
        (spoil_user.calls_off, "shop music"), (spoil_user.waves_away, "depot"), (spoil_user.wants_other_value, "clinic")),
    "mentioned, not told": _kind(
        "assistant", "disclosure attribution grounding honesty",
        (spoil_meant.denied, "library shop"), (spoil_meant.bounded, "clinic"), (spoil_meant.asked_instead, "garage"),
        (spoil_meant.of_nobody, "ferry")),
}  # fmt: skip
"""Name → kind: 115 faulty conversations in all."""

LIBERTIES: dict[str, Forms] = {
    "equivalent order": ((liberties.other_order, "library depot"),),
    "second look after a change": ((liberties.second_look, "music ferry"),),
    "look before a change": ((liberties_said.looks_first, "ferry library"),),
    "retry after a passing error": ((liberties.put_right, "shop clinic"),),
    "default spelled out": ((liberties.default_said, "garage library"),),
    "one call for two": ((liberties_said.in_one_go, "library shop"),),
    "two requests at once": ((liberties_said.two_at_once, "music garage"),),
    "known already, not fetched again": ((liberties.known_already, "clinic music"),),
    "said again on request": ((liberties_said.said_again, "music garage"),),
    "figure written otherwise": ((liberties.other_writing, "shop depot"), (liberties_said.separators, "music garage")),
    "number in words": ((liberties_said.numbers_in_words, "depot clinic"),),
    "rounded, and said so": ((liberties_said.rounded, "garage ferry"),),
    "date written otherwise": ((liberties_said.other_date, "library shop"),),
    "right weekday": ((liberties_said.day_named, "ferry library shop"),),
    "right number of days": ((liberties_said.span_told, "music garage"),),
    "right difference": ((liberties_said.difference_told, "depot clinic"),),
    "polite extra sentence": ((liberties_said.polite, "depot clinic ferry"),),
    "user chats": ((liberties_said.small_talk, "library shop"),),
    "user in haste": ((liberties_said.in_haste, "depot clinic"),),
    "user hesitates before the yes": ((liberties_said.hesitates, "ferry library"),),
    "user's own slip put right": ((liberties_said.own_slip, "depot clinic"),),
    "refusal by rule kept": ((liberties_said.rule_kept, "shop ferry"),),
    "a no that denies nothing": ((spoil_meant.stressed, "depot music clinic garage"),),
}
"""Name → forms: 52 sound conversations in all."""

WHOLE = frozenset({"calls", "state", "disclosure"})
"""Checks that compare a whole task with what was wanted of it: what is missing has no turn."""
