"""Built-in domains: a folder each, with data, tools, policy and wording, and no logic (`sources/domain.py` has the layout)."""
