"""Where a run's data comes from: an SQLite file, or a domain with tools and a policy of its own."""

from duologue.sources.domain import (
    are_built_in,
    domains,
    folder_marks,
    from_domain,
    is_domain,
    load_domain,
    named_domains,
    unknown_domain,
)
from duologue.sources.overview import Overview, overview, policy_page
from duologue.sources.source import Source, from_sqlite

__all__ = [
    "Overview", "Source", "are_built_in", "domains", "folder_marks", "from_domain", "from_sqlite", "is_domain",
    "load_domain", "named_domains",
    "overview", "policy_page", "unknown_domain",
]  # fmt: skip
