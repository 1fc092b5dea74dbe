"""Every prompt there is: renders with what its role gives it, asks for nothing it must not know, and can be replaced."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2 import meta

from duologue.errors import UserError
from duologue.models import prompts as module
from duologue.models.prompts import Prompts

NAMES = Prompts().names
HOME = Path(module.__file__).parent / "prompts"
LONGEST = 12_000
"""Characters of a prompt before it is filled: about 3,000 tokens."""

FORBIDDEN = {
    "agent": {"goal", "goals", "known", "hidden", "facts", "plan", "rubric", "task", "tasks", "subtasks", "user_role"},
    "user": {"hidden", "plan", "rubric", "tools", "toolset", "subtasks", "target", "task", "scenario"},
    "simulator": {"goal", "goals", "hidden", "plan", "rubric", "task"},
    "wording": {"hidden", "plan", "rubric"},
}
"""What a role's prompt has no place for."""


def asked_for(name: str) -> set[str]:
    """The values a prompt is filled with."""
    return meta.find_undeclared_variables(jinja2.Environment().parse(source(name)))


def source(name: str) -> str:
    return (HOME / f"{name}.md").read_text(encoding="utf-8")


class Sample:
    """A value of any form: text, a list of one, an object with any field."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return f"«{self.name}»"

    def __iter__(self) -> Iterator["Sample"]:
        return iter([Sample(f"{self.name}.0")])

    def __len__(self) -> int:
        return 1

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Sample(f"{self.name}.{name}")

    def __getitem__(self, key: object) -> Any:
        return Sample(f"{self.name}.{key}")

    def __call__(self, *given: object) -> Any:
        return [(Sample(f"{self.name}.key"), Sample(f"{self.name}.value"))]

    def __gt__(self, other: object) -> bool:
        return True

    def __lt__(self, other: object) -> bool:
        return False


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_renders_with_what_it_asks_for(name: str) -> None:
    values = {v: Sample(v) for v in asked_for(name)}
    rendered = Prompts().render(name, **values)
    assert rendered.text
    assert "{{" not in rendered.text
    assert "{%" not in rendered.text
    assert rendered.hash == Prompts().render(name, **values).hash


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_has_no_place_for_what_its_role_must_not_know(name: str) -> None:
    assert not asked_for(name) & FORBIDDEN.get(name, set())


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_stays_short_enough_to_be_read_with_every_call(name: str) -> None:
    assert 400 < len(source(name)) <= LONGEST


@pytest.mark.parametrize("name", [n for n in NAMES if asked_for(n)])
def test_a_prompt_without_its_values_is_an_error_that_names_it(name: str) -> None:
    with pytest.raises(UserError, match=rf"{name}\.md"):
        Prompts().render(name)


SPEAKERS = [
    ("agent", {"job"}),
    ("user", {"part", "role", "persona", "quirk", "domain", "now", "goal", "known", "whole", "own_tools"}),
]


@pytest.mark.parametrize(("name", "values"), SPEAKERS)
def test_a_speaker_is_given_exactly_this(name: str, values: set[str]) -> None:
    assert asked_for(name) == values


@pytest.mark.parametrize(("name", "values"), SPEAKERS)
def test_what_never_changes_comes_first(name: str, values: set[str]) -> None:
    """Two conversations share the guidance as a prefix: at least two thirds of the page. Most users have no tools of their own."""
    plain = values - {"own_tools"}
    one, two = (
        Prompts().render(name, own_tools=[], **{v: f"{word} {v}" for v in plain}).text for word in ("here", "there")
    )
    same = next(i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b)
    assert same >= len(one) * 2 / 3


def test_a_folder_replaces_prompts_by_name(tmp_path: Path) -> None:
    (tmp_path / "agent.md").write_text("Do this: {{ job }}", encoding="utf-8")
    own, built_in = Prompts(tmp_path), Prompts()
    assert own.render("agent", job="help").text == "Do this: help"
    assert own.render("agent", job="help").hash != built_in.render("agent", job="help").hash
    assert own.names == built_in.names


def test_the_words_that_were_replaced_have_a_name(tmp_path: Path) -> None:
    marks = [Prompts().mark]
    for text in ("Do {{ job }}", "Do this: {{ job }}", "Do {{ job }}"):
        (tmp_path / "agent.md").write_text(text, encoding="utf-8")
        marks.append(Prompts(tmp_path).mark)
    (tmp_path / "user.md").write_text("Ask.", encoding="utf-8")
    marks.append(Prompts(tmp_path).mark)
    assert marks[0] == ""
    assert marks[1] == marks[3]
    assert len(set(marks)) == 4


BAD = {
    "of no prompt": ("agents.md", b"x", "replaces no prompt"),
    "no Markdown": ("agent.txt", b"x", "no .md files"),
    "no template": ("agent.md", b"{% if %}", r"agent\.md, line 1"),
    "no such filter": ("user.md", b"\n{{ goal | shiny }}", r"user\.md, line 2"),
    "not UTF-8": ("agent.md", b"Gr\xfc\xdf", r"agent\.md: not UTF-8"),
    "a folder": ("agent.md", None, "Cannot read .*agent"),
    "brackets without end": ("agent.md", b"{{ " + b"(" * 5_000 + b"1" + b")" * 5_000 + b" }}", r"agent\.md: "),
    "loops without end": ("agent.md", b"{% for a in job %}" * 30 + b"{% endfor %}" * 30, r"agent\.md: "),
}


@pytest.mark.parametrize(("name", "text", "what"), BAD.values(), ids=BAD)
def test_a_folder_that_cannot_be_used_says_why_before_anything_is_asked(
    tmp_path: Path, name: str, text: bytes | None, what: str
) -> None:
    if text is None:
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_bytes(text)
    with pytest.raises(UserError, match=what):
        Prompts(tmp_path)


MISHAPS = (
    "{{ jobs }}", "{{ job.name.first }}", "{{ 1 / 0 }}", "{{ range(99999999) }}", "{{ job + 1 }}", "{{ 7 | xmlattr }}",
    "{{ '{3}'.format(1) }}", "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}", "{{ job | xmlattr }}",
)  # fmt: skip


@pytest.mark.parametrize("text", MISHAPS)
def test_what_can_not_be_filled_in_says_where(tmp_path: Path, text: str) -> None:
    (tmp_path / "agent.md").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"agent\.md: .*[\s\S]*It is given: job"):
        Prompts(tmp_path).render("agent", job="x")


def test_a_template_cannot_reach_out(tmp_path: Path) -> None:
    (tmp_path / "agent.md").write_text("{{ job.__class__.__mro__ }}", encoding="utf-8")
    with pytest.raises(UserError):
        Prompts(tmp_path).render("agent", job="x")
