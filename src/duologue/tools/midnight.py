"""Which date columns hold times that never say anything: all of them midnight."""

from duologue.environment import Image, quote
from duologue.tools.ground import Ground

MIDNIGHT = " 00:00:00"


def midnight_columns(ground: Ground, image: Image) -> frozenset[tuple[str, str]]:
    """(table, column) of the times written `YYYY-MM-DD 00:00:00` throughout."""
    found = set()
    connection = image.connect()
    try:
        for (table, column), c in ground.columns.items():
            if c.role != "date" or c.format != "datetime" or c.type != "TEXT":
                continue
            name = quote(column)
            sql = f"SELECT 1 FROM {quote(table)} WHERE {name} IS NOT NULL AND SUBSTR({name}, 11) <> ? LIMIT 1"
            if connection.execute(sql, (MIDNIGHT,)).fetchone() is None:
                found.add((table, column))
    finally:
        connection.close()
    return frozenset(found)
