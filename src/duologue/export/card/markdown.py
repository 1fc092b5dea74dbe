"""A card's values as the Markdown page that the Hugging Face Hub shows, metadata first.

Names of tables and tools, words of a database or a model may hold anything. So nothing is trusted by default: every value the template
prints is written such that it stands for itself, in one line, with no meaning in Markdown or HTML and no invisible character. Only what
this module wrote (`Written`) goes through as it is.
"""

import re
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import yaml

from duologue.export.card.licences import slug
from duologue.export.card.values import Card, Example, Often, Summary
from duologue.store.paper import HEADINGS, NAMES, PAPER, SAMPLES
from duologue.types import Json

SIZES = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"), (10**9, "100M<n<1B"),
)  # fmt: skip
"""The Hub's classes of size, each with the first number beyond it."""
DATA = "*.jsonl"
_MARKS = re.compile(r"([\\`*_{}\[\]|~#$^])")
_PLAIN = re.compile(r"[\w .,:/@+()'=→-]+")


class Written(str):
    """Markdown that is meant as such."""


def markdown(card: Card) -> str:
    """The page."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=False, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters.update({filter.__name__: filter for filter in FILTERS})
    template = files("duologue.export.card").joinpath("card.md.j2").read_text(encoding="utf-8")
    page = environment.from_string(template).render(
        card=card, front=front_matter(card), paper=PAPER, names=NAMES, headings=HEADINGS, samples=SAMPLES
    )
    return re.sub(r"\n{3,}", "\n\n", page)


def front_matter(card: Card) -> Written:
    """The metadata block, as YAML."""
    licence = card.licence
    fields: dict[str, Json] = {"pretty_name": card.title, "license": licence.id}
    if licence.id == "other":
        fields["license_name"] = slug(licence.name)
    if card.language:
        fields["language"] = [card.language]
    fields |= {
        "task_categories": ["text-generation"],
        "size_categories": [size_category(card.rows)],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "source_datasets": ["original"],
        "tags": ["synthetic", "agent", "tool-use", "function-calling", "conversational", "multi-turn", "duologue"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": DATA}]}],
    }
    return Written(yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, default_flow_style=False, width=2**30))


def size_category(rows: int) -> str:
    """The Hub's class of size."""
    return next((name for most, name in SIZES if rows < most), "n>1T")


# ── writing values ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plain(text: str) -> str:
    """A text in one line; what can't be seen is shown as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def escaped(text: str) -> Written:
    """A text that stands for itself in Markdown and HTML."""
    marked = _MARKS.sub(r"\\\1", plain(text))
    return Written(marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _shown(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Written):
        return escaped(value)
    return value


def code(text: str) -> Written:
    """A name as code, also inside a table."""
    name = plain(text)
    if _PLAIN.fullmatch(name):
        return Written(f"`{name}`")
    return Written("<code>" + "".join(c if c.isalnum() or c in " .-/" else f"&#{ord(c)};" for c in name) + "</code>")


def fenced(lines: tuple[str, ...], language: str = "text") -> Written:
    """Lines as a block of code that nothing in them can end."""
    shown = [plain(line) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return Written("\n".join((f"{fence}{language}", *shown, fence)))


def link(url: str) -> Written:
    """An address as a link that ends where it ends."""
    return Written(f"<{quote(url, safe=':/?#@!$&()*+,;=%~.-_')}>")


def share(part: int, whole: int) -> Written:
    """A share, in percent; a dash where there is nothing to share."""
    return Written(f"{100 * part / whole:.1f} %" if whole else "–")


def figure(summary: Summary) -> Written:
    """A mean with its maximum."""
    return Written(f"{summary.mean:.2f} ({summary.max:,})")


def often(seen: Often) -> Written:
    """How often, and in how many conversations."""
    return Written(f"{seen.times:,} in {seen.conversations:,} conversation{'s' * (seen.conversations != 1)}")


def count(n: int, noun: str) -> Written:
    """A number of things."""
    return Written(f"{n:,} {noun}{'s' * (n != 1)}")


def listed(names: Any) -> Written:
    """Names as code, with commas."""
    return Written(", ".join(code(str(name)) for name in names))


def dialogue(example: Example) -> Written:
    """A conversation as a block of text."""
    lines = (f"{who:<10} {text}" if len(who) > 1 else f"{'':<10} {who} {text}" for who, text in example.lines)
    return fenced(tuple(lines))


FILTERS = (code, fenced, link, share, figure, often, count, listed, dialogue)
