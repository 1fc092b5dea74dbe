"""What there is: people, services, groups of hosts, freezes, certificates and credentials."""

from duologue.domains.automation.books import NOW, Books, ago, day, second
from duologue.domains.making import Row, mobiles, name, plain
from duologue.ids import rng

_DOMAIN = "ravensbeck.example"


def build(books: Books) -> None:
    """All of it."""
    _people(books)
    _services(books)
    _hosts(books)
    for group, what, starts, ends in books.stories["freezes"]:
        books.add(
            "freezes",
            group_id=books.group[group]["group_id"],
            name=f"{group} {what} {starts.year}" if "Christmas" in what else f"{group} {what}",
            starts_at=str(starts),
            ends_at=str(ends),
        )
    _certificates(books)
    _credentials(books)


def _people(books: Books) -> None:
    """The first of a team leads it; two release managers look after what goes to production."""
    r = rng("automation", "people")
    wanted: dict[str, list[tuple[str, str]]] = {}
    for first, last, team in books.stories["namesakes"]:
        wanted.setdefault(team, []).append((first, last))
    taken = {n for names in wanted.values() for n in names}
    mails: set[str] = set()
    phones = mobiles(r, sum(books.catalogue["teams"].values()))
    for team, count in books.catalogue["teams"].items():
        own = wanted.get(team, [])
        crew = [name(r, taken), *own, *(name(r, taken) for _ in range(count - len(own) - 1))]
        for nth, (first, last) in enumerate(crew):
            role = (
                "team lead" if not nth else "release manager" if nth == 2 else r.choice(("engineer", "senior engineer"))
            )
            books.add(
                "engineers",
                first_name=first,
                last_name=last,
                email=_mail(first, last, mails),
                phone=phones.pop() if r.random() < 0.8 else None,
                team=team,
                role=role,
                status="away" if r.random() < 0.2 else "on duty",
                started_on=str(day(-int(60 + 2600 * r.random() ** 1.4))),
            )


def _mail(first: str, last: str, taken: set[str]) -> str:
    """An address at work; namesakes are numbered."""
    local = f"{plain(first)}.{plain(last)}"
    address = next(a for n in ("", *map(str, range(2, 9))) if (a := f"{local}{n}@{_DOMAIN}") not in taken)
    taken.add(address)
    return address


def _services(books: Books) -> None:
    r = rng("automation", "services")
    for about in books.catalogue["services"]:
        service = books.add("services", name=about[0], team=about[1], tier=about[2], purpose=about[7])
        for short, environment in (("prod", "production"), ("staging", "staging")):
            group = books.add(
                "host_groups",
                service_id=service["service_id"],
                name=f"{about[0]}-{short}",
                environment=environment,
                site=r.choice(books.catalogue["sites"]),
            )
            books.group[group["name"]] = group


def _hosts(books: Books) -> None:
    """Machines of a group came together; patches come month by month. Some are out of service."""
    r = rng("automation", "hosts")
    out = {group: (maintenance, quarantine) for group, maintenance, quarantine in books.stories["hosts_out"]}
    patched = list(books.stories["patched"])
    for service, about in zip(books.rows["services"], books.catalogue["services"], strict=True):
        for short, count in (("prod", about[3]), ("staging", about[4])):
            group = books.group[f"{service['name']}-{short}"]
            maintenance, quarantine = out.get(group["name"], (0, 0))
            system, memory = r.choice(books.catalogue["systems"]), r.choice(books.catalogue["host_memory"])
            installed, patch = -int(200 + 1500 * r.random()), -int(40 * r.random() ** 1.3)
            for n in range(count):
                status = (
                    "maintenance" if n < maintenance else "quarantine" if n < maintenance + quarantine else "active"
                )
                late = r.random() < 0.1
                on = -patched.pop(0) if status == "maintenance" else patch - r.randrange(3) - (35 if late else 0)
                since = ago(r.uniform(3, 160)) if status != "active" else NOW.replace(hour=6) + (ago(24 * -on) - NOW)
                books.add(
                    "hosts",
                    group_id=group["group_id"],
                    name=f"{group['name']}-{n + 1:02d}",
                    operating_system=system,
                    status=status,
                    status_since=second(min(since, NOW)),
                    memory_gb=memory,
                    patched_on=str(day(on)),
                    installed_on=str(day(installed)),
                )


def _certificates(books: Books) -> None:
    """One for each group, and those for what customers see; the latter mostly from outside."""
    r = rng("automation", "certificates")
    wanted: list[tuple[Row, str, bool]] = []
    for service, about in zip(books.rows["services"], books.catalogue["services"], strict=True):
        prod, staging = (books.group[f"{service['name']}-{short}"] for short in ("prod", "staging"))
        wanted.append((prod, f"{service['name']}.{_DOMAIN}", False))
        wanted.append((staging, f"{service['name']}.staging.{_DOMAIN}", False))
        wanted += [(prod, f"{extra}.{_DOMAIN}", True) for extra in about[6]]
    r.shuffle(wanted)
    days = list(books.stories["expiry"])
    for group, full, public in wanted:
        external = public and r.random() < 0.8
        lasts = 397 if external else 180
        left = days.pop(0) if days and not external else int(-4 + (lasts - 10) * r.random() ** 1.6)
        books.add(
            "certificates",
            group_id=group["group_id"],
            name=full,
            issuer="external" if external else "internal",
            issued_on=str(day(left - lasts)),
            expires_on=str(day(left)),
        )


def _credentials(books: Books) -> None:
    """Two to four for each service; a few are used by others, too."""
    r = rng("automation", "credentials")
    ages = list(books.stories["rotated"])
    for service in books.rows["services"]:
        kinds = ["deploy token", "database password", *(["access key"] if r.random() < 0.6 else [])]
        kinds += ["signing key"] if service["tier"] == "critical" and r.random() < 0.5 else []
        for kind in kinds:
            shared = kind != "deploy token" and r.random() < 0.2
            every = r.choice((30, 90, 90, 180))
            old = ages.pop(0) if ages and not shared and r.random() < 0.4 else int(every * r.uniform(0.05, 1.15))
            books.add(
                "credentials",
                service_id=service["service_id"],
                name=f"{service['name']}-{kind.lower().replace(' ', '-')}",
                kind=kind,
                vault_path=f"vault/{service['team']}/{service['name']}/{kind.lower().replace(' ', '-')}",
                shared=int(shared),
                rotated_on=str(day(-old)),
                rotation_days=every,
            )
