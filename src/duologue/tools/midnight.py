"""Which date columns hold times that never say anything: all of them midnight."""

import re
from typing import Final

from duologue.environment import Image, quote
from duologue.tools.ground import Ground

_MIDNIGHT: Final = re.compile(r"[ T]00:00(:00(\.0+)?)?Z?")


def midnight_columns(ground: Ground, image: Image) -> dict[tuple[str, str], str]:
    """(table, column) of the times that are midnight throughout → how they write it (" 00:00:00")."""
    found = {}
    connection = image.connect()
    try:
        for (table, column), c in ground.columns.items():
            if c.role != "date" or c.format != "datetime" or c.type != "TEXT":
                continue
            rest = f"SUBSTR({quote(column)}, 11)"
            sql = f"SELECT MIN({rest}), MAX({rest}) FROM {quote(table)} WHERE {quote(column)} IS NOT NULL"
            least, most = connection.execute(sql).fetchone() or (None, None)
            if least is not None and least == most and _MIDNIGHT.fullmatch(least):
                found[table, column] = least
    finally:
        connection.close()
    return found
