"""What goes wrong with model servers and with models, one small piece each.

`FAULTS` lists them by name, first those of servers, then those of models. `Faults` decides which answers meet one: some share of
all (`rate`), those of certain roles only (`roles`), or exactly those named (`at`: call number → fault). What is drawn follows from
the seed, the words of the request and how often the same request came, never from the order of arrival: two runs that ask the
same meet the same.

A fault is a function from the request and the answer it would have had to what goes out instead: a spoilt message, a `Broken`
response, or None where it makes no sense there (a wrong tool where no tool is called), and then the next one is drawn.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct, json

from duologue.ids import digest, rng
from duologue.testing.protocol import Body, Wire
from duologue.testing.roles import asked_schema, role_of


class Broken(Struct, frozen=True, kw_only=True):
    """A response that is none."""

    status: int = 200
    headers: dict[str, str] = {}
    body: bytes = b""
    stall: float = 0.0
    """Seconds of silence first."""
    cut: bool = False
    """The connection is closed in the middle of the answer."""
    billed: bool = False
    """The model has worked for it all the same."""


Fault = Callable[[Body, Wire], Wire | Broken | None]

STALL = 3600.0
RETRY_AFTER = "1"
LONG = 1000
"""Tokens, at least, of an answer that rambles."""

# ── of servers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def too_many(_: Body, __: Wire) -> Broken:
    """Refused for now, without a word on when to come back."""
    return Broken(status=429, body=_error("Rate limit reached."))


def too_many_with_wait(_: Body, __: Wire) -> Broken:
    """Refused for now, with `Retry-After`."""
    return Broken(status=429, headers={"Retry-After": RETRY_AFTER}, body=_error("Rate limit reached."))


def internal_error(_: Body, __: Wire) -> Broken:
    """The server fails."""
    return Broken(status=500, body=b"Internal Server Error")


def silence(_: Body, __: Wire) -> Broken:
    """No answer comes."""
    return Broken(status=504, stall=STALL, billed=True)


def cut(_: Body, __: Wire) -> Broken:
    """The connection ends in the middle of the answer."""
    return Broken(cut=True, billed=True)


def no_json(_: Body, __: Wire) -> Broken:
    """A page of some proxy in place of the answer."""
    return Broken(body=b"<html><body>Bad gateway</body></html>", billed=True)


def wrong_shape(_: Body, __: Wire) -> Broken:
    """JSON, but nothing of the protocol."""
    return Broken(body=json.encode({"object": "chat.completion", "choices": []}), billed=True)


# ── of models ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def invalid_json(body: Body, message: Wire) -> Wire | None:
    """A structured answer that breaks off."""
    content = message["content"]
    return {**message, "content": content[: len(content) * 2 // 3]} if asked_schema(body) else None


def wrong_fields(body: Body, message: Wire) -> Wire | None:
    """A structured answer with other fields than those asked for."""
    return {**message, "content": '{"answer": "yes", "confidence": 0.9}'} if asked_schema(body) else None


def wrong_tool(body: Body, message: Wire) -> Wire | None:
    """A call of a tool there is not."""
    return _with_call(message, lambda f: {**f, "name": "lookup_everything"})


def wrong_arguments(body: Body, message: Wire) -> Wire | None:
    """A call with a parameter nobody knows and none of those needed."""
    return _with_call(message, lambda f: {**f, "arguments": '{"query": "all of it"}'})


def malformed_arguments(body: Body, message: Wire) -> Wire | None:
    """A call whose arguments are no JSON."""
    return _with_call(message, lambda f: {**f, "arguments": "{'id': 12, 'name': "})


def repetition(body: Body, message: Wire) -> Wire | None:
    """What was said before, again. Once begun in a conversation it never ends (`Faults` sees to that)."""
    said = [m for m in body["messages"] if m["role"] == "assistant"]
    if not said:
        return None
    calls = [{**c, "id": f"{c['id']}x"} for c in said[-1].get("tool_calls") or ()]
    plain: Wire = {"role": "assistant", "content": said[-1]["content"]}
    return {**plain, "tool_calls": calls} if calls else plain


def empty(_: Body, __: Wire) -> Wire:
    """Neither words nor calls."""
    return {"role": "assistant", "content": ""}


def swapped_roles(body: Body, message: Wire) -> Wire | None:
    """The user speaks as the assistant, the assistant as the user."""
    role = role_of(body)
    if role == "user":
        words = "Certainly! How can I assist you today? As an AI assistant, I'm happy to help you with that."
        return {**message, "content": _said(words)}
    return (
        {"role": "assistant", "content": "Hi, can you help me? I'd like to know my order's status, please."}
        if role == "agent"
        else None
    )


def leaked_prompt(body: Body, message: Wire) -> Wire | None:
    """The instructions, read out."""
    system = body["messages"][0]["content"][:600]
    role = role_of(body)
    if role == "user":
        return {**message, "content": _said(system)}
    return {"role": "assistant", "content": f"My instructions are: {system}"} if role == "agent" else None


def rambling(body: Body, message: Wire) -> Wire | None:
    """Words without end."""
    words = " ".join(
        f"and then, thinking about it, there is also the matter of point number {n}," for n in range(LONG // 10)
    )
    role = role_of(body)
    if role == "user":
        return {**message, "content": _said(words)}
    return {"role": "assistant", "content": words}


FAULTS: dict[str, Fault] = {
    "429": too_many,
    "429 with Retry-After": too_many_with_wait,
    "500": internal_error,
    "silence": silence,
    "cut": cut,
    "no JSON": no_json,
    "wrong shape": wrong_shape,
    "invalid JSON": invalid_json,
    "wrong fields": wrong_fields,
    "wrong tool": wrong_tool,
    "wrong arguments": wrong_arguments,
    "malformed arguments": malformed_arguments,
    "repetition": repetition,
    "empty": empty,
    "swapped roles": swapped_roles,
    "leaked prompt": leaked_prompt,
    "rambling": rambling,
}
"""Every fault by name."""


class Faults:
    """Which answers are spoilt, and how."""

    def __init__(
        self,
        rate: float = 0.0,
        seed: int = 0,
        names: Sequence[str] = tuple(FAULTS),
        roles: Sequence[str] = (),
        at: dict[int, str] | None = None,
    ) -> None:
        """Raises `ValueError` where a name is no fault's."""
        self.rate, self.seed, self.names, self.roles = rate, seed, tuple(names), tuple(roles)
        self.at = at or {}
        unknown = sorted({*self.names, *self.at.values()} - FAULTS.keys())
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no fault; there are: {', '.join(FAULTS)}")
        self._times: Counter[str] = Counter()
        self._stuck: set[str] = set()

    def spoil(self, number: int, raw: bytes, body: Body, message: Wire) -> tuple[str, Wire | Broken]:
        """What goes out for call `number`, and the name of the fault it met (empty: none, and the message as it was)."""
        for name in self._drawn(number, raw, body):
            given = FAULTS[name](body, message)
            if given is not None:
                if name == "repetition":
                    self._stuck.add(_conversation(body))
                return name, given
        return "", message

    def _drawn(self, number: int, raw: bytes, body: Body) -> list[str]:
        """The faults to try, the likeliest first; none where the answer is to be left alone."""
        if number in self.at:
            return [self.at[number]]
        if self.roles and role_of(body) not in self.roles:
            return []
        if self._stuck and _conversation(body) in self._stuck:
            return ["repetition"]
        asked = digest(raw)
        dice = rng(self.seed, "fault", asked, self._times[asked])
        self._times[asked] += 1
        return dice.sample(self.names, len(self.names)) if dice.random() < self.rate else []


def _conversation(body: Body) -> str:
    """Names the conversation a request belongs to: how it began, and whose side is asked."""
    return digest([m["content"] for m in body["messages"][:2]])


def _with_call(message: Wire, change: Callable[[dict[str, str]], dict[str, str]]) -> Wire | None:
    calls = message.get("tool_calls")
    if not calls:
        return None
    first = {**calls[0], "function": change(calls[0]["function"])}
    return {**message, "tool_calls": [first, *calls[1:]]}


def _said(words: str) -> str:
    return json.encode({"user_message": words, "is_task_complete": False}).decode()


def _error(message: str) -> bytes:
    return json.encode({"error": {"message": message}})
