"""Eighty households with a set-top box each. What is wrong with a box, or with its subscription, is drawn once and for all."""

import random
from collections.abc import Iterator
from typing import Any

FIRST = ["Anna", "Ben", "Carla", "David", "Eva", "Finn", "Greta", "Hugo", "Ida", "Jonas"]
LAST = ["Berg", "Costa", "Dunne", "Eriksen", "Fuchs", "Gale", "Horn", "Ivers"]


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """Customers, then their subscriptions, then the boxes."""
    dice = random.Random(1)
    names = [f"{f} {n}" for f in FIRST for n in LAST]
    for i, name in enumerate(names, 1):
        city = dice.choice(["Aalen", "Bergen", "Cork"])
        yield "customers", {"customer_id": i, "name": name, "phone": f"0700 900{i:03}", "city": city}
    for i in range(1, len(names) + 1):
        yield (
            "subscriptions",
            {
                "subscription_id": 1000 + i,
                "customer_id": i,
                "number": f"TV-{4000 + i}",
                "package": dice.choice(["basic", "sports", "family"]),
                "status": "paused" if dice.random() < 0.25 else "active",
                "started_on": f"2024-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
                "monthly_fee": dice.choice([9.9, 14.9, 24.9]),
            },
        )
    for i in range(1, len(names) + 1):
        yield (
            "boxes",
            {
                "box_id": i,
                "subscription_id": 1000 + i,
                "cable": dice.choice(["loose", "tight", "tight"]),
                "power": dice.choice(["on", "on", "standby"]),
                "input": dice.choice(["HDMI 1", "HDMI 1", "HDMI 2"]),
                "firmware_stuck": int(dice.random() < 0.1),
            },
        )
    yield (
        "handovers",
        {"handover_id": 1, "subscription_id": 1001, "reason": "other", "created_at": "2025-01-10 10:00:00"},
    )
