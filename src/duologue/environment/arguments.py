"""What a caller passes, checked and made ready to bind.

The tool's JSON Schema is the judge (compiled once, jsonschema-rs). What comes out can always be bound: defaults filled in,
absent parameters NULL, whole floats as integers where an integer is asked for, lists and objects as JSON text, nothing that
SQLite could not hold. What comes in may be anything at all; an objection names the parameter, the value and what is valid.
"""

from datetime import datetime
from typing import Any, Final

import jsonschema_rs
import msgspec

from duologue.environment.limits import Limits
from duologue.environment.validators import refuse
from duologue.errors import ToolError, UserError
from duologue.types import Json, Tool

INVALID: Final = "invalid_arguments"
_LEAST, _MOST = -(2**63), 2**63 - 1
_PLAIN: Final = frozenset({str, float, type(None)})
_NOT_JSON: Final = (ValueError, TypeError, OverflowError, RecursionError)
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode

Values = dict[str, Any]


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


class Parameters:
    """The parameters of one tool."""

    __slots__ = ("_blank", "_integers", "_most", "_names", "_validator")

    def __init__(self, tool: Tool, limits: Limits) -> None:
        """Raises `UserError` where the tool's `parameters` are no JSON Schema of an object."""
        schema: Any = tool.parameters
        properties = schema.get("properties", {}) if isinstance(schema, dict) else None
        try:
            if not isinstance(properties, dict) or schema.get("type", "object") != "object":
                raise ValueError("its `parameters` must describe an object")
            self._validator = jsonschema_rs.Draft202012Validator(
                {"type": "object", **schema}, validate_formats=True, formats={"date-time": _is_time}, retriever=refuse
            )
        except ValueError as error:
            problem = f"tool {tool.name!r}: its `parameters` are not a valid JSON Schema: {error}"
            raise UserError(problem, "Mend the schema; see https://json-schema.org.") from None
        self._names = frozenset(properties)
        self._integers = frozenset(n for n, p in properties.items() if isinstance(p, dict) and _may_be_integer(p))
        defaults = {n: p["default"] for n, p in properties.items() if isinstance(p, dict) and "default" in p}
        self._blank: Values = {n: _bindable(n, defaults.get(n)) for n in properties}
        self._most = limits.arguments

    @property
    def names(self) -> frozenset[str]:
        """Their names."""
        return self._names

    def bind(self, arguments: Any) -> Values:
        """Every parameter with the value to bind. Raises `ToolError` where the arguments are not valid."""
        try:
            objection = None if self._validator.is_valid(arguments) else self._objection(arguments)
        except _NOT_JSON as error:
            raise ToolError(INVALID, f"The arguments are not JSON: {_short(error)}.") from None
        if objection:
            raise ToolError(INVALID, objection)
        values = self._blank.copy()
        for name, value in arguments.items():
            kind = value.__class__
            if kind in _PLAIN and not (kind is float and name in self._integers):
                values[name] = value
                if kind is str:
                    self._check_text(name, value)
            elif name in self._names:
                values[name] = self._converted(name, value)
        if len(values) > len(self._names):  # the schema lets unknown parameters pass; no statement may see them
            values = {name: values[name] for name in self._blank}
        return values

    def _converted(self, name: str, value: Any) -> Any:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        bound = _bindable(name, value)
        if isinstance(bound, str):
            self._check_text(name, bound)
        return bound

    def _check_text(self, name: str, text: str) -> None:
        if len(text) > self._most:
            raise ToolError(INVALID, f"Parameter {name!r} is too long: {len(text)} characters.")
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError as error:
                raise ToolError(INVALID, f"Parameter {name!r} is not JSON: {_short(error)}.") from None

    def _objection(self, arguments: Any) -> str:
        error = next(iter(self._validator.iter_errors(arguments)))
        where = ".".join(map(str, error.instance_path))
        said = _clip(error.message.rstrip("."))
        if where:
            return f"Parameter {where!r}: {said}."
        if isinstance(arguments, dict) and "required" not in said:
            return f"{said}. Valid parameters: {', '.join(sorted(self._names)) or 'none'}."
        return f"{said}."


def _may_be_integer(schema: dict[str, Json]) -> bool:
    kinds = schema.get("type")
    return kinds == "integer" or (isinstance(kinds, list) and "integer" in kinds and "number" not in kinds)


def _bindable(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        if not _LEAST <= value <= _MOST:
            raise ToolError(INVALID, f"Parameter {name!r}: {_clip(str(value))} is too large a number.")
        return value
    if value is None or isinstance(value, str | float):
        return value
    try:
        return _encode(value).decode()
    except _NOT_JSON as error:
        raise ToolError(INVALID, f"Parameter {name!r} is not JSON: {_short(error)}.") from None


def _short(error: BaseException) -> str:
    return _clip(str(error).rstrip("."))


def _clip(text: str, most: int = 300) -> str:
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= most else f"{text[:most]}…"
