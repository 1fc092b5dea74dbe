"""Table 1 of arXiv 2601.08225, mean (max), for what is shown beside it: tools from Nemotron seeds, and tools over Spider's databases."""

HEADINGS = ("paper, user-oriented", "with execution (SQL)")
SAMPLES = ("177,375", "16,618")
PAPER = {
    "steps": ("3.45 (121)", "3.74 (322)"),
    "turns": ("21.79 (596)", "30.85 (680)"),
    "tasks": ("2.48 (20)", "1.86 (11)"),
}
NAMES = {"steps": "steps for a request", "turns": "turns", "tasks": "tasks"}
"""What the measures are called in a table."""
