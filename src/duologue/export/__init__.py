"""Conversations leave the house: rows in the forms that trainers read, and what it takes to run them again."""

from duologue.export.files import (
    Exported,
    Part,
    database_path,
    environment_path,
    read_environment,
    read_export,
    read_rows,
    whole_file,
    write_database,
    write_environment,
    write_export,
    write_exports,
)
from duologue.export.rows import FORMS
from duologue.export.stage_files import (
    named,
    read_dialogues,
    read_scenarios,
    read_tools,
    write_dialogues,
    write_scenarios,
    write_tools,
)

__all__ = [
    "FORMS",
    "Exported",
    "Part",
    "database_path",
    "environment_path",
    "named",
    "read_dialogues",
    "read_environment",
    "read_export",
    "read_rows",
    "read_scenarios",
    "read_tools",
    "whole_file",
    "write_database",
    "write_dialogues",
    "write_environment",
    "write_export",
    "write_exports",
    "write_scenarios",
    "write_tools",
]
