"""Where a run's data comes from: an SQLite file, or a built-in domain with tools and a policy of its own."""

from duologue.sources.domain import domains, from_domain, load_domain, named_domains
from duologue.sources.overview import Overview, overview, policy_page
from duologue.sources.source import Source, from_sqlite

__all__ = [
    "Overview",
    "Source",
    "domains",
    "from_domain",
    "from_sqlite",
    "load_domain",
    "named_domains",
    "overview",
    "policy_page",
]
