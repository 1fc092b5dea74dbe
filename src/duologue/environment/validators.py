"""JSON Schemas, compiled. What a schema refers to elsewhere is never fetched: neither a tool's author nor a file may have this
machine ask anything of a network or a disk."""

from typing import Any

import jsonschema_rs

from duologue.types import Json

__all__ = ["refuse", "validator"]


def validator(schema: Json) -> Any:
    """The compiled schema. Raises `ValueError` where it is no valid schema, or is not complete in itself."""
    return jsonschema_rs.validator_for(schema, retriever=refuse)


def refuse(address: str) -> Json:
    """A retriever that retrieves nothing."""
    raise ValueError(f"it refers to {address!r}, and nothing is fetched")
