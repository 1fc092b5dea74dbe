"""The documentation does not lie: what it names exists, and what exists is named."""

import re
from pathlib import Path

import msgspec
import pytest
from typer.main import get_command

from duologue import types
from duologue.cli.app import app
from duologue.export import files, forks, rows
from duologue.select import decontamination, lists, samples

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]
CODE = re.compile(r"`([^`\n]+)`|^```\w*\n(.*?)^```", re.M | re.S)


def code_of(page: Path) -> list[str]:
    """Lines of code on a page, in line and in blocks."""
    found = CODE.findall(page.read_text(encoding="utf-8"))
    return [line.split("  #")[0].strip() for inline, block in found for line in (inline or block).splitlines()]


def calls_of(page: Path) -> list[list[str]]:
    """`duologue …` command lines on a page, as words."""
    lines = (re.sub(r"^(\$ |\.venv/bin/)+", "", line) for line in code_of(page))
    return [line.split()[1:] for line in lines if re.match(r"duologue [a-z-]", line)]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_and_flags_that_are_named_exist(page: Path) -> None:
    for words in calls_of(page):
        if words[0].startswith("-"):
            assert words[0] in ("--help", "--version", "-h")
            continue
        assert words[0] in COMMANDS, f"no command {words[0]!r}"
        command = getattr(COMMANDS[words[0]], "commands", {}).get(words[1] if words[1:] else "", COMMANDS[words[0]])
        known = {flag for parameter in command.params for flag in parameter.opts} | {"--help", "-h"}
        for word in words[1:]:
            flag = word.strip("[]").split("=")[0]
            assert not flag.startswith("-") or flag in known, f"{words[0]} has no {flag}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_make_targets_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {line.split()[1] for line in code_of(page) if re.match(r"make [a-z]", line)}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [name for name in COMMANDS if f"duologue {name}" not in readme and f"`{name}`" not in readme]


DOCUMENTED = (
    *(types.Environment, types.Toolset, types.Tool, types.Statement, types.Problem, types.Slot, types.Meaning),
    *(
        types.Dialect,
        types.Policy,
        types.Guide,
        types.GuideStep,
        types.Rule,
        types.Scenario,
        types.ClockSpec,
        types.Task,
        types.Fact,
    ),
    *(
        types.Subtask,
        types.Ruling,
        types.Need,
        types.Mention,
        types.Pick,
        types.PlanStep,
        types.Disclosure,
        types.RowChange,
    ),
    *(
        types.Criterion,
        types.Proof,
        types.Dialogue,
        types.Fork,
        types.Continued,
        types.Offer,
        types.Turn,
        types.Fault,
        types.Message,
        types.ToolCall,
        types.Act,
        types.Origin,
    ),
    *(rows.Row, rows.RowMessage, rows.Metadata, types.Verdict, types.Finding, files.EnvironmentFile),
    *(lists.Selection, lists.RunRef, lists.Kept, samples.Left, lists.Report, lists.Step, lists.Against),
    *(decontamination.BenchmarkFile, lists.Shared),
    *(forks.Pair, forks.PlainMessage, forks.PairFacts, forks.GroupRow, forks.Completion, forks.GroupFacts),
)


@pytest.mark.parametrize("kind", DOCUMENTED, ids=lambda k: k.__name__)
def test_formats_are_described_field_by_field(kind: type[msgspec.Struct]) -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    section = page.split(f"### {kind.__name__}\n")[1].split("\n## ")[0].split("\n### ")[0]
    cells = (line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    described = [name for cell in cells for name in re.findall(r"`(\w+)`", re.sub("= `[^`]*`", "", cell))]
    assert described == list(kind.__struct_fields__)
