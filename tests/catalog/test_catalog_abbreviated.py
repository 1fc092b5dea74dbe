"""Names as real schemas abbreviate them: what they stand for, what rows are called by, what only says how a value is kept."""

import apsw
import pytest

from duologue.catalog import Catalog, read_catalog
from duologue.catalog.labels import as_told, table_label, take_unit
from duologue.catalog.names import Speller

SPELLED = [
    ("cust_nm", "customer name"),
    ("qty_oh", "quantity on hand"),
    ("is_actv", "is active"),
    ("POS_CD", "position"),
    ("PORT_CD", "port code"),
    ("cd", "CD"),
    ("dt_ret", "return date"),
    ("RENTL_PRC", "rental price"),
    ("emerg_ctct", "emergency contact"),
]


@pytest.mark.parametrize(("name", "words"), SPELLED)
def test_abbreviations_are_written_out(name: str, words: str) -> None:
    assert " ".join(Speller([], []).words(name)).lower() == words.lower()


@pytest.mark.parametrize(
    ("name", "label"),
    [("rt route", "route"), ("inv invoice", "invoice"), ("gear item", "gear item"), ("day delivery", "day delivery")],
)
def test_a_mark_that_shortens_the_next_word_is_left_out(name: str, label: str) -> None:
    assert table_label(name.split()) == label


@pytest.mark.parametrize(
    ("name", "label", "unit"),
    [
        ("maximum draft m", "maximum draft", "metres"),
        ("sales m", "sales", "million"),
        ("cargo weight t", "cargo weight", "tonnes"),
        ("letter t", "letter t", ""),
        ("estimated hours", "estimated time", "hours"),
        ("free minutes", "free minutes", ""),
        ("included minutes", "included minutes", ""),
        ("billable hours", "billable hours", ""),
    ],
)
def test_units_at_the_end_of_names(name: str, label: str, unit: str) -> None:
    assert take_unit(name.split(), numeric=True) == (label.split(), unit)


@pytest.mark.parametrize(
    ("name", "told"), [("condition code", "condition"), ("rank description", "rank"), ("post code", "post code")]
)
def test_what_only_says_how_a_category_is_kept_is_left_out(name: str, told: str) -> None:
    assert as_told(name.split(), ["thing"]) == told.split()


def catalog(script: str) -> Catalog:
    db = apsw.Connection(":memory:")
    db.execute(script)
    return read_catalog(db, "test")


def test_rows_are_called_by_names_that_are_not_called_name() -> None:
    found = catalog("""
        CREATE TABLE tbl_mbr (mbr_id INTEGER PRIMARY KEY, cust_nm TEXT, emerg_ctct TEXT, bal_due REAL);
        CREATE TABLE gear_itm (itm_id INTEGER PRIMARY KEY, itm_desc TEXT, sz TEXT, qty_oh INTEGER, unit_prc REAL, insp_dt TEXT);
        CREATE TABLE stf (stf_id INTEGER PRIMARY KEY, stf_nm TEXT, pos_cd TEXT);
        CREATE TABLE appellations (no INTEGER PRIMARY KEY, Appelation TEXT UNIQUE, county TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
        INSERT INTO tbl_mbr SELECT i, 'Ruth Oake' || char(96 + i), 'Hugo Lind' || char(96 + i), i * 1.5 FROM n;
        INSERT INTO gear_itm SELECT mbr_id, 'harness ' || char(64 + mbr_id), 'M', mbr_id, 18.5, '2024-01-' || (10 + mbr_id % 9) FROM tbl_mbr;
        INSERT INTO stf SELECT mbr_id, 'Nadia Falk' || char(96 + mbr_id), 'coach' FROM tbl_mbr;
        INSERT INTO appellations SELECT mbr_id, 'Valley ' || char(64 + mbr_id), 'Lake' FROM tbl_mbr;
    """)
    shown = {t.name: (t.label, t.display, t.person) for t in found.tables}
    assert shown == {
        "tbl_mbr": ("member", ("cust_nm",), True),
        "gear_itm": ("gear item", ("itm_desc",), False),
        "stf": ("staff member", ("stf_nm",), True),
        "appellations": ("appellation", ("Appelation",), False),
    }
