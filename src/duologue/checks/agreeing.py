"""Is a plain yes to what somebody says back a yes to something true?

"So order 9 comes to 20.00, right?" "Yes, exactly." says that order 9 comes to 20.00, and is as wrong as if the assistant had said it itself.
So where an assistant only agrees, the question it agrees to is read as its own words (`attribution`). Agreeing only: with no call in
between, no "but", and no figure of its own that the question does not hold.
"""

import re
from collections.abc import Sequence
from itertools import chain

from duologue.checks.rows import Claim, Seen, among
from duologue.language.reading import Reading

__all__ = ["agrees", "misplaced"]

_YES = re.compile(
    r"\W*(?:yes|yep|yeah|exactly|correct|that's (?:right|correct|it)|that is (?:right|correct)|indeed|absolutely|right)\b",
    re.IGNORECASE,
)
_BUT = re.compile(r"\b(?:but|however|though|except|actually|although|not|no)\b|n't\b", re.IGNORECASE)


def agrees(answer: Reading, question: Reading) -> bool:
    """The answer only says yes to the question."""
    if "?" not in question.text:
        return False
    text = answer.text.replace("’", "'")
    if not _YES.match(text) or _BUT.search(text):
        return False
    asked = {n.value for n in question.numbers}
    days = {d for said in question.dates for d in said.days}
    return all(n.value in asked or n.word for n in answer.numbers) and all(days & set(d.days) for d in answer.dates)


def misplaced(claims: Sequence[Claim], rows: Sequence[str], seen: Seen) -> list[str]:
    """Figures and days in a text about one row that no result gave for it, and for one of its fields in another row.

    `rows`: the rows that the text names.
    """
    facts = seen.facts
    own = facts.get(rows[0], {}) if len(rows) == 1 else {}
    out = []
    for claim in claims if own else ():
        given = chain(own.values(), (r.figures.values() for r in seen.by_name.get(rows[0], ())))
        if any(among(claim, figures) for figures in given):
            continue
        if any(among(claim, facts[x].get(field, ())) for x in facts if x != rows[0] for field in own):
            out.append(f"{claim.text!r} is agreed to of {rows[0]!r}, and is another row's")
    return out
