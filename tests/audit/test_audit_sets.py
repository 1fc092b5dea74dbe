"""Whole files: copies, templates, the command, sets that others published, and our own."""

import json
from pathlib import Path

import pytest

from audit.kit import audited, sharegpt, sound
from duologue.audit import Audit, conversations
from duologue.cli import run
from duologue.config import RunConfig
from duologue.pipeline import generate

SEEDS = Path(__file__).parents[3] / "shared" / "data" / "seed_tools"
WORDS = [
    "apple",
    "river",
    "stone",
    "cloud",
    "lamp",
    "forest",
    "window",
    "garden",
    "bridge",
    "letter",
    "candle",
    "mirror",
    "basket",
    "ladder",
    "pencil",
    "harbour",
]


def tale(seed: int, *changed: str) -> dict[str, object]:
    """A long conversation of its own words, some of them changed."""
    words = [WORDS[(i * (seed + 3) + i * i // 7) % len(WORDS)] + str((i * seed) % 11) for i in range(160)]
    words[: len(changed)] = changed
    return {"messages": [{"role": "user", "content": " ".join(words[:80])}, {"role": "assistant", "content": " ".join(words[80:]) + "."}]}  # fmt: skip


def test_copies_are_found_and_their_likes_are_not(tmp_path: Path) -> None:
    found = audited(tmp_path / "a.jsonl", tale(1), tale(2), tale(1), tale(2, "other", "words"), tale(3))
    assert [(f.line, f.severity, f.check) for f in found] == [(3, "fault", "duplicates"), (4, "doubt", "duplicates")]
    assert "line 1" in found[0].evidence
    assert "line 2" in found[1].evidence


def test_copies_are_found_across_files(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(tale(1)))
    made = Audit()
    assert not list(made.file(tmp_path / "a.jsonl"))
    (found,) = made.file(tmp_path / "b.jsonl")
    assert "a.jsonl" in found.evidence


def test_a_copy_with_other_tools_is_a_doubt(tmp_path: Path) -> None:
    (found,) = audited(tmp_path / "a.jsonl", tale(1), {**tale(1), "tools": sound()["tools"]})
    assert (found.severity, found.check, "other tools" in found.what) == ("doubt", "duplicates", True)


def test_one_sentence_all_over_a_file_is_noted_once(tmp_path: Path) -> None:
    rows = []
    for n in range(12):
        row = tale(n)
        row["messages"] += [{"role": "user", "content": "and?"}, {"role": "assistant", "content": f"I looked into it {n} times and found nothing at all."}]  # type: ignore[operator]  # fmt: skip
        rows.append(row)
    found = [f for f in audited(tmp_path / "a.jsonl", *rows) if f.check == "templates"]
    assert [(f.severity, f.line, f.turn) for f in found] == [("note", 1, 3)]


@pytest.mark.long
def test_our_own_export_is_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(RunConfig(out=tmp_path / "run", n=25), lambda _: None)
    for form in ("openai", "hf"):
        out = tmp_path / f"{form}.jsonl"
        assert run(["export", str(tmp_path / "run"), "--format", form, "-o", str(out)]) == 0
        capsys.readouterr()
        assert run(["audit", str(out), "--severity", "doubt"]) == 0
        shown = capsys.readouterr().out
        assert "25 conversations read: no fault found. Whether what was wanted was done is not asked" in shown
        asked = {line.split()[0]: line.split()[1] for line in shown.splitlines()[1:13]}
        assert {"roles", "tools", "arguments", "provenance", "grounding", "honesty"} <= {k for k, v in asked.items() if v == "25"}  # fmt: skip


def test_the_table_says_what_could_not_be_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(tale(1)))
    assert run(["audit", str(path)]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.split()}
    assert "not asked" in lines["arguments"]
    assert "not asked" in lines["grounding"]
    assert "not asked" not in lines["roles"]


def test_the_command_lists_counts_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = sound()
    bad["messages"][4]["content"] = "Clear skies in Lisbon.<|im_end|>\x1b[m, with highs of 31.8 degrees."
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(bad) + "\n{broken\n" + json.dumps(sharegpt()))
    assert run(["audit", str(path)]) == 1
    shown = capsys.readouterr().out
    assert f"fault  {path}:1 message 4  text: a mark for steering models is left in the text · <|im_end|>" in shown
    assert f"fault  {path}:2  reading: no JSON" in shown
    assert "\x1b" not in shown
    assert shown.endswith("2 conversations read, 1 row not: 2 faults in 2 of 3, 1 doubt\n")
    assert run(["audit", str(path), "--limit", "1", "--severity", "fault"]) == 1
    shown = capsys.readouterr().out
    assert shown.count("fault  ") == 1
    assert "1 more" in shown


def test_the_command_speaks_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join([json.dumps(sound()), "{broken", json.dumps(sharegpt())]))
    assert run(["audit", str(path), "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert [(f["check"], f["line"]) for f in printed["findings"]] == [("reading", 2)]
    assert (printed["rows"], printed["conversations"], printed["with_faults"]) == (3, 2, 1)
    assert printed["checks"]["reading"] == {"asked": 3, "faults": 1, "doubts": 0, "notes": 0, "rows": 1}


@pytest.mark.parametrize("words", [["--limit", "-1"], ["--severity", "grave"], ["--limit", "few"]])
def test_the_command_refuses_what_it_can_not_do(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(sound()))
    assert run(["audit", str(path), *words]) == 2
    captured = capsys.readouterr()
    assert captured.err
    assert not captured.out


@pytest.mark.skipif(not SEEDS.is_dir(), reason="needs the published sets")
def test_published_sets_are_read_to_the_last_row() -> None:
    made = Audit()
    paths = [*sorted((SEEDS / "llamafactory").glob("*.json*")), *sorted((SEEDS / "nemo_gym").glob("*.jsonl"))]
    found = [f for path in paths for f in made.file(path)] + list(made.end())
    assert made.rows == made.conversations == 380
    assert made.faults
    broken = {(Path(f.file).name[:6], f.line, f.turn, f.check) for f in found if f.severity == "fault"}
    assert ("glaive", 8001, 3, "arguments") in broken  # a list where a number is wanted
    assert ("reason", 7, 4, "text") in broken  # </think> at the end of an answer
    assert ("reason", 18, 4, "arguments") in broken  # a year, where the tool has none


@pytest.mark.skipif(not SEEDS.is_dir(), reason="needs the published sets")
@pytest.mark.parametrize("name", ["bfcl/BFCL_v4_multi_turn_base.json", "toucan/mcp_tools_sample.jsonl"])
def test_other_published_files_are_refused_kindly(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", str(SEEDS / name)]) == 2
    assert "holds no conversation" in capsys.readouterr().err


def test_nothing_is_lost_between_row_and_turns(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(sound()))
    (talk,) = conversations(path)
    assert [t.place for t in talk.turns] == list(range(9))  # type: ignore[union-attr]
