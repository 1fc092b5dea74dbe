"""`duologue quality`: how varied conversations are, and what users do in them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from duologue.cli.options import Json, whole


def quality(
    sources: Annotated[list[Path], typer.Argument(help="Run folders, and files of conversations, ours or another's.", metavar="RUN|FILE…")],
    shown: Annotated[int, typer.Option("--shown", help="How many of the commonest wordings to show of each kind.", metavar="N", parser=whole)] = 10,
    json: Json = False,
) -> int:  # fmt: skip
    """Measure variety and behaviour of runs or files, values and labels masked: wordings, openings, acts, near duplicates."""
    from duologue.errors import UserError
    from duologue.quality import quality as measured
    from duologue.quality.sources import source_of

    if shown < 0:
        raise UserError(f"--shown {shown} is below 0.", "Say how many of the commonest wordings to show.")
    found = measured([source_of(path) for path in sources], shown)
    if json:
        from duologue.ids import to_json

        print(to_json(found))
    else:
        print(report(found))
    return 0


def report(found: dict[str, Any]) -> str:
    """The figures for reading."""
    from duologue.cli.text import styled, table

    parts = [styled(_head(found), "bold"), *_unread(found), "", table(_voices(found), frozenset({1, 2})), ""]
    parts += [table(_whole(found), frozenset({1})), ""]
    parts += _behaviours(found)
    for who in ("user", "assistant"):
        parts += _commonest(f"commonest turns of the {who}, masked", found[who]["skeletons"]["commonest"], "text")
    parts += _commonest("commonest openings", found["openings"]["commonest"], "text")
    parts += _commonest("commonest sequences of acts", found["acts"]["sequences"]["commonest"], "sequence")
    return "\n".join(parts).rstrip()


def _head(found: dict[str, Any]) -> str:
    from duologue.cli.text import one_line

    names = [one_line(source["source"], 60) for source in found["sources"]]
    where = names[0] if len(names) == 1 else f"{len(names)} sources"
    return f"{found['conversations']:,} conversations · {where}"


def _unread(found: dict[str, Any]) -> list[str]:
    from duologue.cli.text import one_line

    return [
        f"{source['unread']:,} rows of {one_line(source['source'], 60)} are no conversations (`duologue audit` says why)"
        for source in found["sources"]
        if source["unread"]
    ]


def _voices(found: dict[str, Any]) -> list[tuple[str, ...]]:
    """Figures of each side, side by side."""
    sides = [found["user"], found["assistant"]]

    def row(name: str, *values: str) -> tuple[str, ...]:
        return (name, *values)

    return [
        ("", "user", "assistant"),
        row("turns with words", *(f"{s['turns']:,}" for s in sides)),
        row("words a turn, mean / median / p90", *(_spread(s["words"]) for s in sides)),
        row("distinct-1 / 2 / 3, masked", *(_distinct(s["distinct"]) for s in sides)),
        row("  in pieces of 10,000 words", *(_distinct(s["distinct_by_piece"]) for s in sides)),
        row("different sentences, masked", *(f"{s['sentences']['different']:,}" for s in sides)),
        row("  of them said once", *(f"{s['sentences']['once']:.1%}" for s in sides)),
        row("different turns, masked", *(f"{s['skeletons']['different']:,}" for s in sides)),
        row("  share of the commonest", *(f"{s['skeletons']['commonest_share']:.2%}" for s in sides)),
        row("  share of the 100 commonest", *(f"{s['skeletons']['top_100_share']:.1%}" for s in sides)),
    ]


def _spread(lengths: dict[str, float]) -> str:
    return f"{lengths['mean']:.1f} / {lengths['median']} / {lengths['p90']}"


def _distinct(values: dict[str, float | None]) -> str:
    shown = [value for value in values.values() if value is not None]
    return " / ".join(f"{value:.3f}" for value in shown) if shown else "too few words"


def _whole(found: dict[str, Any]) -> list[tuple[str, ...]]:
    """Figures of whole conversations."""
    near, sequences, thin = found["near_duplicates"], found["acts"]["sequences"], found["without_content"]
    judged = ", ".join(f"{n:,} turns {how}" for how, n in found["acts"]["judged"].items())
    alike = near["missing"] if near["count"] is None else f"{near['count']:,} ({near['share']:.2%})"
    return [
        ("messages, mean / median / p90", _spread(found["messages"])),
        ("user turns, mean / median / p90", _spread(found["user_turns"])),
        ("different openings, masked", f"{found['openings']['different']:,}"),
        ("different sequences of acts", f"{sequences['different']:,}"),
        ("  share of the commonest", f"{sequences['commonest_share']:.2%}"),
        ("  acts", judged),
        ("user turns without content", f"{thin['user_turns']:,} ({thin['share']:.1%})"),
        (f"near duplicates, masked, {near['threshold']} alike", alike),
    ]


def _behaviours(found: dict[str, Any]) -> list[str]:
    from duologue.cli.text import one_line, wrapped

    shares = found["behaviours"]
    if shares is None:
        return ["behaviours: none are recorded", ""]
    ranked = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
    said = ", ".join(f"{one_line(name)} {share:.1%}" for name, share in ranked)
    return [wrapped(f"behaviours, share of conversations: {said}", 2), ""]


def _commonest(title: str, rows: list[dict[str, Any]], name: str) -> list[str]:
    from duologue.cli.text import one_line, styled, width

    if not rows:
        return []
    lines = [f"{row['count']:>6,}  {row['share']:6.2%}  {one_line(row[name], width() - 16)}" for row in rows]
    return [styled(title, "bold"), *lines, ""]
