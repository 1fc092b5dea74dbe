"""The report: of runs, of our exports, of strangers' files."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.kit import responses, sharegpt, sound
from duologue.cli import run
from duologue.config import RunConfig
from duologue.errors import UserError
from duologue.pipeline import generate
from duologue.quality import quality
from duologue.quality.sources import source_of


def talk(user: list[str], assistant: list[str]) -> dict[str, Any]:
    turns = [
        {"role": r, "content": c}
        for pair in zip(user, assistant, strict=True)
        for r, c in zip(("user", "assistant"), pair, strict=True)
    ]
    return {"messages": turns}


def measured(path: Path, *rows: Any) -> dict[str, Any]:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return quality([source_of(path)])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("quality") / "shop"
    generate(RunConfig(source=None, domain="retail", out=out, n=6, seed=4), lambda _: None)
    return out


def test_another_value_is_no_other_wording(tmp_path: Path) -> None:
    asked = [
        "Find the 3 largest cities of Peru.",
        "Find the 12 largest cities of Chad.",
        "Find the 7 largest cities of Fiji.",
    ]
    found = measured(tmp_path / "a.jsonl", *(talk([q], ["It is done."]) for q in asked))
    assert found["openings"] == {
        "different": 1,
        "commonest": [{"text": "find the ⟨number⟩ largest cities of ⟨name⟩", "count": 3, "share": 1.0}],
    }
    assert found["user"]["skeletons"]["commonest_share"] == 1.0
    assert found["user"]["sentences"] | {"commonest": []} == {"total": 3, "different": 1, "once": 0.0, "commonest": []}
    assert found["near_duplicates"] == {"threshold": 0.8, "count": 2, "share": 0.666667}


def test_other_words_are(tmp_path: Path) -> None:
    asked = ["Find the largest cities of Peru.", "I wonder how big Lima is.", "Which rivers does Chad have?"]
    found = measured(tmp_path / "a.jsonl", *(talk([q], [f"So {q}"]) for q in asked))
    assert found["openings"]["different"] == 3
    assert found["user"]["skeletons"]["commonest_share"] == pytest.approx(1 / 3, abs=1e-5)
    assert found["user"]["sentences"]["once"] == 1.0
    assert found["near_duplicates"]["count"] == 0


def test_what_is_said_is_measured_by_side(tmp_path: Path) -> None:
    found = measured(tmp_path / "a.jsonl", talk(["Hello there", "yes"], ["How can I help you today?", "Good."]))
    assert found["user"]["words"] == {"mean": 1.5, "median": 1, "p90": 2, "max": 2}
    assert found["assistant"]["words"] == {"mean": 3.5, "median": 1, "p90": 6, "max": 6}
    assert found["messages"] == {"mean": 4.0, "median": 4, "p90": 4, "max": 4}
    assert found["user"]["distinct"] == {"1": 1.0, "2": 1.0, "3": 0.0}
    assert found["without_content"] == {"user_turns": 2, "share": 1.0}
    assert found["acts"]["judged"] == {"by form": 4}
    assert found["behaviours"] is None


@pytest.mark.parametrize("form", [sound, sharegpt, responses], ids=["openai", "sharegpt", "responses"])
def test_every_form_is_read_and_masked(form: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
    found = measured(tmp_path / "a.jsonl", form())
    [opening] = found["openings"]["commonest"]
    assert opening["text"] == "what's the ⟨label⟩ in ⟨name⟩ over the ⟨date⟩"


def test_a_label_here_and_a_word_there_make_one_wording(tmp_path: Path) -> None:
    one = talk(["Show me the weather report."], ["Sunny."]) | {"tools": sound()["tools"]}
    two = talk(["Show me the weather report."], ["Rainy."])
    assert measured(tmp_path / "a.jsonl", one, two)["openings"]["different"] == 1


def test_a_run_has_acts_and_its_export_says_the_same_of_them(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = quality([source_of(shop)])
    assert run(["export", str(shop), "-o", str(tmp_path / "shop.jsonl")]) == 0
    capsys.readouterr()
    theirs = quality([source_of(tmp_path / "shop.jsonl")])
    for field in ("conversations", "messages", "user_turns", "acts", "without_content", "behaviours"):
        assert own[field] == theirs[field], field
    assert own["acts"]["judged"] == {"recorded": own["user"]["turns"] + own["assistant"]["turns"]}
    assert own["behaviours"]
    assert all(0 < share <= 1 for share in own["behaviours"].values())


def test_no_value_of_a_run_is_left(shop: Path) -> None:
    found = quality([source_of(shop)], shown=10_000)
    texts = [row["text"] for who in ("user", "assistant") for row in found[who]["skeletons"]["commonest"]]
    assert texts
    assert not [text for text in texts if any(c.isdigit() for c in text)]


def test_two_sources_are_one_set(shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(sound()) + "\nnothing\n", encoding="utf-8")
    found = quality([source_of(shop), source_of(path)])
    assert found["conversations"] == 7
    assert found["sources"][1] == {"source": str(path), "conversations": 1, "unread": 1}


def test_same_input_same_report(shop: Path) -> None:
    assert quality([source_of(shop)]) == quality([source_of(shop)])


@pytest.mark.parametrize(
    ("content", "said"),
    [('{"a": 1}\n', "no conversation"), ("", "empty"), ("no json\n", "no conversation")],
)
def test_what_cannot_be_measured_is_said(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=said):
        quality([source_of(path)])
    with pytest.raises(UserError, match="not a run"):
        quality([source_of(tmp_path)])


def test_without_the_library_the_rest_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketch", None)
    found = measured(tmp_path / "a.jsonl", sound())
    assert found["near_duplicates"]["count"] is None
    assert "duologue[select]" in found["near_duplicates"]["missing"]
    assert found["openings"]["different"] == 1


def test_the_command(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quality", str(shop), "--shown", "2"]) == 0
    out = capsys.readouterr().out
    for said in (
        "6 conversations",
        "different sentences, masked",
        "near duplicates",
        "behaviours, share of",
        "commonest openings",
    ):
        assert said in out
    assert run(["quality", str(shop), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "duologue.quality/1"
    assert run(["quality", str(tmp_path / "none.jsonl")]) == 2
    assert run(["quality", str(shop), "--shown", "-1"]) == 2
    assert "--shown -1" in capsys.readouterr().err


def test_escape_codes_of_strangers_are_not_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(talk(["a\u202eb \x1b[31mred"], ["ok"])) + "\n", encoding="utf-8")
    assert run(["quality", str(path)]) == 0
    out = capsys.readouterr().out
    assert "\x1b[31m" not in out
    assert "\u202e" not in out


def test_fields_are_documented(shop: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "quality.md").read_text(encoding="utf-8")

    def names(value: Any, inside: str = "") -> set[str]:
        if isinstance(value, dict) and inside not in (
            "turns_with",
            "behaviours",
            "distinct",
            "distinct_by_piece",
            "judged",
        ):
            return set(value) | {n for key, part in value.items() for n in names(part, key)}
        return {n for part in value for n in names(part)} if isinstance(value, list) else set()

    assert not [name for name in sorted(names(quality([source_of(shop)]))) if name not in page]
