"""What a result holds is worked out once, and each who knows it goes on by themselves."""

from duologue.checks.sources import Sources
from duologue.language.reading import read

RESULT = {"note": "due 3 May 2024, code AB-12", "total": 41.5, "rows": [{"id": 7}, {"id": 8}]}


def test_each_knows_a_result_by_themselves() -> None:
    """Who was told something else, or was asked, changes nothing of what the next one knows of the same result."""
    told, next_one = Sources(), Sources()
    told.add_result(RESULT, None)
    told.add_text(read("I need 99 of them by 1 June."))
    (day,) = read("3 May 2024").dates
    assert told.knows_date(day)
    assert told.knows_phrase("AB-12")
    next_one.add_result(RESULT, None)
    assert next_one.numbers == {41.5, 7, 8}
    assert next_one.lengths == {2}
    assert next_one.days == set()
    assert next_one.knows_date(day)
    assert next_one.knows_phrase("AB-12")
    assert not next_one.knows_phrase("99")
