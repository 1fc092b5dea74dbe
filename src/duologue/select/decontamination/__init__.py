"""Benchmark entries in our own conversations: found before somebody trains on what they will be measured with.

    read_benchmarks(paths) ─► Benchmarks ─┐
                             a Candidate ─┴─► overlaps ─► is_contaminated

`files` reads whatever form benchmarks have, `shapes` finds the texts and tools in it, `words` says what a text is made of,
`texts` and `likeness` find passages and tools, `overlaps` judges. docs/decontamination.md shows how well.
"""

from duologue.select.decontamination.benchmarks import BenchmarkFile, Benchmarks, read_benchmarks
from duologue.select.decontamination.overlaps import Overlap, Rule, is_contaminated, overlaps

__all__ = ["BenchmarkFile", "Benchmarks", "Overlap", "Rule", "is_contaminated", "overlaps", "read_benchmarks"]
