"""The phones in customers' hands. A third of them have something set or seated wrongly, one to three things at once."""

import random

from duologue.domains.making import Row
from duologue.domains.telecom.books import Books
from duologue.ids import rng

_TROUBLE, _ON_THE_WAY = 0.27, 0.5
"""How many phones have something wrong, at home and abroad."""
_ABROAD = 0.14
_SOUND: Row = {
    "place": "at home",
    "reception": "good",
    "sim_seated": 1,
    "registered": 1,
    "airplane_mode": 0,
    "mobile_data": 1,
    "data_roaming": 0,
    "access_point": "fellbrook.internet",
    "network_mode": "5G/4G",
    "data_saver": 0,
    "vpn": 0,
    "wifi_calling": 1,
}
_WRONG: list[tuple[Row, int]] = [
    ({"airplane_mode": 1}, 9),
    ({"mobile_data": 0}, 14),
    ({"sim_seated": 0}, 9),
    ({"registered": 0}, 12),
    ({"access_point": ""}, 13),
    ({"reception": "weak", "wifi_calling": 0}, 14),
]
"""What is wrong, and how often."""


def hand_out(books: Books) -> None:
    """A phone for each line that has not ended."""
    r = rng("telecom", "handsets")
    dry = {u["line_id"] for u in books.rows["monthly_usage"] if u["used_gb"] == u["allowance_gb"] + u["topped_up_gb"]}
    models, weights = zip(*books.catalogue["models"], strict=True)
    for line in books.rows["lines"]:
        if line["status"] == "ended":
            continue
        place, story = _place(line, r), books.told.get(line["line_id"])
        device = {**_SOUND, **(place if story is None else story.get("handset", {}))}
        abroad = device["place"] == "abroad"
        if story is None and r.random() < (_ON_THE_WAY if abroad else _TROUBLE):
            slow = r.random() < 0.5 and not abroad and line["line_id"] not in dry and line["status"] == "active"
            for wrong in _slow(r) if slow else _some(r):
                device.update(wrong)
        if not device["access_point"]:
            device["access_point"] = r.choice(books.catalogue["access_points"])
        books.add("handsets", line_id=line["line_id"], model=r.choices(models, weights)[0], **device)


def _place(line: Row, r: random.Random) -> Row:
    """Where the phone is; some abroad have thought of the switch, others have not. Indoors reception may be weak."""
    abroad = r.random() < _ABROAD and line["status"] == "active"
    roams = line["roaming"] == "enabled" and r.random() < 0.6
    return {
        "place": "abroad" if abroad else "at home",
        "data_roaming": int(roams),
        "reception": "weak" if r.random() < 0.15 else "good",
    }


def _some(r: random.Random) -> list[Row]:
    """One to three things, each of them once."""
    left = list(_WRONG)
    out = []
    for _ in range(r.choices((1, 2, 3), (62, 28, 10))[0]):
        one = r.choices(left, [weight for _, weight in left])[0]
        left.remove(one)
        out.append(one[0])
    return out


def _slow(r: random.Random) -> list[Row]:
    """What makes a phone slow. It does go online: nothing of the other list is wrong with it."""
    network, tunnel = r.choice(({"network_mode": "2G only"}, {"data_saver": 1})), {"vpn": 1}
    return r.choices(([network], [tunnel], [network, tunnel]), (9, 5, 5))[0]
