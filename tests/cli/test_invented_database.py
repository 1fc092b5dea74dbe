"""A database that a model invented is nobody else's: it leaves with the rows, so that they can be run again."""

from pathlib import Path

import apsw
import pytest

from duologue.cli import run
from duologue.ids import canonical
from duologue.testing import tiny_image


@pytest.mark.parametrize(
    ("domain", "file", "there"), [("reef lab", None, True), ("retail", None, False), (None, "a.db", False)]
)
def test_it_is_written_beside_the_rows(domain: str | None, file: str | None, there: bool, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(tiny_image().data)
    assert run(["generate", str(tmp_path / "a.db"), "-n", "2", "--toolsets", "1", "-o", str(tmp_path / "run")]) == 0
    db = apsw.Connection(str(tmp_path / "run" / "run.sqlite"))
    for name, value in (("domain", domain), ("file", file)):  # as a run over an invented world remembers itself
        db.execute("UPDATE config SET value = ? WHERE name = ?", (canonical(value).decode(), name))
    db.close()
    rows = tmp_path / "out" / "rows.jsonl"
    for _ in range(2):
        assert run(["export", str(tmp_path / "run"), "-o", str(rows)]) == 0
    assert bool(list(rows.parent.glob("database-*.sqlite"))) is there
    assert run(["verify", str(rows)]) == (0 if there else 2)
