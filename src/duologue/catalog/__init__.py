"""What a database's schema means: tables, columns with their roles, keys, links and the words people use for them.

`read_catalog` looks at a database once and answers with frozen values (`model.py`). Everything is rules: what is
declared, what the values look like, what the names say. The order of the work is the order of the imports in `read.py`.
"""

from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.catalog.read import read_catalog
from duologue.catalog.relabel import named_by, relabelled, without

__all__ = ["Catalog", "Column", "Link", "Table", "named_by", "read_catalog", "relabelled", "without"]
