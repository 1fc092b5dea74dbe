"""Copy-on-write files behave like copies."""

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.environment import Image, pages
from environment.kit import image

PAGE = 512
BASE = Image.of(b"SQLite format 3\x00" + PAGE.to_bytes(2, "big") + bytes(range(200)) * 20).data

WRITE = st.tuples(st.just("write"), st.integers(0, 12), st.integers(1, 255))
PART = st.tuples(st.just("part"), st.integers(0, 12 * PAGE), st.integers(1, 255))
TRUNCATE = st.tuples(st.just("truncate"), st.integers(0, 12), st.just(0))


@settings(deadline=None)
@given(st.lists(st.one_of(WRITE, PART, TRUNCATE), max_size=12))
def test_a_private_file_reads_as_a_copy_would(work: list[tuple[str, int, int]]) -> None:
    file, model = pages.PrivatePages(BASE), bytearray(BASE)

    def put(at: int, data: bytes) -> None:
        model.extend(b"\0" * (at - len(model)))
        model[at : at + len(data)] = data
        file.xWrite(data, at)

    for what, where, value in work:
        if what == "write":
            put(where * PAGE, bytes([value]) * PAGE)
        elif what == "part":
            put(where, bytes([value]) * min(7, PAGE - where % PAGE))
        else:
            size = min(where * PAGE, len(model))
            del model[size:]
            file.xTruncate(size)
        read = b"".join(file.xRead(PAGE, n * PAGE).ljust(PAGE, b"\0") for n in range(14))
        assert read == bytes(model).ljust(14 * PAGE, b"\0")
        assert file.xFileSize() >= len(model)
    assert Image.of(BASE).data == BASE


def test_pages_that_leave_the_cache_come_back_and_roll_back() -> None:
    of = image(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x); INSERT INTO t SELECT value, zeroblob(3000) FROM json_each('[1,2,3,4,5,6,7]')"
    )
    copies = [pages.connect(of.data * 1, "calls") for _ in range(1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "COPY_ON_WRITE_FROM", 0)
        copies += [pages.connect(of.data, "calls") for _ in range(2)]
    work = "UPDATE t SET x = zeroblob(9000) || id; INSERT INTO t SELECT id + 100, zeroblob(20000) FROM t; DELETE FROM t WHERE id % 3 = 0"
    before = copies[0].execute("SELECT * FROM t").fetchall()
    for connection in copies:
        connection.pragma("cache_size", 3)
        connection.execute("BEGIN")
    for connection in copies[:2]:
        connection.execute(work)
    assert copies[0].execute("SELECT * FROM t").fetchall() == copies[1].execute("SELECT * FROM t").fetchall()
    assert copies[1].pragma("integrity_check") == "ok"
    assert copies[2].execute("SELECT * FROM t").fetchall() == before
    for connection in copies:
        connection.execute("ROLLBACK")
        assert connection.execute("SELECT * FROM t").fetchall() == before
        assert connection.pragma("integrity_check") == "ok"
        connection.execute("BEGIN; " + work + "; COMMIT")
        assert connection.pragma("integrity_check") == "ok"


@pytest.mark.parametrize("size", [0, 1 << 40])
def test_those_who_look_at_an_image_see_a_constant_time(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "COPY_ON_WRITE_FROM", size)
    connection = image("CREATE TABLE t(a); INSERT INTO t VALUES (1)").connect()
    assert connection.execute("SELECT datetime('now'), a FROM t").fetchall() == [("2000-01-01 00:00:00", 1)]
    with pytest.raises(apsw.ReadOnlyError):
        connection.execute("INSERT INTO t VALUES (2)")
