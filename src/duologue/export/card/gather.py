"""From the stores of runs and what the person said to the values of their card.

The rows are read once, one after the other. What checks said, what items were lost to and what models used is added up over all runs;
how each was made stands run by run, and where its data comes from source by source (see `made.py`). Durations are left out: the same
command gives the same card.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from duologue.errors import UserError
from duologue.export.card.again import commands
from duologue.export.card.counting import Counting
from duologue.export.card.licences import licence_of
from duologue.export.card.made import made_of, sources_of, use_of
from duologue.export.card.sample import example_of
from duologue.export.card.texts import asks, blind
from duologue.export.card.values import FORMAT, Card, CheckFacts, Counts, Given, Part, SourceFacts
from duologue.store import stats
from duologue.types import Json

SPEAKING = ("user", "agent", "wording")
"""Roles whose words stand in the rows. Scripted ones speak English."""
NAMED = 3
"""Sources that the title names."""
Found = dict[str, Json]


def card_of(parts: Sequence[Part], given: Given) -> Card:
    """The card of the runs' accepted conversations, or of those that a selection keeps.

    Raises `UserError` where there is none, or where more sources are named than there are.
    """
    counting = Counting(tuple({e.id: e for part in parts for e in part.store.environments()}.values()))
    rows = [_counted(part, counting) for part in parts]
    if counting.example is None:
        raise _nothing(parts)
    found = [stats(part.store) for part in parts]
    sources = sources_of(parts, counting.used(), given)
    runs = tuple(
        made_of(part, _source_of(part, sources), (counting.used(), n, stat), given)
        for part, n, stat in zip(parts, rows, found, strict=True)
    )
    language = "" if any(run.plays(role) for run in runs for role in SPEAKING) else "en"
    built_in = all(part.built_in for part in parts)
    said = _said(found)
    return Card(
        format=FORMAT,
        title=f"{_title(sources)}: conversations with tools",
        rows=counting.rows,
        language=language,
        to_fill=tuple(_to_fill(given, sources, language, built_in)),
        counts=_counts(found, counting.rows, given),
        sources=sources,
        licence=licence_of(given, built_in),
        runs=runs,
        commands=commands([(part.name, part.store.config(), part.built_in) for part in parts], given),
        use=use_of(found),
        offers=counting.offers(),
        families=counting.families(),
        figures=counting.figures(),
        behaviours=counting.behaving.found(),
        checked=all(stat["checks"] is not None for stat in found),
        played=sum(one["played"] for one in said),
        counted=sum(one["counted"] for one in said),
        checks=_checks(said, counting),
        blame=_blame(found),
        proofs=counting.proving.found(),
        example=example_of(counting.example),
    )


def _counted(part: Part, counting: Counting) -> int:
    """Count the rows of a run; how many there are."""
    before = counting.rows
    for stored in part.store.dialogues():
        if part.kept is None or stored.dialogue.id in part.kept:
            counting.add(stored)
    return counting.rows - before


def _source_of(part: Part, sources: Sequence[SourceFacts]) -> str:
    return next((source.title for source in sources if part.name in source.runs), "")


def _title(sources: Sequence[SourceFacts]) -> str:
    titles = list(dict.fromkeys(source.title for source in sources))
    if len(titles) > NAMED:
        return f"{', '.join(titles[:NAMED])} and {len(titles) - NAMED} more"
    return " and ".join([", ".join(titles[:-1]), titles[-1]] if len(titles) > 1 else titles)


def _counts(found: Sequence[Found], rows: int, given: Given) -> Counts:
    ends = {end: sum(stat["dialogues"][end] for stat in found) for end in ("accepted", "rejected", "unfinished")}
    return Counts(
        items=sum(stat["items"] for stat in found),
        **ends,
        selected=None if given.selecting is None else rows,
        against=given.against,
        copies=given.copies,
        since=given.since,
    )


def _to_fill(given: Given, sources: Sequence[SourceFacts], language: str, built_in: bool) -> Iterator[str]:
    """What is missing, and the flag that says it."""
    if not given.license and not built_in:
        yield "the licence of the rows (--license)"
    for number, source in enumerate(sources):
        if source.kind != "file" and not source.tools_given:
            continue
        what = "tools" if source.tools_given else "database"
        of = f" {source.name}" if len(sources) > 1 else ""
        if not given.source_names[number:]:
            verb = "are" if source.tools_given and of else "is"
            yield f"what the {what}{of} {verb} called (--source-name)"
        if not given.source_urls[number:]:
            verb = "come" if source.tools_given and of else "comes"
            yield f"where the {what}{of} {verb} from (--source-url)"
    if not language:
        yield "the language that the models spoke (language, in the metadata above)"


def _nothing(parts: Sequence[Part]) -> UserError:
    selected = any(part.kept is not None for part in parts)
    finished = any(part.store.finished_items() for part in parts)
    made = "`duologue stats` says what became of its items." if finished else "Run `duologue generate` first."
    runs = ", ".join(repr(str(part.store.folder)) for part in parts)
    return UserError(
        f"{runs} {'holds' if len(parts) == 1 else 'hold'} no {'selected' if selected else 'accepted'} conversation:"
        " there is nothing to write a card of.",
        "Select some, or give --all." if selected else made,
    )


def _said(found: Sequence[Found]) -> list[Found]:
    """What each run's checks said, of those that wrote it down."""
    return [stat["checks"] for stat in found if stat["checks"] is not None]


def _blame(found: Sequence[Found]) -> dict[str, int]:
    lost: Counter[str] = Counter()
    for stat in found:
        lost.update(stat["blame"] or {})
    return {who: n for who, n in lost.items() if n}


def _checks(said: Sequence[Found], counting: Counting) -> tuple[CheckFacts, ...]:
    """Each check in the order it is asked, those that only rows know of behind."""
    counts: dict[str, Counter[str]] = {}
    keys = ("asked", "passed", "failed", "unsure")
    for one in said:
        for line in one["checks"]:
            counts.setdefault(str(line["check"]), Counter()).update({key: int(line[key]) for key in keys})
    return tuple(
        CheckFacts(
            check=name,
            asks=asks(name),
            blind=blind(name),
            rows=counting.passed[name],
            **{key: counts.get(name, Counter())[key] for key in keys},
        )
        for name in dict.fromkeys((*counts, *counting.passed))
    )
