"""Tools over what everyday databases hold: moments counted in seconds, groups without a name, views and link tables."""

import apsw

from duologue.catalog import read_catalog
from duologue.environment import Image
from duologue.ids import rng
from duologue.tools.dialect import speak
from duologue.tools.families.common import Candidate, Taste
from duologue.tools.ground import Ground
from duologue.tools.select import weighed
from duologue.types import Json, Meaning, Tool
from tools.workbench import candidates, session, voice

SCRIPT = """
CREATE TABLE device (id INTEGER PRIMARY KEY, name TEXT, last_seen INTEGER, started_at INTEGER, kind TEXT, load REAL);
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE device_tag (device_id INTEGER REFERENCES device, tag_id INTEGER REFERENCES tag, PRIMARY KEY (device_id, tag_id));
CREATE VIEW loud AS SELECT id, name, load FROM device WHERE load > 5;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
INSERT INTO device SELECT i, 'Device ' || i, 1704067200 + 61 * i, 1704067200000 + 61000 * i,
  CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN 'pump' ELSE 'valve' END, i * 1.5 FROM n;
INSERT INTO tag VALUES (1, 'old'), (2, 'new'), (3, 'spare');
INSERT INTO device_tag SELECT id, 1 + id % 3 FROM device;
"""


def made() -> tuple[Image, Ground, dict[Meaning, Candidate]]:
    db = apsw.Connection(":memory:")
    db.execute(SCRIPT)
    image = Image.of(db.serialize("main"))
    ground = Ground(read_catalog(image.connect(), "devices"))
    return image, ground, {c.meaning: c for c in candidates(ground)}


def tool(ground: Ground, candidate: Candidate) -> Tool:
    draft = candidate.make(rng(1), Taste("plain"))
    assert draft is not None
    return speak(ground, voice(), (draft,), {}, set())[0][0]


def result(image: Image, made: Tool, **arguments: Json) -> Json:
    with session(image, (made,)) as live:
        return live.execute(made.name, arguments).result


def test_moments_come_back_as_people_read_them() -> None:
    image, ground, pool = made()
    get = tool(ground, pool[Meaning("get", "device")])
    found = result(image, get, **{next(iter(get.inputs)): 1})
    assert {"2024-01-01 00:01:01"} == {v for k, v in found.items() if "seen" in k or "start" in k}
    assert get.returns["properties"][next(k for k in found if "seen" in k)]["type"] in ("string", ["string", "null"])


def test_rows_without_a_group_are_left_out_and_the_description_says_so() -> None:
    image, ground, pool = made()
    count = tool(ground, pool[Meaning("count", "device", "kind")])
    rows = next(v for v in result(image, count).values() if isinstance(v, list))
    assert sorted(r["kind"] for r in rows) == ["pump", "valve"]
    assert "Leaves out devices without a kind." in count.description


def test_views_and_link_tables_are_seldom_the_subject() -> None:
    _, ground, pool = made()
    less = {m.table for m, c in pool.items() if weighed(ground, c).weight < c.weight}
    assert less == {"loud", "device_tag"}
