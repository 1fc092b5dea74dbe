"""A card's values as the Markdown page that the Hugging Face Hub shows, metadata first.

Names of tables and tools, words of a database or a model may hold anything. So nothing is trusted by default: every value the template
prints is written such that it stands for itself, in one line, with no meaning in Markdown or HTML and no invisible character. Only what
`written.py` and `several.py` wrote (`Written`) goes through as it is.
"""

import re
from importlib.resources import files
from typing import Any

import yaml

from duologue.export.card import several, written
from duologue.export.card.licences import slug
from duologue.export.card.values import Card
from duologue.export.card.written import Written, escaped
from duologue.store.paper import HEADINGS, NAMES, PAPER, SAMPLES
from duologue.types import Json

SIZES = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"), (10**9, "100M<n<1B"),
)  # fmt: skip
"""The Hub's classes of size, each with the first number beyond it."""
DATA = "*.jsonl"


def markdown(card: Card) -> str:
    """The page."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=False, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters.update({filter.__name__: filter for filter in (*written.FILTERS, *several.FILTERS)})
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


def _shown(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Written):
        return escaped(value)
    return value
