"""A figure of a result, told as a percentage that the result doesn't make it.

A result gives `"surprise": 0.05`, and the assistant says "0.05%": the unit comes from nowhere, and a share of one in twenty would be 5%.
It is asked only of figures below one that stand in a result exactly as told, always as the value of a field, whose name is none
for shares, while neither the result, nor the user, nor a tool speaks of percent there.
"""

import re

from duologue.audit.sight import Sight

__all__ = ["unshared"]

_TOLD = re.compile(r"(?<![\w.,])([-+−]?)(0?\.\d+) ?%(?!\w)")
_SHARE = re.compile(
    r"percent|pct|perc\b|rate|ratio|share|yield|change|growth|interest|prob|chance|humid|discount|tax|fee|margin|ap[ry]\b|return|confiden|cloud|cover|load|usage|"
    r"util|progress|complet|weight|alpha|error|accura|precision|recall|score|risk|volatil|inflation|commission|odds|propor|fraction|frequency|level|delta|diff",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"%|percent|\bpct\b", re.IGNORECASE)


def unshared(sight: Sight, number: int) -> list[str]:
    """The percentages told in a turn whose figure is a bare one in the results before it."""
    told = list(_TOLD.finditer(sight.turns[number].text))
    if not told:
        return []
    results = "\n".join(t.text for t in sight.turns[:number] if t.role == "tool")
    other = "\n".join(t.text for t in sight.turns[:number] if t.role in ("user", "system"))
    declared = "\n".join(f"{t.description} {t.parameters} {t.returns}" for t in sight.talk.tools or ())
    if _PERCENT.search(results) or _PERCENT.search(other) or _PERCENT.search(declared):
        return []
    return list(dict.fromkeys(m[0] for m in told if _is_bare(m[2], results)))


def _is_bare(figure: str, results: str) -> bool:
    """Whether a figure stands in the results, and each time as the value of a field that is for no share."""
    digits = re.escape(figure.lstrip("0"))
    places = list(re.finditer(rf"(?<![\d.])[-+]?0?{digits}(?!\d)", results))
    fields = [re.search(r"(\w+)\\?[\"']? ?[:=] ?\Z", results[max(0, p.start() - 60) : p.start()]) for p in places]
    return bool(places) and all(f is not None and _SHARE.search(f[1]) is None for f in fields)
