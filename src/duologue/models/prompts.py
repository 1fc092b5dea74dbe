"""Prompts: one Markdown file for each role, filled by jinja2.

The files beside this one are the defaults. A folder of the person's may replace any of them by a file of the same name. The hash
of the text that was used goes with every call, so a record says what was asked with which words.
"""

from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from duologue.errors import UserError
from duologue.ids import digest
from duologue.types import Message

_HOME = Path(__file__).parent / "prompts"
ENDING = ".md"
_MISHAPS = (
    jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError, MemoryError,
)  # fmt: skip
"""What filling in a template of a person's may end in."""
_COMPILING = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What making one of its text may end in, beside jinja's own errors."""


class Rendered(Struct, frozen=True):
    """A prompt filled in. `hash` names the file's text before filling."""

    message: Message
    """The system message that it is, the same object at each call: what is worked out of it is kept by whoever sends it."""
    hash: str

    @property
    def text(self) -> str:
        """Its words."""
        return self.message.content


class Prompts:
    """All prompts, some of them perhaps the person's own."""

    def __init__(self, folder: Path | None = None) -> None:
        """Raises `UserError` where `folder` holds something that replaces no prompt, or a file that is no template."""
        self._engine = ImmutableSandboxedEnvironment(
            undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
        )
        self._files = {f.stem: f for f in sorted(_HOME.glob(f"*{ENDING}"))}
        self._ready: dict[str, tuple[jinja2.Template, str]] = {}
        own = {} if folder is None else self._own(folder)
        self._files |= own
        self.mark = digest({name: self._template(name)[1] for name in own}) if own else ""
        """Names the words of the prompts that were replaced; empty where none is."""

    @property
    def names(self) -> tuple[str, ...]:
        """What prompts there are."""
        return tuple(self._files)

    def render(self, name: str, **values: Any) -> Rendered:
        """The prompt of that name with its values in place. Raises `UserError` where it asks for a value that it isn't given, or can't
        be filled in otherwise."""
        template, mark = self._template(name)
        try:
            return Rendered(Message("system", content=template.render(values).strip()), mark)
        except _MISHAPS as error:
            raise UserError(
                f"{self._files[name]}: {str(error) or type(error).__name__}",
                f"It is given: {', '.join(sorted(values)) or 'nothing'}.",
            ) from error

    def _template(self, name: str) -> tuple[jinja2.Template, str]:
        if name not in self._ready:
            file = self._files[name]
            try:
                text = file.read_text(encoding="utf-8")
                template = self._engine.from_string(text)
                template.globals = dict(template.globals)  # copied at each filling; a chain of maps takes long
                self._ready[name] = (template, digest(text))
            except OSError as error:
                raise UserError(f"Cannot read {str(file)!r}: {error.strerror}.", "Give a file of Markdown.") from error
            except UnicodeDecodeError as error:
                raise UserError(
                    f"{file}: not UTF-8 text ({error.reason} at byte {error.start}).", "Save it as UTF-8."
                ) from error
            except jinja2.TemplateSyntaxError as error:
                raise UserError(f"{file}, line {error.lineno}: {error.message}", "Mend it.") from error
            except (jinja2.TemplateError, *_COMPILING) as error:
                raise UserError(f"{file}: {str(error) or type(error).__name__}", "Mend it.") from error
        return self._ready[name]

    def _own(self, folder: Path) -> dict[str, Path]:
        if not folder.is_dir():
            raise UserError(f"--prompts {str(folder)!r}: there is no such folder.", "Name a folder of Markdown files.")
        own = {f.stem: f for f in sorted(folder.glob(f"*{ENDING}"))}
        unknown = sorted(own.keys() - self._files.keys())
        if unknown or not own:
            what = f"{unknown[0]}{ENDING} replaces no prompt" if unknown else f"it has no {ENDING} files"
            raise UserError(f"--prompts {str(folder)!r}: {what}.", f"Prompts: {', '.join(self._files)}.")
        return own
