"""Conversations that go on from others: from where they ended or from any turn, with new goals."""

from duologue.continuing.asked import Asked
from duologue.continuing.offers import Changes
from duologue.continuing.run import Summary, go_on

__all__ = ["Asked", "Changes", "Summary", "go_on"]
