"""`duologue judge-check`: checks and judges, measured on conversations whose faults are known."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duologue.cli.options import (
    BaseUrl,
    Concurrency,
    Config,
    Json,
    MaxDollars,
    MaxHours,
    MaxTokens,
    Model,
    Price,
    Prompts,
    Role,
    whole,
)

if TYPE_CHECKING:
    from duologue.settings import ModelSettings
    from duologue.traps import Trap
    from duologue.traps.judging import Judged, Work
    from duologue.traps.scores import Score, Voting

FOLDER = Path("judge-check")


def judge_check(
    n: Annotated[
        int | None,
        typer.Option("-n", help="A part of that many, of every kind its share. [default: all 209]", metavar="N", show_default=False,
                     parser=whole),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="0: the set that was in view while the checks were mended; any other: as many conversations of "
                          "the same forms, over other rows.", metavar="N", parser=whole)
    ] = 0,
    model: Model = None,
    base_url: BaseUrl = None,
    role: Role = None,
    config: Config = None,
    prompts: Prompts = None,
    price: Price = None,
    max_dollars: MaxDollars = None,
    max_tokens: MaxTokens = None,
    max_hours: MaxHours = None,
    concurrency: Concurrency = None,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The folder that keeps what judges answer.", metavar="DIR")
    ] = FOLDER,
    names: Annotated[bool, typer.Option("--list", help="List the conversations and what is true of each.")] = False,
    show: Annotated[
        str | None, typer.Option("--show", help="Show one of them: its name, or a part of it.", metavar="NAME", show_default=False)
    ] = None,
    json: Json = False,
) -> int:  # fmt: skip
    """Measure checks and judges on 209 conversations whose faults are known. Machine checks alone, or with the judges that are named;
    exit code 1 where fewer than 95 % of the faults are found, or more than 2 % of the sound ones objected to."""
    from duologue.settings import Flags, model_settings
    from duologue.traps import traps

    if show is not None:
        return _show(show, seed, json)
    chosen = list(traps(seed)) if n is None else _part(n, seed)
    if names:
        return _list(chosen, json)
    flags = Flags(
        model=model, urls=tuple(base_url or ()), roles=tuple(role or ()), file=config, prompts=prompts, price=price,
        dollars=max_dollars, tokens=max_tokens, hours=max_hours, together=concurrency,
    )  # fmt: skip
    return _measure(chosen, model_settings(flags), out, json)


def _part(n: int, seed: int) -> "list[Trap]":
    from duologue.errors import UserError
    from duologue.ids import rng
    from duologue.traps import traps
    from duologue.traps.scores import part

    if n < 1:
        raise UserError(f"-n {n}: there is nothing to measure on.", "Give a number from 1 on.")
    every = list(traps(seed))
    if n > len(every):
        raise UserError(
            f"-n {n}: {len(every)} is all there are.", "Give a smaller number, or another --seed for other ones."
        )
    return part(every, n, lambda name: rng(seed, "judge-check", name).random())


# ── one, and the list of them ────────────────────────────────────────────────────────────────────────────────────────────


def _truth(trap: "Trap") -> dict[str, Any]:
    lines = {
        name: {"class": p.kind, "declared": p.declared, "line": p.text, "why": p.why} for name, p in trap.lines.items()
    }
    truth = {"name": trap.name, "faulty": trap.faulty, "kind": trap.kind or trap.liberty or "plain"}
    return truth | {"world": trap.world.name, "turn": trap.at, "planted": lines}


def _list(chosen: "list[Trap]", json: bool) -> int:
    from duologue.cli.text import one_line, table
    from duologue.ids import to_json

    if json:
        print(to_json({"traps": [_truth(t) for t in chosen]}))
        return 0
    rows: list[tuple[str, ...]] = [("conversation", "is", "turn", "lines planted")]
    rows += [
        (
            one_line(t.name),
            "faulty" if t.faulty else "sound",
            str(t.at or ""),
            ", ".join(f"{i} {p.kind}" for i, p in t.lines.items()),
        )
        for t in chosen
    ]
    print(table(rows, right=frozenset({2})))
    return 0


def _show(name: str, seed: int, json: bool) -> int:
    from duologue.cli.reading import conversation
    from duologue.cli.text import one_line, styled
    from duologue.ids import to_json

    trap = _named(name, seed)
    verdicts = trap.verdicts()
    if json:
        print(to_json({**_truth(trap), "dialogue": trap.dialogue, "verdicts": verdicts}))
        return 0
    what = (
        f"a fault: {trap.kind}, at turn {trap.at}"
        if trap.faulty
        else f"sound{f': {trap.liberty}' * bool(trap.liberty)}"
    )
    print(styled(one_line(f"{trap.name} is {what}"), "bold"))
    for line, planted in trap.lines.items():
        print(
            one_line(f"planted {line}: {planted.text} ({planted.kind}, {planted.why}; written as {planted.declared})")
        )
    print()
    print(conversation(trap.dialogue, verdicts, trap.world.workshop.environment))
    return 0


def _named(name: str, seed: int) -> "Trap":
    from duologue.errors import UserError
    from duologue.traps import traps

    found = [t for t in traps(seed) if t.name == name] or [t for t in traps(seed) if name.lower() in t.name.lower()]
    if len(found) == 1:
        return found[0]
    some = ", ".join(repr(t.name) for t in found[:5])
    what = f"{len(found)} conversations are called so, among them {some}" if found else "no conversation is called so"
    raise UserError(f"--show {name!r}: {what}.", "`duologue judge-check --list` gives their names.")


# ── the figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _measure(chosen: "list[Trap]", settings: "ModelSettings", folder: Path, json: bool) -> int:
    from duologue.ids import to_json
    from duologue.traps.scores import machine_score

    verdicts = {t.name: t.verdicts() for t in chosen}
    machine = machine_score(chosen, verdicts)
    judged = None
    if settings.roles.models("judge"):
        from duologue.traps.judging import judged as ask

        judged = ask(settings, folder, chosen, verdicts)
    holds = (judged.as_run if judged is not None else machine).holds
    if json:
        judges = _judged_json(judged) if judged is not None else None
        print(
            to_json({"conversations": len(chosen), "machine": _score_json(machine), "judges": judges, "holds": holds})
        )
    else:
        _print(machine, judged)
    return 0 if holds else 1


def _score_json(score: "Score") -> dict[str, Any]:
    found, alarms = score.found, score.alarmed
    head = {
        "found": found[0],
        "faults": found[1],
        "alarms": alarms[0],
        "sound": alarms[1],
        "undecided": score.undecided,
    }
    return head | {"holds": score.holds, "by_kind": score.faults, "by_liberty": score.sound, "missed": score.missed,
                   "alarmed": score.alarms}  # fmt: skip


def _judged_json(judged: "Judged") -> dict[str, Any]:
    every = [*judged.voices, *([judged.together] if judged.together is not None else [])]
    voices = [
        {
            "name": v.name,
            **_score_json(v.score),
            "unreadable": v.unreadable,
            "classes": [
                {
                    "class": c.name,
                    "lines": c.lines,
                    "given": c.given,
                    "right": c.right,
                    "precision": c.precision,
                    "recall": c.recall,
                }
                for c in v.classes
            ],
        }
        for v in every
    ]
    work = {v.name: w for v, w in zip(judged.voices, judged.work, strict=True)}
    more = {"rule": judged.rule, "disagreed": judged.disagreed, "asked": judged.asked, "work": work}
    return {"voices": voices, "as_run": _score_json(judged.as_run), **more}


def _print(machine: "Score", judged: "Judged | None") -> None:
    from duologue.cli.text import one_line, styled

    print(styled("Machine checks", "bold"))
    print(_kinds(machine, checks=True))
    print(*_sums(machine), sep="\n")
    if judged is None:
        return
    for voice, work in zip(judged.voices, judged.work, strict=True):
        print()
        print(styled(one_line(f"Judge {voice.name}"), "bold"))
        _print_voting(voice)
        print(_spent(work))
    if judged.together is not None:
        print()
        print(styled(f"Judges together ({judged.rule})", "bold"))
        _print_voting(judged.together)
        print(f"they disagree on {len(judged.disagreed)} conversations")
    print()
    print(styled("As a run uses them: machine checks first, then the judges", "bold"))
    print(*_sums(judged.as_run), sep="\n")
    print(f"{judged.asked:,} answers asked for now; all are kept and not asked for again")


def _print_voting(voting: "Voting") -> None:
    from duologue.cli.text import table

    print(_kinds(voting.score, checks=False))
    print()
    rows: list[tuple[str, ...]] = [("planted lines", "lines", "given", "precision", "recall")]
    rows += [(c.name, str(c.lines), str(c.given), _share(c.precision), _share(c.recall)) for c in voting.classes]
    print(table(rows, right=frozenset({1, 2, 3, 4})))
    print()
    print(*_sums(voting.score), sep="\n")
    if voting.unreadable:
        print(f"no readable answer on {voting.unreadable} conversations")


def _kinds(score: "Score", checks: bool) -> str:
    """Faults by kind; with the checks that found them, or the number on which nobody could tell."""
    from duologue.cli.text import table

    last = "found by" if checks else "could not tell"
    rows: list[tuple[str, ...]] = [("fault", "found", "of", last)]
    rows += [(k.name, str(k.objected), str(k.of), " ".join(k.by) if checks else str(k.undecided)) for k in score.faults]
    return table(rows, right=frozenset({1, 2} if checks else {1, 2, 3}))


SHOWN = 12
"""Names of conversations that are listed for reading; `--json` gives all."""


def _sums(score: "Score") -> list[str]:
    from duologue.cli.text import one_line
    from duologue.traps.scores import ALARM_BAR, FOUND_BAR

    (found, faults), (alarms, sound) = score.found, score.alarmed
    out = [
        f"faults found          {found} of {faults} ({_share(found / faults if faults else None)}; the bar is {_share(FOUND_BAR)})",
        f"false alarms          {alarms} of {sound} ({_share(alarms / sound if sound else None)}; the bar is {_share(ALARM_BAR)})",
    ]
    if score.undecided:
        out.append(f"could not tell        {score.undecided}")
    for what, names in (("missed", score.missed), ("false alarm", score.alarms)):
        out += [one_line(f"  {what}: {name}") for name in names[:SHOWN]]
        if len(names) > SHOWN:
            out.append(f"  … and {len(names) - SHOWN} more (--json lists all)")
    return out


def _spent(work: "Work") -> str:
    from duologue.cli.amounts import dollars, duration

    tokens = f"{work.prompt:,} tokens in, {work.completion:,} out"
    return f"{work.calls:,} answers, {tokens}, {duration(work.seconds)} of model time, {dollars(work.dollars)}"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
