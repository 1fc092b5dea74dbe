"""`duologue stats`: the paper's table for a run, the way of its items, what models were asked."""

from typing import TYPE_CHECKING, Any

from duologue.cli.options import Json, Run

if TYPE_CHECKING:
    from duologue.store import Store


def stats(run: Run, json: Json = False) -> int:
    """Show a run's figures beside the paper's. Below them: the way of its items, check by check, who lost them, what they cost."""
    from duologue.cli.runs import open_run
    from duologue.store import stats as figures

    with open_run(run) as store:
        selected, trouble = _selected(store)
        found = figures(store, selected)
        notes = store.notes()
    found["behaviours"] = _every(found["behaviours"])
    if json:
        from duologue.ids import to_json

        print(to_json(found))
        return 0
    print(report(found))
    if "ran_out" in notes:
        out = notes["ran_out"]
        print(f"\nDistinct tasks ran out after {out['items']} of {out['of']} items.")
    if trouble:
        print(f"\nHow many are selected is not known. {trouble}")
    return 0


def _selected(store: "Store") -> tuple[int | None, str]:
    """How many the list beside the run keeps; where it can't be followed, why."""
    from duologue.cli.selected import how_many
    from duologue.cli.text import one_line
    from duologue.errors import UserError

    try:
        return how_many(store), ""
    except UserError as error:
        return None, one_line(error.message)


def _every(shares: dict[str, float] | None) -> dict[str, float] | None:
    """The behaviours that occurred, and behind them those of the profile that never did; nothing where no user has any (a model's)."""
    from duologue.simulate.profile import behaviours

    return shares and {**shares, **{name: 0.0 for name in behaviours() if name not in shares}}


def report(found: dict[str, Any]) -> str:
    """The statistics for reading."""
    from duologue.cli.lost import each_sample, losses, way
    from duologue.cli.text import styled, table
    from duologue.store.paper import HEADINGS, NAMES, PAPER, SAMPLES

    ends = found["dialogues"]
    begun = f" of {found['asked']} asked for" if found["items"] < found["asked"] else ""
    head = (
        f"{found['items']} items{begun}: {ends['accepted']} accepted, {ends['rejected']} rejected,"
        f" {ends['unfinished']} unfinished · {found['seconds']:.1f} s"
    )
    rows = [("", "this run", *HEADINGS), ("conversations", str(ends["accepted"]), *SAMPLES)]
    rows += [(NAMES[name], _figure(found[name]), *theirs) for name, theirs in PAPER.items()]
    more = [
        ("user turns", _figure(found["user_turns"])),
        ("tool calls", _figure(found["tool_calls"])),
        ("calls that write", f"{found['write_share']:.0%}"),
        ("tools", str(found["tools"])),
    ]
    blank = ("", "")
    parts = [styled(head, "bold"), "", "mean (max) of a conversation"]
    parts.append(table([*rows, *((*pair, *blank) for pair in more)], right=frozenset({1, 2, 3})))
    parts += [*_behaviours(found), *_policy(found), *_faults(found), *way(found), *losses(found), *each_sample(found)]
    if "models" in found:
        parts += ["", *_models(found["models"])]
    return "\n".join(parts)


def _behaviours(found: dict[str, Any]) -> list[str]:
    """How many conversations hold each behaviour of the user, on a line or two."""
    from duologue.cli.text import one_line, wrapped

    shares = found["behaviours"]
    if not shares:
        return []
    said = ", ".join(f"{one_line(name)} {share:.1%}" for name, share in shares.items() if share)
    never = ", ".join(one_line(name) for name, share in shares.items() if not share)
    return ["", wrapped(f"conversations with: {said}" + (f"; never: {never}" if never else ""), 2)]


def _policy(found: dict[str, Any]) -> list[str]:
    """The decisions of the policy: how many conversations meet one, of which kinds, by which rules."""
    from duologue.cli.text import one_line, wrapped

    met = found.get("policy")
    if not met:
        return []
    kinds = ", ".join(f"{one_line(kind)} {share:.1%}" for kind, share in met["kinds"].items())
    said = f"decisions of the policy: {met['share']:.1%} of the conversations meet one, {met['refused']:.1%} a refusal ({kinds})"
    lines = ["", wrapped(said, 2)]
    for environment, rules in met["rules"].items():
        where = f"{one_line(environment)}: " if len(met["rules"]) > 1 else "by rule: "
        lines.append(wrapped(where + ", ".join(f"{one_line(rule)} {n}" for rule, n in rules.items()), 2))
    return lines


def _faults(found: dict[str, Any]) -> list[str]:
    """The faults that calls met on purpose, kind by kind."""
    from duologue.cli.text import one_line, table

    if not found.get("faults"):
        return []
    rows = [("faults on purpose", "met", "recovered from")]
    rows += [
        (one_line(kind), f"{n['met']:,}", f"{n['recovered']:,} ({n['recovered'] / n['met']:.1%})")
        for kind, n in found["faults"].items()
    ]
    return ["", table(rows, right=frozenset({1, 2}))]


def _figure(summary: dict[str, float]) -> str:
    return f"{summary['mean']:.2f} ({summary['max']})"


def _models(found: dict[str, Any]) -> list[str]:
    """What models were asked: the whole run, then by role."""
    from duologue.cli.amounts import dollars, duration
    from duologue.cli.lost import on_rejected
    from duologue.cli.text import one_line, table

    head = ("calls of models", "calls", "prompt", "cached", "completion", "model time", "dollars", "given up")
    rows = [head]
    for role, part in [*found["roles"].items(), ("in all", found)]:
        tokens, lost = part["tokens"], part.get("failures", {})
        rows.append(
            (
                one_line(role), f"{part['calls']:,}", f"{tokens['prompt']:,}", f"{part['cached_share']:.0%}",
                f"{tokens['completion']:,}", duration(part["seconds"]), dollars(part["dollars"]),
                ", ".join(f"{one_line(reason)} {n}" for reason, n in lost.items()),
            )
        )  # fmt: skip
    parts = [table(rows, right=frozenset(range(1, 7)))]
    billed, rejected = found["billed_at_most"], on_rejected(found)
    parts += ["", rejected] if rejected else [""]
    parts.append(f"charged to the limits: {dollars(billed['dollars'])}, {billed['tokens']:,} tokens")
    faults = [("attempts that met a fault", "n", "which")]
    for role, part in found["roles"].items():
        met = part["attempts"]
        if met:
            which = ", ".join(f"{one_line(reason)} {n:,}" for reason, n in met.items())
            faults.append((one_line(role), f"{sum(met.values()):,}", which))
    return [*parts, "", table(faults, right=frozenset({1}))] if faults[1:] else parts
