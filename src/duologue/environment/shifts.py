"""A guard with its bounds moved a little: whether a call stands just inside a rule, or just outside, shows when that turns its answer.

Each comparison is moved by itself, once up and once down: figures by one, or by a twenty-fifth of what they are held against, days by one, moments
by three hours. What a comparison is of, nobody has to say: SQLite tells a figure from a date when it looks. sqlglot only builds the statements;
one that SQLite does not take is left out by who compiles it.
"""

from functools import lru_cache

__all__ = ["shifted"]

_MOST = 4
"""Comparisons of one guard that are moved."""
_MOVED = """CASE WHEN typeof({a}) <> 'text' THEN {a} {sign} max(1, abs({b}) / 25.0)
WHEN length({a}) > 10 THEN strftime('%Y-%m-%d %H:%M:%S', {a}, '{sign}3 hours') ELSE date({a}, '{sign}1 day') END"""


@lru_cache(maxsize=1024)
def shifted(sql: str) -> tuple[str, ...]:
    """The statements that a guard becomes; none where it compares nothing by size, or can't be read."""
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(sql, dialect="sqlite")
    except sqlglot.errors.SqlglotError:
        return ()
    found = list(tree.find_all(exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between))
    out: list[str] = []
    for n in range(min(len(found), _MOST)):
        for sign in "+-":
            other = tree.copy()
            node = list(other.find_all(exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between))[n]
            against = node.args["low"] if isinstance(node, exp.Between) else node.expression
            a, b = node.this.sql(dialect="sqlite"), against.sql(dialect="sqlite")
            moved = sqlglot.parse_one(_MOVED.format(a=f"({a})", b=f"({b})", sign=sign), dialect="sqlite")
            node.this.replace(moved)
            out.append(other.sql(dialect="sqlite"))
    return tuple(out)
