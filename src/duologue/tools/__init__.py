"""Tools derived from what a database means (stages A, B and G).

`families/` write drafts, `select.py` and `expansion.py` choose among them, `dialect.py` turns them into tools,
`returns.py` says what comes back and checks it against executions, `maker.py` puts it together. `written/` (imported where a
model is asked) holds the other maker: tools that a model writes, tried in the same way.
"""

from duologue.tools.maker import DerivedTools, environment_for
from duologue.tools.policy import default_policy

__all__ = ["DerivedTools", "default_policy", "environment_for"]
