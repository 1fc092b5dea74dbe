"""What a server's prefix cache would have held, and what it would bill.

As servers do it: the prompt is cut into blocks, each named by itself and everything before it; a new prompt gets for free the
blocks from its beginning on that were seen before, and never the whole of it. A token is taken to be four bytes.
"""

from duologue.protocols import Usage

TOKEN = 4
"""Bytes."""
BLOCK = 16 * TOKEN
MOST_BLOCKS = 1_000_000


def tokens(data: bytes) -> int:
    """How many tokens some text is, rounded up."""
    return -(-len(data) // TOKEN)


class PrefixCache:
    """Remembers prompts, the newest `MOST_BLOCKS` blocks of them."""

    def __init__(self) -> None:
        self._seen: dict[int, None] = {}

    def usage(self, prompt: bytes, answer: bytes) -> Usage:
        """What a call costs; its prompt is remembered for those to come."""
        total = tokens(prompt)
        return Usage(prompt=total, cached=min(self._known(prompt), total - 1), completion=max(tokens(answer), 1))

    def _known(self, prompt: bytes) -> int:
        seen, name, known, new = self._seen, 0, 0, False
        for start in range(0, len(prompt) - BLOCK + 1, BLOCK):
            name = hash((name, prompt[start : start + BLOCK]))
            if not new and name in seen:
                known += BLOCK
            else:
                new = True
                seen[name] = None
        while len(seen) > MOST_BLOCKS:
            del seen[next(iter(seen))]
        return known // TOKEN
