"""Every failure has an audience, and the class says which.

    DuologueError
    ├── ToolError      for the model: comes back as the tool's result, as data it can react to
    ├── UserError      for the person: the value, what is valid, what to do; printed without a traceback, exit code 2
    │   └── DiskFullError   the run stops where there is no room left, and can go on; exit code 3
    ├── StageError     for the record: an item or a draft is given up, with the stage, the reason and the evidence
    └── LimitReachedError   the run stops where the person said it should: nothing is wrong, and it can go on

A bug is none of these: it keeps its traceback.
"""

from typing import Any


class DuologueError(Exception):
    """Root of everything Duologue raises on purpose."""


class ToolError(DuologueError):
    """A tool call failed in a way its caller can act on. `data` is what the caller is shown beside type and message."""

    def __init__(self, type: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.type, self.message, self.data = type, message, data


class UserError(DuologueError):
    """The person must change something. `message` names the value and what is wrong with it; `fix` says what to do."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message, self.fix = message, fix

    def __str__(self) -> str:
        return f"{self.message}\n{self.fix}" if self.fix else self.message


class DiskFullError(UserError):
    """There is no room to write in; once there is, the same command goes on."""


class StageError(DuologueError):
    """Work on one item stops here. `stage` and `reason` (a short fixed code) are counted, `evidence` is kept for reading."""

    def __init__(self, stage: str, reason: str, evidence: str = "") -> None:
        super().__init__(f"{stage}: {reason}" + (f" ({evidence})" if evidence else ""))
        self.stage, self.reason, self.evidence = stage, reason, evidence


class LimitReachedError(DuologueError):
    """A limit the person set (money, tokens, hours) would be passed. `message` says which, and where it stands."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
