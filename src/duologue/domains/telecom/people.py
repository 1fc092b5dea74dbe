"""Customers, their lines with contracts, SIMs and add-ons."""

import datetime
import random
from collections.abc import Iterator

from duologue.domains import making
from duologue.domains.making import Row, hours
from duologue.domains.telecom.books import NOW, TODAY, Books, ago, months_on
from duologue.ids import rng

CUSTOMERS = 168
_MOST_LINES = 4
_GONE = 0.04
"""How many lines have ended."""


def register(books: Books) -> None:
    """Customers in the order they joined, each with one to four lines; those of the stories among them."""
    r = rng("telecom", "people")
    alike = [(first, last, city) for first, last, *two in books.catalogue["namesakes"] for city in two]
    stories = {tuple(s["customer"]): s for s in books.stories["line"]}
    wanted = [*alike, *(person for person in stories if person not in alike)]
    taken = {(first, last) for first, last, _ in wanted}
    people = [(*making.name(r, taken), making.city(r)) for _ in range(CUSTOMERS - len(wanted))]
    for person in wanted:
        people.insert(r.randrange(len(people)), person)
    mails = set[str]()
    numbers = iter(making.mobiles(r, 600))
    serials = iter(r.sample(range(10**7, 10**8), 900))
    joined = sorted(ago(int(2 + 2300 * r.random() ** 1.5)) for _ in people)
    for (first, last, city), day in zip(people, joined, strict=True):
        story = stories.get((first, last, city), {})
        customer = _customer(books, (first, last, city), (day, story), mails, r)
        count = 1 if story else r.choices((1, 2, 3, _MOST_LINES), (58, 26, 11, 5))[0]
        for i in range(count):
            start = day if i == 0 else day + (TODAY - day) * r.random() * 0.8
            line = _line(books, customer, next(numbers), start, story, r)
            _sims(books, line, serials, story, r)
            books.lines_of.setdefault(customer["customer_id"], []).append(line)


def _customer(
    books: Books, who: tuple[str, str, str], when: tuple[datetime.date, Row], mails: set[str], r: random.Random
) -> Row:
    first, last, city = who
    day, story = when
    moved = story.get("moved") or (int(1 + 400 * r.random() ** 3) if r.random() < 0.2 else None)
    born = day - datetime.timedelta(days=int(365.25 * r.triangular(19, 80, 36)) + r.randrange(300))
    mail = making.email(r, first, last, mails)
    return books.add(
        "customers",
        first_name=first,
        last_name=last,
        date_of_birth=str(born),
        email=mail if r.random() < 0.9 else None,
        **making.address(r, city),
        address_changed_on=str(max(day, ago(moved))) if moved else None,
        joined_on=str(day),
    )


def _line(books: Books, customer: Row, number: str, start: datetime.date, story: Row, r: random.Random) -> Row:
    """A line with its contract: renewed now and then, so that the least term has mostly run for a while or is over."""
    offers = books.catalogue["plans"]
    name = story.get("plan") or r.choices([p[0] for p in offers], [p[5] for p in offers])[0]
    plan = books.plans[name]
    if "started" in story:
        start = ago(story["started"])
    term = months_on(start, plan["least_term_months"])
    changed = None
    if r.random() < 0.5 and (TODAY - start).days > 60:
        changed = ago(int(3 + ((TODAY - start).days - 4) * r.random() ** 3))
        term = months_on(changed, plan["least_term_months"])
    if "changed" in story:
        changed = ago(story["changed"])
        term = max(start, changed)
    if "term_ends" in story:
        term = TODAY + datetime.timedelta(days=story["term_ends"])
    areas = books.areas[customer["city"]]
    area = next((a for a in areas if a["name"] == story.get("area")), None) or r.choice(areas)
    line = books.add(
        "lines",
        customer_id=customer["customer_id"],
        phone_number=number,
        plan_id=plan["plan_id"],
        area_id=area["area_id"],
        status="active",
        suspended_for=None,
        suspended_at=None,
        roaming=story.get("roaming") or ("enabled" if r.random() < 0.3 else "disabled"),
        security_pin=f"{r.randrange(10000):04d}",
        started_on=str(start),
        least_term_ends_on=str(max(start, term)),
        plan_changed_on=str(changed) if changed else None,
        port_code=None,
        port_code_expires_on=None,
    )
    customer["joined_on"] = min(customer["joined_on"], str(start))
    if story:
        books.told[line["line_id"]] = story
    _status(line, story, r)
    _extras(books, line, story, r)
    return line


def _status(line: Row, story: Row, r: random.Random) -> None:
    """Few lines are off: ended, lost, stolen, or kept for somebody on a long journey. Unpaid bills come later."""
    reason = story.get("suspended_for")
    drawn = r.random()
    if reason is None and not story:
        if drawn < _GONE and line["started_on"] < str(ago(120)):
            line["status"] = "ended"
            return
        reason = "lost" if drawn < 0.065 else "stolen" if drawn < 0.075 else "long journey" if drawn < 0.09 else None
    if reason:
        days = story.get("suspended") or r.uniform(0.3, 25)
        at = NOW - datetime.timedelta(days=days, minutes=r.randrange(1, 300))
        if str(at) > line["started_on"]:
            line.update(status="suspended", suspended_for=reason, suspended_at=str(at))


def _extras(books: Books, line: Row, story: Row, r: random.Random) -> None:
    """Add-ons, at most one of a kind."""
    wanted = story.get("add_ons")
    if wanted is None:
        wanted, kinds = [], set[str]()
        for name, kind, _, share in books.catalogue["add_ons"]:
            if r.random() * 100 < share and kind not in kinds:
                wanted.append(name)
                kinds.add(kind)
    start = datetime.date.fromisoformat(line["started_on"])
    for name in wanted:
        day = start + (TODAY - start) * r.random() * 0.95
        row = {"line_id": line["line_id"], "add_on_id": books.add_ons[name]["add_on_id"], "started_on": str(day)}
        books.rows["line_add_ons"].append(row)
        books.extras.setdefault(line["line_id"], []).append({**row, **books.add_ons[name]})


def _sims(books: Books, line: Row, serials: Iterator[int], story: Row, r: random.Random) -> None:
    """The SIM that came with the line, and the one that took its place."""
    first = datetime.datetime.fromisoformat(line["started_on"]) + hours(r, 8, 18)
    made = [first]
    if story.get("new_sim") is not None:
        made.append(NOW - datetime.timedelta(days=story["new_sim"], minutes=40))
    elif not story and r.random() < 0.25:
        made.append(first + (NOW - first) * r.random())
    for i, at in enumerate(made):
        last = i == len(made) - 1
        off = line["suspended_for"] in ("lost", "stolen") and str(at) <= line["suspended_at"]
        books.add(
            "sims",
            line_id=line["line_id"],
            serial=f"8944 90{next(serials)}",
            kind="eSIM" if r.random() < 0.35 else "SIM card",
            status="replaced" if not last else "blocked" if off else "active",
            issued_at=str(at.replace(microsecond=0)),
        )
