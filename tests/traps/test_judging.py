"""Judges are measured: one that knows the truth, one that passes everything, one that talks nonsense, and several together."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from duologue.errors import LimitReachedError, UserError
from duologue.ids import rng
from duologue.models.endpoint import Endpoint
from duologue.protocols import Answer, Request
from duologue.roles import Roles
from duologue.settings import Judging, ModelSettings
from duologue.testing import ScriptedModel
from duologue.traps import KINDS, Trap, trap, traps
from duologue.traps.judging import Judged, judged
from duologue.traps.planted import CLASSES
from duologue.traps.scores import machine_score, part
from duologue.types import Verdict
from duologue.verify.judge import rubric_lines

pytestmark = pytest.mark.long

DECLARED = {"critical": "Critical", "structural": "Structural", "noncritical": "NonCritical"}


@cache
def chosen() -> tuple[Trap, ...]:
    """A part of the set, with planted lines of every class."""
    return tuple(part(traps(), 30, lambda name: rng(7, name).random()))


@cache
def verdicts() -> dict[str, tuple[Verdict, ...]]:
    return {t.name: t.verdicts() for t in chosen()}


def faulty() -> int:
    return sum(t.faulty for t in chosen())


def answer(t: Trap, knows: bool) -> dict[str, Any]:
    """Every line passed, in the class it was written with; or, of a judge who knows, in its true class, and with what is wrong."""
    lines = [
        {"id": n, "class": t.lines[n].kind if knows and n in t.lines else DECLARED[c.kind], "passed": True, "turn": 1, "evidence": "so it is"}
        for n, c in rubric_lines(t.dialogue).items()
    ]  # fmt: skip
    wrong = knows and t.faulty
    stayed = not (wrong and KINDS[t.kind].by == "user")
    if wrong and stayed:
        next(line for line in lines if line["class"] == "Critical")["passed"] = False
    return {"lines": lines, "user_stayed_user": stayed, "user_evidence": "as the turns show"}


def asked_of(request: Request) -> Trap:
    return trap(request.scope.removeprefix("traps."))


def knowing(request: Request) -> dict[str, Any]:
    return answer(asked_of(request), True)


def passing(request: Request) -> dict[str, Any]:
    return answer(asked_of(request), False)


def rambling(request: Request) -> str:
    return "It all looks quite fine to me, on the whole."


def settings(rule: str, *names: str) -> ModelSettings:
    endpoints = {n: Endpoint(name=n, urls=("http://nowhere:1",)) for n in names}
    judging = Judging("unanimous") if rule == "unanimous" else Judging()
    return ModelSettings(roles=Roles({"judge": names}), endpoints=endpoints, judging=judging)


def measured(folder: Path, rule: str = "majority", **models: Callable[[Request], Any]) -> Judged:
    players = {name: ScriptedModel(reply, name) for name, reply in models.items()}
    return judged(settings(rule, *models), folder, chosen(), verdicts(), players)


def test_the_part_has_something_of_everything() -> None:
    assert len(chosen()) == 30
    assert 12 <= faulty() <= 20
    assert {line.kind for t in chosen() for line in t.lines.values()} == set(CLASSES)
    assert list(chosen()) == [t for t in traps() if t in chosen()]
    assert len(part(traps(), 500, lambda name: 0.5)) == 209


def test_one_who_knows_is_right_about_everything(tmp_path: Path) -> None:
    found = measured(tmp_path, wise=knowing)
    (voice,) = found.voices
    assert voice.score.found == (faulty(), faulty())
    assert voice.score.alarmed[0] == voice.score.undecided == voice.unreadable == 0
    assert [(c.precision, c.recall) for c in voice.classes] == [(1.0, 1.0)] * 4
    assert (found.together, found.disagreed) == (None, ())
    assert found.as_run.found == (faulty(), faulty())


def test_one_who_passes_everything_scores_as_arithmetic_says(tmp_path: Path) -> None:
    found = measured(tmp_path, kind=passing)
    (voice,) = found.voices
    lines = [line for t in chosen() for line in t.lines.values()]
    assert voice.score.found == (0, faulty())
    assert voice.score.alarmed[0] == voice.score.undecided == 0
    assert not voice.score.holds
    for c in voice.classes:
        true, given = [x for x in lines if x.kind == c.name], [x for x in lines if DECLARED[x.declared] == c.name]
        right = [x for x in true if DECLARED[x.declared] == c.name]
        assert (c.lines, c.given, c.right) == (len(true), len(given), len(right))
        assert c.recall == len(right) / len(true)
        assert c.precision == (len(right) / len(given) if given else None)
    rejected = sum(t.faulty and t.rejected(verdicts()[t.name]) for t in chosen())
    assert found.as_run.found[0] == rejected > 0, "what the judge lets through, the machine checks still find"


def test_nonsense_is_right_about_nothing(tmp_path: Path) -> None:
    found = measured(tmp_path, muddled=rambling)
    (voice,) = found.voices
    assert voice.score.found[0] == voice.score.alarmed[0] == 0
    assert voice.score.undecided == voice.unreadable == len(chosen())
    assert all((c.given, c.recall) == (0, 0.0) for c in voice.classes)
    assert found.as_run.alarmed[0] == len(chosen()) - faulty(), "could not tell is no pass"
    assert found.work[0].calls == 3 * len(chosen())


@pytest.mark.parametrize(
    ("rule", "others", "found", "undecided"),
    [
        ("majority", 1, False, True),
        ("unanimous", 1, True, False),
        ("majority", 2, False, False),
        ("unanimous", 2, True, False),
    ],
)
def test_several_decide_by_the_rule(tmp_path: Path, rule: str, others: int, found: bool, undecided: bool) -> None:
    models = {"wise": knowing} | dict(list({"kind": passing, "kinder": passing}.items())[:others])
    result = measured(tmp_path, rule, **models)
    assert result.together is not None
    assert result.rule == rule
    assert set(result.disagreed) == {t.name for t in chosen() if t.faulty}
    assert result.together.score.found == (faulty() if found else 0, faulty())
    assert result.together.score.undecided == (faulty() if undecided else 0)
    assert result.together.score.alarmed[0] == 0
    assert [v.name for v in result.voices] == list(models)


def test_nothing_is_asked_twice(tmp_path: Path) -> None:
    first, again = measured(tmp_path, wise=knowing), measured(tmp_path, wise=rambling)
    assert (first.asked, again.asked) == (len(chosen()), 0)
    assert again.voices == first.voices
    assert again.work[0].calls == len(chosen())
    more = measured(tmp_path, wise=rambling, kind=passing)
    assert more.asked == len(chosen())
    assert more.voices[0] == first.voices[0]


def test_what_a_limit_stops_is_kept(tmp_path: Path) -> None:
    class Tired:
        def __init__(self) -> None:
            self.inner, self.left = ScriptedModel(knowing), 5

        async def ask(self, request: Request) -> Answer:
            if not self.left:
                raise LimitReachedError("5 answers")
            self.left -= 1
            return await self.inner.ask(request)

    with pytest.raises(LimitReachedError):
        judged(settings("majority", "wise"), tmp_path, chosen(), verdicts(), {"wise": Tired()})
    assert measured(tmp_path, wise=knowing).asked == len(chosen()) - 5


def test_without_a_judge_nobody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No model judges here"):
        judged(ModelSettings(), tmp_path, chosen(), verdicts())


def test_bars_are_held_against_what_was_measured() -> None:
    score = machine_score(chosen(), verdicts())
    assert score.found[1] + score.alarmed[1] == len(chosen())
    assert score.holds == (score.found[0] >= 0.95 * score.found[1] and score.alarmed[0] <= 0.02 * score.alarmed[1])
    assert len(score.missed) == score.found[1] - score.found[0]
    assert {c for k in score.faults for c in k.by} <= {c for k in KINDS.values() for c in k.right}
