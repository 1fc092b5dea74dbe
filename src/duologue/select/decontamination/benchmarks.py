"""The benchmarks a person names, read once and indexed."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from msgspec import Struct

from duologue.errors import UserError
from duologue.select.decontamination.files import benchmark_files, read_contents
from duologue.select.decontamination.likeness import ToolIndex
from duologue.select.decontamination.shapes import BenchmarkTool, Passage, read_document
from duologue.select.decontamination.signatures import SignatureIndex
from duologue.select.decontamination.texts import TextIndex

MOST_LETTERS = 64 * 2**20
"""Characters of text to compare, over all files: the index takes some fifteen times that in memory."""


class BenchmarkFile(Struct, frozen=True):
    """What a file gave. `state` counts strings of prose that were left out as data; `notes` say what could not be read."""

    path: str
    form: str
    documents: int
    passages: int
    tools: int
    state: int
    notes: tuple[str, ...] = ()


class Benchmarks:
    """Passages and tools of benchmarks, to be found in conversations. `files` is what was read, for the report."""

    def __init__(
        self, files: tuple[BenchmarkFile, ...], passages: Sequence[Passage], tools: Sequence[BenchmarkTool]
    ) -> None:
        self.files = files
        self.texts, self.tools, self.signatures = TextIndex(passages), ToolIndex(tools), SignatureIndex(tools)
        self.tellings = TextIndex(_together(passages))
        """What the user of an entry says over several messages, as one passage; apart, since its n-grams would count twice."""
        self.answers = Answers()


class Answers:
    """What was found for a text or tool: greetings and tools come again in many conversations. The oldest are forgotten."""

    def __init__(self, most: int = 50_000) -> None:
        self._held: dict[Hashable, Any] = {}
        self._most = most

    def get(self, key: Hashable) -> Any:
        """What is held for the key, or None."""
        return self._held.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Hold it."""
        if len(self._held) >= self._most:
            del self._held[next(iter(self._held))]
        self._held[key] = value


def read_benchmarks(paths: Sequence[Path]) -> Benchmarks:
    """Read benchmark files; folders are walked, sorted. Raises `UserError` for a named file that is not there, is not text, is
    too large or broken, and when nothing in all of them can be compared; a file met in a folder that is no text is a note."""
    files: list[BenchmarkFile] = []
    passages: list[Passage] = []
    tools: list[BenchmarkTool] = []
    letters = 0
    for path, named in benchmark_files(paths):
        try:
            contents = read_contents(path)
        except UserError as error:
            if named:
                raise
            files.append(BenchmarkFile(str(path), "not read", 0, 0, 0, 0, (error.message,)))
            continue
        before = len(passages), len(tools)
        state = 0
        for document in contents.documents:
            found = read_document(document)
            passages += (Passage(_entry(path, p.entry), p.path, p.text, p.by_user) for p in found.passages)
            tools += (BenchmarkTool(_entry(path, t.entry), t.name, t.description, t.parameters) for t in found.tools)
            state += found.state
            letters += sum(len(p.text) for p in found.passages)
        if letters > MOST_LETTERS:
            raise UserError(
                f"The benchmarks hold more than {MOST_LETTERS // 2**20} million characters of text; {str(path)!r} was too much.",
                "Name their test splits only, or compare against a part at a time.",
            )
        n, m = len(passages) - before[0], len(tools) - before[1]
        files.append(BenchmarkFile(str(path), contents.form, len(contents.documents), n, m, state, contents.notes))
    if not passages and not tools:
        raise UserError(
            f"Nothing to compare with in {', '.join(repr(str(path)) for path in paths)}: no text of four words, no tool.",
            "Name benchmark files: tasks, questions, conversations or tools.",
        )
    return Benchmarks(tuple(files), passages, tools)


def _together(passages: Iterable[Passage]) -> Iterator[Passage]:
    """For each entry the messages of its user, where there are several."""
    for entry, held in groupby((p for p in passages if p.by_user), key=attrgetter("entry")):
        said = list({passage.text: passage for passage in held}.values())
        if len(said) > 1:
            yield Passage(entry, f"{said[0].path} and {len(said) - 1} more", "\n".join(p.text for p in said), True)


def _entry(path: Path, place: str) -> str:
    return f"{path} {place}".rstrip()
