"""A hundred conversations, three branches each at three points: parents unchanged byte for byte, every branch replays, and they export as
rows, as pairs and as groups. By `make test-long`: two minutes of CPU."""

import json
from pathlib import Path
from typing import Any

import pytest

from duologue.cli import run
from duologue.store import FILE_NAME, Store, StoredDialogue

pytestmark = pytest.mark.long
AT, EACH = "first,9,last", 3


def of_run(folder: Path) -> list[StoredDialogue]:
    with Store.open(folder, readonly=True) as store:
        return [found for ok in (True, False) for found in store.dialogues(ok)]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_hundred_conversations_are_branched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, tree = tmp_path / "source", tmp_path / "tree"
    assert run(["generate", "--domain", "retail", "-n", "100", "--workers", "2", "-o", str(source)]) == 0
    before = (source / FILE_NAME).read_bytes()
    parents = {found.dialogue.id: found.dialogue.turns for found in of_run(source)}
    asked = [
        "branch",
        str(source),
        "-o",
        str(tree),
        "--at",
        AT,
        "--n",
        str(EACH),
        "--mistakes",
        "0.5",
        "--workers",
        "2",
    ]
    capsys.readouterr()
    assert run([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (source / FILE_NAME).read_bytes() == before
    assert told["branches"] == told["places"] * EACH
    assert told["places"] >= 3 * told["conversations"] - 3  # a few are over by turn 9
    assert told["conversations"] >= 98
    assert told["unfinished"] == 0
    assert told["same"] <= told["branches"] // 50

    made = of_run(tree)
    assert len(made) == told["branches"] - told["same"]
    for found in made:
        fork = found.dialogue.fork
        assert fork is not None
        assert found.dialogue.turns[: fork.at] == parents[fork.parent][: fork.at]
        assert [v.passed for v in found.verdicts if v.check == "replay"] == [True]
    honest = [found for found in made if found.dialogue.fork and not found.dialogue.fork.mistake]
    assert told["accepted"] >= 0.98 * len(honest)
    assert told["noticed"] >= 0.85 * told["mistakes"] > 100

    assert run(["verify", str(tree), "--json"]) == 0
    for name, more in (("rows", []), ("pairs", ["--pairs"]), ("groups", ["--groups"])):
        assert run(["export", str(tree), *more, "-o", str(tmp_path / name)]) == 0
    assert len(rows(tmp_path / "rows")) == told["accepted"]
    assert run(["verify", str(tmp_path / "rows")]) == 0
    pairs, groups = rows(tmp_path / "pairs"), rows(tmp_path / "groups")
    assert told["noticed"] * 0.9 <= len(pairs)
    assert all(pair["chosen"] != pair["rejected"] and pair["prompt"] for pair in pairs)
    assert len(groups) > 0.9 * len({(p["metadata"]["parent"], p["metadata"]["at"]) for p in pairs})
