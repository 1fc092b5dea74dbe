"""Tags that a scaffold left in an answer: `</user_visible>` at its end, a `<think>` that was meant for nobody.

A closing tag without an opening one is a leak, an unknown pair may be one, and a mark of a thought is one even inside a block of code.
What was asked for is free: tags that anybody wrote before, and all of them where markup or programs are spoken of. The elements of
HTML are seen in answers without having been asked for, so that one of them left open is a doubt.
"""

import re

from duologue.audit.values import Severity

__all__ = ["leaked"]

_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)(?:\s[^<>\n]*)?>")
_THOUGHTS = frozenset(
    {"think", "thinking", "thought", "thoughts", "reasoning", "reflection", "scratchpad", "inner_monologue", "analysis"}
)
_HTML = frozenset(
    re.findall(
        r"\w+",
        "a abbr article aside b blockquote body br button caption center cite code col dd del details div dl dt em figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins "
        "kbd label legend li link main mark meta nav ol option p picture pre q s samp script section select small source span strike strong style sub summary sup svg table tbody td textarea tfoot th thead time title tr tt u ul var video",
    )
)
_MARKUP = re.compile(
    r"\b(?:html|xml|svg|mark-?(?:up|down)|jsx|tags?|templates?|web ?(?:sites?|pages?)|css|react|vue|angular|ssml|snippets?|scripts?|code|program\w*|maven|rss|sitemap|playbook)\b",
    re.IGNORECASE,
)
_INLINE = re.compile(r"(?<!`)`[^`\n]+`(?!`)")
_BLOCKS = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


def leaked(said: str, asked: str, spoken: str) -> list[tuple[Severity, str, str]]:
    """(severity, what, evidence) of the first leaked tag of each kind. `asked` is all that others said, `spoken` the user's part of it."""
    if "<" not in said:
        return []
    whole = _INLINE.sub(" ", said)
    plain, free = _BLOCKS.sub(" ", whole), _MARKUP.search(spoken) is not None
    text, known = plain if free else whole, asked.casefold()
    out: dict[str, tuple[Severity, str, str]] = {}
    for name, kind, at in _odd(text):
        if f"<{name}" in known or f"</{name}" in known or (free and name != "think"):
            continue
        if name not in _THOUGHTS and (kind == "opened" or not _stands_in(plain, name)):
            continue  # `<name>` where something is to be filled in, `List<String>`; what a block of code shows
        found = _judged(name, kind)
        if found is not None:
            out.setdefault(found[1], (*found, text[max(0, at - 40) : at + 20].strip()))
    return list(out.values())


def _judged(name: str, kind: str) -> tuple[Severity, str] | None:
    if name in _THOUGHTS:
        return {
            "opened": ("fault", "a thought is opened and never closed"),
            "closed": ("fault", "a thought is closed that was never opened"),
            "paired": ("doubt", "a thought stands in the answer"),
        }[kind]  # type: ignore[return-value]
    if kind == "paired":
        return None if name in _HTML else ("doubt", "tags that nobody asked for")
    return "doubt" if name in _HTML else "fault", "a tag is closed that was never opened"


def _stands_in(plain: str, name: str) -> bool:
    return re.search(rf"</{re.escape(name)}(?:\s[^<>\n]*)?>", plain, re.IGNORECASE) is not None


def _odd(text: str) -> list[tuple[str, str, int]]:
    """(name, kind, place) of every tag: opened and left so, closed without, or a pair."""
    open_: dict[str, list[int]] = {}
    out: list[tuple[str, str, int]] = []
    for tag in _TAG.finditer(text):
        name = tag[2].casefold()
        if not tag[1]:
            open_.setdefault(name, []).append(tag.start())
        elif open_.get(name):
            out.append((name, "paired", open_[name].pop()))
        else:
            out.append((name, "closed", tag.start()))
    out += [(name, "opened", at) for name, places in open_.items() for at in places]
    return sorted(out, key=lambda o: o[2])
