"""The trade of the hands of `continue`: each reads the source itself, and of the run what others have used."""

from contextlib import ExitStack
from pathlib import Path

from duologue.continuing.asked import Asked
from duologue.continuing.making import Continuations
from duologue.continuing.sources import origin_of
from duologue.settings import ModelSettings
from duologue.workers.hand import Post, serve
from duologue.workers.messages import unpacked

MODULE = __name__


class Continuing:
    """See `workers.hand.Trade`."""

    waits = False
    """What is drawn is compared before it is played, or costs nothing but time."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._open = ExitStack()
        """What stays open for as long as the process lives."""

    @property
    def models(self) -> ModelSettings:
        """Who plays what."""
        return self.asked.models

    @property
    def folder(self) -> Path:
        """The run of continuations."""
        return self.asked.out

    def making(self, post: Post) -> Continuations:
        """See `Trade`."""
        return Continuations(self.asked, origin_of(self.asked, self._open), post.tally, post.cast, post.order)


if __name__ == "__main__":
    serve(lambda data: Continuing(unpacked(data, Asked)))
