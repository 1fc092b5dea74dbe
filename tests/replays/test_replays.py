"""Runs in which reasoners played every role, cold, seeing nothing but the prompts: played again from what they answered.

See `tape.py` for what to do when prompts or code have changed what is asked.
"""

from pathlib import Path

import msgspec
import pytest

from replays.tape import HERE, SHARED, Taped, play, strict, tapes


@pytest.mark.parametrize("name", tapes())
def test_a_recorded_run_is_the_same_again(name: str, tmp_path: Path) -> None:
    taped = msgspec.json.decode((HERE / name / "run.json").read_bytes(), type=Taped)
    if taped.source and not (SHARED / taped.source).is_file():
        pytest.skip("the database is not here")
    accepted, sha, _ = play(name, tmp_path / "run", strict)
    assert (accepted, sha) == (taped.accepted, taped.sha)


def test_there_are_tapes() -> None:
    assert tapes()
