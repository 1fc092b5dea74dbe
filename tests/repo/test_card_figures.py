"""The card of the demo run is true: every figure in it is computed again, from the exported rows and the files beside them alone.

Nothing of the code that made the card is used here. A figure in the card that this file does not know of is an error too.
"""

import json
import platform
import re
import shlex
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from duologue import __version__
from duologue.cli import run
from duologue.sources import from_domain

Row = dict[str, Any]
MAKEFILE = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
(DEMO,) = re.findall(r"duologue (generate .*) -o runs/demo$", MAKEFILE, re.M)
PAPER = [
    ["177,375", "16,618"],
    ["3.45 (121)", "3.74 (322)"],
    ["21.79 (596)", "30.85 (680)"],
    ["2.48 (20)", "1.86 (11)"],
]
"""Table 1 of arXiv 2601.08225: conversations, steps, turns, tasks."""


class Made:
    """The demo run's export, and its card as Markdown."""

    def __init__(self, folder: Path) -> None:
        assert run([*shlex.split(DEMO), "-o", str(folder / "run")]) == 0
        assert run(["export", str(folder / "run"), "-o", str(folder / "rows.jsonl")]) == 0
        assert run(["card", str(folder / "run"), "-o", str(folder / "card.md")]) == 0
        self.bytes = (folder / "rows.jsonl").read_bytes()
        self.rows: list[Row] = [json.loads(line) for line in self.bytes.splitlines()]
        files = sorted(folder.glob("env-*.json"))
        self.environments: dict[str, Row] = {
            e["id"]: e for f in files for e in [json.loads(f.read_text())["environment"]]
        }
        _, self.front, self.body = (folder / "card.md").read_text(encoding="utf-8").split("---\n", 2)

    @property
    def paths(self) -> list[list[tuple[Row, Row]]]:
        """Each conversation: its messages after the system's, each with what is known of it."""
        return [list(zip(r["messages"], r["metadata"]["turns"], strict=True))[1:] for r in self.rows]

    @property
    def tasks(self) -> list[Row]:
        return [task for row in self.rows for task in row["metadata"]["tasks"]]

    def table(self, first: str) -> list[list[str]]:
        """The rows of the table whose first heading that is."""
        for table in re.findall(r"(?:^\|.*\n)+", self.body, re.M):
            head, _, *lines = ([c.strip() for c in line.strip("|\n").split(" | ")] for line in table.splitlines())
            if head[0].strip(" |") == first:
                return lines
        raise AssertionError(f"no table of {first!r}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("demo"))


def n(value: int) -> str:
    return f"{value:,}"


def often(counts: list[int]) -> str:
    there = sum(bool(c) for c in counts)
    return f"{sum(counts):,} in {there} conversation{'s' * (there != 1)}"


def mean(counts: list[int]) -> str:
    return f"{sum(counts) / len(counts):.2f} ({max(counts)})"


def calls_of(path: list[tuple[Row, Row]]) -> list[Row]:
    return [call["function"] for message, _ in path for call in message.get("tool_calls", ())]


def rounds(path: list[tuple[Row, Row]]) -> list[int]:
    """Messages with calls between a user's turn and the next."""
    blocks = [0]
    for message, _ in path:
        if message["role"] == "user":
            blocks.append(0)
        blocks[-1] += bool(message.get("tool_calls"))
    return [block for block in blocks if block]


def errors(path: list[tuple[Row, Row]]) -> Iterator[tuple[int, str, str]]:
    """Where a call failed: its place, its tool, the type of the error."""
    names = {call["id"]: call["function"]["name"] for message, _ in path for call in message.get("tool_calls", ())}
    for at, (message, _) in enumerate(path):
        if message["role"] == "tool" and "error" in json.loads(message["content"]):
            yield at, names[message["tool_call_id"]], json.loads(message["content"])["error"]["type"]


# ── table by table ───────────────────────────────────────────────────────────────────────────────────────────────────────


def tools(made: Made) -> list[list[str]]:
    names: dict[str, set[str]] = {}
    family: dict[tuple[str, str], str] = {}
    for environment in made.environments.values():
        for tool in environment["toolset"]["tools"]:
            what = tool["meaning"]["family"] if tool.get("meaning") else tool["effect"]
            names.setdefault(what, set()).add(tool["name"])
            family[environment["id"], tool["name"]] = what
    called = Counter(
        family[row["metadata"]["environment"], call["name"]]
        for row, path in zip(made.rows, made.paths, strict=True)
        for call in calls_of(path)
    )
    return [[f"`{f}`", n(len(names[f])), n(called[f])] for f in sorted(names, key=lambda f: (-called[f], f))]


def test_the_tools(made: Made) -> None:
    shown = made.table("family")
    assert all(row[1] for row in shown)
    assert [[row[0], *row[2:]] for row in shown] == tools(made)


def test_the_environments(made: Made) -> None:
    used = Counter(row["metadata"]["environment"] for row in made.rows)
    expected = []
    for name, environment in made.environments.items():
        policy = environment.get("policy", {})
        rules = policy.get("rules", ())
        guarded = sum(bool(rule.get("sql")) for rule in rules)
        yes = "yes" if policy.get("confirm_writes", True) else "no"
        tools = len(environment["toolset"]["tools"])
        expected.append([f"`{name}`", str(tools), str(len(rules)), str(guarded), yes, n(used[name])])
    assert sorted(made.table("environment")) == sorted(expected)


def test_the_source(made: Made) -> None:
    image = from_domain("retail").image
    db = sqlite3.connect(":memory:")
    db.deserialize(image.data)
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    counts = {f"`{t}`": n(db.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0]) for t in tables}
    assert dict(made.table("table")) == counts
    assert {row["metadata"]["image"] for row in made.rows} == {image.hash}
    assert f"has the hash `{image.hash}`." in made.body


def test_the_statistics(made: Made) -> None:
    steps = [rounds(path) for path in made.paths]
    requests = sum(len(s) for s in steps)
    expected = {
        "conversations": str(len(made.rows)),
        "steps for a request": f"{sum(map(sum, steps)) / requests:.2f} ({max(max(s) for s in steps)})",
        "turns": mean([len(path) for path in made.paths]),
        "tasks": mean([len(row["metadata"]["tasks"]) for row in made.rows]),
        "user turns": mean([sum(m["role"] == "user" for m, _ in path) for path in made.paths]),
        "tool calls": mean([len(calls_of(path)) for path in made.paths]),
    }
    table = made.table("")
    assert {row[0]: row[1] for row in table} == expected
    assert [row[2:] for row in table[:4]] == PAPER


def rate(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"


def refusals(environment: dict[str, Any], tool: str) -> list[str]:
    """What a refusal of a call says, told by its words and not by its type: sentences in which values stand for the slots."""
    run = next(t for t in environment["toolset"]["tools"] if t["name"] == tool)["run"]
    own = [
        s["problem"]["message"]
        for s in run
        if "problem" in s and not s["problem"]["message"].startswith("There is no ")
    ]
    rules = [
        r["problem"]["message"] for r in environment["policy"]["rules"] if tool in r.get("tools", ()) and "problem" in r
    ]
    return ["[\\s\\S]+".join(map(re.escape, re.split(r"\{\w+\}", said))) for said in (*own, *rules)]


def behaviours(made: Made) -> dict[str, str]:
    failed = [list(errors(path)) for path in made.paths]
    recovered = 0
    for path, wrong in zip(made.paths, failed, strict=True):
        names = {call["id"]: call["function"]["name"] for m, _ in path for call in m.get("tool_calls", ())}
        bad = {at for at, _, _ in wrong}
        for at, tool, _ in wrong:
            task = path[at][1].get("task", 0)
            recovered += any(
                m["role"] == "tool" and later > at and later not in bad
                and names[m["tool_call_id"]] == tool and known.get("task", 0) == task
                for later, (m, known) in enumerate(path)
            )  # fmt: skip
    total = sum(len(wrong) for wrong in failed)
    changes = [[at for at, (_, known) in enumerate(path) if known.get("changes")] for path in made.paths]
    after_yes = sum(
        "confirm" in [a["kind"] for a in next(k for m, k in reversed(path[:at]) if m["role"] == "user").get("acts", ())]
        for path, places in zip(made.paths, changes, strict=True)
        for at in places
    )
    said = [m for path in made.paths for m, _ in path if m["role"] == "assistant"]
    refused = sum(
        any(re.fullmatch(said, message) for said in refusals(made.environments[row["metadata"]["environment"]], tool))
        for row, path, wrong in zip(made.rows, made.paths, failed, strict=True)
        for at, tool, _ in wrong
        for message in [json.loads(path[at][0]["content"])["error"]["message"]]
    )
    return {
        "several calls in one message": often(
            [sum(len(m.get("tool_calls", ())) > 1 for m, _ in p) for p in made.paths]
        ),
        "a request that takes several rounds of calls": often([sum(r > 1 for r in rounds(p)) for p in made.paths]),
        "calls that come back with an error": often([len(wrong) for wrong in failed]),
        "… by which a rule, of the policy or of the tool, refuses the call": f"{refused} of {total}",
        "… after which the same tool succeeds for the same task: recovered": f"{recovered} of {total}",
        "calls that change rows": often([len(places) for places in changes]),
        "… right after the user's yes": f"{after_yes} of {sum(map(len, changes))}",
        "assistant messages to learn from (`train`)": f"{n(sum(m['train'] for m in said))} of {n(len(said))}",
    }


def test_the_behaviours(made: Made) -> None:
    assert dict(made.table("what happens")) == behaviours(made)


def test_the_dialogue_acts(made: Made) -> None:
    counts: dict[tuple[str, str], list[int]] = {}
    for number, path in enumerate(made.paths):
        for message, known in path:
            for act in known.get("acts", ()):
                counts.setdefault((message["role"], act["kind"]), [0] * len(made.rows))[number] += 1
    order = sorted(counts, key=lambda key: (key[0] != "user", -sum(counts[key]), key[1]))
    shown = made.table("speaker")
    assert [[row[0], row[1], row[3]] for row in shown] == [[*key, often(counts[key])] for key in order]
    assert all(row[2] for row in shown)


def test_the_checks(made: Made) -> None:
    """Of 25 conversations played all were kept, so the rows know what each check said."""
    said = [{v["check"]: v["passed"] for v in row["metadata"]["verdicts"]} for row in made.rows]
    expected = []
    for name in said[0]:
        passed = sum(verdicts[name] is True for verdicts in said)
        asked, failed = len(said), sum(verdicts[name] is False for verdicts in said)
        counts = [n(asked), n(passed), n(failed), n(asked - passed - failed)]
        expected.append([f"`{name}`", *counts, rate(passed, asked), f"{passed} of {len(made.rows)}"])
    shown = made.table("check")
    assert all(len(row[1]) > 20 for row in shown)
    assert [[row[0], *row[2:]] for row in shown] == expected


def mutations(made: Made, field: str) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for task in made.tasks:
        for name, check in task["proof"].get(field, {}).items():
            kind = re.sub(r"( in)? step \d+$", "", name.split(":")[0])
            found.setdefault(kind, Counter())[check] += 1
    return found


def test_the_kill_matrix(made: Made) -> None:
    expected = []
    for kind, by in sorted(mutations(made, "mutations").items()):
        caught = ", ".join(f"`{check}` {n(times)}" for check, times in sorted(by.items()) if check)
        expected.append([kind, n(sum(by.values())), caught, n(by[""])])
    assert made.table("how the plan was spoiled") == expected
    spared = mutations(made, "spared")
    if spared:
        rows = [[kind, n(sum(by.values())), n(by[""])] for kind, by in sorted(spared.items())]
        assert made.table("what was varied") == rows


# ── and in between ───────────────────────────────────────────────────────────────────────────────────────────────────────


def difficulties(made: Made) -> str:
    counts = Counter(task["difficulty"] for task in made.tasks)
    return ", ".join(f"{name} {n(counts[name])}" for name in ("easy", "medium", "hard") if counts[name])


def by_role(made: Made) -> str:
    counts = Counter(task["user_role"] for task in made.tasks)
    return ", ".join(f"{name} {n(counts[name])}" for name in sorted(counts, key=lambda name: (-counts[name], name)))


def by_type(made: Made) -> str:
    counts = Counter(kind for path in made.paths for _, _, kind in errors(path))
    return ", ".join(f"`{name}` {n(counts[name])}" for name in sorted(counts, key=lambda name: (-counts[name], name)))


def with_acts(made: Made) -> str:
    parts = []
    for role in ("user", "assistant"):
        known = [bool(k.get("acts")) for path in made.paths for m, k in path if m["role"] == role]
        parts.append(f"{n(sum(known))} of {n(len(known))} {role} messages")
    return " and ".join(parts)


def writes(made: Made) -> str:
    writing = {
        (name, tool["name"])
        for name, e in made.environments.items()
        for tool in e["toolset"]["tools"]
        if tool["effect"] == "write"
    }
    calls = [
        (r["metadata"]["environment"], c["name"])
        for r, p in zip(made.rows, made.paths, strict=True)
        for c in calls_of(p)
    ]
    written = sum(call in writing for call in calls)
    return f"Of {n(len(calls))} calls, {n(written)} ({rate(written, len(calls))}) are of tools that write."


def spoiled(made: Made) -> str:
    counts = sum(mutations(made, "mutations").values(), Counter[str]())
    caught = counts.total() - counts[""]
    return f"Of {n(counts.total())} spoiled plans, {n(caught)} ({rate(caught, counts.total())}) were caught."


SENTENCES: tuple[Callable[[Made], str], ...] = (
    lambda made: f"{len(made.rows)} conversations between a user and an assistant that uses tools, made with Duologue {__version__} for",
    lambda made: f"the checks it was put to ({len(made.rows[0]['metadata']['verdicts'])} of them, listed below)",
    lambda made: f"over {len({r['metadata']['environment'] for r in made.rows})} toolsets (a name counts once)",
    lambda made: f"with seed {made.rows[0]['metadata']['seeds']['run']}, duologue {__version__}, Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}.",
    lambda made: f"Tasks by difficulty: {difficulties(made)}; by who asks: {by_role(made)}.",
    lambda made: f"Errors by type, as the toolsets spell them: {by_type(made)}.",
    lambda made: f"Recorded for {with_acts(made)}.",
    lambda made: f"of all {len(made.rows)} conversations that were played to their end",
    lambda made: f"The run began {len(made.rows)} items: {len(made.rows)} accepted, 0 rejected, 0 unfinished.",
    lambda made: f"{len([t for t in made.tasks if t['proof']['gold']])} tasks of {len(made.tasks)} in the rows have such a proof.",
    lambda made: f"One source and {len({r['metadata']['environment'] for r in made.rows})} toolsets",
    writes,
    spoiled,
)  # fmt: skip
"""Every sentence with a figure, computed again."""
FIXED = ("arXiv 2601.08225", "arxiv.org/abs/2601.08225", "duologue.export/1", "duologue.card/1")
_TABLE = re.compile(r"^\|.*$|^```.*?^```$|`[^`]*`", re.M | re.S)


def test_every_other_figure_stands_in_a_sentence_that_was_computed_again(made: Made) -> None:
    text = " ".join(made.body.split())
    for sentence in SENTENCES:
        assert sentence(made) in text
    left = _TABLE.sub("", made.body)
    left = " ".join(left.split())
    for known in (*(_TABLE.sub("", sentence(made)) for sentence in SENTENCES), *FIXED):
        left = left.replace(" ".join(known.split()), "")
    assert re.findall(r"[^.;]*\d[^.;]*", left) == []


def test_the_metadata(made: Made) -> None:
    import yaml

    assert yaml.safe_load(made.front)["size_categories"] == ["n<1K"]
    assert len(made.rows) < 1000


@pytest.mark.long
def test_the_commands_in_it_make_the_same_rows(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"^```sh\n(.*?)^```", made.body, re.M | re.S)
    for line in block.splitlines():
        assert run(shlex.split(line)[1:]) == 0
    assert Path("rows.jsonl").read_bytes() == made.bytes


def test_the_example_is_one_of_the_rows(made: Made) -> None:
    (name, shown) = re.findall(r"^`(\w+)`, shortened.*?```text\n(.*?)^```", made.body, re.M | re.S)[0]
    row = next(row for row in made.rows if row["id"] == name)
    said = {" ".join(m["content"].split()) for m in row["messages"] if m["content"]}
    spoken = re.findall(r"^(?:user|assistant) +(.*)$", shown, re.M)
    assert len(spoken) >= 6
    for text in spoken:
        start = " ".join(text.rstrip("…").replace("⏎", "").split())
        assert any(whole.startswith(start) for whole in said), text
