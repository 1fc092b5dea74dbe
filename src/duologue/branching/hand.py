"""The trade of the hands of `branch`: each makes all branches of a place, since they are held against one another."""

from pathlib import Path

from msgspec import Struct

from duologue.branching.asked import Asked
from duologue.branching.making import Branches, Place
from duologue.settings import ModelSettings
from duologue.store import Store
from duologue.workers.hand import Post, serve
from duologue.workers.messages import unpacked

MODULE = __name__


class Branching(Struct, frozen=True):
    """What the hands are told. `places`: in the order of their items."""

    asked: Asked
    places: tuple[Place, ...]

    @property
    def models(self) -> ModelSettings:
        """See `workers.hand.Trade`."""
        return self.asked.models

    @property
    def folder(self) -> Path:
        """The run of branches."""
        return self.asked.out

    @property
    def waits(self) -> bool:
        """Branches draw nothing in a line."""
        return False

    def making(self, post: Post) -> Branches:
        """See `Trade`."""
        parent = Store.open(self.asked.run, readonly=True)  # for as long as the process lives
        branches = Branches(self.asked, self.places, (parent, post.store), post.cast)
        branches.store = post.tally
        return branches


if __name__ == "__main__":
    serve(lambda data: unpacked(data, Branching))
