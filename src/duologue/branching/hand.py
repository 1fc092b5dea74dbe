"""The trade of the hands of `branch`: each makes all branches of a place, since they are held against one another."""

from duologue.branching.making import Branches, Orders
from duologue.onward import Trade
from duologue.store import Store
from duologue.workers.hand import Post, serve
from duologue.workers.messages import unpacked


class Branching(Trade):
    """See `workers.hand.Trade`."""

    def __init__(self, orders: Orders) -> None:
        super().__init__(orders.asked)
        self._orders = orders

    def making(self, post: Post) -> Branches:
        """See `Trade`."""
        parent = Store.open(self.asked.source, readonly=True)  # for as long as the process lives
        branches = Branches(self._orders, (parent, post.store), post.cast)
        branches.store = post.tally
        return branches


if __name__ == "__main__":
    serve(lambda data: Branching(unpacked(data, Orders)))
