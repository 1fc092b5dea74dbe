"""What the assistant asks when it is not clear which row is meant: one question, with what tells the rows apart.

Rows of one name are told apart by what else is known of them, rows that share a part of a name by their names. More than a handful are
not read out: then the assistant asks for more. A name that nobody has, but somebody nearly, is asked about.
"""

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from duologue.language.grammar import listed
from duologue.plans.memory import Known, telling_apart
from duologue.simulate.listing import in_words, paired
from duologue.simulate.owed import told_of
from duologue.types import Act, Json, Mention

if TYPE_CHECKING:
    from duologue.simulate.moves import Say
    from duologue.simulate.report import Reporter

__all__ = ["HANDFUL", "choices", "suggestion"]

HANDFUL = 6
"""Rows read out at most."""


def choices(teller: "Reporter", move: "Say", slots: dict[str, str], dice: random.Random) -> tuple[str, Act]:
    """Which of several rows is meant."""
    mention = move.owed.need.mentions[move.mention]
    names: list[Json] = [row.values.get("@name") for row in move.rows]
    columns = telling_apart(teller.agenda.memory.catalog.table(mention.table), move.rows)
    values: dict[str, Json] = {**told_of(move.owed), "mention": move.mention, "columns": list(columns)}
    subject, subjects = teller.phrases.table(mention.table)
    slots = slots | {
        "total": in_words(len(move.rows)),
        "who": teller.phrases.row(mention, bare=True),
        "subject": subject,
        "subjects": subjects,
        "name": teller.phrases.row(mention, bare=True) if "@name" in mention.by else "",
    }
    if all(names) and len({str(n).casefold() for n in names}) > 1:
        values["names"] = names[:HANDFUL]
        if len(move.rows) > HANDFUL:
            return teller.lines.line("choices_many", dice, slots), Act("choices", values={**values, "names": []})
        slots["items"] = listed(_called(teller, mention, move.rows, columns), "or")
        return teller.lines.line("choices_named", dice, slots), Act("choices", values=values)
    items = []
    for row in move.rows[:HANDFUL]:
        facts = [_fact(teller, mention.table, c, row) for c in columns if row.values.get(c) is not None]
        items.append(f"one with {', '.join(facts)}" if facts else str(row.values.get("@name", "one")))
    slots["items"] = ", and ".join(items) if len(items) == 2 else listed(items)
    return teller.lines.line("choices", dice, slots), Act("choices", values=values)


def _called(teller: "Reporter", mention: Mention, rows: Sequence[Known], columns: Sequence[str]) -> list[str]:
    """Rows by their names; where two of them share one, each with what tells it apart."""
    names = [str(r.values["@name"]) for r in rows]
    out = []
    for row, name in zip(rows, names, strict=True):
        text = teller.phrases.row(Mention(mention.table, by={"@name": name}), bare=True)
        shared = names.count(name) > 1
        facts = [_fact(teller, mention.table, c, row) for c in columns if row.values.get(c) is not None]
        out.append(f"{text} ({', '.join(facts)})" if shared and facts else text)
    return out


def _fact(teller: "Reporter", table: str, column: str, row: Known) -> str:
    key = f"{table}.{column}"
    return paired(teller.phrases.label(key, table), teller.phrases.value(key, row.values[column]))


def suggestion(teller: "Reporter", move: "Say", slots: dict[str, str], dice: random.Random) -> tuple[str, Act]:
    """Whether another name, close to the one that nobody has, is meant."""
    mention = move.owed.need.mentions[move.mention]
    names = list(dict.fromkeys(str(row.values["@name"]) for row in move.rows))
    called = [teller.phrases.row(Mention(mention.table, by={"@name": n}), bare=True) for n in names]
    slots = slots | {"who": teller.phrases.row(mention), "items": listed(called, "or")}
    values: dict[str, Json] = {**told_of(move.owed), "mention": move.mention, "names": names}
    path = "suggest.one" if len(names) == 1 else "suggest.several"
    return teller.lines.line(path, dice, slots), Act("suggest", values=values)
