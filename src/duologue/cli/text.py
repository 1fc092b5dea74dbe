"""Text on its way to a terminal.

What comes from a database, a file or a dialogue may hold anything, escape codes that retitle or repaint a terminal and
marks that turn the reading direction included. `safe` shows such characters as visible escapes; everything printed
that is not our own goes through it.
"""

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 (but tab and line feed), delete, C1
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # invisible marks, separators, bidirectional controls
    "\ud800-\udfff\U000e0000-\U000e007f]"  # lone surrogates, tags
)
STYLES = {"bold": "1", "dim": "2", "green": "32", "red": "31", "yellow": "33", "cyan": "36"}


def safe(text: str) -> str:
    """The text with every control character, bidirectional override and invisible mark shown as an escape."""
    return _UNSAFE.sub(lambda found: _escape(found[0]), text)


def one_line(text: str, limit: int = 0) -> str:
    """`safe`, with line ends and tabs shown too, cut to `limit` characters (0 = not)."""
    flat = safe(text).replace("\n", "\\n").replace("\t", "\\t")
    return flat if not limit or len(flat) <= limit else f"{flat[: limit - 1]}…"


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def styled(text: str, *styles: str) -> str:
    """Our own words in colour, where stdout is a terminal and the person did not refuse it (`NO_COLOR`)."""
    if not styles or not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{';'.join(STYLES[s] for s in styles)}m{text}\x1b[0m"


def width() -> int:
    """Columns to fill: those of the terminal, at most 110."""
    return max(40, min(110, shutil.get_terminal_size((100, 24)).columns))


def wrapped(text: str, indent: int) -> str:
    """Text of several lines, filled to the terminal's width, every line after the first set in by `indent` spaces."""
    out = []
    for line in safe(text).split("\n"):
        out += textwrap.wrap(line, width() - indent, break_on_hyphens=False, drop_whitespace=True) or [""]
    return ("\n" + " " * indent).join(out)


def table(rows: Sequence[tuple[str, ...]], right: frozenset[int] = frozenset()) -> str:
    """Columns as wide as their widest cell, two spaces apart; those in `right` are set flush right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
