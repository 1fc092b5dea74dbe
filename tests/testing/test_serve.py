"""A fake server on the command line does what it is told, or says why it can't."""

from pathlib import Path

import pytest

from duologue.testing.faults import FAULTS
from duologue.testing.serve import asked_for, server_of

FAULTY = {
    "nothing said": ([], None),
    "a share": (["--faults", "0.1"], (0.1, tuple(FAULTS))),
    "a fault": (["--fault", "500"], (1.0, ("500",))),
    "two faults": (["--fault", "500", "--fault", "cut"], (1.0, ("500", "cut"))),
    "both": (["--fault", "500", "--faults", "0.1"], (0.1, ("500",))),
    "none of a fault": (["--fault", "500", "--faults", "0"], None),
}


@pytest.mark.parametrize(("words", "spoils"), FAULTY.values(), ids=FAULTY)
def test_answers_are_spoilt_as_it_was_told(words: list[str], spoils: tuple[float, tuple[str, ...]] | None) -> None:
    faults = server_of(asked_for(["--scenarios", "1", *words])).faults
    assert (faults and (faults.rate, faults.names)) == spoils


WRONG = {
    "tools alone": (["--tools", "HERE"], "--tools and --tasks go together"),
    "tasks alone": (["--tasks", "HERE"], "--tools and --tasks go together"),
    "a database alone": (["HERE"], "a database needs --tools and --tasks"),
    "no database": (["nowhere.db", "--tools", "HERE", "--tasks", "HERE"], "there is no file 'nowhere.db'"),
    "no tools": (["--tools", "nowhere.json", "--tasks", "HERE"], "there is no file 'nowhere.json'"),
    "a high port": (["--port", "99999"], "--port 99999"),
    "a low port": (["--port", "-1"], "--port -1"),
    "a share of three": (["--faults", "3"], "--faults 3"),
    "no share": (["--faults", "nan"], "--faults nan"),
    "no scenarios": (["--scenarios", "0"], "--scenarios 0"),
    "time turned back": (["--latency", "-1"], "--latency -1"),
    "an unknown fault": (["--fault", "hiccup"], "hiccup"),
}


@pytest.mark.parametrize(("words", "says"), WRONG.values(), ids=WRONG)
def test_what_can_not_be_is_refused(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = tmp_path / "here"
    here.write_text("{}")
    with pytest.raises(SystemExit) as ended:
        asked_for([str(here) if word == "HERE" else word for word in words])
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
