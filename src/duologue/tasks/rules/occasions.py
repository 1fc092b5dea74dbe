"""Wishes about which a rule decides: found by asking the guards, on rows and with values that people could come with.

A rule and a tool that it binds are drawn. Rows of the tool's table are gone through, those the talk has been about first; each gives a wish as the
proposer would make it, and the guards say what they think of it (`Session.judged`), without anything being done. Preferred is what stands on a bound.
How the row is then spoken of is the walk's affair: it is pointed at, or brought along by its name or number, or listed first.
"""

import random
import re
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from duologue.environment.copies import Judged
from duologue.ids import canonical, digest, rng
from duologue.plans.binding import bind
from duologue.plans.memory import Known
from duologue.plans.rows import RowKey
from duologue.tasks.anchors import Anchor
from duologue.tasks.clock import scenario_clock
from duologue.tasks.edits import Edits
from duologue.tasks.moments import moment_of
from duologue.tasks.needs import Proposer
from duologue.tasks.proposal import Proposal
from duologue.tasks.rules.speaking import spoken
from duologue.tasks.rules.variants import is_choice, variants
from duologue.tasks.walk import Walk
from duologue.types import Json, Mention, Rule, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.drawing import Drawing

__all__ = ["Occasion", "arguments_of", "is_supplied", "judged_of", "occasion", "ruled_tools"]

ROWS, SCANNED = 8, 60
"""Rows gone through for one rule and tool in a conversation, and once beforehand."""
PLENTY = 12
"""Rows of a table for which a rule decides, after which no more are looked for."""
ENOUGH = 3
"""Wishes that are to be found before the best is taken."""
JUST, SEVERAL = 0.15, 0.15
"""How often a wish is looked for that a rule lets through, only just, and one that several rules refuse."""
_SEEN_FIRST, _STAYS = 6, 0.5
"""Rows the talk has been about that are gone through, and how often these come before others."""
_COMPANIONS = 2
"""How often a row is tried together with others, where the tool is about several."""
_JUST, _SEVERAL, _ALONE = "just", "several", "alone"
_GOOD, _BEST = 3, 4
_SELDOM = 0.6
"""A rule about a last resort comes up more readily than the last resort itself does."""
_SUPPLIED = 3
"""How much more often than others a rule comes up whose condition can be met in the same conversation."""

Target = dict[str, RowKey]
"""Rows that a wish is about, by table."""


class Occasion(Struct):
    """A wish about which a rule decides."""

    tool: Tool
    wish: Proposal
    lead: list[Subtask]
    """Parts that come before, so that the row can be pointed at."""


class _Found(Struct):
    score: int
    wish: Proposal


def ruled_tools(drawing: "Drawing") -> list[tuple[Rule, Tool]]:
    """Every rule with a guard, with each tool that it binds and that this user could ask for, in a drawn order: rule by rule, what people come up
    with readily first."""
    index, client = drawing.walk.index, drawing.client
    out = []
    for rule in drawing.maker.environment.policy.rules:
        named = [index.by_name[name] for name in rule.tools if rule.sql and name in index.by_name]
        tools = [t for t in named if t.effect == "write" and t.meaning is not None]
        tools = [t for t in tools if client is None or client.serves(t)]
        if tools and drawing.maker.aim in ("", rule.id):
            out.append((rule, drawing.dice.choices(tools, [t.weight for t in tools])[0]))
    weights = [tool.weight**_SELDOM * (_SUPPLIED if is_supplied(rule, tool) else 1) for rule, tool in out]
    keys = [-(drawing.dice.random() ** (1 / weight)) for weight in weights]
    return [out[i] for i in sorted(range(len(out)), key=keys.__getitem__)]


def is_supplied(rule: Rule, tool: Tool) -> bool:
    """The rule asks for something that the user may give afterwards: what shows who they are, or a choice that has a default."""
    given = [
        n for n, slot in tool.inputs.items() if slot.use == "proof" or (slot.use == "value" and is_choice(tool, n))
    ]
    return any(re.search(rf":{name}\b", rule.sql) for name in given)


def occasion(drawing: "Drawing", rule: Rule, tool: Tool) -> Occasion | None:
    """A wish that this rule refuses, or now and then one that it lets through only just; None where none is found. Parts that lead to it are
    taken on the walk."""
    sought = drawing.dice.choices((_JUST, _SEVERAL, _ALONE), (JUST, SEVERAL, 1 - JUST - SEVERAL))[0]
    best: list[_Found] = []
    for wish in _wishes(drawing, tool, rule):
        judged = judged_of(drawing, tool, wish, (rule.id,))
        score = _score(judged, rule.id, sought) if judged else 0
        if score:
            best.append(_Found(score, wish))
        if len(best) >= ENOUGH and max(f.score for f in best) >= _GOOD:
            break
    best.sort(key=lambda f: -f.score)
    for found in best[:ENOUGH]:
        mark = drawing.walk.mark()
        made = spoken(drawing, found.wish)
        if made is not None and _score(judged_of(drawing, tool, made[0], (rule.id,)) or (), rule.id, sought):
            return Occasion(tool, *made)
        drawing.walk.back_to(mark)
    return None


def _score(judged: Sequence[Judged], rule: str, sought: str) -> int:
    """How well a wish serves: 0 = not at all, `_BEST` = no better one is needed."""
    own = next((j for j in judged if j.rule == rule), None)
    against = [j for j in judged if not j.holds]
    if own is None or (own.holds and (against or not own.near)):
        return 0
    if own.holds:
        return _BEST if sought == _JUST else 1
    if len(against) > 1:
        return _BEST if sought == _SEVERAL else 2
    return _BEST if own.near and sought == _ALONE else 3


def judged_of(drawing: "Drawing", tool: Tool, wish: Proposal, near: Collection[str] = ()) -> list[Judged] | None:
    """What the guards say to a wish; None where something else stops it, or not all is known that the call takes. `near`: the rules of which it is
    asked whether it stands on their bounds."""
    arguments = arguments_of(drawing, tool, wish)
    return drawing.walk.session.judged(tool.name, arguments, near) if arguments is not None else None


def arguments_of(drawing: "Drawing", tool: Tool, wish: Proposal) -> dict[str, Json] | None:
    """The arguments of the call that a wish comes to, as far as rows that were not seen yet are still what they were at the start."""
    rows = [_row(drawing, m, wish.meant) for m in wish.need.mentions]
    if any(r is None for r in rows):
        return None
    bound, missing = bind(tool, drawing.walk.index.inputs[tool.name], wish.need, rows)
    return None if missing else {name: b.value for name, b in bound.items()}


def _row(drawing: "Drawing", mention: Mention, meant: dict[str, RowKey]) -> Known | None:
    found = drawing.walk.memory.candidates(mention, drawing.walk.needs)
    if len(found) == 1:
        return found[0]
    table = drawing.maker.catalog.table(mention.table)
    key = meant.get(mention.table) or tuple(str(mention.by.get(k)) for k in table.key)
    anchor = drawing.maker.anchors.at(table, key) if mention.by else None
    return Known(mention.table, key, dict(anchor.values)) if anchor is not None else None


def _wishes(drawing: "Drawing", tool: Tool, rule: Rule) -> Iterator[Proposal]:
    """Wishes about rows for which the rule decides, those the talk has been about among them, and the same with other values."""
    names = key_tables(tool)
    if not names:
        yield from _proposed(drawing, tool, rule, ({} for _ in range(ROWS)))
        return
    seen: list[Target] = [{names[0]: k.key} for k in _known(drawing, names[0])]
    mine = [t for t in targets(drawing, rule, tool) if all(_is_theirs(drawing, n, k) for n, k in t.items())]
    first = mine[: ROWS * 2]
    other = drawing.dice.sample(first, min(len(first), ROWS))
    if len(names) > 1:  # with whatever else the talk has brought
        beside: list[Target] = [{n: k.key} for n in names[1:] for k in _known(drawing, n)]
        other += [{names[0]: t[names[0]], **b} for t in other[: ROWS // 2] if names[0] in t for b in ({}, *beside[:2])]
    rows = [*seen, *other] if drawing.dice.random() < _STAYS else [*other, *seen]
    yield from _proposed(drawing, tool, rule, (_by_key(drawing, row) for row in rows))


def _known(drawing: "Drawing", name: str) -> list[Known]:
    """The rows of a table that the talk has shown last."""
    return list(drawing.walk.memory.known.get(name, {}).values())[::-1][:_SEEN_FIRST]


def _proposed(
    drawing: "Drawing", tool: Tool, rule: Rule, rows: Iterable[dict[str, Mention]], varied: bool = True
) -> Iterator[Proposal]:
    """What the proposer makes of rows, and variants of what the rule has nothing against."""
    proposer, before, heard = drawing.proposer, dict(drawing.proposer.thread), drawing.proposer.heard
    proposer.heard = None
    try:
        for own in rows:
            proposer.thread, proposer.about_all = {**before, **own}, frozenset(own)
            wish = proposer.propose(tool, drawing.walk.memory, drawing.dice)
            if wish is None:
                continue
            yield wish
            judged = judged_of(drawing, tool, wish) if varied else None
            if judged and any(j.holds for j in judged if j.rule == rule.id):
                yield from variants(drawing, tool, wish)
    finally:
        proposer.thread, proposer.heard, proposer.about_all = before, heard, frozenset()


_kept: OrderedDict[str, tuple[Target, ...]] = OrderedDict()
_KEPT = 512


def targets(drawing: "Drawing", rule: Rule, tool: Tool) -> tuple[Target, ...]:
    """Rows for which the rule decides about what the tool does, those on a bound first and then those nearest to the moment; found out once, on
    the image as it is at the start, for all toolsets that have the tool."""

    def found() -> tuple[Target, ...]:
        name = digest([drawing.maker.image.hash, rule, tool])
        if name not in _kept:
            _kept[name] = _scan(drawing, rule, tool)
            if len(_kept) > _KEPT:
                _kept.popitem(last=False)
        return _kept[name]

    return drawing.maker.once(f"rule {rule.id} {tool.name}", found)


def _scan(drawing: "Drawing", rule: Rule, tool: Tool) -> tuple[Target, ...]:
    maker, names = drawing.maker, key_tables(tool)
    dice = rng(maker.image.hash, "scan", rule.id, tool.name)
    scout = _scout(drawing, dice)
    found: dict[bytes, tuple[int, float, Target]] = {}

    def look(name: str, rows: Iterable[Anchor], varied: bool) -> None:
        table, good = maker.catalog.table(name), 0
        for anchor in rows:
            key = tuple(str(anchor.values.get(k)) for k in table.key)
            score, target = _decides(scout, rule, tool, (name, key), varied)
            if target is not None:
                found.setdefault(canonical(target), (-score, _away(scout, name, key), target))
            good += score >= _GOOD
            if good >= PLENTY:
                return

    try:
        for n, name in enumerate(names):
            table = maker.catalog.table(name)
            drawn = (maker.anchors.any(table, dice) for _ in range(SCANNED // (n + 1)))
            look(name, (a for a in drawn if a is not None), varied=n == 0)
        if len(found) < ENOUGH:
            rest = maker.anchors.rows(maker.catalog.table(names[0]))
            look(names[0], rest, varied=False)
            if not found:
                look(names[0], rest[::2], varied=True)
    finally:
        scout.walk.session.close()
    return tuple(target for _, _, target in sorted(found.values(), key=lambda f: f[:2]))


def _decides(
    drawing: "Drawing", rule: Rule, tool: Tool, row: tuple[str, RowKey], varied: bool
) -> tuple[int, Target | None]:
    """How well the best of some wishes about a row serves, and the rows that it is about; None where none does."""
    best: tuple[int, Target | None] = (0, None)
    own = [_by_key(drawing, dict([row]))] * (_COMPANIONS if len(key_tables(tool)) > 1 else 1)
    for wish in _proposed(drawing, tool, rule, own, varied):
        score = _score(judged_of(drawing, tool, wish, (rule.id,)) or (), rule.id, _ALONE)
        if score > best[0]:
            rows = [_row(drawing, m, wish.meant) for m in wish.need.mentions]
            best = score, {r.table: r.key for r in rows if r is not None}
        if best[0] >= _GOOD:
            break
    return best


def _away(drawing: "Drawing", name: str, key: RowKey) -> float:
    """How many days lie between a row's first date and the moment it is: nobody asks much for what is long over."""
    table, catalog = drawing.maker.catalog.table(name), drawing.maker.catalog
    anchor = drawing.maker.anchors.at(table, key)
    column = next((c for c in table.columns if c.role == "date" and c.sorts), None)
    then = moment_of(anchor.values.get(column.name), column) if anchor is not None and column is not None else None
    now = moment_of((catalog.now or catalog.latest).replace("T", " "), column) if column is not None else None
    return abs((now - then).days) if then is not None and now is not None else 0.0


def _scout(drawing: "Drawing", dice: random.Random) -> "Drawing":
    """Another drawing at the very start, for looking around."""
    maker, clock = drawing.maker, scenario_clock(drawing.maker.catalog, 0)
    walk = Walk(maker.catalog, maker.index, maker.prover.session_after((), clock), maker.recall)
    edits = Edits(maker.anchors, clock.start, maker.index.days)
    proposer = Proposer(maker.catalog, maker.index, maker.anchors, edits)
    out = type(drawing)(maker, walk, proposer, clock)
    out.client, out.dice = None, dice
    proposer.client, proposer.lean = None, 0.0
    return out


def key_tables(tool: Tool) -> list[str]:
    """The tables of the rows that the tool is about, its own first."""
    keyed = dict.fromkeys(s.table for s in tool.inputs.values() if s.use == "key")
    own = tool.meaning.table if tool.meaning is not None else ""
    return sorted(keyed, key=lambda name: name != own)


def _by_key(drawing: "Drawing", rows: Target) -> dict[str, Mention]:
    """Rows by their keys, to be spoken of otherwise in the end."""
    out = {}
    for name, key in rows.items():
        table = drawing.maker.catalog.table(name)
        held, seen = drawing.maker.anchors.at(table, key), drawing.walk.memory.known.get(name, {}).get(key)
        values = held.values if held is not None else seen.values if seen is not None else {}
        if all(k in values for k in table.key):
            out[name] = Mention(name, by={k: values[k] for k in table.key})
    return out


def _is_theirs(drawing: "Drawing", name: str, key: RowKey) -> bool:
    """A row is the user's to speak of: somebody at the desk speaks of anything, a client of what is theirs or anybody's."""
    client = drawing.client
    if client is None or name not in client.own | {client.table}:
        return True
    anchor = drawing.maker.anchors.at(drawing.maker.catalog.table(name), key)
    return anchor is not None and owner(drawing, anchor, client.table) == client.key


def owner(drawing: "Drawing", anchor: Anchor, people: str, depth: int = 4) -> RowKey | None:
    """The row of a table of people to which a row belongs, by what refers to what; None where it belongs to none that is known."""
    catalog = drawing.maker.catalog
    if anchor.table == people:
        return tuple(str(anchor.values.get(k)) for k in catalog.table(people).key)
    for link in catalog.links if depth else ():
        if link.table == anchor.table and link.to != anchor.table and all(c in anchor.values for c in link.columns):
            above = drawing.maker.anchors.at(catalog.table(link.to), tuple(str(anchor.values[c]) for c in link.columns))
            found = owner(drawing, above, people, depth - 1) if above is not None else None
            if found is not None:
                return found
    return None
