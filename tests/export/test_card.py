"""The dataset card: valid metadata, nothing of strangers taken for Markdown, true of older, selected and modelled runs."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from duologue.checks import CHECKS
from duologue.checks.case import Case
from duologue.cli import run
from duologue.errors import UserError
from duologue.export import rows
from duologue.export.card import BUILT_IN, KNOWN, Given, Part, card_of, markdown
from duologue.export.card.again import commands
from duologue.export.card.licences import licence_of, slug
from duologue.export.card.markdown import SIZES, size_category
from duologue.export.card.proven import kind_of
from duologue.export.card.texts import asks, blind
from duologue.export.card.written import code, escaped, fenced, link
from duologue.plans.trace import staged
from duologue.roles import ROLES
from duologue.store import Store
from duologue.types import Proof, Task, Tool, Toolset, Verdict
from samples import FIND, REPRICE, SOUND, UNSOUND, make_dialogue, make_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of a file: two accepted, one rejected."""
    folder = tmp_path / "run"
    environment = make_environment()
    config = {"file": "kettles.sqlite", "domain": None, "n": 3, "seed": 5, "mode": "user", "toolsets": 1}
    with Store.create(folder, config) as store:
        store.put_environment(environment, b"image")
        for item, said in enumerate((SOUND, UNSOUND, SOUND)):
            store.begin_item(item)
            store.count_attempt(item, "check", "grounding" if said is UNSOUND else "")
            store.count_verdicts(item, said)
            bad = {"reason": "grounding", "blame": "agent"} if said is UNSOUND else {}
            store.put_dialogue(item, make_dialogue(environment, item), said, **bad)
    return folder


def card(folder: Path, **given: Any) -> tuple[dict[str, Any], str]:
    """The metadata and the page."""
    with Store.open(folder, readonly=True) as store:
        kept = given.pop("kept", None)
        part = Part(store, "RUN", given.pop("built_in", False), kept)
        page = markdown(card_of([part], Given(duties=ROLES, selecting=None if kept is None else ("RUN",), **given)))
    _, front, body = page.split("---\n", 2)
    return yaml.safe_load(front), body


FILLED = {
    "license": "CC-BY-4.0",
    "source_names": ("Kettles of the World",),
    "source_urls": ("https://example.org/kettles",),
}


def test_metadata_is_valid_and_complete(folder: Path) -> None:
    front, body = card(folder, **FILLED)
    assert front == {
        "pretty_name": "Kettles of the World: conversations with tools",
        "license": "cc-by-4.0",
        "language": ["en"],
        "task_categories": ["text-generation"],
        "size_categories": ["n<1K"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "source_datasets": ["original"],
        "tags": ["synthetic", "agent", "tool-use", "function-calling", "conversational", "multi-turn", "duologue"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "*.jsonl"}]}],
    }
    assert "filled in" not in body
    assert "Licence of the rows: CC-BY-4.0." in body
    assert "from <https://example.org/kettles>." in body


def test_what_nobody_said_has_to_be_filled_in(folder: Path) -> None:
    front, body = card(folder)
    assert front["license"] == "unknown"
    for flag in ("--license", "--source-name", "--source-url"):
        assert flag in body.split("## How it was made")[0]
    assert "**The licence of the rows has to be filled in.**" in body
    assert "**Where the database comes from has to be filled in.**" in body


@pytest.mark.parametrize(
    ("license", "built_in", "expected"),
    [
        ("", False, ("unknown", "")),
        ("", True, (BUILT_IN, BUILT_IN)),
        ("mit", True, ("mit", "mit")),
        (" MIT ", False, ("mit", "MIT")),
        ("House rules, 2nd edition", False, ("other", "House rules, 2nd edition")),
        ("a\nb: c", False, ("other", "a b: c")),
    ],
)
def test_licences(license: str, built_in: bool, expected: tuple[str, str]) -> None:
    found = licence_of(Given(license=license), built_in)
    assert (found.id, found.name) == expected


def test_another_licence_has_a_name_in_the_metadata(folder: Path) -> None:
    front, _ = card(folder, license="House rules, 2nd edition")
    assert (front["license"], front["license_name"]) == ("other", "house-rules-2nd-edition")
    assert slug("…") == "other"
    assert {"apache-2.0", "mit", "cc-by-4.0", "cc0-1.0", "odbl"} <= KNOWN


def test_our_own_licence_is_that_of_the_package() -> None:
    assert f'license = "{BUILT_IN.title()}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("n", "name"),
    [(1, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (99_999, "10K<n<100K"), (10**6, "1M<n<10M"), (10**8, "100M<n<1B")],
)
def test_sizes(n: int, name: str) -> None:
    assert size_category(n) == name
    assert [most for most, _ in SIZES] == sorted(most for most, _ in SIZES)


# ── strangers ────────────────────────────────────────────────────────────────────────────────────────────────────────────

EVIL = (
    "# not a heading", "| a | b |", "`code`", "``", "<script>alert(1)</script>", "[x](javascript:alert(1))", "![](http://e.vil/x)",
    "line\nbreak\r\n\n# heading", "\x1b[31mred", "\u202eright", "---\nlicense: mit\n---", "*bold* _under_ ~~gone~~", "&lt;b&gt;",
    "$$x$$", "{{ card }}{% if x %}", "</code>", "<!--", "\ud800",
)  # fmt: skip


@pytest.mark.parametrize("text", EVIL)
def test_text_of_strangers_stands_for_itself(text: str) -> None:
    for written in (escaped(text), code(text)):
        assert "\n" not in written
        assert "\r" not in written
        assert written.isprintable()
        assert not re.search(r"<(?!/?code>)", written)
        assert not re.search(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", written))
    assert "\n" not in code(text)
    assert not re.search(r"(?<!\\)[*`\[\]]", escaped(text))
    lines = fenced((text, "````"))
    assert lines.startswith("`````text\n")
    assert len(lines.splitlines()) == 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("order_lines", "`order_lines`"),
        ("Ünïcode 表", "`Ünïcode 表`"),
        ("a|b`c", "<code>a&#124;b&#96;c</code>"),
        ("<b>", "<code>&#60;b&#62;</code>"),
        ("", "<code></code>"),
    ],
)
def test_names_as_code(text: str, shown: str) -> None:
    assert code(text) == shown


@pytest.mark.parametrize("url", ["https://e.org/a b", "https://e.org/<x>", "https://e.org/`|`", 'https://e.org/"\\'])
def test_an_address_ends_where_it_ends(url: str) -> None:
    assert re.fullmatch(r'<https://e\.org/[^\s<>`|"\\]*>', link(url))


def evil_tool(name: str) -> Tool:
    return replace(FIND, name=name)


def test_a_page_of_a_hostile_database_keeps_its_form(tmp_path: Path) -> None:
    """The same headings and the same tables as for a kind one, and the metadata is still YAML."""
    shapes = []
    for place, texts in (("kind", ("kind",) * len(EVIL)), ("evil", EVIL)):
        folder = tmp_path / place
        named = "; ".join(texts[:-1])
        base = make_environment(tools=(FIND, REPRICE, *(evil_tool(f"{i}{t}") for i, t in enumerate(texts[:-1]))))
        environment = replace(base, name=named, toolset=Toolset("t", base.toolset.tools))
        with Store.create(folder, {"file": named, "n": 1, "seed": 1, "mode": "user", "toolsets": 1}) as store:
            store.put_environment(environment, b"image")
            dialogue = make_dialogue(environment)
            tasks = tuple(replace(t, user_role=named) for t in dialogue.scenario.tasks)
            dialogue = replace(dialogue, scenario=replace(dialogue.scenario, tasks=tasks))
            turns = tuple(
                replace(t, message=replace(t.message, content=named)) if t.message.role == "user" else t
                for t in dialogue.turns
            )
            store.put_dialogue(0, replace(dialogue, turns=turns), SOUND)
        front, body = card(folder, source_names=(named,))
        assert front["pretty_name"] == f"{named}: conversations with tools"
        body = re.sub(r"^(`{3,})(\w*)\n.*?^\1$", "BLOCK", body, flags=re.M | re.S)
        shape = [line.partition(" ")[0] if line[:1] in "#|>-" else "" for line in body.splitlines()]
        shapes.append(
            (shape, body.count("BLOCK"), [line.count(" | ") for line in body.splitlines() if line[:1] == "|"])
        )
        assert not re.search(r"<(?!/?code>|https://|!-- duologue)", re.sub(r"`[^`\n]*`", "", body))
    assert shapes[0] == shapes[1]


# ── what it is of ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_of_the_selected_rows_and_says_both_numbers(folder: Path) -> None:
    _, body = card(folder, kept=frozenset({"d2"}))
    assert "A selection keeps 1 of the 2 accepted; this card is of those it keeps." in body
    assert body.lstrip().split("\n\n")[2].startswith("1 conversation between")
    assert "`d2`, shortened" in body
    _, whole = card(folder)
    assert "2 conversations between" in whole
    assert "All that were accepted are in the dataset." in whole


def test_it_follows_the_list_beside_the_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    benchmark = folder.parent / "bench.jsonl"
    benchmark.write_text(
        '{"messages": [{"role": "user", "content": "Plan a trip over the hills for two grown men."}]}\n'
    )
    words = ["--near", "0", "--balance", "length", "--keep", "1", "--against", str(benchmark)]
    assert run(["select", str(folder), *words]) == 0
    capsys.readouterr()
    assert run(["card", str(folder)]) == 0
    body = capsys.readouterr().out
    assert "A selection keeps 1 of the 2 accepted" in body
    assert "It was compared with benchmarks, `bench.jsonl`: no conversation copies an entry of them." in body
    assert "\nduologue select RUN --near 0 --balance length --keep 1 --against bench.jsonl\n" in body
    assert str(folder.parent) not in body
    assert run(["card", str(folder), "--all"]) == 0
    assert "2 conversations between" in capsys.readouterr().out
    assert run(["stats", str(folder)]) == 0
    assert re.search(r"^selected +2 +1 +1$", capsys.readouterr().out, re.M)


def test_a_list_of_another_run_is_refused_by_the_card_and_told_by_the_statistics(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = make_environment()
    with Store.create(tmp_path / "other", {"domain": "kettles"}) as store:
        store.put_environment(environment, b"image")
        store.put_dialogue(0, make_dialogue(environment), SOUND)
    assert run(["select", str(tmp_path / "other"), "--near", "0", "-o", str(folder / "selection.json")]) == 0
    capsys.readouterr()
    assert run(["card", str(folder)]) == 2
    assert "was not made from" in capsys.readouterr().err
    assert run(["stats", str(folder)]) == 0
    assert "How many are selected is not known. The selection was not made from" in capsys.readouterr().out


@pytest.mark.parametrize(("kept", "says"), [(frozenset({"?"}), "no selected"), (frozenset(), "no selected")])
def test_a_card_of_nothing_is_refused(folder: Path, kept: frozenset[str], says: str) -> None:
    with pytest.raises(UserError, match=says):
        card(folder, kept=kept)


def test_checks_are_counted_over_all_that_were_played(folder: Path) -> None:
    _, body = card(folder)
    assert re.search(r"^\| `grounding` \| .* \| 3 \| 2 \| 1 \| 0 \| 66\.7 % \| 2 of 2 \|$", body, re.M)
    assert "of all 3 conversations that were played" in body
    assert "3 items: 2 accepted, 1 rejected, 0 unfinished" in body
    assert "lost to: agent 1." in body


def test_the_same_run_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    pages = []
    for name in ("a.md", "b.md", "a.md"):
        assert run(["card", str(folder), "-o", str(tmp_path / name)]) == 0
        pages.append((tmp_path / name).read_bytes())
    assert len(set(pages)) == 1


def test_an_older_run_says_what_it_does_not_know(folder: Path) -> None:
    db = sqlite3.connect(folder / "run.sqlite")
    db.executescript(
        "ALTER TABLE items DROP COLUMN blame; DROP TABLE checks; DELETE FROM notes WHERE name = 'made_with';"
        "DROP TABLE calls; DROP TABLE troubles; DROP TABLE spending; PRAGMA user_version = 1;"
    )
    db.close()
    _, body = card(folder)
    assert "An older version made this run" in body
    assert "does not say with which versions" in body
    assert re.search(r"^\| `replay` \| .* \| 0 \| 0 \| 0 \| 0 \| – \| 2 of 2 \|$", body, re.M)


def test_proofs_are_added_up_by_kind(folder: Path, tmp_path: Path) -> None:
    environment = make_environment()
    proof = Proof(
        gold=True, noop=True,
        mutations={"told wrong: value 1": "disclosure", "told wrong: value 2": "", "drop step 2": "calls", "neighbour in step 1": "state"},
        spared={"order swapped": "", "extra read": "unread"},
    )  # fmt: skip
    dialogue = make_dialogue(environment)
    proven = tuple(replace(t, proof=proof) for t in dialogue.scenario.tasks)
    with Store.create(tmp_path / "proven", {"domain": "kettles"}) as store:
        store.put_environment(environment, b"image")
        store.put_dialogue(0, replace(dialogue, scenario=replace(dialogue.scenario, tasks=proven)), SOUND)
    _, body = card(tmp_path / "proven")
    assert "2 tasks of 2 in the rows have such a proof. Of 8 spoiled plans,\n6 (75.0 %) were caught." in body
    for line in (
        "| drop | 2 | `calls` 2 | 0 |", "| neighbour | 2 | `state` 2 | 0 |", "| told wrong | 4 | `disclosure` 2 | 2 |",
        "| extra read | 2 | 0 |", "| order swapped | 2 | 2 |",
    ):  # fmt: skip
        assert line in body.splitlines()
    assert "None of the tasks has a proof." in card(folder)[1]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("drop step 12", "drop"),
        ("value in step 1", "value"),
        ("untold", "untold"),
        ("told wrong: value 2 of 3", "told wrong"),
    ],
)
def test_kinds_of_mutations(name: str, kind: str) -> None:
    assert kind_of(name) == kind


# ── how it was made ──────────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN = {"n": 4, "seed": 2, "mode": "task", "toolsets": 3}
TAIL = "-n 4 --seed 2 --mode task --toolsets 3"


@pytest.mark.parametrize(
    ("config", "built_in", "line"),
    [
        ({"file": "my shop.sqlite"}, False, f"duologue generate 'my shop.sqlite' {TAIL} -o RUN"),
        ({"file": "-x.sqlite"}, False, f"duologue generate ./-x.sqlite {TAIL} -o RUN"),
        ({"domain": "retail"}, True, f"duologue generate --domain retail {TAIL} -o RUN"),
        ({"domain": "a zoo", "simulated": True, "roles": {"judge": ["m"]}}, False,
         f"duologue generate --domain 'a zoo' --simulated {TAIL} --model m --base-url URL"
         + "".join(f" --role {r}=scripted" for r in ROLES if r not in ("judge", "wording")) + " -o RUN"),
        ({"domain": "tools", "seed_tools": "tools.json", "simulated": True}, False,
         f"duologue generate --seed-tools tools.json {TAIL} -o RUN"),
        ({"domain": "retail", "roles": {"wording": ["m"]}, "prompts": "ab12"}, True,
         f"duologue generate --domain retail {TAIL} --model m --base-url URL"
         + "".join(f" --role {r}=scripted" for r in ROLES if r != "wording")
         + " --role wording=model --prompts PROMPTS -o RUN"),
        ({"file": "a.sqlite", "roles": {"agent": ["a"], "judge": ["a", "b"]}}, False,
         f"duologue generate a.sqlite {TAIL} --config duologue.toml -o RUN"),
    ],
)  # fmt: skip
def test_the_command_that_makes_it_again(config: dict[str, Any], built_in: bool, line: str) -> None:
    assert commands([("RUN", {**config, **PLAIN}, built_in)], Given(duties=ROLES))[0] == line


def test_models_are_named_and_change_what_is_said(tmp_path: Path) -> None:
    roles = {role: ["org/big"] for role in ROLES if role not in ("wording", "domain", "simulator")} | {
        "judge": ["org/big", "small"]
    }
    environment = make_environment()
    with Store.create(tmp_path / "run", {"file": "k.sqlite", "roles": roles}) as store:
        store.put_environment(environment, b"image")
        store.put_dialogue(0, make_dialogue(environment), (*SOUND, Verdict("judge", True)))
    front, body = card(tmp_path / "run", **FILLED)
    assert "language" not in front
    assert "the language that the models spoke" in body
    assert "| judge | judges what no machine check decides | `org/big`, `small` |" in body
    assert "A model judges what no machine check decides (`org/big`, `small`)." in body
    assert "scripted" not in body.split("## Known limits")[1].split("## Licence")[0]
    assert "terms of `org/big`, `small`" in body
    assert "need not answer the same" in body


@pytest.mark.parametrize(
    ("config", "built_in", "by_hand", "playing"),
    [
        ({"file": "k.sqlite"}, False, False, ["questions", "tools", "expansion", "returns", "tasks", "user", "agent", "judge"]),
        ({"domain": "kettles"}, False, False,
         ["domain", "questions", "tools", "expansion", "returns", "tasks", "user", "agent", "judge"]),
        ({"domain": "retail"}, True, True, ["tasks", "user", "agent", "judge"]),
        ({"domain": "zoo", "simulated": True}, False, False,
         ["tools", "returns", "tasks", "user", "agent", "simulator", "judge"]),
        ({"domain": "t", "simulated": True, "seed_tools": "t.json"}, False, False,
         ["returns", "tasks", "user", "agent", "simulator", "judge"]),
    ],
)  # fmt: skip
def test_a_role_with_nothing_to_do_is_played_by_nobody(
    config: dict[str, Any], built_in: bool, by_hand: bool, playing: list[str], tmp_path: Path
) -> None:
    """`--model` names one for every role."""
    tools = (replace(FIND, wording={"request": ("find {colour} ones",)}), REPRICE) if by_hand else (FIND, REPRICE)
    environment = make_environment(tools=tools)
    roles = {role: ["m"] for role in ROLES if role != "wording"}
    with Store.create(tmp_path / "run", {**config, "roles": roles}) as store:
        store.put_environment(environment, b"image")
        store.put_dialogue(0, make_dialogue(environment), SOUND)
    _, body = card(tmp_path / "run", built_in=built_in)
    assert re.findall(r"^\| (\w+) \| [^|]+ \| `m` \|$", body, re.M) == playing


def test_simulated_tools_are_a_limit(tmp_path: Path) -> None:
    environment = replace(make_environment(), image="")
    with Store.create(tmp_path / "run", {"domain": "a zoo", "simulated": True}) as store:
        store.put_environment(environment, None)
        store.put_dialogue(0, make_dialogue(environment), SOUND)
    _, body = card(tmp_path / "run")
    assert "No tool here has an implementation." in body
    assert "Every tool call was really executed" not in body
    assert "hash" not in body.split("## Statistics")[0]


# ── what it is made of ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_check_has_its_words() -> None:
    empty = Case(staged((), (), Toolset("t", ())), (Task("t", "Nothing."),))
    names = {check(empty).check for check in CHECKS} | {"replay", "consistency", "judge"}
    assert {name for name in names if not (asks(name) and blind(name))} == set()


def test_the_fields_of_a_row_are_those_of_the_format(folder: Path) -> None:
    _, body = card(folder)
    section = body.split("## Fields of a row")[1].split("## An example")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    named = [name for cell in cells for name in re.findall(r"`\.?([\w.]+)`", cell)]
    top = [name for name in named if name in rows.Row.__struct_fields__]
    assert top == list(rows.Row.__struct_fields__)
    meta = [name.removeprefix("metadata.") for name in named if name not in top]
    assert meta == list(rows.Metadata.__struct_fields__)


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_prints_or_writes(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["card", str(folder)]) == 0
    page = capsys.readouterr().out
    out = tmp_path / "new" / "README.md"
    assert run(["card", str(folder), "-o", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == page
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("the card of 2 conversations in ")
    assert told[1].startswith("to be filled in: the licence of the rows (--license); ")


def test_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    assert run(["card", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["format"], found["rows"]) == ("duologue.card/1", 2)
    assert [check["check"] for check in found["checks"]] == ["replay", "grounding"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--source-url", "e.org"], "'e.org' is no address"),
        (["--source-url", "javascript:alert(1)"], "is no address"),
        (["--source-url", "https://e.org/ x"], "is no address"),
        (["-o", "mine.md"], "'mine.md' is there, and is no card"),
        (["-o", "run/run.sqlite"], "is no card"),
        (["-o", "."], "'.' is a folder"),
    ],
)
def test_what_the_person_must_change(
    folder: Path, words: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder.parent)
    Path("mine.md").write_text("my own words\n")
    assert run(["card", "run", *words]) == 2
    assert says in capsys.readouterr().err
    assert Path("mine.md").read_text() == "my own words\n"
    assert Path("run/run.sqlite").read_bytes()[:15] == b"SQLite format 3"
