"""The databases of five small trades, each of another shape, made from a seed: the same bytes for the same one.

depot    text keys and composite keys, quantities
clinic   appointments as seconds since 1970, telephone numbers that are missing, patients of similar names
music    a school: fees in cents, enrolments with a composite key, courses by a code
garage   vehicles by their plate, jobs that are not finished (NULL), prices in cents, parts by line
ferry    ports by a code, sailings by date and time, bookings by a reference in letters
"""

from collections.abc import Callable, Iterable, Sequence
from random import Random

import apsw

from duologue.environment import Image
from duologue.ids import rng

Rows = Iterable[Sequence[str | int | float | None]]


def _image(schema: str, rows: dict[str, Rows]) -> Image:
    db = apsw.Connection(":memory:")
    db.execute(schema)
    for table, all_rows in rows.items():
        for row in all_rows:
            db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", tuple(row))
    return Image.of(db.serialize("main"))


# ── depot ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

_DEPOT = """
CREATE TABLE site (site_code TEXT PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, opened_on TEXT NOT NULL);
CREATE TABLE part (part_no TEXT PRIMARY KEY, name TEXT NOT NULL, colour TEXT NOT NULL, weight REAL NOT NULL,
    unit_price REAL NOT NULL);
CREATE TABLE stock (site_code TEXT NOT NULL REFERENCES site, part_no TEXT NOT NULL REFERENCES part,
    quantity INTEGER NOT NULL, shelf TEXT NOT NULL, PRIMARY KEY (site_code, part_no)) WITHOUT ROWID;
CREATE TABLE delivery (delivery_no TEXT PRIMARY KEY, site_code TEXT NOT NULL REFERENCES site, carrier TEXT NOT NULL,
    due_on TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE delivery_line (delivery_no TEXT NOT NULL REFERENCES delivery, line INTEGER NOT NULL,
    part_no TEXT NOT NULL REFERENCES part, ordered INTEGER NOT NULL, PRIMARY KEY (delivery_no, line));
"""
_SITES = (("BRS-1", "Avonside", "Bristol"), ("GLA-2", "Clyde Yard", "Glasgow"), ("LDS-1", "Aire Park", "Leeds"),
          ("CDF-3", "Bay Gate", "Cardiff"))  # fmt: skip
_PARTS = ("Hinge", "Bracket", "Corner plate", "Wood screw", "Cable clip", "Drawer runner", "Door stop", "Shelf pin",
          "Coach bolt", "Hook")  # fmt: skip


def _depot(seed: int) -> Image:
    """4 sites, 10 parts, stock of seven parts at each site, 24 deliveries with 1 to 3 lines."""
    dice = rng(seed, "depot")
    numbers = [f"P-{1040 + 37 * i}" for i in range(len(_PARTS))]
    parts = [
        (no, name, ("black", "zinc", "brass")[i % 3], dice.randint(2, 90) * 5.0, dice.randint(15, 999) / 20)
        for i, (no, name) in enumerate(zip(numbers, _PARTS, strict=True))
    ]
    stock = [
        (code, no, dice.randint(14, 880), f"{dice.choice('ABCD')}{dice.randint(10, 49)}")
        for code, _, _ in _SITES
        for no in dice.sample(numbers, 7)
    ]
    carriers, states = ("Northway", "Fenn & Sons", "Quayline"), ("planned", "on the way", "received", "received")
    deliveries, lines = [], []
    for i in range(24):
        no, day = f"D24-{310 + 7 * i}", f"2024-{dice.randint(3, 9):02}-{dice.randint(1, 28):02}"
        deliveries.append((no, dice.choice(_SITES)[0], dice.choice(carriers), day, states[i % 4]))
        chosen = dice.sample(numbers, dice.randint(1, 3))
        lines += [(no, line, part, dice.randint(20, 400)) for line, part in enumerate(chosen, 1)]
    sites = [(*site, f"201{i}-0{i + 2}-1{i}") for i, site in enumerate(_SITES)]
    return _image(
        _DEPOT, {"site": sites, "part": parts, "stock": stock, "delivery": deliveries, "delivery_line": lines}
    )


# ── clinic ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

_CLINIC = """
CREATE TABLE practitioner (practitioner_id INTEGER PRIMARY KEY, full_name TEXT NOT NULL, speciality TEXT NOT NULL, room TEXT NOT NULL);
CREATE TABLE patient (patient_id INTEGER PRIMARY KEY, full_name TEXT NOT NULL, phone TEXT, birth_date TEXT NOT NULL, town TEXT NOT NULL);
CREATE TABLE appointment (
    appointment_id INTEGER PRIMARY KEY, patient_id INTEGER NOT NULL REFERENCES patient,
    practitioner_id INTEGER NOT NULL REFERENCES practitioner, starts_at INTEGER NOT NULL, minutes INTEGER NOT NULL,
    reason TEXT NOT NULL, state TEXT NOT NULL, note TEXT);
"""
_PATIENTS = (
    "Maren Holt", "Marin Holt", "Tom Akers", "Thom Akers", "Ines Vidal", "Owen Prys", "Rosa Kemp", "Rosa Kempe", "Lena Bauer",
    "Yusuf Demir", "Petra Novak", "Peter Novak", "Grace Obi", "Sam Reyes", "Nora Quist", "Edda Lund",
)  # fmt: skip


def _clinic(seed: int) -> Image:
    """5 practitioners, 16 patients (a third without a telephone), 60 appointments in quarter hours of a spring."""
    dice = rng(seed, "clinic")
    staff = (("Dr Amara Nwosu", "cardiology"), ("Dr Felix Brandt", "dermatology"), ("Dr Joan Leigh", "general practice"),
             ("Dr Ivo Marsh", "general practice"), ("Dr Sunita Rao", "paediatrics"))  # fmt: skip
    doctors = [
        (i, name, field, f"{dice.randint(1, 3)}.{dice.randint(10, 29)}") for i, (name, field) in enumerate(staff, 1)
    ]
    patients = [
        (
            400 + i,
            name,
            None if i % 3 == 0 else f"0{dice.randint(1500, 1999)} {dice.randint(200000, 899999)}",
            f"{dice.randint(1948, 2015)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
            dice.choice(("Thornby", "Wick End", "Marlow Cross")),
        )
        for i, name in enumerate(_PATIENTS, 1)
    ]
    start = 1_709_539_200  # Monday, 4 March 2024, 08:00 UTC
    visits = [
        (
            9000 + i,
            400 + dice.randint(1, len(_PATIENTS)),
            dice.randint(1, 5),
            start + dice.randrange(80) * 86_400 + dice.randrange(36) * 900,
            dice.choice((15, 20, 30, 45)),
            dice.choice(("check-up", "follow-up", "vaccination", "test results", "new complaint")),
            ("booked", "attended", "attended", "cancelled", "missed")[i % 5],
            dice.choice((None, None, "bring referral letter", "needs interpreter", "fasting")),
        )
        for i in range(60)
    ]
    return _image(_CLINIC, {"practitioner": doctors, "patient": patients, "appointment": visits})


# ── music ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

_MUSIC = """
CREATE TABLE teacher (teacher_id INTEGER PRIMARY KEY, name TEXT NOT NULL, instrument TEXT NOT NULL, since TEXT NOT NULL);
CREATE TABLE course (course_code TEXT PRIMARY KEY, title TEXT NOT NULL, teacher_id INTEGER NOT NULL REFERENCES teacher,
    weekday TEXT NOT NULL, places INTEGER NOT NULL, fee_cents INTEGER NOT NULL);
CREATE TABLE pupil (pupil_id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, born_on TEXT NOT NULL, level TEXT NOT NULL);
CREATE TABLE enrolment (pupil_id INTEGER NOT NULL REFERENCES pupil, course_code TEXT NOT NULL REFERENCES course,
    enrolled_on TEXT NOT NULL, paid_cents INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (pupil_id, course_code)) WITHOUT ROWID;
"""
_TEACHERS = (("Adele Fink", "cello"), ("Bruno Castell", "piano"), ("Clara Voss", "violin"), ("Dario Penn", "guitar"),
             ("Elsa Moor", "flute"))  # fmt: skip
_COURSES = ("Cello for Beginners", "Cello Ensemble", "Piano Duets", "Piano for Adults", "Violin Studio", "Fiddle Evening",
            "Guitar Basics", "Guitar and Song", "Flute Circle", "Early Winds")  # fmt: skip
_PUPILS = (
    "Milo Grant", "Mila Grant", "Jonas Wirth", "Johanna Wirth", "Theo Bell", "Ada Sorel", "Pia Lang", "Ravi Menon", "Ruth Oake",
    "Sven Dahl", "Tilda Orr", "Ugo Ferri", "Vera Zim", "Walt Ames",
)  # fmt: skip


def _music(seed: int) -> Image:
    """5 teachers, 10 courses, 14 pupils, 3 or 4 enrolments each."""
    dice = rng(seed, "music")
    teachers = [(i, *t, f"20{dice.randint(10, 22)}-09-01") for i, t in enumerate(_TEACHERS, 1)]
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    courses = [
        (
            f"{title[:2].upper()}{11 + 3 * i}",
            title,
            i // 2 + 1,
            dice.choice(days),
            dice.randint(6, 18),
            dice.randint(90, 380) * 100 + 50,
        )
        for i, title in enumerate(_COURSES)
    ]
    pupils, enrolments = [], []
    for i, name in enumerate(_PUPILS, 1):
        email = None if i % 4 == 0 else f"{name.replace(' ', '.').lower()}@example.net"
        born = f"{dice.randint(1975, 2014)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        pupils.append((210 + i, name, email, born, dice.choice(("beginner", "intermediate", "advanced"))))
        for course in dice.sample(courses, dice.randint(3, 4)):
            day = f"2024-{dice.randint(1, 8):02}-{dice.randint(1, 28):02}"
            fee = int(course[5])
            paid = dice.choice((fee, fee, fee // 2, 0))
            enrolments.append(
                (210 + i, course[0], day, paid, dice.choice(("active", "active", "waiting list", "ended")))
            )
    return _image(_MUSIC, {"teacher": teachers, "course": courses, "pupil": pupils, "enrolment": enrolments})


# ── garage ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

_GARAGE = """
CREATE TABLE owner (owner_id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT, city TEXT NOT NULL);
CREATE TABLE vehicle (plate TEXT PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES owner, make TEXT NOT NULL, model TEXT NOT NULL,
    built INTEGER NOT NULL, mileage INTEGER NOT NULL);
CREATE TABLE mechanic (mechanic_id INTEGER PRIMARY KEY, name TEXT NOT NULL, hourly_cents INTEGER NOT NULL);
CREATE TABLE job (job_id INTEGER PRIMARY KEY, plate TEXT NOT NULL REFERENCES vehicle, mechanic_id INTEGER NOT NULL REFERENCES mechanic,
    brought_in TEXT NOT NULL, finished_on TEXT, work TEXT NOT NULL, state TEXT NOT NULL, labour_cents INTEGER NOT NULL);
CREATE TABLE job_part (job_id INTEGER NOT NULL REFERENCES job, line INTEGER NOT NULL, part TEXT NOT NULL, pieces INTEGER NOT NULL,
    price_cents INTEGER NOT NULL, PRIMARY KEY (job_id, line));
"""
_OWNERS = ("Hal Norris", "Hall Norris", "Bea Tanner", "Cyrus Wade", "Della Finch", "Emil Roth", "Fay Coombs", "Gus Ibsen",
           "Hana Sato", "Iris Webb")  # fmt: skip
_MODELS = (("Corvo", "Lynx"), ("Corvo", "Astra V"), ("Tamar", "Dune"), ("Tamar", "Pico"), ("Helm", "Courier"))


def _garage(seed: int) -> Image:
    """10 owners, 14 vehicles, 4 mechanics, 40 jobs (a quarter unfinished) with up to 3 parts."""
    dice = rng(seed, "garage")
    owners = [
        (
            i,
            name,
            None if i % 4 == 1 else f"07{dice.randint(100000000, 999999999)}",
            dice.choice(("Exeter", "Truro", "Taunton")),
        )
        for i, name in enumerate(_OWNERS, 1)
    ]
    plates = [
        f"{dice.choice('KLMN')}{dice.choice('ABDE')}{dice.randint(12, 73)} {_letters(dice, 3)}" for _ in range(14)
    ]
    vehicles = [
        (p, i % 10 + 1, *_MODELS[i % 5], dice.randint(2005, 2022), dice.randint(9_000, 190_000))
        for i, p in enumerate(plates)
    ]
    names = ("Ross Abbey", "Tess Lowe", "Vic Marlin", "Wyn Prosser")
    mechanics = [(i, name, dice.randint(32, 61) * 100 + 50) for i, name in enumerate(names, 1)]
    jobs, parts = [], []
    for i in range(40):
        month, day, state = dice.randint(1, 6), dice.randint(1, 22), ("done", "collected", "in progress", "done")[i % 4]
        done = None if state == "in progress" else f"2024-{month:02}-{day + dice.randint(0, 6):02}"
        work = dice.choice(
            ("brake service", "oil change", "clutch repair", "inspection", "tyre change", "exhaust repair")
        )
        head = (5100 + i, dice.choice(plates), dice.randint(1, 4), f"2024-{month:02}-{day:02}", done, work, state)
        jobs.append((*head, dice.randint(40, 720) * 100))
        chosen = dice.sample(
            ("oil filter", "brake disc", "brake pads", "gasket", "bulb", "tyre", "clutch plate"), dice.randint(0, 3)
        )
        parts += [
            (5100 + i, n, part, dice.randint(1, 4), dice.randint(450, 19_900)) for n, part in enumerate(chosen, 1)
        ]
    return _image(
        _GARAGE, {"owner": owners, "vehicle": vehicles, "mechanic": mechanics, "job": jobs, "job_part": parts}
    )


def _letters(dice: Random, n: int) -> str:
    return "".join(dice.choice("ABCDEFGHJKLMNPRSTVWXYZ") for _ in range(n))


# ── ferry ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

_FERRY = """
CREATE TABLE port (port_code TEXT PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL);
CREATE TABLE vessel (vessel_id INTEGER PRIMARY KEY, name TEXT NOT NULL, car_spaces INTEGER NOT NULL, passengers INTEGER NOT NULL);
CREATE TABLE sailing (
    sailing_id INTEGER PRIMARY KEY, vessel_id INTEGER NOT NULL REFERENCES vessel, from_port TEXT NOT NULL REFERENCES port,
    to_port TEXT NOT NULL REFERENCES port, departs_at TEXT NOT NULL, hours REAL NOT NULL, status TEXT NOT NULL);
CREATE TABLE booking (
    reference TEXT PRIMARY KEY, sailing_id INTEGER NOT NULL REFERENCES sailing, lead_name TEXT NOT NULL, people INTEGER NOT NULL,
    vehicle TEXT, fare REAL NOT NULL, cabin INTEGER NOT NULL, status TEXT NOT NULL);
"""
_PORTS = (
    ("ROS", "Rosslare", "Ireland"),
    ("FSG", "Fishguard", "Wales"),
    ("CBG", "Cherbourg", "France"),
    ("ROF", "Roscoff", "France"),
)
_LEADS = (
    "Ada Byrne", "Aidan Byrne", "Carys Pugh", "Denis Roux", "Elin Moss", "Fergus Daly", "Gwen Teal", "Henri Blanc", "Ita Nolan",
    "Joss Hurd", "Kay Lister", "Luc Morel", "Moira Shaw", "Niall Foy", "Oda Brun", "Per Strand",
)  # fmt: skip


def _ferry(seed: int) -> Image:
    """4 ports, 3 vessels, 20 sailings, 48 bookings, half of them without a vehicle."""
    dice = rng(seed, "ferry")
    vessels = [(1, "Celtic Tern", 220, 900), (2, "Morvoren", 160, 620), (3, "Isle of Skomer", 310, 1250)]
    sailings = []
    for i in range(20):
        here, there = dice.sample(_PORTS, 2)
        when = f"2024-{dice.randint(6, 8):02}-{dice.randint(1, 28):02} {dice.choice(('07:30', '09:15', '14:45', '21:00'))}:00"
        status = ("scheduled", "scheduled", "delayed", "cancelled")[i % 4]
        sailings.append(
            (i + 1, dice.randint(1, 3), here[0], there[0], when, dice.choice((3.5, 4.0, 11.5, 17.5)), status)
        )
    bookings = [
        (
            f"{_letters(dice, 3)}{dice.randint(100, 999)}",
            dice.randint(1, 20),
            dice.choice(_LEADS),
            dice.randint(1, 6),
            dice.choice((None, None, "car", "van", "motorcycle")),
            dice.randint(80, 940) / 2 + 0.45,
            dice.randint(0, 1),
            ("confirmed", "confirmed", "checked in", "cancelled")[i % 4],
        )
        for i in range(48)
    ]
    return _image(_FERRY, {"port": _PORTS, "vessel": vessels, "sailing": sailings, "booking": bookings})


TRADES: dict[str, Callable[[int], Image]] = {
    "depot": _depot, "clinic": _clinic, "music": _music, "garage": _garage, "ferry": _ferry,
}  # fmt: skip
"""Name → its database."""
