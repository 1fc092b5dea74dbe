"""One HTTP exchange with one server: bytes out, and what came back told apart.

Nothing is decided here but what an outcome *is*: an answer, a refusal, or a trouble that may pass. Redirects are not followed: a key
is for the address that was given.

*The key* goes into one header. It is struck out of the bytes that come back before anything reads or shortens them, answers included,
also where JSON has escaped it, and out of what a library says. Words that stand in for a key where a server needs none (EMPTY, none)
are no secrets, and text may hold them: answers are searched for keys of at least `SECRET` characters.
"""

import math
import re
import ssl

import aiohttp
import msgspec
from msgspec import Struct

from duologue.errors import UserError
from duologue.models.endpoint import KEY_ENV, Endpoint
from duologue.models.exchange import (
    CONNECT,
    KEEP_ALIVE,
    Lines,
    Response,
    UnreachableError,
    lines_to,
    not_there,
    unknown,
)
from duologue.models.refusals import Refusal, Trouble, clean, judge, wish, words_of
from duologue.models.replicas import Replica
from duologue.models.wire import Reply, read_reply
from duologue.protocols import Usage

LEAST = 1.0
"""Seconds any attempt is given, however little time the run has left."""
LISTING = 30.0
"""Seconds to list the models."""
SECRET = 8
"""Characters from which a key is taken for one."""
Outcome = Reply | Refusal | Trouble


class _Model(Struct):
    id: str


class _Models(Struct):
    data: list[_Model]


class Transport:
    """The connections of an endpoint. Made when they are first needed."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises `UserError` where the key can't be had."""
        self._endpoint, self._secret = endpoint, endpoint.key()
        self._struck = _pattern(self._secret) if len(self._secret) >= SECRET else None
        self._session: aiohttp.ClientSession | None = None
        self._lines: dict[str, Lines | None] = {}
        self._answered = False  # a 403 after an answer is about what was asked, not about the key

    async def close(self) -> None:
        """Let the connections go."""
        for lines in self._lines.values():
            if lines is not None:
                lines.close()
        self._lines.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def clean(self, text: str, last: int = 0) -> str:
        """Text of another's making: one bounded line, without the key; of its end where it is the `last` characters that count."""
        text = text.replace(self._secret, "***") if self._secret else text
        return clean(text[-last:], self._secret)

    def _strike(self, data: bytes) -> bytes:
        """What came, without the key."""
        return data if self._struck is None else self._struck.sub(b"***", data)

    async def send(
        self, replica: Replica, body: bytes, tools: bool, left: float = math.inf
    ) -> tuple[Outcome, Usage | None]:
        """Send, and read what comes, in the `left` seconds at most (but at least `LEAST`). Beside the outcome: what was used, as
        `Settle` takes it."""
        nothing = Usage()
        timeout = self._endpoint.timeout
        most = timeout if left >= timeout else min(timeout, max(left, LEAST))
        try:
            lines = self._lines_to(replica)
            came = await (self._through(replica, body, most) if lines is None else lines.post(body, most))
        except (UnreachableError, aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, ssl.SSLError) as error:
            return Trouble("unreachable", self.clean(_in_words(error))), nothing
        except TimeoutError:
            return Trouble("timeout", f"no answer within {most:.4g} s"), None
        except (aiohttp.ClientError, OSError) as error:
            return Trouble("cut", self.clean(f"{type(error).__name__}: {error}")), None
        data = came.body if self._struck is None else self._strike(came.body)
        if came.status != 200:
            return self._judged(came.status, data, wish(came.after), tools), nothing
        try:
            reply = read_reply(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return Trouble("garbled", self.clean(f"{error}: {data.decode('utf-8', 'replace')}")), None
        if reply.error is not None:
            code = reply.error.get("code") if isinstance(reply.error, dict) else None
            return self._judged(code if isinstance(code, int) and code >= 400 else 500, data, None, tools), nothing
        self._answered = True
        return reply, reply.usage

    def _lines_to(self, replica: Replica) -> Lines | None:
        """Plain connections to a replica; None where it is reached in another way (`_through`)."""
        lines = self._lines.get(replica.base)
        if lines is None and replica.base not in self._lines:
            lines = self._lines[replica.base] = lines_to(replica.chat, self._headers)
        return lines

    async def _through(self, replica: Replica, body: bytes, most: float) -> Response:
        limit = aiohttp.ClientTimeout(total=most, sock_connect=min(CONNECT, most))
        async with self._connected().post(replica.chat, data=body, allow_redirects=False, timeout=limit) as response:
            return Response(response.status, await response.read(), response.headers.get("Retry-After"))

    def _judged(self, status: int, data: bytes, after: float | None, tools: bool) -> Refusal | Trouble:
        text = words_of(data, self._secret)
        if status == 401 or (status == 403 and not self._answered):
            raise self._locked(status, text)
        return judge(status, text, after, tools)

    def _locked(self, status: int, text: str) -> UserError:
        variable = self._endpoint.key_env or KEY_ENV
        sent = f"the key in {variable}" if self._secret else f"a call without a key ({variable} is not set)"
        return UserError(
            f"{self._endpoint.label} refuses {sent} ({status}: {text}).",
            f"Set {variable} to a key that it takes, or name the right variable as key_env.",
        )

    @property
    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        return headers | ({"Authorization": f"Bearer {self._secret}"} if self._secret else {})

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE),
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def models(self, replica: Replica) -> tuple[str, ...] | Trouble:
        """Ids of the models a server lists, none where it keeps no list. Raises `UserError` where it refuses the key."""
        try:
            limit = aiohttp.ClientTimeout(total=min(LISTING, self._endpoint.timeout), sock_connect=CONNECT)
            async with self._connected().get(replica.models, allow_redirects=False, timeout=limit) as response:
                status, data = response.status, self._strike(await response.read())
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return Trouble("unreachable", self.clean(_in_words(error)))
        if status in (401, 403):
            raise self._locked(status, words_of(data, self._secret))
        if status == 429 or status >= 500:
            return Trouble("failing", f"{status}: {words_of(data, self._secret)}")
        try:
            return tuple(m.id for m in msgspec.json.decode(data, type=_Models).data) if status == 200 else ()
        except (msgspec.DecodeError, RecursionError):
            return ()


def _pattern(secret: str) -> re.Pattern[bytes]:
    """The secret in any JSON text: all but letters and digits may be escaped, several times over where JSON stands in JSON."""
    parts = [c if c.isalnum() else rf"(?:\\*{re.escape(c)}|\\+u00(?i:{ord(c):02x}))" for c in secret]
    return re.compile("".join(parts).encode())


def _in_words(error: Exception) -> str:
    """Why there is no connection, as a person says it."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return unknown(error.host)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"{error.host}: its certificate is not trusted ({error.certificate_error})"
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return f"no TLS there: {error}"
    if isinstance(error, TimeoutError):
        return "no connection in time" if isinstance(error, aiohttp.ConnectionTimeoutError) else "no answer in time"
    if not isinstance(error, aiohttp.ClientConnectorError):
        return str(error) or type(error).__name__
    return not_there(error.os_error, error.host, error.port)
