"""Worlds from nothing but a name: a model designs tables, rows and policy, SQLite judges them, and a seed grows them.

Read in this order: `schema` (tables, tried in a throwaway database), `recipes` (how the rows of a table are made, as data),
`draw` (one value from a recipe), `grow` (a table filled), `rules` (a policy, its limits kept by the database itself), `world`
(the conversation with the model, and the source that comes of it).
"""

from duologue.sources.invented.world import Invention, invent, invented_source

__all__ = ["Invention", "invent", "invented_source"]
