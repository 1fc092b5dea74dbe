"""Where a model is served, and how it is asked: the part of the configuration that a person writes for a model.

Everything has a default but the address. The key is never here: only the *name* of the environment variable that holds it is, and the
value is read at the moment a client is made, goes into one header, and is struck out of everything a server says.
"""

import os
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from duologue.errors import UserError
from duologue.protocols import Usage
from duologue.types import Json

KEY_ENV = "OPENAI_API_KEY"
"""Read where `key_env` names no other variable; a server that needs no key needs it not to be set."""
MAX_TOKENS = 16_384
"""Room for a reasoning model to think at length and still answer."""
TIMEOUT = 600.0
ATTEMPTS = 8
PATIENCE = 1800.0
_MILLION = 1_000_000
_EFFORTS = ("", "none", "minimal", "low", "medium", "high", "xhigh", "max")
_BODY = ("model", "messages", "tools", "stream", "n", "response_format", "max_tokens", "max_completion_tokens")
_OURS = frozenset({*_BODY, "temperature", "top_p", "reasoning_effort"})

Structured = Literal["auto", "json_schema", "json_object", "plain"]
SentBack = Literal["auto", "reasoning", "reasoning_content", "no"]


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """Dollars for a million tokens. `cached` is for prompt tokens that the server had in its cache; the input's where not given."""

    input: float
    output: float
    cached: float | None = None

    def __post_init__(self) -> None:
        for name in ("input", "output", "cached"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < float("inf"):
                raise UserError(
                    f"price: {name} = {value!r} is no price.", "Give dollars per million tokens, 0 or more."
                )
        if self.cached is not None and self.cached > self.input:
            raise UserError(
                f"price: cached = {self.cached!r} is above input = {self.input!r}.", "Cached tokens cost no more."
            )

    def dollars(self, usage: Usage) -> float:
        """What a call cost."""
        cached = self.input if self.cached is None else self.cached
        fresh = usage.prompt - usage.cached
        return (fresh * self.input + usage.cached * cached + usage.completion * self.output) / _MILLION


class Endpoint(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A model behind the OpenAI chat protocol. What is checked: see `__post_init__`, which raises `UserError`."""

    urls: tuple[str, ...]
    """Base addresses of one or more replicas that serve the same model, as `http://host:8000/v1`."""
    name: str = ""
    """The model's id; empty = the only one the server lists."""
    key_env: str = ""
    """Name of the environment variable that holds the key; empty = OPENAI_API_KEY if that is set, else none is sent."""
    temperature: float | None = None
    """None, here and below: not sent, so that the server's own setting holds."""
    top_p: float | None = None
    max_tokens: int = MAX_TOKENS
    """Most tokens of one answer, reasoning included."""
    reasoning_effort: str = ""
    price: Price | None = None
    """None = unknown."""
    timeout: float = TIMEOUT
    """Seconds one attempt may take."""
    attempts: int = ATTEMPTS
    """Most attempts at one call, where they fail in a way that may pass (429, 5xx, a time-out, a cut connection)."""
    patience: float = PATIENCE
    """Seconds after a call's first failure in which it may be tried again."""
    structured: Structured = "auto"
    """How JSON is asked for: auto = as strictly as the server is found to allow."""
    send_reasoning: SentBack = "auto"
    """How the model's own earlier reasoning goes back to it: auto = under the name the server gave it (see `wire`)."""
    extra: dict[str, Json] = {}
    """Further fields of the request's body, as they are."""

    def __post_init__(self) -> None:
        if not self.urls:
            raise UserError("A model needs the address of a server.", "Give one, as http://localhost:8000/v1.")
        msgspec.structs.force_setattr(self, "urls", tuple(dict.fromkeys(map(_base, self.urls))))
        _check("temperature", self.temperature, 0, 2)
        _check("top_p", self.top_p, 0, 1)
        _check("max_tokens", self.max_tokens, 1, 10_000_000)
        _check("timeout", self.timeout, 0.001, 86_400)
        _check("attempts", self.attempts, 1, 1000)
        _check("patience", self.patience, 0, 604_800)
        if self.reasoning_effort not in _EFFORTS:
            valid = ", ".join(e for e in _EFFORTS if e)
            raise UserError(
                f"reasoning_effort = {self.reasoning_effort!r} is not known.", f"Valid: {valid}; or leave it out."
            )
        mine = sorted(_OURS & self.extra.keys())
        if mine:
            raise UserError(
                f"extra may not hold {mine[0]!r}: Duologue writes that itself.",
                "Use the setting of that name, or leave it out.",
            )

    @property
    def label(self) -> str:
        """What it is called in messages to a person."""
        return f"{self.name or 'the model'} at {self.urls[0]}" + (f" (+{len(self.urls) - 1})" if self.urls[1:] else "")

    def key(self, environment: Mapping[str, str] = os.environ) -> str:
        """The key's value, empty where there is none. Raises `UserError` where the variable named is not set or holds no key."""
        variable = self.key_env or KEY_ENV
        value = environment.get(variable, "").strip()
        if self.key_env and not value:
            # what it says is not shown: it may be the key itself, put there by mistake
            raise UserError(
                f"key_env of {self.label}: there is no environment variable of that name, or it is empty.",
                "key_env is the name of the variable that holds the key, never the key. Set that variable, or leave key_env out.",
            )
        if not value.isascii() or not value.isprintable() or " " in value:
            raise UserError(
                f"The environment variable {variable} holds no key: it has blanks or odd characters in it.",
                "Set it again.",
            )
        return value


def read_endpoint(table: Mapping[str, Json], where: str = "") -> Endpoint:
    """An endpoint from a table of a configuration file. Raises `UserError`: what is wrong, what is valid; `where` names the table."""
    place = f"{where}: " if where else ""
    unknown = sorted(table.keys() - set(Endpoint.__struct_fields__))
    if unknown:
        raise UserError(
            f"{place}{unknown[0]!r} is no setting of a model.", f"Valid: {', '.join(Endpoint.__struct_fields__)}."
        )
    settings: dict[str, Any] = dict(table)
    if isinstance(settings.get("urls"), str):
        settings["urls"] = [settings["urls"]]
    try:
        return msgspec.convert(settings, Endpoint)
    except msgspec.ValidationError as error:
        raise UserError(
            f"{place}{error}", f"See the settings of a model: {', '.join(Endpoint.__struct_fields__)}."
        ) from error
    except UserError as error:
        raise UserError(f"{place}{error.message}", error.fix) from error


def _check(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        raise UserError(f"{name} = {value!r} is out of range.", f"Valid: {least:g} to {most:g}.")


def _base(url: str) -> str:
    """The base address, as it is used: `/v1` where no path was given, without `/chat/completions` or a slash at the end."""
    shown = "an address" if "@" in url else repr(url)
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise UserError(f"{shown} is no base address of a server.", "Give one, as http://localhost:8000/v1.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UserError(
            f"The address of {parts.hostname} holds more than host, port and path.",
            f"Give the key in an environment variable ({KEY_ENV}, or the one that key_env names).",
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
    return f"{parts.scheme}://{parts.netloc}{path}"
