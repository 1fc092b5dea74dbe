"""The card has words for all that can stand in a run: who adds an act, a check or a family of needs adds its words."""

import re
import tomllib
from pathlib import Path

import duologue

SOURCE = Path(duologue.__file__).parent
TEXTS = tomllib.loads((SOURCE / "export/card/texts.toml").read_text(encoding="utf-8"))
KINDS = {
    kind
    for file in SOURCE.rglob("*.py")
    for kind in re.findall(r'\bAct\(\s*"([^"]+)"', file.read_text(encoding="utf-8"))
}


def test_every_act_that_is_made_has_words() -> None:
    assert len(KINDS) > 40
    assert KINDS - (TEXTS["acts"]["user"].keys() | TEXTS["acts"]["assistant"].keys()) == set()
