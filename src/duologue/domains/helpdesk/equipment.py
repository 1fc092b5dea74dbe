"""Devices: what stands on the desks, what is lent for some weeks, what waits in the cupboard, and what has been retired."""

import datetime
import random

from duologue.domains.helpdesk.desk import TODAY, Desk, ago
from duologue.domains.making import Row
from duologue.ids import rng

OLDEST = 2500
"""Days: nothing is kept in use for longer."""
LENT, IN_STOCK, RETIRED, ORDERED = 76, 26, 48, 9


def equip(desk: Desk) -> None:
    """Numbered by the day they were ordered on, which their labels follow."""
    r = rng("helpdesk", "devices")
    edge = list(desk.stories["ages"])
    for kind in desk.catalogue["devices"]:
        for employee in desk.rows["employees"]:
            if r.random() < kind["share"] / 100:
                mine = edge and kind["kind"] in ("laptop", "desktop") and r.random() < 0.1
                day = _years_ago(4) - datetime.timedelta(days=edge.pop()) if mine else ago(_age(r))
                _device(desk, kind, day, r, status="in use", employee_id=employee["employee_id"])
    _lend(desk, r)
    for status, count in (("in stock", IN_STOCK), ("retired", RETIRED)):
        for _ in range(count):
            kind = r.choice(desk.catalogue["devices"])
            days = r.randrange(1500, OLDEST) if status == "retired" else r.randrange(20, 900)
            _device(desk, kind, ago(days), r, status=status)
    for _ in range(ORDERED):
        kind = r.choice(desk.catalogue["devices"][:3])
        employee = r.choice(desk.rows["employees"])
        _device(desk, kind, ago(r.randrange(1, 12)), r, status="ordered", employee_id=employee["employee_id"])
    desk.renumber("devices", "ordered_on")
    for device in desk.rows["devices"]:
        tag = next(k["tag"] for k in desk.catalogue["devices"] if k["kind"] == device["kind"])
        device["asset_tag"] = f"{tag}-{device['device_id'] - 46000}"


def _age(r: random.Random) -> int:
    return int(30 + (OLDEST - 30) * r.betavariate(1.3, 1.5))


def _years_ago(years: int) -> datetime.date:
    return TODAY.replace(year=TODAY.year - years)


def _lend(desk: Desk, r: random.Random) -> None:
    """A loan lasts two weeks, and two more for each extension."""
    due = [*desk.stories["loans"], *([r.randrange(-6, 15), r.choice((0, 0, 1, 2))] for _ in range(LENT))]
    borrowers = r.sample(desk.rows["employees"], len(due))
    lent = [k for k in desk.catalogue["devices"] if k["kind"] != "desktop"]
    for (later, extended), employee in zip(due, borrowers, strict=True):
        _device(
            desk,
            r.choice(lent),
            ago(r.randrange(60, 1300)),
            r,
            status="on loan",
            employee_id=employee["employee_id"],
            loan_due_on=str(ago(-later)),
            loan_extensions=extended,
        )


def _device(desk: Desk, kind: Row, day: datetime.date, r: random.Random, **more: object) -> None:
    """One of the model that was bought in those days."""
    sold = [m for m in kind["models"] if m[1] <= day.year] or kind["models"][:1]
    model, _, price = sold[-1] if r.random() < 0.8 or len(sold) < 2 or day > ago(200) else sold[-2]
    row = {"employee_id": None, "loan_due_on": None, "loan_extensions": 0, **more}
    desk.add(
        "devices",
        asset_tag="",
        kind=kind["kind"],
        model=model,
        employee_id=row["employee_id"],
        status=row["status"],
        ordered_on=str(day),
        price_gbp=float(price),
        loan_due_on=row["loan_due_on"],
        loan_extensions=row["loan_extensions"],
    )
