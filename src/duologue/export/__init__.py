"""Conversations leave the house: rows in the forms that trainers read, and what it takes to run them again."""

from duologue.export.files import (
    Exported,
    environment_path,
    read_environment,
    read_export,
    read_rows,
    write_environment,
    write_export,
)
from duologue.export.rows import FORMS

__all__ = [
    "FORMS",
    "Exported",
    "environment_path",
    "read_environment",
    "read_export",
    "read_rows",
    "write_environment",
    "write_export",
]
