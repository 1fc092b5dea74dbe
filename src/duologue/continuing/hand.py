"""The trade of the hands of `continue`: each reads the source itself, and of the run what others have used."""

from contextlib import ExitStack

from duologue.continuing.asked import Asked
from duologue.continuing.making import Continuations
from duologue.continuing.sources import origin_of
from duologue.onward import Trade
from duologue.workers.hand import Post, serve
from duologue.workers.messages import unpacked


class Continuing(Trade):
    """See `workers.hand.Trade`."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self._asked = asked
        self._open = ExitStack()
        """What stays open for as long as the process lives."""

    def making(self, post: Post) -> Continuations:
        """See `Trade`."""
        return Continuations(self._asked, origin_of(self._asked, self._open), post.tally, post.cast, post.order)


if __name__ == "__main__":
    serve(lambda data: Continuing(unpacked(data, Asked)))
