"""Duologue: long, realistic, checkable conversations between a user and a tool-using assistant, from a database."""

__version__ = "0.1.0"
