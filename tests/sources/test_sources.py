"""Where data comes from: files and built-in domains."""

from pathlib import Path

import apsw
import pytest

from duologue.config import RunConfig
from duologue.errors import UserError
from duologue.sources import Source, domains, from_domain, from_sqlite
from duologue.sources.source import presentable

DATABASES = Path(__file__).parents[2].parent / "shared" / "data" / "databases"


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("northwind", "Northwind"),
        ("sales-2024_final", "Sales 2024 final"),
        ("my shop.backup", "My shop backup"),
        ("Über_uns", "Über uns"),
        ("CRM", "CRM"),
        ("__", "Database"),
        ("\x1b[31mred", "31mred"),
    ],
)
def test_presentable(stem: str, name: str) -> None:
    assert presentable(stem) == name


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "corner_shop.sqlite"
    with apsw.Connection(str(file)) as db:
        db.execute("CREATE TABLE things(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO things VALUES (1, 'broom')")
    before = file.read_bytes()
    source = from_sqlite(str(file))
    assert source == Source("Corner shop", source.image)
    assert source.image.connect().execute("SELECT name FROM things").get == "broom"
    assert file.read_bytes() == before


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        from_sqlite(tmp_path / "nothing.sqlite")


@pytest.mark.skipif(not DATABASES.is_dir(), reason="the sample databases are not here")
def test_the_sample_databases() -> None:
    sources = [from_sqlite(file) for file in sorted(DATABASES.glob("*.sqlite"))]
    assert len({s.name for s in sources}) == len({s.image.hash for s in sources}) == len(sources)


def test_the_built_in_domains() -> None:
    assert "retail" in domains()
    for name in domains():
        source = from_domain(name)
        assert source.policy is not None
        assert source.tools
        assert source.name
        assert {"wording", "labels"} <= set(source.lexicon) <= {"wording", "labels", "called_by"}


def test_an_unknown_domain() -> None:
    """Said alike wherever a domain is named."""
    with pytest.raises(UserError, match=r"^There is no built-in domain 'retial'\.") as error:
        from_domain("retial")
    with pytest.raises(UserError) as of_a_run:
        RunConfig(domain="retial")
    assert of_a_run.value.message == error.value.message
    assert of_a_run.value.fix.startswith(error.value.fix)
    assert "retail" in error.value.fix
