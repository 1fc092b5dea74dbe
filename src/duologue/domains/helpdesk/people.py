"""Departments, printers, the people, their accounts and the computers on their desks."""

import datetime
import random

from duologue.domains.helpdesk.desk import TODAY, Desk, ago
from duologue.domains.making import Row, mobiles, names, plain
from duologue.ids import rng

STAFF = 380
MANAGERS = 3
"""Of a department, at most; the longest-serving."""
LASTS = 180
"""Days a password lasts."""
LOCKED, DISABLED, NO_PRINTER = 0.15, 0.02, 0.09
FAULTS = {
    "airplane_mode": 0.07,
    "caps_lock": 0.05,
    "restart_pending": 0.07,
    "vpn_client": 0.07,
    "mail_offline": 0.07,
    "print_queue": 0.09,
}
"""What is wrong with a computer, and how often."""
CAPS_LOCKED = 0.35


def hire(desk: Desk) -> None:
    """Everybody who may call."""
    for name, centre, _, budget, _ in desk.catalogue["departments"]:
        row = desk.add("departments", name=name, cost_centre=centre, device_budget_gbp=float(budget))
        desk.department[name] = row
    r = rng("helpdesk", "printers")
    for name, office, floor, colour in desk.catalogue["printers"]:
        since = ago(r.randrange(90, 2400))
        desk.add("printers", name=name, office=office, floor=floor, colour=colour, installed_on=str(since))
    _employees(desk)
    _accounts(desk)
    _workstations(desk)


def _employees(desk: Desk) -> None:
    r = rng("helpdesk", "people")
    wanted = [(p["first_name"], p["last_name"], p["department"], p["office"]) for p in desk.stories["people"]]
    departments, offices = desk.catalogue["departments"], desk.catalogue["offices"]
    crowd = [
        (
            first,
            last,
            r.choices(departments, [d[2] for d in departments])[0][0],
            r.choices([*offices], [*offices.values()])[0],
        )
        for first, last in names(r, STAFF - len(wanted), {(first, last) for first, last, _, _ in wanted})
    ]
    for person in wanted:
        crowd.insert(r.randrange(40, len(crowd)), person)
    started = sorted(ago(int(9 + 5200 * r.random() ** 1.4)) for _ in crowd)
    for (_, _, department, _), (first, last, *_) in zip(crowd, crowd, strict=True):
        heads = desk.managers.setdefault(department, [])
        if len(heads) < MANAGERS and f"{first} {last}" not in heads:
            heads.append(f"{first} {last}")
    numbers = sorted(r.sample(range(10240, 29999), len(crowd)))
    phones, mails = mobiles(r, len(crowd)), set[str]()
    for (first, last, department, office), day, number, phone in zip(crowd, started, numbers, phones, strict=True):
        row = desk.add(
            "employees",
            first_name=first,
            last_name=last,
            staff_number=f"NI{number}",
            department_id=desk.department[department]["department_id"],
            office=office,
            job_title=r.choice(next(d[4] for d in departments if d[0] == department)),
            manager=_manager(desk, department, f"{first} {last}", r),
            email=_mail(first, last, mails),
            phone=phone if r.random() < 0.8 else None,
            started_on=str(_workday(day)),
        )
        desk.staff.setdefault(department, []).append(row)


def _manager(desk: Desk, department: str, name: str, r: random.Random) -> str:
    """One of the department's own; the managers themselves report to one of another department."""
    heads = desk.managers[department]
    if name in heads:
        heads = desk.managers["Human Resources" if department != "Human Resources" else "Finance"]
    return r.choice([h for h in heads if h != name])


def _mail(first: str, last: str, taken: set[str]) -> str:
    local = f"{plain(first)}.{plain(last)}"
    if local in taken:
        local += "2"
    taken.add(local)
    return f"{local}@northmoor.example"


def _workday(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=max(0, day.weekday() - 4))


# ── Accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _accounts(desk: Desk) -> None:
    """Most are in order. Passwords, mailboxes and certificates of the stories come first, one each, spread over the staff."""
    r = rng("helpdesk", "accounts")
    stories = {k: list(desk.stories[k]) for k in ("passwords", "mailboxes", "certificates", "unlocks_today")}
    edge = {k: set(r.sample(range(STAFF), len(stories[k]))) for k in ("passwords", "mailboxes", "certificates")}
    usernames = set[str]()
    for nth, employee in enumerate(desk.rows["employees"]):
        status = r.choices(("locked", "disabled", "active"), (LOCKED, DISABLED, 1 - LOCKED - DISABLED))[0]
        today = stories["unlocks_today"].pop(0) if status == "locked" and stories["unlocks_today"] else 0
        before = ago(r.randrange(1, 200)) if r.random() < 0.3 else None
        ends = ago(-stories["passwords"].pop()) if nth in edge["passwords"] else ago(r.randrange(-170, 5))
        used, quota = stories["mailboxes"].pop() if nth in edge["mailboxes"] else _mailbox(r)
        out = stories["certificates"].pop() if nth in edge["certificates"] else r.randrange(-14, 350)
        desk.add(
            "accounts",
            username=_username(employee, usernames),
            account_type=_type(desk, employee, r),
            status=status,
            password_set_on=str(ends - datetime.timedelta(days=LASTS)),
            password_expires_on=str(ends),
            unlocked_on=str(TODAY) if today else str(before) if before else None,
            unlocks=today or (1 if before else 0),
            mailbox_quota_gb=quota,
            mailbox_used_gb=float(used),
            certificate_expires_on=str(ago(-out)),
            printer_id=_printer(desk, employee["office"], r),
        )


def _type(desk: Desk, employee: Row, r: random.Random) -> str:
    chance = desk.catalogue["privileged_in"].get(desk.home(employee), desk.catalogue["privileged"])
    return "privileged" if r.random() < chance else "standard"


def _mailbox(r: random.Random) -> tuple[float, int]:
    quota = r.choices((10, 20, 30, 40, 50), (8, 58, 20, 9, 5))[0]
    share = r.choices((r.betavariate(2, 3), r.uniform(0.8, 0.99), 1.0), (70, 22, 8))[0]
    return round(quota * share, 1), quota


def _printer(desk: Desk, office: str, r: random.Random) -> int | None:
    near = [p["printer_id"] for p in desk.rows["printers"] if p["office"] == office]
    return None if r.random() < NO_PRINTER else int(r.choice(near))


def _username(employee: Row, taken: set[str]) -> str:
    wish = f"{plain(employee['first_name'])[0]}{plain(employee['last_name'])}"
    name, n = wish, 1
    while name in taken:
        n += 1
        name = f"{wish}{n}"
    taken.add(name)
    return name


# ── The computers on their desks ─────────────────────────────────────────────────────────────────────────────────────────


def _workstations(desk: Desk) -> None:
    """About a third of them have something wrong. Caps Lock is what many an account got locked by."""
    r = rng("helpdesk", "workstations")
    for account in desk.rows["accounts"]:
        locked = {"caps_lock": CAPS_LOCKED} if account["status"] == "locked" else {}
        wrong = {fault for fault, chance in {**FAULTS, **locked}.items() if r.random() < chance}
        cable = r.random() < 0.3
        desk.add(
            "workstations",
            connection="cable" if cable else "Wi-Fi",
            airplane_mode=int("airplane_mode" in wrong and not cable),
            caps_lock=int("caps_lock" in wrong),
            restart_pending=int("restart_pending" in wrong),
            vpn_client="too old" if "vpn_client" in wrong else "up to date",
            mail_offline=int("mail_offline" in wrong),
            print_queue="paused" if "print_queue" in wrong else "ready",
        )
