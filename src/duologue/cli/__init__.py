"""The command line: one file per command, nothing heavy imported before a command runs.

A command returns its exit code (None = 0). Codes: 0 done, whatever the yield · 1 checks failed · 2 the person must change
something (one or two lines on stderr, no traceback) · 3 a limit of theirs was reached, or the disk is full · 130 interrupted (Ctrl-C) · 143 told
to end (SIGTERM). A bug keeps its traceback.
"""

import os
import sys
from typing import NoReturn

from duologue.cli import stopping

HELP = "`duologue --help` lists the commands, `duologue COMMAND --help` what each takes."
STOPPED = 3
"""Exit code where a limit was reached."""
GO_ON = "The same command goes on where this one stopped."


def main() -> None:
    """Run the command line and exit."""
    try:
        stopping.listen()
        for stream in (sys.stdout, sys.stderr):
            # A terminal that can't show a character gets its number, not a crash.
            getattr(stream, "reconfigure", _nothing)(errors="backslashreplace")
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        _hush()
    except KeyboardInterrupt:  # one more, while it was said of the first
        code = stopping.code()
    if code == stopping.code():
        stopping.ended()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    stopping.anew()
    try:
        return _run(arguments)
    except KeyboardInterrupt as stop:
        from duologue.cli.text import one_line

        goes_on = GO_ON if arguments[:1] in (["generate"], ["plan"], ["branch"], ["continue"]) else ""
        said = " ".join(["Interrupted.", *map(str, stop.args), goes_on]).rstrip()
        print("", one_line(said), sep="\n", file=sys.stderr)
        return stopping.code()


def _run(arguments: list[str]) -> int:
    from typer import Exit, TyperException
    from typer.main import get_command

    from duologue.cli.app import app
    from duologue.errors import DiskFullError, LimitReachedError, UserError

    try:
        # Not `app(…)`: that would catch interrupts and broken pipes before we see them.
        command = get_command(app)
        with command.make_context("duologue", arguments) as context:
            code = command.invoke(context)
    except Exit as end:
        return end.exit_code
    except DiskFullError as full:
        _complain(full.message, full.fix)
        return STOPPED
    except UserError as error:
        return _complain(error.message, error.fix)
    except LimitReachedError as limit:
        _complain(limit.message, "The same command with a higher limit goes on.")
        return STOPPED
    except TyperException as error:
        return _complain(error.format_message(), HELP)
    return code if isinstance(code, int) else 0


def _complain(*lines: str) -> int:
    """Tell the person what to change; the exit code."""
    from duologue.cli.text import one_line

    print(*(one_line(line) for line in lines if line), sep="\n", file=sys.stderr)
    return 2


def _nothing(**_: str) -> None:
    """A stream that has been replaced by one without an encoding needs no care."""


def _hush() -> NoReturn:
    """The reader has gone (`| head`): end quietly, also in the flush that Python does at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)
