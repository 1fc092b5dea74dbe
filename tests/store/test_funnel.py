"""Where conversations were lost: check by check, by who failed, and what each sample took; files of older versions too."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from msgspec.structs import replace

from duologue.cli import run
from duologue.cli.lost import reasons
from duologue.cli.stats import report
from duologue.protocols import Answer, Request, Usage
from duologue.simulate.profile import behaviours
from duologue.store import Calls, Store, lost, stats
from duologue.store.calls import _SPENT
from duologue.types import Dialogue, Message, Verdict
from samples import SOUND, make_dialogue, make_environment

ASKED = ("replay", "zeal", "calls")
"""Names whose order is neither that of the alphabet nor that of any list in the code."""


def verdicts(failed: str = "", unsure: str = "", judge: bool | None = None) -> tuple[Verdict, ...]:
    machine = tuple(Verdict(name, None if name == unsure else name != failed) for name in ASKED)
    return machine if judge is None else (*machine, Verdict("judge", judge))


ITEMS: tuple[tuple[tuple[Verdict, ...], str, str], ...] = (
    (verdicts(failed="zeal"), "zeal", "user"),
    (verdicts(judge=True), "", ""),
    (verdicts(judge=True), "", ""),
    (verdicts(judge=False), "judge", "agent"),
    (verdicts(unsure="calls"), "calls", "task"),
    (verdicts(failed="zeal"), "zeal", "user"),
)


def fill(store: Store, trust: bool = True) -> None:
    """Six items whose conversations came to the checks, one that did not, one cut short."""
    environment = make_environment()
    store.put_environment(environment, b"image")
    for item, (said, reason, who) in enumerate(ITEMS):
        store.begin_item(item)
        for stage in ("tasks", "play"):
            store.count_attempt(item, stage)
        store.count_attempt(item, "check", reason)
        if trust:
            store.count_verdicts(item, said)
        store.put_dialogue(item, make_dialogue(environment, item), said, reason, who if trust else "")
    store.begin_item(6)
    store.count_attempt(6, "tasks", "unproven")
    store.reject_item(6, "tasks", "unproven", blame="task" if trust else "")
    store.begin_item(7)
    store.add_seconds(3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "run", {}) as made:
        fill(made)
        yield made


def test_each_check_has_its_line_as_they_are_asked(store: Store) -> None:
    found = stats(store)["checks"]
    assert (found["played"], found["counted"]) == (6, 6)
    assert [tuple(line.values()) for line in found["checks"]] == [
        ("replay", 6, 6, 0, 0),
        ("zeal", 6, 4, 2, 0),
        ("calls", 6, 5, 0, 1),
        ("judge", 3, 2, 1, 0),
    ]


def test_who_failed(store: Store) -> None:
    found = stats(store)
    assert found["blame"] == {"user": 2, "agent": 1, "tool": 0, "task": 2, "judge undecided": 0, "limits": 0}
    assert [tuple(row.values()) for row in found["lost"]] == [
        ("check", "zeal", "user", 2),
        ("check", "calls", "task", 1),
        ("check", "judge", "agent", 1),
        ("tasks", "unproven", "task", 1),
    ]
    assert sum(found["blame"].values()) == found["dialogues"]["rejected"] == 5


@pytest.mark.parametrize(
    ("selected", "each"),
    [
        (None, {"accepted": {"seconds": 1.5, "dollars": 0.0}, "selected": None}),
        (1, {"accepted": {"seconds": 1.5, "dollars": 0.0}, "selected": {"seconds": 3.0, "dollars": 0.0}}),
        (0, {"accepted": {"seconds": 1.5, "dollars": 0.0}, "selected": None}),
    ],
)
def test_what_each_sample_took(store: Store, selected: int | None, each: object) -> None:
    found = stats(store, selected)
    assert found["per_sample"] == each
    assert found["selected"] == selected


def test_what_was_spent_on_what_was_lost(store: Store) -> None:
    async def keep() -> None:
        book = Calls(store)
        for number, scope in enumerate(("tools.0", "0.0", "0.0", "1.0", "7.0", "3.0")):
            usage = Usage(100, 40, 10)
            answer = Answer(Message("assistant", "…"), "m", usage, 2.0, 0.25, key=f"k{number}")
            await book.keep(Request("user", (), scope), answer)

    asyncio.run(keep())
    found = stats(store, 1)
    spent = found["models"]["spent_on"]
    assert {what: (w["calls"], w["dollars"]) for what, w in spent.items()} == {
        "accepted": (1, 0.25), "rejected": (3, 0.75), "unfinished": (1, 0.25), "ground": (1, 0.25),
    }  # fmt: skip
    assert sum(w["tokens"]["prompt"] for w in spent.values()) == found["models"]["tokens"]["prompt"] == 600
    assert found["per_sample"]["selected"] == {"seconds": 3.0, "dollars": 1.5}
    shown = report(found)
    assert "$0.7500 (50% of all) went to rejected items, in 3 calls" in shown
    assert "1.500 s, $0.7500 for each accepted conversation" in shown
    assert "3.000 s, $1.5000 for each selected conversation" in shown


def test_money_is_added_up_without_reading_the_answers(store: Store) -> None:
    plan = " ".join(row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {_SPENT}"))
    assert "calls USING COVERING INDEX calls_found" in plan


LINES = (
    "entered passed failed could not tell lost to",
    "scenarios that stand 7 6 1 unproven 1",
    "played 6 6 0",
    "replay 6 6 0 0",
    "zeal 6 4 2 0",
    "calls 6 5 0 1",
    "judge 3 2 1 0",
    "passed every check 6 2 4 zeal 2, calls 1, judge 1",
    "items accepted 8 2 5 unfinished 1",
    "selected 2 1 1",
    "user agent tool task judge undecided limits",
    "2 1 0 2 0 0",
    "zeal check user 2",
)


def test_the_way_is_printed_in_order(store: Store) -> None:
    printed = [" ".join(line.split()) for line in report(stats(store, 1)).splitlines()]
    assert [line for line in printed if line in LINES] == list(LINES)


def test_the_commonest_reasons_in_a_line(store: Store) -> None:
    rows = lost(store)
    assert reasons(rows) == "zeal (user) 2, calls (task) 1, judge (agent) 1, other reasons 1"
    assert reasons(rows[:1]) == "zeal (user) 2"


# ── older files ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def of_version(folder: Path, version: int) -> Path:
    """The run as an earlier version would have left it."""
    with Store.create(folder, {}) as store:
        fill(store, trust=False)
    db = sqlite3.connect(folder / "run.sqlite")
    db.executescript("DROP INDEX dialogues_counts; CREATE INDEX dialogues_accepted ON dialogues (accepted, item);")
    db.executescript(
        "ALTER TABLE dialogues DROP COLUMN behaviours; DROP TABLE faults; DROP TABLE turns; DROP TABLE decisions;"
    )
    if version < 3:
        db.executescript(
            "ALTER TABLE items DROP COLUMN blame; DROP TABLE checks; DROP TABLE redrawn; DROP TABLE untried; DROP INDEX calls_found;"
        )
    if version < 2:
        db.executescript("DROP TABLE calls; DROP TABLE troubles; DROP TABLE spending;")
    db.executescript(f"DELETE FROM migrations WHERE version > {version}; PRAGMA user_version = {version};")
    db.close()
    return folder


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_run_says_what_it_does_not_know(
    version: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = of_version(tmp_path / "run", version)
    before = (folder / "run.sqlite").read_bytes()
    with Store.open(folder, readonly=True) as store:
        found = stats(store)
    assert (found["checks"], found["blame"], found["behaviours"]) == (None, None, None)
    assert {row["blame"] for row in found["lost"]} == {"unknown"}
    assert run(["stats", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "what each check said: not recorded: made by an older version" in shown
    assert "passed every check" in shown
    assert (folder / "run.sqlite").read_bytes() == before


def test_an_older_run_gone_on_with_knows_its_later_items_only(tmp_path: Path) -> None:
    folder = of_version(tmp_path / "run", 2)
    environment = make_environment()
    with Store.open(folder) as store:
        store.begin_item(8)
        store.count_attempt(8, "check", "replay")
        store.count_verdicts(8, SOUND)
        store.put_dialogue(8, make_dialogue(environment, 8), SOUND, "replay", "tool")
        found = stats(store)
    assert (found["checks"]["played"], found["checks"]["counted"]) == (7, 1)
    assert found["blame"]["tool"] == 1
    assert found["blame"]["unknown"] == 5
    assert "what each check said is known of 1 of 7 conversations played" in report(found)


def test_the_scripts_that_older_versions_lack_are_the_last_ones() -> None:
    """`of_version` takes away what these scripts make: a new one must be taken away there too."""
    from duologue.store.files import MIGRATIONS

    assert MIGRATIONS == (
        "schema.sql",
        "calls.sql",
        "trust.sql",
        "behaviours.sql",
        "faults.sql",
        "counts.sql",
        "turns.sql",
        "decisions.sql",
        "appended.sql",
        "found.sql",
    )
    assert "ADD COLUMN blame" in resources.files("duologue.store").joinpath("trust.sql").read_text()
    assert "ADD COLUMN behaviours" in resources.files("duologue.store").joinpath("behaviours.sql").read_text()


# ── faults on purpose ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_faults_are_counted_over_all_that_was_played(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        store.put_environment(make_environment(), None)
        for item, reason in enumerate(["", "calls"]):
            store.begin_item(item)
            store.count_faults(item, {"timeout": (2, 2)})  # of the one that was drawn again
            store.count_faults(item, {"timeout": (3, 1), "rate_limit": (1, 1)})
            store.put_dialogue(item, make_dialogue(make_environment(), item), SOUND, reason, "tool" if reason else "")
        found = stats(store)
    assert found["faults"] == {"rate_limit": {"met": 2, "recovered": 2}, "timeout": {"met": 10, "recovered": 6}}
    shown = [" ".join(line.split()) for line in report(found).splitlines()]
    assert "timeout 10 6 (60.0%)" in shown


def test_a_run_without_faults_says_nothing_of_them(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        found = stats(store)
    assert "faults" not in found
    assert "faults" not in report(found)


# ── behaviours ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def behaving(number: int, *names: str) -> Dialogue:
    """A conversation whose user shows these behaviours, each in two turns."""
    made = make_dialogue(make_environment(), number)
    users = [i for i, turn in enumerate(made.turns) if turn.message.role == "user"][:2]
    return replace(
        made, turns=tuple(replace(t, behaviours=names) if i in users else t for i, t in enumerate(made.turns))
    )


def put(store: Store, item: int, reason: str, *names: str) -> None:
    store.begin_item(item)
    store.put_dialogue(item, behaving(item, *names), SOUND, reason, "user" if reason else "")


def test_behaviours_are_shares_of_the_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        store.put_environment(make_environment(), b"image")
        put(store, 0, "", "doubt", "recap")
        put(store, 1, "", "recap")
        put(store, 2, "replay", "typos")
        put(store, 3, "")
        put(store, 4, "", "recap", "\x1b[31m")
        assert stats(store)["behaviours"] == {"recap": 0.75, "\x1b[31m": 0.25, "doubt": 0.25}
    assert run(["stats", str(tmp_path / "run")]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "conversations with: recap 75.0%, \\x1b[31m 25.0%, doubt 25.0%; never: " in printed
    assert run(["stats", str(tmp_path / "run"), "--json"]) == 0
    shares = json.loads(capsys.readouterr().out)["behaviours"]
    assert shares.keys() >= behaviours().keys()
    assert shares["typos"] == 0


def test_a_run_of_version_3_knows_the_behaviours_of_its_later_items(tmp_path: Path) -> None:
    folder = of_version(tmp_path / "run", 3)
    with Store.open(folder, readonly=True) as store:
        assert stats(store)["behaviours"] is None
        assert "conversations with" not in report(stats(store))
    with Store.open(folder) as store:
        assert stats(store)["behaviours"] is None
        put(store, 8, "", "doubt")
        put(store, 9, "")
        assert stats(store)["behaviours"] == {"doubt": 0.5}
