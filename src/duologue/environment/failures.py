"""What SQLite objects to, told so that a caller can act on it.

Everything a caller can cause is a `ToolError`. What no caller can cause (the image is damaged, memory is out) stays the
exception it is.
"""

from typing import Final

import apsw

from duologue.errors import ToolError

CONSTRAINT: Final = "constraint_violated"
BUDGET: Final = "budget_exceeded"

NOT_THE_CALLER: Final = (apsw.CorruptError, apsw.NotADBError, apsw.IOError, apsw.NoMemError, apsw.CantOpenError)
_ALREADY: Final = (apsw.SQLITE_CONSTRAINT_UNIQUE, apsw.SQLITE_CONSTRAINT_PRIMARYKEY, apsw.SQLITE_CONSTRAINT_ROWID)


def over_budget() -> ToolError:
    """The call needs more steps than it may."""
    return ToolError(BUDGET, "The request is too expensive to run; narrow it.")


def too_many_changes(most: int) -> ToolError:
    """The call changes more rows than it may."""
    return ToolError(BUDGET, f"The request would change more than {most} rows; narrow it.")


def broken_foreign_key(keys: tuple[str, ...]) -> ToolError:
    """A foreign key does not hold; `keys` are those that can be meant."""
    message = "A row refers to one that does not exist, or is still referred to (FOREIGN KEY constraint failed)"
    return ToolError(CONSTRAINT, f"{message}: one of {', '.join(keys)}." if keys else f"{message}.")


def used_up() -> ToolError:
    """A row would take the last number there is, after which SQLite gives them out at random."""
    return ToolError(CONSTRAINT, "The row's number is too large.")


def tool_error(error: Exception, foreign_keys: tuple[str, ...]) -> ToolError:
    """What a statement's failure means to the caller. Raises the error itself where no caller can have caused it."""
    if isinstance(error, NOT_THE_CALLER):
        raise error
    if isinstance(error, apsw.ConstraintError):
        return _constraint(error, foreign_keys)
    if isinstance(error, apsw.InterruptError):
        return over_budget()
    if isinstance(error, apsw.TooBigError):
        return ToolError("too_large", "A value would be too large.")
    if isinstance(error, apsw.MismatchError):
        return ToolError(CONSTRAINT, "A value has the wrong type for its column (a row's number must be an integer).")
    if isinstance(error, apsw.FullError):
        return used_up()
    if isinstance(error, UnicodeError):
        return ToolError("execution_failed", "A value is not readable as text.")
    return ToolError("execution_failed", f"The request could not be carried out: {error}.")


def _constraint(error: apsw.ConstraintError, foreign_keys: tuple[str, ...]) -> ToolError:
    said = str(error)
    code = getattr(error, "extendedresult", apsw.SQLITE_CONSTRAINT)
    columns = said.partition("failed: ")[2]
    if code in _ALREADY:
        return ToolError(CONSTRAINT, f"A row with the same {columns} exists already ({said}).")
    if code == apsw.SQLITE_CONSTRAINT_NOTNULL:
        return ToolError(CONSTRAINT, f"{columns} must have a value ({said}).")
    if code == apsw.SQLITE_CONSTRAINT_FOREIGNKEY:
        return broken_foreign_key(foreign_keys)
    if code == apsw.SQLITE_CONSTRAINT_CHECK:
        return ToolError(CONSTRAINT, f"A value is not allowed ({said}).")
    return ToolError(CONSTRAINT, said if said.endswith(".") else f"{said}.")
