"""What a server's refusals mean, and for whom: the person (key, model, address), the record (this one request), or nobody yet
(wait and try again)."""

import email.utils
import re
import time
from typing import Any, Literal

import msgspec
from msgspec import Struct

from duologue.errors import StageError, UserError
from duologue.ids import is_deep

EVIDENCE = 400
"""Characters of a server's words that are kept."""
LONGEST_WISH = 300.0
"""Seconds a server may ask to wait; where it asks for more, it is not waited for."""

Kind = Literal["unreachable", "busy", "failing", "timeout", "cut", "garbled"]
REASONS: dict[Kind, str] = {
    "unreachable": "server unreachable",
    "busy": "server busy",
    "failing": "server error",
    "timeout": "timed out",
    "cut": "connection cut",
    "garbled": "invalid response",
}
"""Kind of trouble → what the record calls it: an attempt that met it, and an item given up for it."""
REFUSED = "request refused"
"""What the record calls an attempt that the server would not have as it was."""
INTERRUPTED = "interrupted"
"""What the record calls an attempt that was broken off on this side."""

_TOOLS = re.compile(
    r"tools?\b.{0,80}(support|require|enable|allow|unknown|unrecogni|unexpected|extra|permitted|forbidden|--)"
    r"|(support|require|unknown|unrecogni|unexpected|extra|permitted|forbidden).{0,80}\btools?\b",
    re.IGNORECASE | re.DOTALL,
)
_ONE_TOOL = re.compile(r"tools?[\[.]+\d|schema|parameters|grammar", re.IGNORECASE)
"""Words about how a tool is described, not about tools."""
_MODEL = re.compile(
    r"model.{0,120}(not found|not exist|unknown|invalid|not available|no such|not supported)|(unknown|invalid|no such) model",
    re.IGNORECASE | re.DOTALL,
)
_LONG = re.compile(
    r"context.{0,20}(length|window|size)|maximum context|too long|too many tokens|exceeds?.{0,40}(tokens|length|context)",
    re.IGNORECASE,
)
_BROKE = ("insufficient_quota", "insufficient credit", "exceeded your current quota", "billing_hard_limit")


def takes_no_tools(text: str) -> bool:
    """Whether a server's words are that it takes no tools at all."""
    return bool(_TOOLS.search(text)) and not _ONE_TOOL.search(text)


class Trouble(Struct, frozen=True):
    """An attempt that failed in a way that may pass."""

    kind: Kind
    text: str
    after: float | None = None
    """Seconds the server asked to wait."""


class Refusal(Struct, frozen=True):
    """A request that the server will not have as it is."""

    status: int
    text: str

    @property
    def too_long(self) -> bool:
        """It has no room for the request."""
        return self.status == 413 or bool(_LONG.search(self.text))

    @property
    def of_address(self) -> bool:
        """There is nothing at the address, or not under the model's name."""
        return self.status in (404, 405) or 300 <= self.status < 400

    @property
    def of_model(self) -> bool:
        """Its words are about a model it does not know."""
        return bool(_MODEL.search(self.text)) and not self.too_long

    @property
    def of_tools(self) -> bool:
        """It does not take tools."""
        return takes_no_tools(self.text) and not self.too_long

    def for_record(self, role: str) -> StageError:
        """The error for the one item concerned."""
        return StageError(role, "request too long" if self.too_long else REFUSED, f"{self.status}: {self.text}")


def judge(status: int, text: str, after: float | None, asked_tools: bool) -> Trouble | Refusal:
    """What an answer that is none means. Raises `UserError` where nothing can be asked of the server as things are."""
    if status == 402 or any(word in text.lower() for word in _BROKE):
        raise UserError(
            f"The server asks for money: {text}", "Pay, or name another model; then run the same command again."
        )
    if status == 429:
        return Trouble("busy", f"{status}: {text}", after)
    if status in (408, 409, 425) or (status >= 500 and not (asked_tools and takes_no_tools(text))):
        return Trouble("failing", f"{status}: {text}", after)
    return Refusal(status, text)


def words_of(data: bytes, secret: str) -> str:
    """What a server says is wrong, from the body of an error: one bounded line without the key."""
    try:
        body: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        body = data.decode("utf-8", "replace")
    for name in ("error", "message", "detail"):
        if isinstance(body, dict) and body.get(name):
            body = body[name]
    if is_deep(body):
        body = data.decode("utf-8", "replace")
    text = body if isinstance(body, str) else msgspec.json.encode(body).decode()
    return clean(text, secret)


def clean(text: str, secret: str) -> str:
    """Text of another's making, on one line, bounded, without the key."""
    if secret:
        text = text.replace(secret, "***")
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * EVIDENCE]).split())
    return line[:EVIDENCE] or "(no words)"


def wish(header: str | None) -> float | None:
    """A `Retry-After` header: seconds, or a date."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
